// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/**
 * Cleans the splits that an iteration offers, certifies them, and keeps the best split and the best bound of one group:
 * primal steps leave shares a rounding error below zero and item sums a rounding error off, and a bound proved by one
 * split holds for all of them.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class BestSplit {
    private final int ranks;
    private final int items;
    private final int entries;
    private final Certificate certificate;
    private final double[] candidate;

    private MinMaxBatch batch;
    private SplitBatch split;
    private int group;
    private double maxLoad;
    private double lowerBound;

    BestSplit(MinMaxProblem problem) {
        ranks = problem.ranks();
        items = problem.items();
        entries = problem.entries();
        certificate = new Certificate(problem);
        candidate = new double[entries];
        batch = new MinMaxBatch(problem, 0);
        split = new SplitBatch(problem, 0);
    }

    /** Turns to a group, with no split yet. */
    void begin(MinMaxBatch batch, int group, SplitBatch split) {
        this.batch = batch;
        this.group = group;
        this.split = split;
        Arrays.fill(candidate, 0);
        maxLoad = Double.POSITIVE_INFINITY;
        lowerBound = 0;
    }

    /**
     * Offers the scaled shares of the active items.
     *
     * @return the gap between the best split and the best bound so far, in mean loads; infinite if no offer was finite
     */
    double offer(ActiveItems active, double[] share) {
        for (int i = 0; i < active.count(); i++) {
            double sum = 0;
            int to = active.problemEntry(i) - active.first(i);
            for (int e = active.first(i); e < active.end(i); e++) {
                double v = Math.max(share[e], 0);
                candidate[to + e] = v;
                sum += v;
            }
            double rescale = active.load(i) * active.scale() / sum;
            for (int e = active.first(i); e < active.end(i); e++) {
                candidate[to + e] *= rescale;
            }
        }
        certificate.evaluate(batch.fixed(), group * ranks, batch.load(), group * items, candidate, 0);
        double max = certificate.maxLoad();
        // False for a NaN, which some share must then have been: such an offer is no split.
        if (max < maxLoad) {
            maxLoad = max;
            System.arraycopy(candidate, 0, split.share(), group * entries, entries);
            lowerBound = Math.max(lowerBound, certificate.lowerBound());
        }
        return active.scale() > 0 ? (maxLoad - lowerBound) / active.scale() : 0;
    }

    /** Whether no offer has been a split. */
    boolean isEmpty() {
        return maxLoad == Double.POSITIVE_INFINITY;
    }

    /** Writes the group's report; a bound that an earlier split has proved may lie a rounding error above a later maximum. */
    void report(int iterations, SolveStatus status) {
        split.report(group, maxLoad, Math.min(lowerBound, maxLoad), iterations, status);
    }
}
