// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

/**
 * The split from which a {@link LevelFlow} starts: items with two hosts divided by speed and others poured like water into
 * their hosts, then sweeps of relaxation (see {@code RelaxationSolver}) unless the largest load is a lower bound already, and in
 * whole tokens a rounding at the end. Few ranks are left above the smallest level, by little, so few augmenting paths remain.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class StartSplit {
    /** Fractional loads beyond the limits by less than this are rounding errors. */
    private static final double ROUNDING_OF_SUMS = 1 + 0x1p-40;

    /** Sweeps that pour plainly; over-relaxation would delay small groups, which need no more. */
    private static final int PLAIN_SWEEPS = 1;

    /** Sweeps over items with two hosts cost little; each saves augmenting paths. */
    private static final int MOST_SWEEPS_OF_PAIRS = 10;

    private static final int MOST_SWEEPS = 6;

    /** Another sweep is worth its time if the last one lowered the largest load to less than this part of it. */
    private static final double PROGRESS = 0.985;

    /** How far later sweeps go beyond the level (successive over-relaxation, Young 1954); by measurement. */
    private static final double OVER_RELAXATION = 1.6;

    private final FlowGraph graph;
    private final double[] speed;
    private final double[] load;
    private final double[] share;
    private final double[] rankLoad;

    /** Items with a load and at least two active hosts: first those with two hosts, then the others. */
    private final int[] chosen;

    /** One over the sum of the two speeds, for the chosen items with two hosts. */
    private final double[] perSpeeds;

    private int pairs;
    private int count;
    private boolean equalSpeeds;

    /** A workspace on the arrays of a flow, which it reads (speed, load) and writes (share, rankLoad). */
    StartSplit(FlowGraph graph, double[] speed, double[] load, double[] share, double[] rankLoad) {
        this.graph = graph;
        this.speed = speed;
        this.load = load;
        this.share = share;
        this.rankLoad = rankLoad;
        chosen = new int[graph.items];
        perSpeeds = new double[graph.pairs];
    }

    /**
     * Pours every item; {@code rankLoad} holds the fixed loads before, and about the loads of the split after.
     *
     * @param equalSpeeds whether all active ranks have speed 1
     * @param enough a level that no split is below
     */
    void pour(boolean whole, boolean equalSpeeds, double enough) {
        this.equalSpeeds = equalSpeeds;
        pourPairs();
        pourOthers();
        int most = pairs == count ? MOST_SWEEPS_OF_PAIRS : MOST_SWEEPS;
        double max = largestLoad();
        double before = Double.POSITIVE_INFINITY;
        for (int s = 0; s < most && max > enough && max < PROGRESS * before; s++) {
            sweepPairs(s < PLAIN_SWEEPS ? 1 : OVER_RELAXATION);
            for (int k = pairs; k < count; k++) {
                repour(chosen[k]);
            }
            before = max;
            max = largestLoad();
        }
        for (int k = pairs; k < count; k++) {
            completeSum(chosen[k]);
        }
        if (whole) {
            round();
        }
    }

    /** Rounds all shares so that the entries of an item still sum to its load. */
    private void round() {
        for (int k = 0; k < count; k++) {
            int i = chosen[k];
            double sum = 0;
            double rounded = 0;
            int end = graph.offset[i + 1];
            for (int e = graph.offset[i]; e < end; e++) {
                sum += share[e];
                double upTo = e == end - 1 ? load[i] : Math.min(Math.rint(sum), load[i]);
                share[e] = upTo - rounded;
                rounded = upTo;
            }
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
        pairs = 0;
        for (int k = 0; k < graph.pairs; k++) {
            int i = graph.order[k];
            int e = graph.offset[i];
            double w = load[i];
            int r0 = host[e];
            int r1 = host[e + 1];
            double s0 = speed[r0];
            double s1 = speed[r1];
            double first = equalSpeeds ? 0.5 * w : 0;
            if (w > 0 && s0 > 0 && s1 > 0) {
                double per = 1 / (s0 + s1);
                first = equalSpeeds ? first : Math.min(w, w * (s0 * per));
                perSpeeds[pairs] = per;
                chosen[pairs++] = i;
            } else {
                first = s0 > 0 ? w : 0;
            }
            share[e] = first;
            share[e + 1] = w - first;
            rankLoad[r0] += first;
            rankLoad[r1] += w - first;
        }
    }

    private void pourOthers() {
        count = pairs;
        for (int k = graph.pairs; k < graph.items; k++) {
            int i = graph.order[k];
            int active = 0;
            int last = graph.offset[i];
            for (int e = graph.offset[i]; e < graph.offset[i + 1]; e++) {
                share[e] = 0;
                boolean isActive = speed[graph.host[e]] > 0;
                active += isActive ? 1 : 0;
                last = isActive ? e : last;
            }
            if (load[i] > 0 && active > 1) {
                chosen[count++] = i;
                repour(i);
            } else {
                share[last] = load[i];
                rankLoad[graph.host[last]] += load[i];
            }
        }
    }

    private void sweepPairs(double relaxation) {
        int[] host = graph.host;
        for (int k = 0; k < pairs; k++) {
            int e = graph.offset[chosen[k]];
            int r0 = host[e];
            int r1 = host[e + 1];
            double moved = relaxation
                    * (equalSpeeds
                            ? 0.5 * (rankLoad[r0] - rankLoad[r1])
                            : (rankLoad[r0] * speed[r1] - rankLoad[r1] * speed[r0]) * perSpeeds[k]);
            moved = Math.min(Math.max(moved, -share[e + 1]), share[e]);
            share[e] -= moved;
            share[e + 1] += moved;
            rankLoad[r0] -= moved;
            rankLoad[r1] += moved;
        }
    }

    /** Pours one item like water into its active hosts; a host above the water level stays dry. */
    private void repour(int item) {
        int first = graph.offset[item];
        int end = graph.offset[item + 1];
        int[] host = graph.host;
        double water = load[item];
        double width = 0;
        for (int e = first; e < end; e++) {
            int r = host[e];
            double b = rankLoad[r] - share[e];
            rankLoad[r] = b;
            water += b;
            width += speed[r];
        }
        double level = water / width;
        double least = 0;
        for (int e = first; e < end; e++) {
            least = Math.min(least, speed[host[e]] * level - rankLoad[host[e]]);
        }
        if (least < 0) {
            level = levelAmongLowest(load[item], first, end, level);
        }
        for (int e = first; e < end; e++) {
            int r = host[e];
            double v = Math.max(0, speed[r] * level - rankLoad[r]);
            share[e] = v;
            rankLoad[r] += v;
        }
    }

    /**
     * The water level when some hosts stand above it. Each pass leaves out the hosts above the last level, which lowers the level;
     * it ends when a pass leaves out no more. Signs are masks: which hosts stay dry is a coin toss for a branch predictor.
     */
    private double levelAmongLowest(double w, int first, int end, double tooHigh) {
        double level = tooHigh;
        int wet = end - first + 1;
        int before;
        do {
            before = wet;
            wet = 0;
            double water = w;
            double width = 0;
            for (int e = first; e < end; e++) {
                int r = graph.host[e];
                double b = rankLoad[r];
                double s = speed[r];
                long below = Double.doubleToRawLongBits(b - s * level) >> (Long.SIZE - 1);
                water += Double.longBitsToDouble(Double.doubleToRawLongBits(b) & below);
                width += Double.longBitsToDouble(Double.doubleToRawLongBits(s) & below);
                wet -= (int) below;
            }
            level = wet > 0 ? water / width : level;
        } while (wet > 0 && wet < before);
        return level;
    }

    /** Makes the shares of an item sum to its load, whatever rounding beside far larger loads has done to them. */
    private void completeSum(int item) {
        int end = graph.offset[item + 1];
        double left = load[item];
        int largest = -1;
        for (int e = graph.offset[item]; e < end; e++) {
            double v = Math.min(share[e], left);
            share[e] = v;
            left -= v;
            if (speed[graph.host[e]] > 0 && (largest < 0 || v > share[largest])) {
                largest = e;
            }
        }
        share[largest] += left;
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
