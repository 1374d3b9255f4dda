// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.replicas;

import io.lplb.report.chart.PlotFrame;
import io.lplb.report.chart.XyPlot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Picture of planning times over ranks, one plot per number of spare slots and one line per number of experts, from the
 * lines that {@code ReplicaFigures growth} writes: {@code ranks experts slots before after replicas us}.
 */
final class GrowthPicture {
    private static final String[] COLOURS = {
        "#1f4e79", "#c0392b", "#2e8b57", "#8e44ad", "#d68910", "#117a8b", "#555555", "#b03a6b"
    };

    private static final int WIDTH = 760;
    private static final int PLOT_HEIGHT = 320;
    private static final int TOP = 70;
    private static final int EXPERTS_AT = 1;
    private static final int SLOTS_AT = 2;
    private static final int MICROS_AT = 6;

    private final List<double[]> rows = new ArrayList<>();

    /**
     * Reads results.
     *
     * @param lines of a file of results; those that start with # are skipped
     * @throws IllegalArgumentException if a line has other than 7 numbers
     */
    GrowthPicture(List<String> lines) {
        for (String line : lines) {
            if (!line.startsWith("#") && !line.isBlank()) {
                String[] words = line.strip().split(" +", -1);
                if (words.length != MICROS_AT + 1) {
                    throw new IllegalArgumentException("line: got " + line + ", expected 7 numbers");
                }
                double[] row = new double[words.length];
                for (int k = 0; k < row.length; k++) {
                    row[k] = Double.parseDouble(words[k]);
                }
                rows.add(row);
            }
        }
    }

    /** Returns the picture as an SVG document. */
    String svg() {
        SortedSet<Integer> slots = distinct(SLOTS_AT);
        List<Integer> experts = List.copyOf(distinct(EXPERTS_AT));
        int height = TOP + PLOT_HEIGHT * slots.size();
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"14\">%n",
                WIDTH,
                height));
        svg.append(
                "<style>.plot text{font-size:14px;fill:#444}.grid{fill:none;stroke:#ddd}.line{fill:none;stroke-width:1.7}");
        for (int k = 0; k < COLOURS.length; k++) {
            svg.append(
                    String.format(Locale.ROOT, ".e%d.line{stroke:%s}.e%d.area{fill:%s}", k, COLOURS[k], k, COLOURS[k]));
        }
        svg.append("</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        svg.append(
                "<text x=\"10\" y=\"24\">Microseconds of a plan on one core, by ranks and number of experts</text>\n");
        for (int k = 0; k < experts.size(); k++) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"48\" fill=\"%s\">%,d</text>%n",
                    10 + 70 * k,
                    COLOURS[k % COLOURS.length],
                    experts.get(k)));
        }
        int top = TOP;
        for (int count : slots) {
            svg.append(String.format(
                    Locale.ROOT, "<svg y=\"%d\" width=\"%d\" height=\"%d\">", top, WIDTH, PLOT_HEIGHT - 10));
            svg.append(plot(count, experts)).append("</svg>\n");
            top += PLOT_HEIGHT;
        }
        return svg.append("</svg>\n").toString();
    }

    private SortedSet<Integer> distinct(int column) {
        SortedSet<Integer> values = new TreeSet<>();
        rows.forEach(row -> values.add((int) row[column]));
        return values;
    }

    private String plot(int slots, List<Integer> experts) {
        String title = slots + (slots == 1 ? " spare slot" : " spare slots") + " per rank";
        XyPlot plot = new XyPlot(new PlotFrame(title, "time of a plan", "ranks", "us, " + title))
                .logX()
                .logY();
        for (int k = 0; k < experts.size(); k++) {
            TreeMap<Double, Double> points = new TreeMap<>();
            for (double[] row : rows) {
                if (row[SLOTS_AT] == slots && row[EXPERTS_AT] == experts.get(k)) {
                    points.put(row[0], row[MICROS_AT]);
                }
            }
            double[] x = points.keySet().stream().mapToDouble(v -> v).toArray();
            double[] y = points.values().stream().mapToDouble(v -> v).toArray();
            String look = "e" + k % COLOURS.length;
            plot.points(look, x, y);
            if (x.length > 1) {
                plot.line(look, x, y);
            }
        }
        return plot.svg();
    }
}
