// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.style.AxesChartStyler;

/**
 * Frame around the series of a plot: grid lines, ticks and titles, as SVG lines and text with CSS classes. Everything
 * has its place within 560 units of width; letters may be enlarged by the style sheet up to {@link #LETTERS} units, for
 * which the room is kept, so that a plot stays readable when a phone shows it at half its size.
 *
 * <p>Not thread-safe.
 */
public final class PlotFrame {
    public static final int WIDTH = 560;
    static final int HEIGHT = 300;

    /** Height of the largest letters that fit. */
    static final int LETTERS = 20;

    private static final int TOP = 34;
    private static final int RIGHT = 14;
    private static final int BOTTOM = 34;
    private static final int TICK_GAP = 8;
    private static final int EDGE = 40;

    private final String title;
    private final String description;
    private final String xTitle;
    private final String yTitle;
    private final List<String> grid = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();

    /**
     * @param title short name, for readers who do not see the picture
     * @param description what the picture shows, with its numbers
     */
    public PlotFrame(String title, String description, String xTitle, String yTitle) {
        this.title = title;
        this.description = description;
        this.xTitle = xTitle;
        this.yTitle = yTitle;
    }

    /** The width of the chart inside the frame, its labels included. */
    public static int chartWidth() {
        return WIDTH - RIGHT;
    }

    /** The height of the chart inside the frame, its labels included. */
    public static int chartHeight() {
        return HEIGHT - TOP - BOTTOM;
    }

    /** Makes the library lay out a chart for text that this frame draws. */
    public static void style(AxesChartStyler styler) {
        styler.setLegendVisible(false);
        styler.setChartTitleVisible(false);
        styler.setAxisTitlesVisible(false);
        styler.setChartPadding(0);
        styler.setPlotMargin(0);
        styler.setPlotContentSize(1.0);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesVisible(false);
        styler.setAxisTicksLineVisible(false);
        styler.setAxisTicksMarksVisible(false);
        styler.setAxisTickPadding(TICK_GAP);
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, LETTERS));
        styler.setXAxisTickMarkSpacingHint(76);
        styler.setYAxisTickMarkSpacingHint(44);
    }

    /**
     * Lets charts be made without a screen, and says what to do where Java finds no font to measure text with.
     *
     * @throws IllegalStateException if it finds none
     */
    public static void requireFonts() {
        System.setProperty("java.awt.headless", "true");
        try {
            new TextLayout(
                    "0", new Font(Font.SANS_SERIF, Font.PLAIN, LETTERS), new FontRenderContext(null, true, false));
        } catch (RuntimeException | LinkageError | InternalError e) {
            throw new IllegalStateException(
                    "plots: got no font from Java's graphics, expected one; install fontconfig and a font such as "
                            + "fonts-dejavu-core",
                    e);
        }
    }

    /** A label under the plot, and a grid line over its height if it has a top. */
    public void xTick(double x, double top, double bottom, String label) {
        if (top < bottom) {
            line(x, top, x, bottom);
        }
        // A label at the right end would be cut off if it stood in the middle.
        boolean end = x > WIDTH - EDGE;
        text(end ? WIDTH : x, bottom + LETTERS, end ? "end" : "middle", label);
    }

    /** A grid line with its label at the left. */
    public void yTick(double y, double left, double right, String label) {
        line(left, y, right, y);
        text(left - TICK_GAP, y + 5, "end", label);
    }

    private void line(double x1, double y1, double x2, double y2) {
        grid.add("M" + ChartCanvas.number(x1) + " " + ChartCanvas.number(y1) + "L" + ChartCanvas.number(x2) + " "
                + ChartCanvas.number(y2));
    }

    private void text(double x, double y, String anchor, String text) {
        if (!text.isBlank()) {
            texts.add("<text class=\"tick\" x=\"" + ChartCanvas.number(x) + "\" y=\"" + ChartCanvas.number(y)
                    + "\" text-anchor=\"" + anchor + "\">" + Markup.escape(text) + "</text>\n");
        }
    }

    /** Returns the whole picture around the paths of the series. */
    public String svg(String paths) {
        Markup svg = new Markup()
                .open(
                        "svg",
                        "xmlns",
                        "http://www.w3.org/2000/svg",
                        "class",
                        "plot",
                        "role",
                        "img",
                        "aria-label",
                        title + ". " + description,
                        "viewBox",
                        "0 0 " + WIDTH + " " + HEIGHT);
        svg.element("text", yTitle, "class", "axis", "x", "0", "y", "16");
        svg.element(
                "text",
                xTitle,
                "class",
                "axis",
                "x",
                String.valueOf(WIDTH - RIGHT),
                "y",
                String.valueOf(HEIGHT - 6),
                "text-anchor",
                "end");
        svg.open("g", "transform", "translate(0 " + TOP + ")");
        svg.empty("path", "class", "grid", "d", String.join("", grid));
        svg.raw(String.join("", texts));
        return svg.raw(paths).close().close().toString();
    }
}
