// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.HostileFamily;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.Misfit;
import io.lplb.quota.QuotaRounder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Limits of ranks and entries against an enumeration of all splits in whole tokens, and of all cuts. */
class LoadLimitsTest {
    private static final int PROBLEMS = Integer.getInteger("lplb.limits.problems", 3_000);
    private static final double NONE = Double.POSITIVE_INFINITY;

    /** A problem with limits so small that some fit and some do not. */
    private static MinMaxBatch draw(Random random, int mostRanks, int mostLoad) {
        int ranks = 2 + random.nextInt(mostRanks - 1);
        int items = 1 + random.nextInt(mostRanks);
        MinMaxBatch batch = new MinMaxBatch(MinMaxProblem.of(ranks, HostLists.random(random, ranks, items, 1, 3)), 1);
        double[] speed = new double[ranks];
        int kind = random.nextInt(3);
        Arrays.setAll(speed, r -> kind == 0 ? 1 : kind == 1 ? 1 + random.nextInt(4) : random.nextInt(3));
        speed[0] = Math.max(speed[0], 1);
        batch.setSpeed(0, speed, 0);
        Arrays.setAll(batch.fixed(), r -> random.nextInt(3));
        Arrays.setAll(batch.load(), i -> random.nextInt(mostLoad + 1));
        if (random.nextInt(4) > 0) {
            int most = mostLoad / 2 + random.nextInt(2 * mostLoad);
            batch.limits().setRanks(0, limits(random, ranks, most), 0);
        }
        if (random.nextInt(4) > 0) {
            batch.limits().setEntries(0, limits(random, batch.problem().entries(), mostLoad), 0);
        }
        return batch;
    }

    private static double[] limits(Random random, int count, int most) {
        double[] limits = new double[count];
        Arrays.setAll(limits, k -> random.nextInt(4) == 0 ? NONE : random.nextInt(most + 1));
        return limits;
    }

    /** The least largest load of all splits in whole tokens within the limits; infinite if there is none. */
    private static double best(MinMaxBatch batch, int item, double[] loads) {
        MinMaxProblem problem = batch.problem();
        if (item == problem.items()) {
            double max = 0;
            for (int r = 0; r < loads.length; r++) {
                double speed = batch.speed()[r];
                if (speed > 0) {
                    max = loads[r] > batch.limits().ofRank(0, r) ? NONE : Math.max(max, loads[r] / speed);
                }
            }
            return max;
        }
        return batch.isCovered(0, item)
                ? best(batch, item, problem.firstEntry(item), batch.load()[item], loads)
                : best(batch, item + 1, loads);
    }

    private static double best(MinMaxBatch batch, int item, int entry, double left, double[] loads) {
        MinMaxProblem problem = batch.problem();
        if (entry == problem.firstEntry(item + 1)) {
            return left == 0 ? best(batch, item + 1, loads) : NONE;
        }
        int host = problem.host(entry);
        double most = batch.speed()[host] > 0 ? Math.min(left, batch.limits().ofEntry(0, entry)) : 0;
        double best = NONE;
        for (int tokens = 0; tokens <= most; tokens++) {
            loads[host] += tokens;
            best = Math.min(best, best(batch, item, entry + 1, left - tokens, loads));
            loads[host] -= tokens;
        }
        return best;
    }

    @Test
    void wholeTokensAreTheBestWithinTheLimits() {
        int infeasible = 0;
        for (long seed = 0; seed < PROBLEMS; seed++) {
            MinMaxBatch batch = draw(new Random(seed), 4, 5);
            String what = "seed " + seed;
            double expected = best(batch, 0, batch.fixed().clone());
            QuotaRounder rounder = new QuotaRounder(batch.problem());
            long[] quota = new long[batch.problem().entries()];
            rounder.solve(batch, 0, quota, 0);
            check(what, batch, expected, rounder, quota);
            Arrays.fill(quota, 0);
            for (int i = 0; i < batch.problem().items(); i++) {
                for (int e = batch.problem().firstEntry(i); e < batch.problem().firstEntry(i + 1); e++) {
                    if (batch.speed()[batch.problem().host(e)] > 0) {
                        quota[e] = (long) batch.load()[i];
                        break;
                    }
                }
            }
            rounder.repair(batch, 0, quota, 0);
            check(what + ", repaired", batch, expected, rounder, quota);
            infeasible += expected == NONE ? 1 : 0;
        }
        assertTrue(infeasible > PROBLEMS / 10 && infeasible < PROBLEMS * 9 / 10, infeasible + " do not fit");
    }

