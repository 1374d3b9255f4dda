// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.report.chart.ChartCanvas;
import io.lplb.report.chart.Markup;
import io.lplb.report.chart.Numbers;
import io.lplb.report.chart.PlotFrame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The histogram of gaps of many solvers: for each a bar from 0 to 100 % of its problems, divided into classes of gaps from
 * the smallest to the largest in colours from cold to hot; what is missing at the right end had no answer.
 */
final class GapBars {
    /** Colours of the classes, of those of a heat map. */
    static final List<String> COLOURS = List.of("h0", "h1", "h2", "h3", "h5", "h7", "h9");

    private static final int ROW = 44;
    private static final int BAR_TOP = 24;
    private static final int BAR_HEIGHT = 13;

    private GapBars() {}

    /** Adds up the classes of each solver; those without are left out. */
    static Map<String, List<Long>> sums(List<QualityResult> quality) {
        Map<String, List<Long>> sums = new LinkedHashMap<>();
        for (QualityResult q : quality) {
            if (!q.gaps().isEmpty()) {
                sums.merge(q.solver(), q.gaps(), GapBars::plus);
            }
        }
        return sums;
    }

    private static List<Long> plus(List<Long> a, List<Long> b) {
        List<Long> sum = new ArrayList<>();
        for (int k = 0; k < a.size(); k++) {
            sum.add(a.get(k) + b.get(k));
        }
        return sum;
    }

    /** Names of the classes: upper ends in percent of the mean load. */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        Quality.GAP_CLASSES.forEach(bound -> names.add(Numbers.tick(100 * bound) + " %"));
        names.add("more");
        return names;
    }

    /** Draws the bars; {@code problems} says how many each solver was given. */
    static String svg(Map<String, List<Long>> sums, Map<String, Double> problems) {
        Markup svg = new Markup()
                .open(
                        "svg",
                        "xmlns",
                        "http://www.w3.org/2000/svg",
                        "class",
                        "plot bars",
                        "role",
                        "img",
                        "aria-label",
                        "Histogram of gaps. " + words(sums),
                        "viewBox",
                        "0 0 " + PlotFrame.WIDTH + " " + (ROW * sums.size()));
        int row = 0;
        for (Map.Entry<String, List<Long>> entry : sums.entrySet()) {
            int top = ROW * row++;
            svg.element("text", entry.getKey(), "class", "tick", "x", "0", "y", String.valueOf(top + BAR_TOP - 6));
            double all = problems.getOrDefault(entry.getKey(), 0.0);
            double x = 0;
            for (int c = 0; c < entry.getValue().size(); c++) {
                double width = all > 0 ? PlotFrame.WIDTH * entry.getValue().get(c) / all : 0;
                if (width > 0) {
                    bar(svg, COLOURS.get(c), x, top, width);
                }
                x += width;
            }
        }
        return svg.close().toString();
    }

    private static void bar(Markup svg, String cssClass, double x, int top, double width) {
        svg.empty(
                "rect",
                "class",
                cssClass,
                "x",
                ChartCanvas.number(x),
                "y",
                String.valueOf(top + BAR_TOP),
                "width",
                ChartCanvas.number(width),
                "height",
                String.valueOf(BAR_HEIGHT));
    }

    private static String words(Map<String, List<Long>> sums) {
        List<String> parts = new ArrayList<>();
        sums.forEach((solver, counts) -> parts.add(solver + " " + counts));
        return "Problems with a gap up to " + String.join(", ", names()) + ": " + String.join("; ", parts);
    }
}
