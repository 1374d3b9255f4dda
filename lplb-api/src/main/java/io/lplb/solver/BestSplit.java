// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * Cleans the splits that an iteration offers, certifies them, and keeps the best split and the best bound of one group:
 * primal steps leave shares a rounding error below zero and item sums a rounding error off, and a bound proved by one
 * split holds for all of them.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class BestSplit {
    private final int entries;
    private final Certificate certificate;
    private final double[] candidate;

    private SplitBatch split;
    private int group;
    private double maxLoad;
    private double lowerBound;

    BestSplit(MinMaxProblem problem) {
        entries = problem.entries();
        certificate = new Certificate(problem);
        candidate = new double[entries];
        split = new SplitBatch(problem, 0);
    }

    /** Turns to a group, with no split yet. */
    void begin(MinMaxBatch batch, int group, ActiveItems active, SplitBatch split) {
        this.group = group;
        this.split = split;
        certificate.begin(batch, group);
        active.writeWholes(candidate);
        maxLoad = Double.POSITIVE_INFINITY;
        lowerBound = 0;
    }

    /**
     * Offers the scaled shares of the active items.
     *
     * @return the gap between the best split and the best bound so far, in mean loads; 0 if it is but rounding, infinite if
     *     no offer was finite
     */
    double offer(ActiveItems active, double[] share) {
        for (int i = 0; i < active.count(); i++) {
            double sum = 0;
            for (int e = active.first(i); e < active.end(i); e++) {
                double v = Math.max(share[e], 0);
                candidate[active.problemEntry(e)] = v;
                sum += v;
            }
            double rescale = active.load(i) * active.scale() / sum;
            for (int e = active.first(i); e < active.end(i); e++) {
                candidate[active.problemEntry(e)] *= rescale;
            }
        }
        certificate.evaluate(candidate, 0);
        double max = certificate.maxLoad();
        // False for a NaN, which some share must then have been: such an offer is no split.
        if (max < Double.POSITIVE_INFINITY) {
            lowerBound = Math.max(lowerBound, certificate.lowerBound());
        }
        if (max < maxLoad) {
            maxLoad = max;
            System.arraycopy(candidate, 0, split.share(), group * entries, entries);
        }
        double gap = maxLoad - lowerBound;
        return gap > AbstractMinMaxSolver.ROUNDING * maxLoad ? gap / active.meanLoad() : 0;
    }

    /** Copies the best split's scaled shares of the active items. */
    void copyTo(ActiveItems active, double[] share) {
        double inverse = 1 / active.scale();
        for (int e = 0; e < active.entries(); e++) {
            share[e] = split.share()[group * entries + active.problemEntry(e)] * inverse;
        }
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
