// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.replay.ReplayReport;
import io.lplb.report.chart.Markup;
import io.lplb.report.chart.Numbers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Picture that stands alone: for each policy of a replay a panel with a bar per rank, the busiest rank of every batch first, and a line at the
 * mean load. Heights are means over the batches. The style sheet in it follows the reader's choice of light or dark.
 */
public final class RankPicture {
    private static final int WIDTH = 760;
    private static final int TOP = 64;
    private static final int BOTTOM = 230;
    private static final int MARGIN = 12;
    private static final String STYLE = """
            text { font: 14px sans-serif; fill: #24292f } .small { font-size: 12px; fill: #57606a }
            .other { fill: #b35900 } .library { fill: #0969da } .mean { stroke: #57606a; stroke-dasharray: 4 3 }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6edf3 } .small { fill: #9da7b1 } .other { fill: #e09b4a } .library { fill: #58a6ff }
              .mean { stroke: #9da7b1 }
            }""";

    private RankPicture() {}

    /** Writes the picture as SVG in UTF-8; the stream stays open. */
    public static void write(ReplayReport report, ReplayRecord record, OutputStream out) throws IOException {
        int panels = record.policies().size();
        double width = (double) (WIDTH - MARGIN) / panels;
        double most = 1;
        for (int k = 0; k < panels; k++) {
            most = Math.max(most, Arrays.stream(record.fallingLoads(k)).max().orElse(1));
        }
        Markup svg = new Markup()
                .open(
                        "svg",
                        "xmlns",
                        "http://www.w3.org/2000/svg",
                        "viewBox",
                        "0 0 " + WIDTH + " 278",
                        "role",
                        "img",
                        "aria-label",
                        "Tokens of each rank over the mean, by strategy")
                .element("style", STYLE);
        for (int k = 0; k < panels; k++) {
            double left = MARGIN + k * width;
            boolean library = record.policies().get(k).isLibrary();
            text(svg, "", left, 24, report.strategies().get(k).strategy());
            text(svg, "small", left, 42, report.strategies().get(k).placement());
            double[] loads = record.fallingLoads(k);
            double step = (width - MARGIN) / loads.length;
            for (int r = 0; r < loads.length; r++) {
                double height = loads[r] / most * (BOTTOM - TOP);
                svg.empty(
                        "rect",
                        "class",
                        library ? "library" : "other",
                        "x",
                        number(left + r * step),
                        "y",
                        number(BOTTOM - height),
                        "width",
                        number(0.8 * step),
                        "height",
                        number(height));
            }
            double mean = BOTTOM - (BOTTOM - TOP) / most;
            String path = "M" + number(left) + " " + number(mean) + "h" + number(width - MARGIN);
            svg.empty("path", "class", "mean", "d", path);
            text(
                    svg,
                    "",
                    left,
                    BOTTOM + 18,
                    Numbers.decimal(report.strategies().get(k).imbalance().mean(), 2));
        }
        text(
                svg,
                "small",
                MARGIN,
                BOTTOM + 40,
                "Tokens of each rank, the busiest of every batch first, means of " + Numbers.whole(record.batches())
                        + " batches; dashed: mean rank; number: busiest / mean.");
        out.write(svg.close().toString().getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }

    private static void text(Markup svg, String cssClass, double x, double y, String text) {
        svg.element("text", text, "class", cssClass, "x", number(x), "y", number(y));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
