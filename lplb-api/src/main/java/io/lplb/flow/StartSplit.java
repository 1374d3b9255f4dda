// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

/**
 * The split from which a {@link LevelFlow} starts: items with two hosts divided by speed and others poured like water into
 * their hosts, then sweeps of relaxation (see {@code RelaxationSolver}), and in whole tokens a rounding at the end. Few ranks
 * are left above the smallest level, by little, so few augmenting paths remain to be found.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class StartSplit {
    /** Fractional loads beyond the limits by less than this are rounding errors. */
    private static final double ROUNDING_OF_SUMS = 1 + 0x1p-40;

    private static final int LEAST_SWEEPS = 2;

    /** Sweeps over items with two hosts cost little; each saves augmenting paths, which cost more. */
    private static final int MOST_SWEEPS_OF_PAIRS = 32;

    private static final int MOST_SWEEPS = 6;

    /** Another sweep is worth its time if the last one lowered the largest load to less than this part of it. */
    private static final double PROGRESS_OF_PAIRS = 0.9995;

    private static final double PROGRESS = 0.99;

    /** How far later sweeps go beyond the level (successive over-relaxation, Young 1954); by measurement. */
    private static final double OVER_RELAXATION = 1.6;

    private final FlowGraph graph;
    private final double[] speed;
    private final double[] load;
    private final double[] share;
    private final double[] rankLoad;
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
     * @param enough a level that no split is below
     */
    void pour(boolean whole, boolean equalSpeeds, double enough) {
        this.equalSpeeds = equalSpeeds;
        pourPairs();
        for (int k = graph.pairs; k < graph.items; k++) {
            pour(graph.order[k]);
        }
        boolean pairsOnly = graph.pairs == graph.items;
        int most = pairsOnly ? MOST_SWEEPS_OF_PAIRS : MOST_SWEEPS;
        double progress = pairsOnly ? PROGRESS_OF_PAIRS : PROGRESS;
        double max = Double.POSITIVE_INFINITY;
        double before = Double.POSITIVE_INFINITY;
        for (int s = 0; s < LEAST_SWEEPS || (s < most && max > enough && max < progress * before); s++) {
            sweepPairs(s < LEAST_SWEEPS ? 1 : OVER_RELAXATION);
            for (int k = graph.pairs; k < graph.items; k++) {
                repour(graph.order[k]);
            }
            before = max;
            max = largestLoad();
        }
        if (whole) {
            round();
        }
    }

    /** Rounds all shares so that the entries of an item still sum to its load. */
    private void round() {
        for (int i = 0; i < graph.items; i++) {
            double sum = 0;
            double rounded = 0;
            int end = graph.offset[i + 1];
            for (int e = graph.offset[i]; e < end; e++) {
                sum += share[e];
                double upTo = e == end - 1 ? load[i] : Math.min(Math.rint(sum), load[i]);
                double v = upTo - rounded;
                rankLoad[graph.host[e]] += v - share[e];
                share[e] = v;
                rounded = upTo;
            }
        }
        for (int r = 0; r < graph.ranks; r++) {
            rankLoad[r] = Math.rint(rankLoad[r]);
        }
    }

    private double largestLoad() {
        double max = 0;
        for (int r = 0; r < graph.ranks; r++) {
            max = equalSpeeds ? Math.max(max, rankLoad[r]) : speed[r] > 0 ? Math.max(max, rankLoad[r] / speed[r]) : max;
        }
        return max;
    }

    private void pourPairs() {
        int[] host = graph.host;
        for (int k = 0; k < graph.pairs; k++) {
            int i = graph.order[k];
            int e = graph.offset[i];
            double w = load[i];
            int r0 = host[e];
            int r1 = host[e + 1];
            double first = equalSpeeds ? 0.5 * w : speed[r1] == 0 ? w : w * (speed[r0] / (speed[r0] + speed[r1]));
            share[e] = first;
            share[e + 1] = w - first;
            rankLoad[r0] += first;
            rankLoad[r1] += w - first;
        }
    }

    private void sweepPairs(double relaxation) {
        int[] host = graph.host;
        for (int k = 0; k < graph.pairs; k++) {
            int i = graph.order[k];
            int e = graph.offset[i];
            if (load[i] > 0) {
                int r0 = host[e];
                int r1 = host[e + 1];
                double moved = relaxation
                        * (equalSpeeds
                                ? 0.5 * (rankLoad[r0] - rankLoad[r1])
                                : (rankLoad[r0] * speed[r1] - rankLoad[r1] * speed[r0]) / (speed[r0] + speed[r1]));
                moved = Math.min(Math.max(moved, -share[e + 1]), share[e]);
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

    /** Fills hosts up to the level, and gives what rounding has left over to the last one that got some. */
    private void spread(int first, int end, double w, double level) {
        double left = w;
        int last = -1;
        for (int e = first; e < end; e++) {
            int r = graph.host[e];
            double s = speed[r];
            double v = w > 0 && s > 0 ? Math.min(Math.max(s * level - rankLoad[r], 0), left) : 0;
            share[e] = v;
            left -= v;
            last = v > 0 || (last < 0 && w > 0 && s > 0) ? e : last;
        }
        if (left > 0) {
            share[last] += left;
        }
        for (int e = first; e < end; e++) {
            rankLoad[graph.host[e]] += share[e];
        }
    }

    /**
     * Moves what exceeds the limits of entries to the item's other hosts, the least loaded ones first.
     *
     * @param limit the most of every entry, 0 on inactive ranks
     * @param whole whether all numbers are whole tokens
     * @return the first item whose load exceeds all its limits together, or -1
     */
    int fit(double[] limit, boolean whole) {
        for (int i = 0; i < graph.items; i++) {
            double most = 0;
            double excess = 0;
            for (int e = graph.offset[i]; e < graph.offset[i + 1]; e++) {
                most += limit[e];
                excess += Math.max(0, share[e] - limit[e]);
            }
            if (load[i] > most * (whole ? 1 : ROUNDING_OF_SUMS)) {
                return i;
            }
            if (excess > 0) {
                moveExcess(i, limit);
            }
        }
        return -1;
    }

    private void moveExcess(int item, double[] limit) {
        double excess = 0;
        for (int e = graph.offset[item]; e < graph.offset[item + 1]; e++) {
            double more = share[e] - limit[e];
            if (more > 0) {
                share[e] = limit[e];
                rankLoad[graph.host[e]] -= more;
                excess += more;
            }
        }
        while (excess > 0) {
            int to = leastLoaded(item, limit);
            // What no limit has room for is a rounding error, which shows least in the largest share.
            double moved = to < 0 ? excess : Math.min(excess, limit[to] - share[to]);
            int entry = to < 0 ? largest(item) : to;
            share[entry] += moved;
            rankLoad[graph.host[entry]] += moved;
            excess -= moved;
        }
    }

    /** Returns the entry with room on the least loaded rank, or -1. */
    private int leastLoaded(int item, double[] limit) {
        int best = -1;
        for (int e = graph.offset[item]; e < graph.offset[item + 1]; e++) {
            int r = graph.host[e];
            if (share[e] < limit[e]
                    && (best < 0 || rankLoad[r] * speed[graph.host[best]] < rankLoad[graph.host[best]] * speed[r])) {
                best = e;
            }
        }
        return best;
    }

    private int largest(int item) {
        int best = graph.offset[item];
        for (int e = best + 1; e < graph.offset[item + 1]; e++) {
            best = share[e] > share[best] ? e : best;
        }
        return best;
    }
}
