// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/** What must hold for every answer of every solver, recomputed here from the shares. */
public final class SplitChecks {
    private SplitChecks() {}

    /**
     * Checks that a group's answer is a split and that its certificate tells the truth about it.
     *
     * @param what names the case in messages
     * @param rounding relative error that sums and the certificate may have
     */
    public static void assertTrueSplit(String what, MinMaxBatch batch, SplitBatch split, int group, double rounding) {
        MinMaxProblem problem = batch.problem();
        double[] rankLoad = new double[problem.ranks()];
        double[] speed = speeds(batch, group);
        for (int r = 0; r < rankLoad.length; r++) {
            rankLoad[r] = batch.fixed()[group * rankLoad.length + r];
        }
        for (int i = 0; i < problem.items(); i++) {
            double sum = 0;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                double share = split.share()[group * problem.entries() + e];
                assertTrue(share >= 0, () -> what + ": got share " + share + ", expected at least 0");
                if (speed[problem.host(e)] == 0) {
                    assertEquals(0, share, what + ": share on inactive rank " + problem.host(e));
                }
                sum += share;
                rankLoad[problem.host(e)] += share;
            }
            double load = batch.isCovered(group, i) ? batch.load()[group * problem.items() + i] : 0;
            assertEquals(load, sum, rounding * load, what + ": sum of the shares of item " + i);
        }
        double max = 0;
        for (int r = 0; r < rankLoad.length; r++) {
            max = speed[r] > 0 ? Math.max(max, rankLoad[r] / speed[r]) : max;
        }
        assertEquals(max, split.maxLoad(group), rounding * max, what + ": maxLoad");
        assertTrue(split.gap(group) >= 0, () -> what + ": got gap " + split.gap(group) + ", expected at least 0");
        assertTrue(split.iterations(group) >= 0, () -> what + ": got iterations " + split.iterations(group));
        assertNotEquals(SolveStatus.INVALID, split.status(group), what);
    }

    private static double[] speeds(MinMaxBatch batch, int group) {
        int ranks = batch.problem().ranks();
        return Arrays.copyOfRange(batch.speed(), group * ranks, (group + 1) * ranks);
    }

    /** Checks that an answer encloses the known optimum: lowerBound &lt;= optimum &lt;= maxLoad, up to rounding. */
    public static void assertEncloses(String what, SplitBatch split, int group, double optimum, double rounding) {
        double slack = rounding * optimum;
        assertTrue(
                split.lowerBound(group) <= optimum + slack,
                () -> what + ": got lowerBound " + split.lowerBound(group) + ", expected at most " + optimum);
        assertTrue(
                split.maxLoad(group) >= optimum - slack,
                () -> what + ": got maxLoad " + split.maxLoad(group) + ", expected at least " + optimum);
    }

    /** Checks the promise of OPTIMAL: a gap of at most {@code tolerance} of the mean load. */
    public static void assertOptimal(String what, MinMaxBatch batch, SplitBatch split, int group, double tolerance) {
        double limit = tolerance * batch.meanLoad(group);
        assertEquals(SolveStatus.OPTIMAL, split.status(group), () -> what + ": gap " + split.gap(group));
        assertTrue(
                split.gap(group) <= limit,
                () -> what + ": got gap " + split.gap(group) + ", expected at most " + limit);
    }

    /**
     * Checks that a split is not worse than leaving every item on its first active host, its original if that is active.
     *
     * @param allowed how much worse it may be, in load
     */
    public static void assertNotWorseThanFirstHosts(
            String what, MinMaxBatch batch, SplitBatch split, int group, double allowed) {
        MinMaxProblem problem = batch.problem();
        double[] rankLoad = new double[problem.ranks()];
        double[] speed = speeds(batch, group);
        for (int i = 0; i < problem.items(); i++) {
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                if (speed[problem.host(e)] > 0) {
                    rankLoad[problem.host(e)] += batch.load()[group * problem.items() + i];
                    break;
                }
            }
        }
        double max = 0;
        for (int r = 0; r < rankLoad.length; r++) {
            double fixed = batch.fixed()[group * rankLoad.length + r];
            max = speed[r] > 0 ? Math.max(max, (fixed + rankLoad[r]) / speed[r]) : max;
        }
        double limit = max + allowed;
        assertTrue(
                split.maxLoad(group) <= limit,
                () -> what + ": got maxLoad " + split.maxLoad(group) + ", expected at most " + limit
                        + " as if every item stayed on its first host");
    }
}
