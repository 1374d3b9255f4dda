// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

/**
 * The split from which a {@link LevelFlow} starts: items poured like water into their hosts, one after the other, then a
 * few sweeps of relaxation (see {@code RelaxationSolver}). Few ranks are left above the smallest level, by little, so few
 * augmenting paths remain to be found.
 *
 * <p>In whole tokens every pour is rounded, so the split stays whole.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class StartSplit {
    private final FlowGraph graph;
    private final double[] speed;
    private final double[] load;
    private final double[] share;
    private final double[] rankLoad;
    private boolean whole;
    private boolean equalSpeeds;

    /** A workspace on the arrays of a flow, which it reads (speed, load) and writes (share, rankLoad). */
    StartSplit(FlowGraph graph, double[] speed, double[] load, double[] share, double[] rankLoad) {
        this.graph = graph;
        this.speed = speed;
        this.load = load;
        this.share = share;
        this.rankLoad = rankLoad;
    }

    /**
     * Pours every item; {@code rankLoad} holds the fixed loads before, and the loads of the split after.
     *
     * @param equalSpeeds whether all ranks are active and have speed 1
     */
    void pour(boolean whole, boolean equalSpeeds, int sweeps) {
        this.whole = whole;
        this.equalSpeeds = equalSpeeds;
        pourPairs();
        for (int k = graph.pairs; k < graph.items; k++) {
            pour(graph.order[k]);
        }
        for (int s = 0; s < sweeps; s++) {
            sweepPairs();
            for (int k = graph.pairs; k < graph.items; k++) {
                repour(graph.order[k]);
            }
        }
    }

    private void pourPairs() {
        int[] host = graph.host;
        for (int k = 0; k < graph.pairs; k++) {
            int i = graph.order[k];
            int e = graph.offset[i];
            double w = load[i];
            int r0 = host[e];
            int r1 = host[e + 1];
            double first;
            if (equalSpeeds) {
                first = 0.5 * (w + rankLoad[r1] - rankLoad[r0]);
            } else {
                double s = Math.max(speed[r0] + speed[r1], Double.MIN_NORMAL);
                first = speed[r1] == 0 ? w : speed[r0] / s * (w + rankLoad[r0] + rankLoad[r1]) - rankLoad[r0];
            }
            first = Math.min(Math.max(whole ? Math.rint(first) : first, 0), w);
            share[e] = first;
            share[e + 1] = w - first;
            rankLoad[r0] += first;
            rankLoad[r1] += w - first;
        }
    }

    private void sweepPairs() {
        int[] host = graph.host;
        for (int k = 0; k < graph.pairs; k++) {
            int i = graph.order[k];
            int e = graph.offset[i];
            if (load[i] > 0) {
                int r0 = host[e];
                int r1 = host[e + 1];
                double moved = equalSpeeds
                        ? 0.5 * (rankLoad[r0] - rankLoad[r1])
                        : (rankLoad[r0] * speed[r1] - rankLoad[r1] * speed[r0]) / (speed[r0] + speed[r1]);
                moved = Math.min(Math.max(whole ? Math.rint(moved) : moved, -share[e + 1]), share[e]);
                if (equalSpeeds || (speed[r0] > 0 && speed[r1] > 0)) {
                    share[e] -= moved;
                    share[e + 1] += moved;
                    rankLoad[r0] -= moved;
                    rankLoad[r1] += moved;
                }
            }
        }
    }

    private void repour(int item) {
        if (load[item] > 0) {
            for (int e = graph.offset[item]; e < graph.offset[item + 1]; e++) {
                rankLoad[graph.host[e]] -= share[e];
            }
            pour(item);
        }
    }

    /** Pours one item into its active hosts; a host above the water level stays dry. */
    private void pour(int item) {
        int first = graph.offset[item];
        int end = graph.offset[item + 1];
        int[] host = graph.host;
        double w = load[item];
        double level = Double.POSITIVE_INFINITY;
        int wet = end - first + 1;
        int before = w > 0 ? wet + 1 : wet;
        while (wet < before) {
            before = wet;
            wet = 0;
            double water = w;
            double width = 0;
            for (int e = first; e < end; e++) {
                double s = speed[host[e]];
                double b = rankLoad[host[e]];
                if (s > 0 && b < s * level) {
                    water += b;
                    width += s;
                    wet++;
                }
            }
            level = water / width;
        }
        spread(first, end, w, level);
    }

    /** Fills hosts up to the level, and gives what rounding has left over to the hosts that got some, in their order. */
    private void spread(int first, int end, double w, double level) {
        double left = w;
        int last = -1;
        for (int e = first; e < end; e++) {
            int r = graph.host[e];
            double s = speed[r];
            double v = w > 0 && s > 0 ? Math.min(Math.max(s * level - rankLoad[r], 0), left) : 0;
            v = whole ? Math.floor(v) : v;
            share[e] = v;
            left -= v;
            last = v > 0 || (last < 0 && w > 0 && s > 0) ? e : last;
        }
        if (whole && left > 0) {
            for (int e = first; e < end && left > 0; e++) {
                if (share[e] > 0) {
                    share[e] += 1;
                    left -= 1;
                }
            }
        }
        if (left > 0) {
            share[last] += left;
        }
        for (int e = first; e < end; e++) {
            rankLoad[graph.host[e]] += share[e];
        }
    }
}
