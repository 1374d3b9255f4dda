// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import java.util.Locale;
import java.util.function.IntBinaryOperator;

/** A topology as plain text: a line with arrows for each rank, then its metrics. */
public final class TopologyText {
    /**
     * The share of loads replicated for which the text gives a hot rank's limit: 2 of 8 experts, as in LPLB's tests.
     */
    private static final double QUARTER = 0.25;

    private TopologyText() {}

    /**
     * Draws a topology; lines end with {@code \n}.
     *
     * @param topology any topology
     * @return several lines of text
     */
    public static String of(ReplicaTopology topology) {
        StringBuilder out = new StringBuilder();
        out.append(topology.name()).append(": ").append(topology.groupSize()).append(" ranks, ");
        out.append(topology.replicasPerRank())
                .append(topology.replicasPerRank() == 1 ? " replica set" : " replica sets");
        out.append(" a rank\n\n");
        int width = Integer.toString(topology.groupSize() - 1).length();
        String left = "holds copies of";
        String right = "its copies are on";
        int leftWidth = Math.max(left.length(), topology.replicasPerRank() * (width + 1) - 1);
        out.append(left).append(" ".repeat(leftWidth - left.length())).append("     rank     ");
        out.append(right).append('\n');
        for (int r = 0; r < topology.groupSize(); r++) {
            String originals = row(topology, r, width, topology::originalOf);
            out.append(" ".repeat(leftWidth - originals.length())).append(originals);
            out.append(" --> ").append(pad(r, 4)).append(" --> ");
            out.append(row(topology, r, width, topology::replicaOf)).append('\n');
        }
        return out.append('\n').append(metrics(topology)).toString();
    }

    private static String row(ReplicaTopology topology, int rank, int width, IntBinaryOperator partner) {
        StringBuilder row = new StringBuilder();
        for (int d = 0; d < topology.replicasPerRank(); d++) {
            row.append(d == 0 ? "" : " ").append(pad(partner.applyAsInt(rank, d), width));
        }
        return row.toString();
    }

    private static String pad(int number, int width) {
        return String.format(Locale.ROOT, "%" + width + "d", number);
    }

    /** The metrics in words, one a line. */
    static String metrics(ReplicaTopology topology) {
        TopologyMetrics m = TopologyMetrics.of(topology);
        StringBuilder out = new StringBuilder();
        String degree = m.degreeMin() == m.degreeMax() ? "" + m.degreeMin() : m.degreeMin() + ".." + m.degreeMax();
        out.append("neighbours of a rank        ").append(degree).append('\n');
        out.append("components                  ").append(m.components()).append('\n');
        out.append("diameter                    ");
        if (m.diameter().isPresent() && m.shedDiameter().isPresent()) {
            out.append(m.diameter().getAsInt()).append(" (");
            out.append(m.shedDiameter().getAsInt()).append(" from original to copy)\n");
        } else {
            out.append("none, not connected\n");
        }
        out.append("edge connectivity           ").append(m.edgeConnectivity()).append('\n');
        out.append("a rank's load reaches       ").append(m.takersMin()).append(" directly, ");
        out.append(m.reachMin()).append(" in all\n");
        double limit = new HotRank(topology, 0, QUARTER).levelLimit();
        out.append(String.format(
                Locale.ROOT,
                "rank 0 levels with others   up to %.2f times their load, a quarter of it replicated\n",
                limit));
        out.append("colours of the edges        ")
                .append(EdgeColouring.of(topology).colours())
                .append('\n');
        return out.toString();
    }
}
