// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

/**
 * Places of ranks and arrows of a drawn topology, in pixels: a grid if the topology is a torus, else a circle with rank
 * 0 at the top. Arrows bend to their left, so that the two between ranks that copy each other stay apart.
 */
final class TopologyLayout {
    /** The radius of a rank's disc. */
    static final double RADIUS = 15;

    private static final double PITCH = 90;
    private static final double MARGIN = 70;

    private final double[] x;
    private final double[] y;
    private final int gridColumns;
    private double width;
    private double height;

    private TopologyLayout(int ranks, int gridColumns) {
        this.x = new double[ranks];
        this.y = new double[ranks];
        this.gridColumns = gridColumns;
    }

    static TopologyLayout of(ReplicaTopology topology) {
        int ranks = topology.groupSize();
        int columns = gridColumns(topology);
        TopologyLayout layout = new TopologyLayout(ranks, columns);
        if (columns > 0) {
            layout.grid(columns);
        } else {
            layout.circle();
        }
        return layout;
    }

    /** The number of columns if this is the torus of that many, else 0. */
    private static int gridColumns(ReplicaTopology topology) {
        int ranks = topology.groupSize();
        if (topology.replicasPerRank() != 2 || ranks > Topologies.MAX_RANKS) {
            return 0;
        }
        // The first rank's copies in set 0 come from the next row, which begins after one row.
        int columns = topology.originalOf(0, 0);
        boolean divides = columns >= 2 && ranks % columns == 0 && ranks / columns >= 2;
        return divides && topology.equals(Topologies.torus(ranks / columns, columns)) ? columns : 0;
    }

    private void grid(int columns) {
        for (int r = 0; r < x.length; r++) {
            int row = r / columns;
            x[r] = MARGIN + (r - row * columns) * PITCH;
            y[r] = MARGIN + row * PITCH;
        }
        width = 2 * MARGIN + (columns - 1) * PITCH;
        height = 2 * MARGIN + (x.length / columns - 1) * PITCH - MARGIN / 2;
    }

    private void circle() {
        double radius = Math.max(110, x.length * 3 * RADIUS / (2 * Math.PI));
        for (int r = 0; r < x.length; r++) {
            double angle = 2 * Math.PI * r / x.length;
            x[r] = radius + 2 * RADIUS + radius * Math.sin(angle);
            y[r] = radius + 2 * RADIUS - radius * Math.cos(angle);
        }
        width = 2 * radius + 4 * RADIUS;
        height = width;
    }

    double width() {
        return width;
    }

    double height() {
        return height;
    }

    double x(int rank) {
        return x[rank];
    }

    double y(int rank) {
        return y[rank];
    }

    /** An arrow as a quadratic curve from disc to disc: start, control point, end, each x then y. */
    double[] curve(Edge edge) {
        int a = edge.original();
        int b = edge.replica();
        double dx = x[b] - x[a];
        double dy = y[b] - y[a];
        double length = Math.hypot(dx, dy);
        double bend = 0.12 * length;
        if (gridColumns > 0 && length > 1.5 * PITCH) {
            // An arrow around the torus passes beside the discs of its line.
            bend = 1.1 * PITCH;
        }
        double cx = (x[a] + x[b]) / 2 + dy / length * bend;
        double cy = (y[a] + y[b]) / 2 - dx / length * bend;
        double leave = RADIUS / Math.hypot(cx - x[a], cy - y[a]);
        double arrive = (RADIUS + 2) / Math.hypot(cx - x[b], cy - y[b]);
        return new double[] {
            x[a] + leave * (cx - x[a]),
            y[a] + leave * (cy - y[a]),
            cx,
            cy,
            x[b] + arrive * (cx - x[b]),
            y[b] + arrive * (cy - y[b])
        };
    }
}
