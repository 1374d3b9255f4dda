// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A topology as a self-contained SVG picture: ranks on a circle, those of a torus on a grid, and an arrow from each
 * original to its copy in the colour of its replica set. Colours follow the reader's light or dark scheme. Title and
 * description are there for screen readers.
 */
public final class TopologySvg {
    /** Colours of the replica sets on light and on dark ground; further sets begin again (Okabe and Ito's palette). */
    private static final List<String> LIGHT = List.of("#0072b2", "#d55e00", "#00795a", "#a8477f", "#6a5acd", "#8a6d00");

    private static final List<String> DARK = List.of("#56b4e9", "#f0a35e", "#3fd0a8", "#e39bc6", "#b3a8ff", "#f0e442");

    /** Width of the arrow with the most load, in pixels. */
    private static final double THICKEST = 8;

    private final ReplicaTopology topology;
    private final TopologyLayout layout;
    private final String id;
    private final StringBuilder out = new StringBuilder();
    private final double @Nullable [] traffic;

    private TopologySvg(ReplicaTopology topology, String prefix, double @Nullable [] traffic) {
        this.topology = topology;
        this.layout = TopologyLayout.of(topology);
        this.traffic = traffic;
        // Ids are shared by all pictures of one page, hence the name in them.
        this.id = prefix + topology.name().replaceAll("[^A-Za-z0-9]+", "-");
    }

    /** Draws a topology; the answer is an {@code <svg>} element for a page or, as it stands, a file. */
    public static String of(ReplicaTopology topology) {
        return new TopologySvg(topology, "lplb-", null).draw();
    }

    /**
     * Draws the load that moves along the edges of a topology: the more, the thicker the arrow; an edge without any is
     * a dotted line. All arrows have one colour, the CSS variable {@code --traffic} of the page where it is set. There is
     * no legend. Hovering over an arrow shows its ends and its load.
     *
     * @param traffic {@code [edges]}, load on each edge in the order of {@link ReplicaTopology#edges}, not negative
     * @throws IllegalArgumentException if the length is wrong or a load is negative or not finite
     */
    public static String traffic(ReplicaTopology topology, double[] traffic) {
        if (traffic.length != topology.edges().size()) {
            throw new IllegalArgumentException("traffic: got length " + traffic.length + ", expected "
                    + topology.edges().size() + " edges");
        }
        for (int e = 0; e < traffic.length; e++) {
            if (!(traffic[e] >= 0) || traffic[e] == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException(
                        "traffic[" + e + "]: got " + traffic[e] + ", expected a finite load, at least 0");
            }
        }
        return new TopologySvg(topology, "lplb-traffic-", traffic.clone()).draw();
    }

