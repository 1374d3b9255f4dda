// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import java.util.Arrays;

/** The results of one strategy, batch after batch, and the statistics over them. */
final class Tally {
    private double[] imbalance = new double[256];
    private double[] gap = new double[256];
    private double[] nanos = new double[256];
    private int batches;
    private int rejected;
    private int optimal;

    /**
     * Adds a batch with at least one token.
     *
     * @param rankLoads {@code [ranks]}, whole tokens
     * @param fewest no division into whole tokens has a smaller maximum: the proven lower bound, rounded up
     * @param accepted whether the strategy's solver accepted its own answer
     */
    void add(long[] rankLoads, long fewest, boolean accepted, long planNanos) {
        long max = Arrays.stream(rankLoads).max().orElse(0);
        double mean = (double) Arrays.stream(rankLoads).sum() / rankLoads.length;
        add((double) max, mean, (double) fewest, accepted, planNanos);
    }

    /**
     * Adds a batch with at least one token.
     *
     * @param max largest tokens / speed of a rank
     * @param mean all tokens / all speeds
     * @param fewest no division into whole tokens has a smaller maximum
     * @param accepted whether the strategy's solver accepted its own answer
     */
    void add(double max, double mean, double fewest, boolean accepted, long planNanos) {
        if (batches == imbalance.length) {
            imbalance = Arrays.copyOf(imbalance, 2 * batches);
            gap = Arrays.copyOf(gap, 2 * batches);
            nanos = Arrays.copyOf(nanos, 2 * batches);
        }
        imbalance[batches] = max / mean;
        gap[batches] = (max - fewest) / mean;
        nanos[batches] = planNanos;
        batches++;
        rejected += accepted ? 0 : 1;
        optimal += max == fewest ? 1 : 0;
    }

    /** Returns the last batch that was added. */
    StrategyBatch last() {
        int last = batches - 1;
        return new StrategyBatch(imbalance[last], gap[last], (long) nanos[last]);
    }

    StrategyResult result(String strategy, String placement) {
        return new StrategyResult(
                strategy,
                placement,
                batches,
                Summary.of(Arrays.copyOf(imbalance, batches)),
                Summary.of(Arrays.copyOf(gap, batches)),
                optimal,
                rejected,
                Summary.of(Arrays.copyOf(nanos, batches)));
    }
}
