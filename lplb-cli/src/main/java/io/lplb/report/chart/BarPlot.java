// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.style.CategoryStyler;

/**
 * Fractions as bars, side by side in each of a few categories; drawn by XChart, framed by {@link PlotFrame}.
 *
 * <p>Not thread-safe.
 */
public final class BarPlot {
    private final CategoryChart chart = new CategoryChart(PlotFrame.chartWidth(), PlotFrame.chartHeight());
    private final PlotFrame frame;
    private final List<String> categories;
    private final List<String> classes = new ArrayList<>();

    public BarPlot(PlotFrame frame, List<String> categories) {
        this.frame = frame;
        this.categories = List.copyOf(categories);
    }

    /** Adds a bar to each category, in the colour of a CSS class; heights from 0 to 1. */
    public BarPlot bars(String cssClass, double[] heights) {
        CategorySeries series = chart.addSeries(
                "series " + classes.size(),
                categories,
                Arrays.stream(heights).boxed().toList());
        series.setFillColor(ChartCanvas.ink(classes.size()));
        classes.add(cssClass);
        return this;
    }

    /** Returns the plot as an SVG element. */
    public String svg() {
        PlotFrame.requireFonts();
        TickRecorder yTicks = new TickRecorder(y -> Numbers.tick(100 * y) + " %");
        CategoryStyler styler = chart.getStyler();
        PlotFrame.style(styler);
        styler.setAvailableSpaceFill(0.8);
        styler.setYAxisMin(0.0).setYAxisMax(1.0);
        styler.setYAxisTickLabelsFormattingFunction(yTicks);
        ChartCanvas canvas = new ChartCanvas(classes.size());
        chart.paint(canvas, PlotFrame.chartWidth(), PlotFrame.chartHeight());
        double left = chart.getScreenXFromChart(0);
        double right = chart.getScreenXFromChart(categories.size());
        double bottom = chart.getScreenYFromChart(0);
        for (TickRecorder.Tick tick : yTicks.within(0, 1)) {
            frame.yTick(chart.getScreenYFromChart(tick.value()), left, right, tick.label());
        }
        for (int c = 0; c < categories.size(); c++) {
            frame.xTick(chart.getScreenXFromChart(c + 0.5), bottom, bottom, categories.get(c));
        }
        return frame.svg(canvas.paths(classes));
    }
}
