// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.ProblemCase;
import io.lplb.solver.RandomProblems;
import io.lplb.solver.SplitBatch;
import io.lplb.solver.SubsetOracle;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotaRounderTest {
    private static final MinMaxProblem PAIR = MinMaxProblem.of(2, new int[][] {{0, 1}});

    @Test
    void roundsByLargestRemainder() {
        MinMaxProblem problem = MinMaxProblem.of(3, new int[][] {{0, 1, 2}});
        long[] quota = {-1, -1, -1};
        new QuotaRounder(problem).round(new long[] {10}, 0, new double[] {3.2, 3.7, 3.1}, 0, quota);
        assertArrayEquals(new long[] {3, 4, 3}, quota);
    }

    @ParameterizedTest(name = "shares {0}")
    @ValueSource(doubles = {Double.NaN, -5, 0, 1e300, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void nonsenseSharesStillGiveQuotasThatSumToTheLoad(double share) {
        long[] quota = new long[2];
        new QuotaRounder(PAIR).round(new long[] {7}, 0, new double[] {share, share}, 0, quota);
        assertEquals(7, quota[0] + quota[1]);
        assertTrue(quota[0] >= 0 && quota[1] >= 0, Arrays.toString(quota));
    }

    @Test
    void repairLevelsAcrossAChainOfRanks() {
        // 0 - 1 - 2 - 3: the ten tokens of rank 0 reach rank 3 only if every link passes some on.
        MinMaxProblem chain = MinMaxProblem.of(4, new int[][] {{0, 1}, {1, 2}, {2, 3}});
        long[] quota = {10, 0, 4, 0, 4, 0};
        QuotaRounder rounder = new QuotaRounder(chain);
        rounder.repair(new long[4], 0, quota, 0);
        assertEquals(5, rounder.maxLoad());
        assertEquals(10, quota[0] + quota[1]);
        assertEquals(4, quota[2] + quota[3]);
        assertEquals(4, quota[4] + quota[5]);
    }

    @Test
    void countsOfTwoToTheThirtyOneStayExact() {
        long big = Integer.MAX_VALUE;
        long[] quota = {big, 0};
        QuotaRounder rounder = new QuotaRounder(PAIR);
        rounder.repair(new long[] {big, 0}, 0, quota, 0);
        assertEquals((double) big, rounder.maxLoad());
        assertArrayEquals(new long[] {0, big}, quota);
    }

    @Test
    void speedsSetTheCapacities() {
        MinMaxProblem problem = MinMaxProblem.of(2, new double[] {1, 3}, new int[][] {{0, 1}});
        long[] quota = {9, 0};
        QuotaRounder rounder = new QuotaRounder(problem);
        rounder.repair(new long[2], 0, quota, 0);
        assertArrayEquals(new long[] {2, 7}, quota);
        assertEquals(7 / 3.0, rounder.maxLoad());
    }

    @Test
    void inactiveRanksGetNoToken() {
        MinMaxProblem problem = MinMaxProblem.of(4, new int[][] {{0, 1}, {1, 2}, {1}, {2, 3}});
        double[] speed = {9, 1, 0, 1, 1}; // from index 1 on: rank 1 is inactive
        long[] load = {10, 6, 5, 2};
        long[] quota = new long[7];
        QuotaRounder rounder = new QuotaRounder(problem);
        rounder.round(load, 0, speed, 1, new double[] {5, 5, 3, 3, 5, 2, 0}, 0, quota);
        assertArrayEquals(new long[] {10, 0, 0, 6, 0, 2, 0}, quota);
        long[] fixed = {1, 100, 0, 3};
        rounder.repair(fixed, 0, speed, 1, quota, 0);
        assertEquals(11, rounder.maxLoad(), "the fixed load of rank 1 takes no part");
        long[] loads = new long[4];
        rounder.copyRankLoads(loads, 0);
        assertArrayEquals(new long[] {11, 0, 8, 3}, loads);
    }

    @ParameterizedTest(name = "speed {0}")
    @ValueSource(doubles = {1e10, 1e12, 1e240, 1e-8, 1e-200})
    void speedsFarApartAreRepairedAtOnce(double speed) {
        MinMaxProblem problem = MinMaxProblem.of(3, new double[] {1, 1, speed}, new int[][] {{0, 1}, {1, 2}});
        QuotaRounder rounder = new QuotaRounder(problem);
        for (long[] quota : new long[][] {{6, 0, 0, 0}, {3, 3, 3, 3}}) {
            long items = quota[0] + quota[1];
            long others = quota[2] + quota[3];
            rounder.repair(new long[3], 0, quota, 0);
            assertEquals(items, quota[0] + quota[1]);
            assertEquals(others, quota[2] + quota[3]);
            assertEquals(speed > 1 ? Math.ceil(items / 2.0) : Math.ceil((items + others) / 2.0), rounder.maxLoad());
        }
    }

    @Test
    void wholeTokensReachTheRoundedUpOptimum() {
        for (long seed = 0; seed < 2_000; seed++) {
            checkOptimal(seed, false);
        }
    }

    @Test
    void theRepairNeedsNoGoodStart() {
        for (long seed = 5_000; seed < 6_000; seed++) {
            checkOptimal(seed, true);
        }
    }

    private static void checkOptimal(long seed, boolean badStart) {
        ProblemCase aCase = RandomProblems.next(seed, 10);
        MinMaxProblem problem = aCase.problem();
        long[] fixed = whole(aCase.batch().fixed());
        long[] load = whole(aCase.batch().load());
        MinMaxBatch batch = new MinMaxBatch(problem, 1);
        PlacementProblem.copy(fixed, batch.fixed());
        PlacementProblem.copy(load, batch.load());
        SplitBatch split = new SplitBatch(problem, 1);
        if (badStart) {
            Random random = new Random(seed);
            Arrays.setAll(split.share(), e -> random.nextDouble() * 1000);
        } else {
            new InteriorPointSolver(problem).solve(batch, split);
        }
        long[] quota = new long[problem.entries()];
        QuotaRounder rounder = new QuotaRounder(problem);
        rounder.round(load, 0, split.share(), 0, quota);
        rounder.repair(fixed, 0, quota, 0);

        long[] loads = fixed.clone();
        for (int i = 0; i < problem.items(); i++) {
            long sum = 0;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                assertTrue(quota[e] >= 0, aCase.id());
                sum += quota[e];
                loads[problem.host(e)] += quota[e];
            }
            assertEquals(load[i], sum, aCase.id());
        }
        double max = 0;
        for (int r = 0; r < problem.ranks(); r++) {
            max = Math.max(max, loads[r] / problem.speed(r));
        }
        assertEquals(max, rounder.maxLoad(), aCase.id());
        long[] copied = new long[problem.ranks()];
        rounder.copyRankLoads(copied, 0);
        assertArrayEquals(loads, copied, aCase.id());
        if (problem.hasUnitSpeeds()) {
            double optimum = SubsetOracle.optimum(batch, 0);
            // The oracle divides once, so an optimum that is a whole number comes out as one.
            assertEquals(Math.ceil(optimum), max, aCase.id());
        } else {
            assertTrue(max == 0 || someSetIsOverfullBelow(max, batch), aCase.id());
        }
    }

    /** Whether the largest whole loads with load / speed below the level cannot hold what must stay in some set. */
    private static boolean someSetIsOverfullBelow(double level, MinMaxBatch batch) {
        MinMaxProblem problem = batch.problem();
        int ranks = problem.ranks();
        long[] capacity = new long[ranks];
        for (int r = 0; r < ranks; r++) {
            capacity[r] = (long) Math.ceil(level * problem.speed(r)) + 1;
            while (capacity[r] / problem.speed(r) >= level) {
                capacity[r]--;
            }
        }
        for (int set = 1; set < 1 << ranks; set++) {
            long inside = 0;
            for (int r = 0; r < ranks; r++) {
                inside += (set >> r & 1) * ((long) batch.fixed()[r] - capacity[r]);
            }
            for (int i = 0; i < problem.items(); i++) {
                boolean within = true;
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    within &= (set >> problem.host(e) & 1) == 1;
                }
                inside += within ? (long) batch.load()[i] : 0;
            }
            if (inside > 0) {
                return true;
            }
        }
        return false;
    }

    private static long[] whole(double[] loads) {
        return Arrays.stream(loads).mapToLong(v -> (long) Math.ceil(v)).toArray();
    }
}
