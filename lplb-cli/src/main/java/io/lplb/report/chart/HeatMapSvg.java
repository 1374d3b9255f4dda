// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import java.util.List;
import java.util.Locale;

/**
 * The loads of all ranks over the batches as coloured cells, one row a rank. Ten levels around 1, which is the mean;
 * their colours are the style sheet's ({@code h0} to {@code h9}). Neighbours of one level are one rectangle and all
 * rectangles of a level one path, so that a level map is small.
 */
public final class HeatMapSvg {
    /** Where one level ends and the next begins: load of the rank / mean load. */
    public static final List<Double> BOUNDS = List.of(0.6, 0.8, 0.9, 0.97, 1.03, 1.1, 1.2, 1.4, 1.7);

    private static final int LEFT = 44;
    private static final int TOP = 8;
    private static final int BOTTOM = 30;
    private static final int CELLS_WIDTH = PlotFrame.WIDTH - LEFT - 4;
    private static final int CELLS_HEIGHT = 208;
    private static final int LOWEST_ROW = 5;

    private HeatMapSvg() {}

    /** The level of a load over the mean, 0 to 9. */
    public static int level(double value) {
        int level = 0;
        while (level < BOUNDS.size() && value > BOUNDS.get(level)) {
            level++;
        }
        return level;
    }

    /** Draws a grid; title and description are for readers who do not see it. */
    public static String of(MaxGrid grid, String title, String description) {
        int rowHeight = Math.max(LOWEST_ROW, CELLS_HEIGHT / grid.rows());
        int bottom = TOP + grid.rows() * rowHeight;
        Markup svg = new Markup()
                .open(
                        "svg",
                        "xmlns",
                        "http://www.w3.org/2000/svg",
                        "class",
                        "plot heat",
                        "role",
                        "img",
                        "aria-label",
                        title + ". " + description,
                        "viewBox",
                        "0 0 " + PlotFrame.WIDTH + " " + (bottom + BOTTOM));
        double cellWidth = (double) CELLS_WIDTH / grid.columns();
        svg.open(
                "g",
                "transform",
                "translate(" + LEFT + " " + TOP + ") scale(" + String.format(Locale.ROOT, "%.5f", cellWidth) + " "
                        + rowHeight + ")");
        for (int level = 0; level <= BOUNDS.size(); level++) {
            String path = path(grid, level);
            if (!path.isEmpty()) {
                svg.empty("path", "class", "h" + level, "d", path);
            }
        }
        svg.close();
        labels(svg, grid, rowHeight, bottom);
        return svg.close().toString();
    }

    private static String path(MaxGrid grid, int level) {
        StringBuilder path = new StringBuilder();
        for (int row = 0; row < grid.rows(); row++) {
            for (int column = 0; column < grid.columns(); column++) {
                int from = column;
                while (column < grid.columns() && is(level, grid.value(row, column))) {
                    column++;
                }
                if (column > from) {
                    int width = column - from;
                    path.append('M').append(from).append(' ').append(row);
                    path.append('h').append(width).append("v1h-").append(width).append('z');
                }
            }
        }
        return path.toString();
    }

    private static boolean is(int level, double value) {
        return !Double.isNaN(value) && level(value) == level;
    }

    private static void labels(Markup svg, MaxGrid grid, int rowHeight, int bottom) {
        int every = (PlotFrame.LETTERS + 4 + rowHeight - 1) / rowHeight;
        for (int row = 0; row < grid.rows(); row += every) {
            double y = TOP + rowHeight * (row + 0.5) + 5;
            text(svg, LEFT - 8, y, "end", String.valueOf(grid.firstRank(row)));
        }
        text(svg, LEFT, bottom + PlotFrame.LETTERS, "start", "batch 1");
        if (grid.firstStep(grid.columns()) > 1) {
            String last = Numbers.whole(grid.firstStep(grid.columns()));
            text(svg, LEFT + CELLS_WIDTH, bottom + PlotFrame.LETTERS, "end", last);
        }
    }

    private static void text(Markup svg, double x, double y, String anchor, String text) {
        svg.element(
                "text",
                text,
                "class",
                "tick",
                "x",
                ChartCanvas.number(x),
                "y",
                ChartCanvas.number(y),
                "text-anchor",
                anchor);
    }
}
