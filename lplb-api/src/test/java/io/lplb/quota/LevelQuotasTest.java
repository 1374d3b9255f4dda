// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.problem.MinMaxProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LevelQuotasTest {
    /** Rank 0 is the maximum and cannot change; ranks 1 to 3 share items in a chain. */
    @Test
    void ranksBelowTheMaximumAreLevelled() {
        MinMaxProblem problem = MinMaxProblem.of(4, new int[][] {{1, 2}, {2, 3}});
        LevelQuotas leveller = new LevelQuotas(problem);
        long[] quota = {20, 0, 9, 0};
        leveller.level(new long[] {50, 0, 0, 0}, new double[] {1, 1, 1, 1}, 0, quota, 0);
        long[] loads = new long[4];
        leveller.copyRankLoads(loads, 0);
        assertEquals(50, loads[0]);
        Arrays.sort(loads);
        assertArrayEquals(new long[] {9, 10, 10, 50}, loads);
        assertEquals(20, quota[0] + quota[1]);
        assertEquals(9, quota[2] + quota[3]);
    }

    @Test
    void groupsAreReadAndWrittenAtTheirOffsets() {
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}});
        LevelQuotas leveller = new LevelQuotas(problem);
        long[] quota = {7, 1, 8, 0};
        leveller.level(new long[] {100, 0, 1, 1}, new double[] {1, 1, 1, 3}, 2, quota, 2);
        assertArrayEquals(new long[] {7, 1, 1, 7}, quota);
        long[] loads = new long[5];
        leveller.copyRankLoads(loads, 1);
        assertArrayEquals(new long[] {0, 2, 8, 0, 0}, loads);
    }

    @Test
    void largeLoadsAreLevelledInFewMoves() {
        MinMaxProblem problem = MinMaxProblem.of(3, new int[][] {{0, 1}, {1, 2}});
        LevelQuotas leveller = new LevelQuotas(problem);
        long[] quota = {(1L << 49) + 1, 0, 0, 0};
        leveller.level(new long[] {0, 0, 7}, new double[] {1e10, 1, 1e-6}, 0, quota, 0);
        assertEquals((1L << 49) + 1, quota[0] + quota[1]);
        assertEquals((double) (1L << 49) / 1e10, (double) quota[1], 2);
    }

    /** All plans are enumerated: equal speeds, whole and fractional ratios, inactive ranks; any start. */
    @ParameterizedTest
    @ValueSource(strings = {"equal", "ratios", "any"})
    void noPlanIsLexicographicallyLess(String speeds) {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            int ranks = 2 + random.nextInt(4);
            MinMaxProblem problem = MinMaxProblem.of(ranks, hosts(random, ranks));
            double[] speed = new double[ranks];
            Arrays.setAll(speed, r -> switch (speeds) {
                case "equal" -> 2;
                case "ratios" -> 1 + random.nextInt(3);
                default -> 0.1 + random.nextDouble();
            });
            speed[random.nextInt(ranks)] *= random.nextInt(4) == 0 ? 0 : 1;
            long[] fixed = random.longs(ranks, 0, 6).toArray();
            long[] load = new long[problem.items()];
            long[] quota = new long[problem.entries()];
            for (int i = 0; i < load.length; i++) {
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    quota[e] = speed[problem.host(e)] > 0 ? random.nextInt(6) : 0;
                    load[i] += quota[e];
                }
            }
            long[] start = quota.clone();
            LevelQuotas leveller = new LevelQuotas(problem);
            leveller.level(fixed, speed, 0, quota, 0);
            Plans plans = new Plans(problem, speed, load);
            plans.enumerate(fixed.clone(), 0, problem.firstEntry(0), load[0]);
            assertArrayEquals(plans.least, sorted(fixed, speed, problem, quota), speeds + " seed " + seed);
            for (int i = 0; i < load.length; i++) {
                long sum = 0;
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    sum += quota[e];
                }
                assertEquals(load[i], sum);
            }
            leveller.level(fixed, speed, 0, start, 0);
            assertArrayEquals(quota, start);
        }
    }

    private static int[][] hosts(Random random, int ranks) {
        int[][] hosts = new int[1 + random.nextInt(4)][];
        List<Integer> all = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            all.add(r);
        }
        for (int i = 0; i < hosts.length; i++) {
            Collections.shuffle(all, random);
            hosts[i] = all.stream()
                    .limit(1 + random.nextInt(3))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
        return hosts;
    }

    private static double[] sorted(long[] fixed, double[] speed, MinMaxProblem problem, long[] quota) {
        long[] load = fixed.clone();
        for (int e = 0; e < quota.length; e++) {
            load[problem.host(e)] += quota[e];
        }
        return sorted(load, speed);
    }

    private static double[] sorted(long[] load, double[] speed) {
        double[] level = new double[load.length];
        Arrays.setAll(level, r -> speed[r] > 0 ? load[r] / speed[r] : 0);
        Arrays.sort(level);
        return level;
    }

    /** Tries every plan in whole tokens. */
    private static final class Plans {
        private final MinMaxProblem problem;
        private final double[] speed;
        private final long[] load;
        private double[] least = {Double.POSITIVE_INFINITY};

        Plans(MinMaxProblem problem, double[] speed, long[] load) {
            this.problem = problem;
            this.speed = speed;
            this.load = load;
        }

        void enumerate(long[] rankLoad, int item, int entry, long left) {
            if (entry == problem.firstEntry(item + 1)) {
                if (left > 0) {
                    return;
                }
                if (item + 1 < load.length) {
                    enumerate(rankLoad, item + 1, entry, load[item + 1]);
                } else {
                    double[] level = sorted(rankLoad, speed);
                    least = isLess(level, least) ? level : least;
                }
                return;
            }
            int r = problem.host(entry);
            long most = speed[r] > 0 ? left : 0;
            for (long k = entry + 1 == problem.firstEntry(item + 1) ? most : 0; k <= most; k++) {
                rankLoad[r] += k;
                enumerate(rankLoad, item, entry + 1, left - k);
                rankLoad[r] -= k;
            }
        }

        private static boolean isLess(double[] a, double[] b) {
            for (int k = 1; k <= Math.min(a.length, b.length); k++) {
                if (a[a.length - k] != b[b.length - k]) {
                    return a[a.length - k] < b[b.length - k];
                }
            }
            return false;
        }
    }
}
