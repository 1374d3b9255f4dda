// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Certificate;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.program.ProblemTables;
import java.util.Arrays;

/**
 * Reader of answers into a {@link SplitBatch}. Of an answer it uses the shares only: these are clipped at zero,
 * made to sum to their items, and certified in double. A group without a valid answer becomes INVALID.
 *
 * <p>The certificate's upper bound is the largest load of the shares as returned. The lower bound is the best of three
 * sets of ranks, tried until the gap is within the tolerance: all ranks, those level with the most loaded one
 * ({@link BottleneckBound}), and every number of the most loaded ones ({@link Certificate}).
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class AnswerReader {
    /** How far below the largest load a rank counts as level, in tolerances. */
    private static final double LEVEL = 8;

    private final int ranks;
    private final int items;
    private final int entries;
    private final double tolerance;
    private final boolean pairs;
    private final boolean unitSpeeds;
    private final double[] speed;
    private final int[] item;
    private final int[] firstEntry;
    private final int[] end;
    private final int[] host;
    private final double[] rankLoad;
    private final BottleneckBound levelRanks;
    private final Certificate certificate;
    private float[] rows = {};

    AnswerReader(ProblemTables tables, double tolerance) {
        MinMaxProblem problem = tables.problem();
        ranks = problem.ranks();
        items = problem.items();
        entries = problem.entries();
        this.tolerance = tolerance;
        unitSpeeds = problem.hasUnitSpeeds();
        speed = problem.speeds();
        item = tables.items();
        firstEntry = new int[items];
        end = new int[items];
        host = new int[entries];
        int e = 0;
        for (int i = 0; i < items; i++) {
            firstEntry[i] = problem.firstEntry(item[i]);
            for (int k = 0; k < problem.hostCount(item[i]); k++) {
                host[e] = problem.host(firstEntry[i] + k);
                e++;
            }
            end[i] = e;
        }
        pairs = tables.size().hosts() == 2;
        rankLoad = new double[ranks + HostWorkers.PADDING];
        levelRanks = new BottleneckBound(problem, pairs);
        certificate = new Certificate(problem);
    }

    /** Takes a launch's groups {@code from .. to - 1} over as the batch's {@code group ...}; writes shares and report. */
    void take(PackedGroups answered, int from, int to, MinMaxBatch batch, int group, SplitBatch split) {
        if (rows.length < answered.blockWords()) {
            rows = new float[answered.blockWords()];
        }
        answered.read(from, to, rows);
        for (int g = from; g < to; g++) {
            int at = (g - from) * answered.stride();
            takeGroup(answered, g, at, batch, group + g - from, split);
        }
    }

    private void takeGroup(PackedGroups answered, int from, int at, MinMaxBatch batch, int group, SplitBatch split) {
        System.arraycopy(batch.fixed(), group * ranks, rankLoad, 0, ranks);
        boolean valid = answered.isAnswered(rows, at)
                && (pairs
                        ? restorePairs(at, batch.load(), group, split.share())
                        : restoreLists(at, batch.load(), group, split.share()));
        if (valid) {
            boolean broken = rows[answered.tail(at, SolverLayout.STATUS)] == SolverLayout.BROKEN;
            int iterations = (int) rows[answered.tail(at, SolverLayout.ITERATIONS)];
            certify(batch, group, answered.meanLoad(from), split, iterations, broken);
        } else {
            Arrays.fill(split.share(), group * entries, (group + 1) * entries, Double.NaN);
            split.report(group, Double.NaN, Double.NaN, -1, SolveStatus.INVALID);
        }
    }

    /** The answer of a group without items: there is nothing to split. */
    void takeFixed(MinMaxBatch batch, int group, SplitBatch split) {
        System.arraycopy(batch.fixed(), group * ranks, rankLoad, 0, ranks);
        certify(batch, group, batch.meanLoad(group), split, 0, false);
    }

    /** Clips and rescales each item's shares to tokens, and adds them up; false if they are no split of it. */
    private boolean restorePairs(int at, double[] load, int group, double[] share) {
        boolean valid = true;
        int loadAt = group * items;
        int shareAt = group * entries;
        for (int i = 0; i < items; i++) {
            double a = Math.max(rows[at + 2 * i], 0f);
            double b = Math.max(rows[at + 2 * i + 1], 0f);
            double w = load[loadAt + item[i]];
            double sum = a + b;
            double rescale = w / sum;
            // An item too light for float has lost its shares on the way: any split of it will do.
            double rest = 0;
            if (sum == 0) {
                rescale = 0;
                rest = w / 2;
            }
            valid &= rescale < Double.POSITIVE_INFINITY;
            a = a * rescale + rest;
            b = b * rescale + rest;
            int e = shareAt + firstEntry[i];
            share[e] = a;
            share[e + 1] = b;
            rankLoad[host[2 * i]] += a;
            rankLoad[host[2 * i + 1]] += b;
        }
        return valid;
    }

    /** As {@link #restorePairs}, for lists of any length. */
    private boolean restoreLists(int at, double[] load, int group, double[] share) {
        boolean valid = true;
        int loadAt = group * items;
        int shareAt = group * entries;
        int start = 0;
        for (int i = 0; i < items; i++) {
            double sum = 0;
            for (int e = start; e < end[i]; e++) {
                sum += Math.max(rows[at + e], 0f);
            }
            double w = load[loadAt + item[i]];
            double rescale = w / sum;
            double rest = 0;
            if (sum == 0) {
                rescale = 0;
                rest = w / (end[i] - start);
            }
            valid &= rescale < Double.POSITIVE_INFINITY;
            int to = shareAt + firstEntry[i] - start;
            for (int e = start; e < end[i]; e++) {
                double a = Math.max(rows[at + e], 0f) * rescale + rest;
                share[to + e] = a;
                rankLoad[host[e]] += a;
            }
            start = end[i];
        }
        return valid;
    }

    private void certify(MinMaxBatch batch, int group, double mean, SplitBatch split, int iterations, boolean broken) {
        double max = 0;
        for (int r = 0; r < ranks; r++) {
            double level = unitSpeeds ? rankLoad[r] : rankLoad[r] / speed[r];
            rankLoad[r] = level;
            max = Math.max(max, level);
        }
        double allowed = tolerance * mean;
        double bound = mean;
        if (max - bound > allowed) {
            bound = Math.max(bound, otherBounds(batch, group, split, max, allowed));
        }
        SolveStatus failure = broken ? SolveStatus.NUMERICAL_FAILURE : SolveStatus.ITERATION_LIMIT;
        SolveStatus status = max - bound <= allowed ? SolveStatus.OPTIMAL : failure;
        split.report(group, max, Math.min(bound, max), iterations, status);
    }

    private double otherBounds(MinMaxBatch batch, int group, SplitBatch split, double max, double allowed) {
        int fixedAt = group * ranks;
        int loadAt = group * items;
        double least = max - LEVEL * allowed;
        double bound = levelRanks.bound(batch.fixed(), fixedAt, batch.load(), loadAt, rankLoad, least);
        if (max - bound > allowed) {
            certificate.evaluate(batch.fixed(), fixedAt, batch.load(), loadAt, split.share(), group * entries);
            bound = Math.max(bound, certificate.lowerBound());
        }
        return bound;
    }
}