    private static void check(String what, MinMaxBatch batch, double expected, QuotaRounder rounder, long[] quota) {
        MinMaxProblem problem = batch.problem();
        assertEquals(expected < NONE, rounder.fits(), what);
        boolean[] ranks = new boolean[problem.ranks()];
        boolean[] items = new boolean[problem.items()];
        long beyond = rounder.copyMisfit(ranks, 0, items, 0);
        if (expected == NONE) {
            assertProof(what, batch, indices(ranks), indices(items), (double) beyond);
            return;
        }
        assertEquals(0, beyond, what);
        assertEquals(expected, rounder.maxLoad(), what);
        assertTrue(rounder.lowerBound() <= expected, what);
        double[] loads = batch.fixed().clone();
        for (int i = 0; i < problem.items(); i++) {
            long sum = 0;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                assertTrue(quota[e] >= 0 && quota[e] <= batch.limits().ofEntry(0, e), what + ": entry " + e);
                loads[problem.host(e)] += quota[e];
                sum += quota[e];
            }
            assertEquals(batch.isCovered(0, i) ? batch.load()[i] : 0, (double) sum, what + ": item " + i);
        }
        for (int r = 0; r < loads.length; r++) {
            assertTrue(batch.speed()[r] == 0 || loads[r] <= batch.limits().ofRank(0, r), what + ": rank " + r);
        }
    }

    private static List<Integer> indices(boolean[] set) {
        return IntStream.range(0, set.length).filter(k -> set[k]).boxed().toList();
    }

    /** Adds up what is forced into the ranks, or what the hosts of the item may take. */
    private static void assertProof(
            String what, MinMaxBatch batch, List<Integer> ranks, List<Integer> items, double beyond) {
        double forced = forced(batch, ranks::contains, items);
        double room =
                ranks.stream().mapToDouble(r -> batch.limits().ofRank(0, r)).sum();
        assertFalse(items.isEmpty() && ranks.isEmpty(), what);
        assertTrue(beyond > 0, what);
        assertEquals(beyond, forced - room, 1e-9 * forced, what);
    }

    private static double forced(MinMaxBatch batch, IntPredicate inside, List<Integer> items) {
        MinMaxProblem problem = batch.problem();
        double forced = 0;
        for (int r = 0; r < problem.ranks(); r++) {
            forced += inside.test(r) && batch.speed()[r] > 0 ? batch.fixed()[r] : 0;
        }
        for (int i : items) {
            double left = batch.isCovered(0, i) ? batch.load()[i] : 0;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                int host = problem.host(e);
                left -= inside.test(host) || batch.speed()[host] == 0
                        ? 0
                        : batch.limits().ofEntry(0, e);
            }
            forced += Math.max(0, left);
        }
        return forced;
    }

    /** The optimum of fractions: the largest level that a set of ranks needs; infinite if one of them has no room. */
    private static double optimum(MinMaxBatch batch) {
        int ranks = batch.problem().ranks();
        List<Integer> all = IntStream.range(0, batch.problem().items()).boxed().toList();
        double best = 0;
        for (int set = 0; set < 1 << ranks; set++) {
            int inside = set;
            double forced = forced(batch, r -> (inside >> r & 1) == 1, all);
            // Room grows with the level from corner to corner: try the level at which each rank comes to its limit,
            // too.
            double level = forced == 0 ? 0 : NONE;
            for (int at = 0; at < 1 << ranks && level > 0; at++) {
                double left = forced;
                double speeds = 0;
                for (int r = 0; r < ranks; r++) {
                    if ((set >> r & 1) == 1 && batch.speed()[r] > 0) {
                        boolean atLimit = (at >> r & 1) == 1;
                        left -= atLimit ? batch.limits().ofRank(0, r) : 0;
                        speeds += atLimit ? 0 : batch.speed()[r];
                    }
                }
                double candidate = speeds > 0 ? Math.max(0, left / speeds) : left <= 0 ? 0 : NONE;
                if (room(batch, set, candidate) >= forced * (1 - 1e-12)) {
                    level = Math.min(level, candidate);
                }
            }
            for (int r = 0; r < ranks && level == NONE; r++) {
                double corner = batch.limits().ofRank(0, r) / batch.speed()[r];
                level = corner < NONE && room(batch, set, corner) >= forced ? corner : level;
            }
            best = Math.max(best, level);
        }
        return best;
    }

    private static double room(MinMaxBatch batch, int set, double level) {
        double room = 0;
        for (int r = 0; r < batch.problem().ranks(); r++) {
            double speed = batch.speed()[r];
            room += (set >> r & 1) == 1 && speed > 0 ? Math.min(batch.limits().ofRank(0, r), speed * level) : 0;
        }
        return room;
    }

    @Test
    void everySolverFindsTheOptimumWithinTheLimits() {
        for (long seed = 0; seed < PROBLEMS / 3; seed++) {
            MinMaxBatch batch = draw(new Random(seed), 6, 40);
            double expected = optimum(batch);
            for (String name : new String[] {ExactSolver.NAME, RelaxationSolver.NAME, InteriorPointSolver.NAME}) {
                String what = name + ", seed " + seed;
                SplitBatch split = new SplitBatch(batch.problem(), 1);
                Solvers.create(name, batch.problem(), 1e-9).solve(batch, split);
                SplitChecks.assertTrueSplit(what, batch, split, 0, 1e-12);
                Misfit misfit = split.misfit(0);
                if (expected == NONE) {
                    assertEquals(SolveStatus.INFEASIBLE, split.status(0), what);
                    assertNotNull(misfit, what);
                    assertProof(what, batch, misfit.ranks(), misfit.items(), misfit.load() - misfit.room());
                } else {
                    assertEquals(SolveStatus.OPTIMAL, split.status(0), () -> what + ": gap " + split.gap(0));
                    assertNull(misfit, what);
                    assertEquals(expected, split.maxLoad(0), 1e-9 * Math.max(1, expected), what);
                    assertTrue(split.lowerBound(0) <= expected * (1 + 1e-13), what);
                    assertWithinLimits(what, batch, split);
                    Certificate certificate = new Certificate(batch.problem());
                    certificate.evaluate(batch, 0, split.share(), 0);
                    assertTrue(certificate.lowerBound() <= expected * (1 + 1e-13), what);
                }
            }
        }
    }

    private static void assertWithinLimits(String what, MinMaxBatch batch, SplitBatch split) {
        MinMaxProblem problem = batch.problem();
        double[] loads = batch.fixed().clone();
        double rounding = 1e-13 * batch.coveredLoad(0);
        for (int e = 0; e < problem.entries(); e++) {
            double share = split.share()[e];
            assertTrue(share <= batch.limits().ofEntry(0, e) + rounding, what + ": entry " + e);
            loads[problem.host(e)] += share;
        }
        for (int r = 0; r < loads.length; r++) {
            boolean within = loads[r] <= batch.limits().ofRank(0, r) + rounding;
            assertTrue(within || batch.speed()[r] == 0, what + ": rank " + r);
        }
    }

    @Test
    void looseLimitsChangeNoBitOfHostileProblems() {
        for (HostileFamily family : HostileFamily.values()) {
            for (long seed = 0; seed < 30; seed++) {
                MinMaxBatch batch = family.draw(seed, 64);
                long[] free = new long[batch.problem().entries()];
                QuotaRounder rounder = new QuotaRounder(batch.problem());
                rounder.solve(batch, 0, free, 0);
                double max = rounder.maxLoad();
                double[] most = new double[batch.problem().ranks()];
                Arrays.setAll(most, r -> 1e12);
                batch.limits().setRanks(0, most, 0);
                rounder.solve(batch, 0, new long[free.length], 0);
                assertEquals(max, rounder.maxLoad(), family + ", seed " + seed);
                batch.limits().clear(0);
                assertFalse(batch.limits().isSet());
                long[] again = new long[free.length];
                rounder.solve(batch, 0, again, 0);
                assertArrayEquals(free, again, family + ", seed " + seed);
            }
        }
    }

    @Test
    void whatDoesNotFitIsNamed() {
        MinMaxProblem problem = MinMaxProblem.of(3, new int[][] {{0, 1}, {1, 2}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[] {1, 2, 0}, new double[] {12, 3});
        batch.limits().setEntries(0, new double[] {5, 5, NONE, NONE}, 0);
        SplitBatch split = new SplitBatch(problem, 1);
        new RelaxationSolver(problem).solve(batch, split);
        assertEquals(new Misfit(List.of(), List.of(0), 12, 10), split.misfit(0));
        assertEquals(
                "item 0: got a load of 12.0, expected at most 10.0 that its hosts may take",
                String.valueOf(split.misfit(0)));
        batch.limits().clear(0);
        batch.limits().setRanks(0, new double[] {7, 6, 9}, 0);
        new InteriorPointSolver(problem).solve(batch, split);
        assertEquals(new Misfit(List.of(0, 1), List.of(0), 15, 13), split.misfit(0));
        assertEquals(
                "ranks [0, 1]: got a load of 15.0 of items [0] and fixed loads, expected at most 13.0 that the ranks"
                        + " may take",
                String.valueOf(split.misfit(0)));
    }

    @Test
    void limitsThatAreNoNumbersFromZeroOnAreRefused() {
        MinMaxBatch batch = new MinMaxBatch(MinMaxProblem.of(2, new int[][] {{0, 1}}), 1);
        for (double bad : new double[] {-1, Double.NaN}) {
            String message = String.valueOf(assertThrows(
                            IllegalArgumentException.class, () -> batch.limits().setRanks(0, new double[] {1, bad}, 0))
                    .getMessage());
            assertTrue(message.startsWith("limit of rank 1: got " + bad), message);
            assertThrows(IllegalArgumentException.class, () -> batch.limits().setEntries(0, new double[] {bad, 1}, 0));
        }
        assertFalse(batch.limits().isSet());
    }

    @Test
    void copiesOfGroupsCarryTheirLimits() {
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}});
        MinMaxBatch from = MinMaxBatch.of(problem, new double[2], new double[] {10});
        from.limits().setRanks(0, new double[] {3, NONE}, 0);
        MinMaxBatch to = new MinMaxBatch(problem, 2);
        to.set(1, from, 0);
        assertEquals(3, to.limits().ofRank(1, 0));
        assertFalse(to.limits().isSet(0));
        SplitBatch split = new SplitBatch(problem, 2);
        new ExactSolver(problem).solve(to, split);
        assertArrayEquals(new double[] {0, 0, 3, 7}, split.share());
        from.limits().clear(0);
        to.set(1, from, 0);
        assertFalse(to.limits().isSet());
    }
}
