// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import java.util.List;
import java.util.Locale;

/**
 * A topology as a self-contained SVG picture: ranks on a circle, those of a torus on a grid, and an arrow from each
 * original to its copy in the colour of its replica set. Colours follow the reader's light or dark scheme. Title and
 * description are there for screen readers.
 */
public final class TopologySvg {
    /** Colours of the replica sets on light and on dark ground; further sets begin again (Okabe and Ito's palette). */
    private static final List<String> LIGHT = List.of("#0072b2", "#d55e00", "#00795a", "#a8477f", "#6a5acd", "#8a6d00");

    private static final List<String> DARK = List.of("#56b4e9", "#f0a35e", "#3fd0a8", "#e39bc6", "#b3a8ff", "#f0e442");

    private final ReplicaTopology topology;
    private final TopologyLayout layout;
    private final String id;
    private final StringBuilder out = new StringBuilder();

    private TopologySvg(ReplicaTopology topology) {
        this.topology = topology;
        this.layout = TopologyLayout.of(topology);
        // Ids are shared by all pictures of one page, hence the name in them.
        this.id = "lplb-" + topology.name().replaceAll("[^A-Za-z0-9]+", "-");
    }

    /**
     * Draws a topology; the answer is an {@code <svg>} element for a page or, as it stands, a file.
     *
     * @param topology any topology
     * @return an SVG document in UTF-8
     */
    public static String of(ReplicaTopology topology) {
        return new TopologySvg(topology).draw();
    }

    private String draw() {
        double height = layout.height() + 22 * legendRows() + 12;
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
        out.append("<title id=\"").append(id).append("-title\">Replica topology ");
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
        legend();
        return out.append("</svg>\n").toString();
    }

    private void style() {
        out.append("<style>\n");
        scheme("#ffffff", "#444444", "#1a1a1a", LIGHT);
        out.append("@media (prefers-color-scheme: dark) {\n");
        scheme("#20242a", "#b8bec6", "#f2f2f2", DARK);
        out.append("}\n");
        rule("path, ." + id + " line", "fill: none; stroke-width: 1.8");
        rule("text", "font: 12px sans-serif; text-anchor: middle");
        rule("text.legend", "text-anchor: start");
        out.append("</style>\n");
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
            out.append(
                    "\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"5\" markerHeight=\"5\" orient=\"auto\">");
            out.append("<polygon class=\"h").append(d).append("\" points=\"0,0 8,4 0,8\"/></marker>\n");
        }
        out.append("</defs>\n");
    }

    private void arrow(Edge edge) {
        double[] p = layout.curve(edge);
        out.append("<path d=\"M").append(number(p[0])).append(' ').append(number(p[1]));
        out.append(" Q").append(number(p[2])).append(' ').append(number(p[3]));
        out.append(' ').append(number(p[4])).append(' ').append(number(p[5])).append('"');
        setColour(edge.slot());
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
            setColour(d);
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
    private void setColour(int set) {
        int colour = set % LIGHT.size();
        out.append(" class=\"s").append(colour).append("\" marker-end=\"url(#").append(id);
        out.append("-head").append(colour).append(")\"/>\n");
    }

    private int legendColumns() {
        return Math.max(1, (int) ((layout.width() - 16) / 90));
    }

    private int legendRows() {
        return (topology.replicasPerRank() + legendColumns() - 1) / legendColumns();
    }

    private void attribute(String name, double value) {
        out.append(' ').append(name).append("=\"").append(number(value)).append('"');
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
