// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import java.util.List;

/** One of many small line plots of the same kind, all on one vertical scale from 1 to a common end. */
public final class SmallMultiple {
    private static final int WIDTH = 150;
    private static final int HEIGHT = 64;
    private static final int TOP = 16;

    private SmallMultiple() {}

    /**
     * Draws a panel.
     *
     * @param title name of the panel
     * @param classes CSS classes of the lines
     * @param values values of the lines from left to right; NaN interrupts a line
     * @param end upper end of the scale
     */
    public static String of(String title, List<String> classes, List<double[]> values, double end) {
        Markup svg = new Markup()
                .open(
                        "svg",
                        "xmlns",
                        "http://www.w3.org/2000/svg",
                        "class",
                        "plot panel",
                        "role",
                        "img",
                        "aria-label",
                        title,
                        "viewBox",
                        "0 0 " + WIDTH + " " + HEIGHT);
        svg.element("text", title, "class", "tick", "x", "0", "y", "11");
        svg.empty("path", "class", "grid", "d", "M0 " + HEIGHT + "H" + WIDTH + "M0 " + TOP + "H" + WIDTH);
        for (int k = 0; k < values.size(); k++) {
            String path = path(values.get(k), end);
            if (!path.isEmpty()) {
                svg.empty("path", "class", "line " + classes.get(k), "d", path);
            }
        }
        return svg.close().toString();
    }

    private static String path(double[] values, double end) {
        StringBuilder path = new StringBuilder();
        boolean drawing = false;
        for (int k = 0; k < values.length; k++) {
            if (Double.isNaN(values[k])) {
                drawing = false;
                continue;
            }
            double x = values.length == 1 ? WIDTH / 2.0 : (double) WIDTH * k / (values.length - 1);
            double part = Math.min(1, Math.max(0, (values[k] - 1) / Math.max(1e-9, end - 1)));
            String point = ChartCanvas.number(x) + " " + ChartCanvas.number(HEIGHT - 1 - part * (HEIGHT - TOP - 2));
            path.append(drawing ? 'L' : 'M').append(point);
            if (values.length == 1) {
                path.append("h3");
            }
            drawing = true;
        }
        return path.toString();
    }
}
