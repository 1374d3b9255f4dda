// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.quota.QuotaRounder;
import io.lplb.report.Quality;
import io.lplb.solver.Certificate;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;
import java.util.List;

/**
 * Judges the answers of one contender, each from its shares alone: the largest rank load, the bound that the split
 * proves, and the load of the busiest rank in whole tokens. The problems may be of several placements.
 *
 * <p>Not thread-safe.
 */
final class QualityTally {
    private final boolean reference;
    private final boolean repair;

    private final double[] maxLoad;
    private final double[] lowerBound;
    private final double[] imbalance;
    private int failed;
    private int rejected;

    /**
     * @param problems how many there will be
     * @param reference whether a numerical failure is LPLB's rejection
     * @param repair whether quotas are repaired after rounding, and then are the answer
     */
    QualityTally(int problems, boolean reference, boolean repair) {
        this.reference = reference;
        this.repair = repair;
        this.maxLoad = new double[problems];
        this.lowerBound = new double[problems];
        this.imbalance = new double[problems];
    }

    /** Workspace for the problems of one placement. */
    private static final class Judge {
        private final Certificate certificate;
        private final QuotaRounder rounder;
        private final long[] fixed;
        private final long[] load;
        private final long[] quota;

        Judge(MinMaxProblem problem) {
            this.certificate = new Certificate(problem);
            this.rounder = new QuotaRounder(problem);
            this.fixed = new long[problem.ranks()];
            this.load = new long[problem.items()];
            this.quota = new long[problem.entries()];
        }
    }

    /** Solver of batches of one group and one placement. */
    interface Answers {
        /** Puts the answer to a batch into {@code split}. */
        void solve(MinMaxBatch batch, SplitBatch split);
    }

    /** Judges the answers to batches of one placement; the first of them is problem {@code at} of all. */
    void add(int at, MinMaxBatch[] batches, Answers answers) {
        MinMaxProblem problem = batches[0].problem();
        Judge judge = new Judge(problem);
        SplitBatch split = new SplitBatch(problem, 1);
        for (int k = 0; k < batches.length; k++) {
            split.invalidate();
            answers.solve(batches[k], split);
            add(at + k, batches[k], split, judge);
        }
    }

    private void add(int at, MinMaxBatch batch, SplitBatch split, Judge judge) {
        boolean gaveUp = split.status(0) == SolveStatus.NUMERICAL_FAILURE || split.status(0) == SolveStatus.INVALID;
        failed += gaveUp && !reference ? 1 : 0;
        rejected += gaveUp && reference ? 1 : 0;
        double[] share = split.share();
        if (!Arrays.stream(share).allMatch(Double::isFinite)) {
            maxLoad[at] = Double.NaN;
            imbalance[at] = Double.NaN;
            return;
        }
        judge.certificate.evaluate(batch.fixed(), 0, batch.load(), 0, share, 0);
        lowerBound[at] = judge.certificate.lowerBound();
        toTokens(batch.fixed(), judge.fixed);
        toTokens(batch.load(), judge.load);
        judge.rounder.round(judge.load, 0, share, 0, judge.quota);
        if (repair) {
            judge.rounder.repair(judge.fixed, 0, judge.quota, 0);
        } else {
            judge.rounder.evaluate(judge.fixed, 0, judge.quota, 0);
        }
        maxLoad[at] = repair ? judge.rounder.maxLoad() : judge.certificate.maxLoad();
        imbalance[at] = judge.rounder.maxLoad() / batch.meanLoad(0);
    }

    private static void toTokens(double[] loads, long[] tokens) {
        for (int k = 0; k < tokens.length; k++) {
            tokens[k] = Math.round(loads[k]);
        }
    }

    /** Raises {@code optimum} to the bounds that these answers prove. */
    void raise(double[] optimum) {
        for (int k = 0; k < optimum.length; k++) {
            optimum[k] = Math.max(optimum[k], lowerBound[k]);
        }
    }

    /** Returns the result; {@code optimum} and {@code mean} per problem. */
    Quality result(String solver, String backend, String topology, String workload, double[] optimum, double[] mean) {
        double[] gap = new double[maxLoad.length];
        for (int k = 0; k < gap.length; k++) {
            gap[k] = Math.max(0, maxLoad[k] - optimum[k]) / mean[k];
        }
        return new Quality(
                solver,
                backend,
                topology,
                workload,
                maxLoad.length,
                failed,
                rejected,
                mean(gap),
                max(gap),
                mean(imbalance),
                max(imbalance),
                classes(gap));
    }

    private static List<Integer> classes(double[] gaps) {
        int[] classes = new int[Quality.GAP_CLASSES.size() + 1];
        for (double gap : gaps) {
            if (!Double.isNaN(gap)) {
                int c = 0;
                while (c < Quality.GAP_CLASSES.size() && gap > Quality.GAP_CLASSES.get(c)) {
                    c++;
                }
                classes[c]++;
            }
        }
        return Arrays.stream(classes).boxed().toList();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
    }

    private static double max(double[] values) {
        return Arrays.stream(values).filter(v -> !Double.isNaN(v)).max().orElse(Double.NaN);
    }
}