    private String draw() {
        double height = layout.height() + (traffic == null ? 22 * legendRows() + 12 : 0);
        out.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" class=\"")
                .append(id);
        out.append("\" aria-labelledby=\"")
                .append(id)
                .append("-title ")
                .append(id)
                .append("-desc\"");
        out.append(" viewBox=\"0 0 ")
                .append(number(layout.width()))
                .append(' ')
                .append(number(height))
                .append('"');
        attribute("width", layout.width());
        attribute("height", height);
        out.append(">\n");
        out.append("<title id=\"").append(id).append("-title\">");
        out.append(traffic == null ? "Replica topology " : "Load on the edges of topology ");
        out.append(escape(topology.name())).append("</title>\n");
        out.append("<desc id=\"").append(id).append("-desc\">").append(topology.groupSize());
        out.append(" ranks; an arrow from each rank to the ranks that hold copies of its experts, one for each of ");
        out.append(topology.replicasPerRank()).append(" replica sets.</desc>\n");
        style();
        markers();
        for (Edge edge : topology.edges()) {
            arrow(edge);
        }
        for (int r = 0; r < topology.groupSize(); r++) {
            disc(r);
        }
        if (traffic == null) {
            legend();
        }
        return out.append("</svg>\n").toString();
    }

    private void style() {
        out.append("<style>\n");
        scheme("#ffffff", "#444444", "#1a1a1a", colours(LIGHT));
        out.append("@media (prefers-color-scheme: dark) {\n");
        scheme("#20242a", "#b8bec6", "#f2f2f2", colours(DARK));
        out.append("}\n");
        rule("path, ." + id + " line", "fill: none; stroke-width: 1.8");
        rule("text", "font: 12px sans-serif; text-anchor: middle");
        rule("text.legend", "text-anchor: start");
        rule("path.idle", "stroke-width: 1; stroke-dasharray: 2 4");
        out.append("</style>\n");
    }

    private List<String> colours(List<String> sets) {
        return traffic == null ? sets : Collections.nCopies(sets.size(), "var(--traffic, " + sets.get(0) + ")");
    }

    private void scheme(String fill, String stroke, String text, List<String> sets) {
        rule("circle", "fill: " + fill + "; stroke: " + stroke);
        rule("text", "fill: " + text);
        for (int d = 0; d < Math.min(topology.replicasPerRank(), sets.size()); d++) {
            rule(".s" + d, "stroke: " + sets.get(d));
            rule(".h" + d, "fill: " + sets.get(d));
        }
    }

    private void rule(String selector, String declarations) {
        out.append('.').append(id).append(' ').append(selector);
        out.append(" { ").append(declarations).append(" }\n");
    }

    private void markers() {
        out.append("<defs>\n");
        for (int d = 0; d < Math.min(topology.replicasPerRank(), LIGHT.size()); d++) {
            out.append("<marker id=\"").append(id).append("-head").append(d);
            // Heads of thick arrows do not grow with them.
            String size = traffic == null
                    ? "refX=\"7\" markerWidth=\"5\" markerHeight=\"5\""
                    : "refX=\"5\" markerWidth=\"13\" markerHeight=\"13\" markerUnits=\"userSpaceOnUse\"";
            out.append("\" viewBox=\"0 0 8 8\" refY=\"4\" ").append(size).append(" orient=\"auto\">");
            out.append("<polygon class=\"h").append(d).append("\" points=\"0,0 8,4 0,8\"/></marker>\n");
        }
        out.append("</defs>\n");
    }

    private void arrow(Edge edge) {
        double[] p = layout.curve(edge);
        out.append("<path d=\"M").append(number(p[0])).append(' ').append(number(p[1]));
        out.append(" Q").append(number(p[2])).append(' ').append(number(p[3]));
        out.append(' ').append(number(p[4])).append(' ').append(number(p[5])).append('"');
        if (traffic == null) {
            setColour(edge.slot(), "", "/>");
            return;
        }
        double load = traffic[edge.original() * topology.replicasPerRank() + edge.slot()];
        double most = Arrays.stream(traffic).max().orElse(0);
        attribute("style", "stroke-width: " + number(load > 0 ? 1 + (THICKEST - 1) * load / most : 1));
        String what = "rank " + edge.original() + " to rank " + edge.replica() + ": " + number(load);
        setColour(edge.slot(), load > 0 ? "" : " idle", "><title>" + what + "</title></path>");
    }

    private void legend() {
        for (int d = 0; d < topology.replicasPerRank(); d++) {
            double x = 16 + d % legendColumns() * 90;
            double y = layout.height() + 22 * (d / legendColumns()) + 8;
            out.append("<line");
            attribute("x1", x);
            attribute("y1", y);
            attribute("x2", x + 28);
            attribute("y2", y);
            setColour(d, "", "/>");
            out.append("<text class=\"legend\"");
            attribute("x", x + 34);
            attribute("y", y + 4);
            out.append(">set ").append(d).append("</text>\n");
        }
    }

    private void disc(int rank) {
        out.append("<circle");
        attribute("cx", layout.x(rank));
        attribute("cy", layout.y(rank));
        attribute("r", TopologyLayout.RADIUS);
        out.append("/><text");
        attribute("x", layout.x(rank));
        attribute("y", layout.y(rank) + 4);
        out.append('>').append(rank).append("</text>\n");
    }

    /** Ends the element of an arrow. */
    private void setColour(int set, String moreClasses, String end) {
        int colour = set % LIGHT.size();
        out.append(" class=\"s")
                .append(colour)
                .append(moreClasses)
                .append("\" marker-end=\"url(#")
                .append(id);
        out.append("-head").append(colour).append(")\"").append(end).append('\n');
    }

    private int legendColumns() {
        return Math.max(1, (int) ((layout.width() - 16) / 90));
    }

    private int legendRows() {
        return (topology.replicasPerRank() + legendColumns() - 1) / legendColumns();
    }

    private void attribute(String name, double value) {
        attribute(name, number(value));
    }

    private void attribute(String name, String value) {
        out.append(' ').append(name).append("=\"").append(value).append('"');
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
