// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Lines and points over two axes, either of which may be logarithmic; drawn by XChart, framed by {@link PlotFrame}.
 *
 * <p>Not thread-safe.
 */
public final class XyPlot {
    private final XYChart chart = new XYChart(PlotFrame.chartWidth(), PlotFrame.chartHeight());
    private final PlotFrame frame;
    private final List<String> classes = new ArrayList<>();
    private final double[] range = {
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY
    };
    private boolean logX;
    private boolean logY;
    private DoubleFunction<String> xLabel = Numbers::tick;
    private DoubleFunction<String> yLabel = Numbers::tick;
    private List<String> xNames = List.of();

    public XyPlot(PlotFrame frame) {
        this.frame = frame;
    }

    /** Makes the horizontal axis logarithmic: values must be positive. */
    public XyPlot logX() {
        logX = true;
        return this;
    }

    /** Makes the vertical axis logarithmic: values must be positive. */
    public XyPlot logY() {
        logY = true;
        return this;
    }

    /** Sets how the axes' values are written; an empty label has neither text nor grid line. */
    public XyPlot labels(DoubleFunction<String> x, DoubleFunction<String> y) {
        xLabel = x;
        yLabel = y;
        return this;
    }

    /** Gives the horizontal positions 0, 1, ... names instead of numbers. */
    public XyPlot names(List<String> names) {
        xNames = List.copyOf(names);
        xLabel = x -> "";
        return this;
    }

    /** Makes the axes reach at least to these values. */
    public XyPlot include(double x, double y) {
        widen(0, x);
        widen(2, y);
        return this;
    }

    /** Adds a line in the colour and pattern of CSS classes; NaN interrupts it. Lines without a point are left out. */
    public XyPlot line(String cssClass, double[] x, double[] y) {
        add(cssClass, x, y, true);
        return this;
    }

    /** Adds points in the colour of a CSS class, with the marker of its pattern. */
    public XyPlot points(String cssClass, double[] x, double[] y) {
        add(cssClass, x, y, false);
        return this;
    }

    private void add(String cssClass, double[] x, double[] y, boolean lines) {
        if (Arrays.stream(y).allMatch(Double::isNaN)) {
            return;
        }
        for (int k = 0; k < x.length; k++) {
            if (!Double.isNaN(y[k])) {
                include(x[k], y[k]);
            }
        }
        int number = classes.size();
        classes.add(cssClass);
        XYSeries series = chart.addSeries("series " + number, x, y);
        series.setLineColor(ChartCanvas.ink(number));
        series.setMarkerColor(ChartCanvas.ink(number));
        series.setXYSeriesRenderStyle(lines ? XYSeriesRenderStyle.Line : XYSeriesRenderStyle.Scatter);
        series.setMarker(lines ? SeriesMarkers.NONE : SeriesMarker.of(cssClass));
        series.setLineStyle(lines ? SeriesLines.SOLID : SeriesLines.NONE);
    }

    private void widen(int at, double value) {
        range[at] = Math.min(range[at], value);
        range[at + 1] = Math.max(range[at + 1], value);
    }

    /** Returns the plot as an SVG element; a plot without a point has a frame only. */
    public String svg() {
        if (classes.isEmpty()) {
            return frame.svg("");
        }
        PlotFrame.requireFonts();
        separate(0, logX);
        separate(2, logY);
        TickRecorder xTicks = new TickRecorder(logX ? sparse(xLabel, range[0], range[1], 1.6) : xLabel);
        TickRecorder yTicks = new TickRecorder(logY ? sparse(yLabel, range[2], range[3], 3) : yLabel);
        XYStyler styler = chart.getStyler();
        PlotFrame.style(styler);
        styler.setMarkerSize(7);
        styler.setXAxisLogarithmic(logX);
        styler.setYAxisLogarithmic(logY);
        styler.setXAxisLogarithmicDecadeOnly(false);
        styler.setYAxisLogarithmicDecadeOnly(false);
        styler.setXAxisMin(range[0]).setXAxisMax(range[1]);
        styler.setYAxisMin(range[2]).setYAxisMax(range[3]);
        styler.setXAxisTickLabelsFormattingFunction(xTicks);
        styler.setYAxisTickLabelsFormattingFunction(yTicks);
        ChartCanvas canvas = new ChartCanvas(classes.size());
        chart.paint(canvas, PlotFrame.chartWidth(), PlotFrame.chartHeight());
        addTicks(xTicks, yTicks);
        return frame.svg(canvas.paths(classes));
    }

    /** Two ends of an axis must differ. */
    private void separate(int at, boolean log) {
        if (range[at] == range[at + 1]) {
            double value = range[at];
            range[at] = log ? value / 2 : value - Math.max(0.5, 0.05 * Math.abs(value));
            range[at + 1] = log ? value * 2 : value + Math.max(0.5, 0.05 * Math.abs(value));
        }
    }

    /** Of a logarithmic axis' ticks only 1, 2 and 5 in each decade are labelled; if there are many decades, only 1. */
    private static DoubleFunction<String> sparse(DoubleFunction<String> label, double min, double max, double decades) {
        boolean few = Math.log10(max / min) <= decades;
        return value -> {
            double lead = value / Math.pow(10, Math.floor(Math.log10(value) + 1e-9));
            boolean shown = lead < 1.5 || (few && (Math.abs(lead - 2) < 0.1 || Math.abs(lead - 5) < 0.1));
            return shown ? label.apply(value) : "";
        };
    }

    private void addTicks(TickRecorder xTicks, TickRecorder yTicks) {
        double left = chart.getScreenXFromChart(range[0]);
        double right = chart.getScreenXFromChart(range[1]);
        double bottom = chart.getScreenYFromChart(range[2]);
        double top = chart.getScreenYFromChart(range[3]);
        for (TickRecorder.Tick tick : xTicks.within(range[0], range[1])) {
            if (!tick.label().isEmpty()) {
                frame.xTick(chart.getScreenXFromChart(tick.value()), top, bottom, tick.label());
            }
        }
        for (int k = 0; k < xNames.size(); k++) {
            frame.xTick(chart.getScreenXFromChart(k), bottom, bottom, xNames.get(k));
        }
        for (TickRecorder.Tick tick : yTicks.within(range[2], range[3])) {
            if (!tick.label().isEmpty()) {
                frame.yTick(chart.getScreenYFromChart(tick.value()), left, right, tick.label());
            }
        }
    }
}
