// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.PathIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Canvas of a chart that becomes SVG whose colours follow the reader's light or dark scheme. The charting library
 * knows only fixed colours and draws letters as outlines. So each series paints in a colour that means its number
 * ({@link #ink}); here the number becomes a CSS class, and whatever is painted in other colours (grid, letters) is left
 * out, for {@link PlotFrame} to draw as lines and text. The lines of one series are joined into one path.
 *
 * <p>Not thread-safe.
 */
public final class ChartCanvas extends VectorGraphics2D {
    private static final int RED = 1;
    private static final int GREEN = 2;

    private final List<StringBuilder> lines = new ArrayList<>();
    private final List<StringBuilder> areas = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();

    public ChartCanvas(int series) {
        for (int s = 0; s < series; s++) {
            lines.add(new StringBuilder());
            areas.add(new StringBuilder());
            ends.add("");
        }
    }

    /** The colour that stands for a series. */
    public static Color ink(int series) {
        return new Color(RED, GREEN, series);
    }

    /** The number of the series in whose colour things are painted now, or -1. */
    private int series() {
        Color colour = getColor();
        boolean known = colour.getRed() == RED && colour.getGreen() == GREEN && colour.getBlue() < lines.size();
        return known ? colour.getBlue() : -1;
    }

    @Override
    public void draw(Shape shape) {
        int s = series();
        if (s >= 0) {
            ends.set(s, append(shape, lines.get(s), ends.get(s)));
        }
    }

    @Override
    public void fill(Shape shape) {
        int s = series();
        if (s >= 0) {
            append(shape, areas.get(s), "");
        }
    }

    /** Appends a shape to path data; a shape that begins where the last one ended goes on from there. */
    private String append(Shape shape, StringBuilder path, String last) {
        double[] p = new double[6];
        String end = last;
        for (PathIterator i = shape.getPathIterator(getTransform(), 0.2); !i.isDone(); i.next()) {
            int kind = i.currentSegment(p);
            if (kind == PathIterator.SEG_CLOSE) {
                path.append('Z');
                end = "";
                continue;
            }
            String point = number(p[0]) + " " + number(p[1]);
            if (kind == PathIterator.SEG_LINETO || !point.equals(end)) {
                path.append(kind == PathIterator.SEG_MOVETO ? 'M' : 'L').append(point);
            }
            end = point;
        }
        return end;
    }

    /** Returns the areas and lines of all series as SVG paths; {@code classes} are their CSS classes. */
    public String paths(List<String> classes) {
        StringBuilder svg = new StringBuilder();
        for (int s = 0; s < lines.size(); s++) {
            path(svg, "area " + classes.get(s), areas.get(s));
            path(svg, "line " + classes.get(s), lines.get(s));
        }
        return svg.toString();
    }

    private static void path(StringBuilder svg, String classes, StringBuilder data) {
        if (!data.isEmpty()) {
            svg.append("<path class=\"").append(Markup.escape(classes));
            svg.append("\" d=\"").append(data).append("\"/>\n");
        }
    }

    public static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
