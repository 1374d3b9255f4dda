// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Certificate;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;

/**
 * Takes the answers of a plan over into a {@link SplitBatch}, believing nothing but the shares: these are clipped at
 * zero, made to sum to their items, and certified in double. A group without a valid answer becomes INVALID.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class DeviceAnswers {
    private final MinMaxProblem problem;
    private final Certificate certificate;
    private final double[] share;
    private final double tolerance;

    DeviceAnswers(MinMaxProblem problem, double tolerance) {
        this.problem = problem;
        this.certificate = new Certificate(problem);
        this.share = new double[problem.entries()];
        this.tolerance = tolerance;
    }

    /** Takes a launch's group over as the batch's group; writes shares and report. */
    void take(PackedGroups answered, int from, MinMaxBatch batch, int group, SplitBatch split) {
        boolean valid = answered.isAnswered(from);
        if (valid) {
            answered.copyShares(from, share);
            valid = restoreItems(batch, group);
        }
        if (!valid) {
            invalidate(group, split);
            return;
        }
        int iterations = answered.iterations(from);
        certify(batch, group, split, iterations, answered.isBroken(from));
    }

    /** The answer of a group without items: there is nothing to split. */
    void takeFixed(MinMaxBatch batch, int group, SplitBatch split) {
        certify(batch, group, split, 0, false);
    }

    private void certify(MinMaxBatch batch, int group, SplitBatch split, int iterations, boolean broken) {
        certificate.evaluate(batch.fixed(), group * problem.ranks(), batch.load(), group * problem.items(), share, 0);
        double gap = certificate.maxLoad() - certificate.lowerBound();
        SolveStatus failure = broken ? SolveStatus.NUMERICAL_FAILURE : SolveStatus.ITERATION_LIMIT;
        SolveStatus status = gap <= tolerance * batch.meanLoad(group) ? SolveStatus.OPTIMAL : failure;
        System.arraycopy(share, 0, split.share(), group * problem.entries(), problem.entries());
        split.report(group, certificate.maxLoad(), certificate.lowerBound(), iterations, status);
    }

    /** Clips and rescales each item's shares to tokens; false if they are no split of it. */
    private boolean restoreItems(MinMaxBatch batch, int group) {
        for (int i = 0; i < problem.items(); i++) {
            double w = batch.load()[group * problem.items() + i];
            double sum = 0;
            int end = problem.firstEntry(i + 1);
            for (int e = problem.firstEntry(i); e < end; e++) {
                share[e] = Math.max(share[e], 0);
                sum += share[e];
            }
            double rescale = w / sum;
            // An item too light for float has lost its shares on the way: any split of it will do.
            double rest = 0;
            if (sum == 0) {
                rescale = 0;
                rest = w / problem.hostCount(i);
            }
            if (!(rescale < Double.POSITIVE_INFINITY)) {
                return false;
            }
            for (int e = problem.firstEntry(i); e < end; e++) {
                share[e] = share[e] * rescale + rest;
            }
        }
        return true;
    }

    private void invalidate(int group, SplitBatch split) {
        Arrays.fill(split.share(), group * problem.entries(), (group + 1) * problem.entries(), Double.NaN);
        split.report(group, Double.NaN, Double.NaN, -1, SolveStatus.INVALID);
    }
}
