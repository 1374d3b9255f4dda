// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LevelSplitTest {
    /** Loads in whole tokens, of which each stands for so many in the comparison with {@link LevelQuotas}. */
    private static final long FINE = 1L << 30;

    @ParameterizedTest
    @ValueSource(strings = {"equal", "any", "masks"})
    void levelsAreThoseOfFineTokens(String speeds) {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            int ranks = 2 + random.nextInt(9);
            int[][] hosts = new int[1 + random.nextInt(2 * ranks)][];
            Arrays.setAll(
                    hosts,
                    i -> random.ints(0, ranks)
                            .distinct()
                            .limit(1 + random.nextInt(Math.min(3, ranks)))
                            .toArray());
            MinMaxProblem problem = MinMaxProblem.of(ranks, hosts);
            double[] speed = new double[ranks];
            Arrays.setAll(speed, r -> speeds.equals("any") ? 0.25 + random.nextDouble() : 1);
            if (!speeds.equals("equal")) {
                speed[random.nextInt(ranks)] *= random.nextInt(2);
            }
            double[] fixed = random.ints(ranks, 0, 20).asDoubleStream().toArray();
            double[] load = random.ints(problem.items(), 0, 30).asDoubleStream().toArray();
            MinMaxBatch batch = MinMaxBatch.of(problem, fixed, load);
            batch.setSpeed(0, speed, 0);
            SplitBatch split = new SplitBatch(problem, 1);
            new ExactSolver(problem).solve(batch, split);
            double optimum = split.maxLoad(0);
            new LevelSplit(problem).level(batch, 0, split);
            assertEquals(optimum, split.maxLoad(0), 1e-9 * optimum, "seed " + seed);
            assertArrayEquals(fine(batch), levels(batch, split), 1e-6, "seed " + seed);
        }
    }

    /** Loads / speeds of the active ranks, in falling order, in the plan of very small tokens. */
    private static double[] fine(MinMaxBatch batch) {
        MinMaxProblem problem = batch.problem();
        double[] speed = batch.speed();
        long[] fixed = new long[problem.ranks()];
        Arrays.setAll(fixed, r -> ((long) batch.fixed()[r]) * FINE);
        long[] quota = new long[problem.entries()];
        for (int i = 0; i < problem.items(); i++) {
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                if (speed[problem.host(e)] > 0) {
                    quota[e] = ((long) batch.load()[i]) * FINE;
                    break;
                }
            }
        }
        new LevelQuotas(problem).level(fixed, speed, 0, quota, 0);
        double[] share = new double[quota.length];
        Arrays.setAll(share, e -> (double) quota[e] / FINE);
        return levels(batch, share);
    }

    private static double[] levels(MinMaxBatch batch, SplitBatch split) {
        MinMaxProblem problem = batch.problem();
        for (int i = 0; i < problem.items(); i++) {
            double sum = 0;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                assertTrue(split.share()[e] >= 0);
                sum += split.share()[e];
            }
            assertEquals(batch.isCovered(0, i) ? batch.load()[i] : 0, sum, 1e-9);
        }
        return levels(batch, split.share());
    }

    private static double[] levels(MinMaxBatch batch, double[] share) {
        MinMaxProblem problem = batch.problem();
        double[] loads = batch.fixed().clone();
        for (int e = 0; e < share.length; e++) {
            loads[problem.host(e)] += share[e];
        }
        double[] levels = new double[loads.length];
        Arrays.setAll(levels, r -> batch.speed()[r] > 0 ? -loads[r] / batch.speed()[r] : 0);
        Arrays.sort(levels);
        return levels;
    }

    @Test
    void limitsAreRefused() {
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[2], new double[] {3});
        batch.limits().setRanks(0, new double[] {1, 4}, 0);
        SplitBatch split = new SplitBatch(problem, 1);
        assertThrows(IllegalArgumentException.class, () -> new LevelSplit(problem).level(batch, 0, split));
    }
}
