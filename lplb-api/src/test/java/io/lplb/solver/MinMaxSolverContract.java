// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The test that every {@link MinMaxSolver} passes: cases that can be checked by hand, loads that are hard, random
 * problems against {@link SubsetOracle}, and problems with known optima. Every output is poisoned before (a fresh
 * {@link SplitBatch} is full of NaN), so that an answer that is not written shows.
 *
 * <p>A subclass makes the solver and, where it promises less than the default, says so by overriding a hook.
 */
public abstract class MinMaxSolverContract extends MinMaxSolverMisuse {

    /** For subclasses. */
    protected MinMaxSolverContract() {}
    /** Returns the most ranks that the solver takes. */
    protected int maxRanks() {
        return 64;
    }

    /** Returns whether the solver takes this problem at all; a solver for two-host items refuses the others. */
    protected boolean supports(MinMaxProblem problem) {
        return problem.ranks() <= maxRanks();
    }

    /** Returns whether the solver promises OPTIMAL for all loads; if not, answers are only checked for truth. */
    protected boolean alwaysOptimal() {
        return true;
    }

    /** Returns whether answers depend on the loads alone, not on solves before (no warm start). */
    protected boolean stateless() {
        return true;
    }

    /** Returns the relative error that the reported numbers and the shares' sums may have. */
    protected double rounding() {
        return 1e-9;
    }

    /** Returns how many random problems are solved, at least 100; slow solvers take fewer. */
    protected int randomProblems() {
        return 1000;
    }

    /** Solves with a fresh solver and checks everything that can be checked; empty if the solver does not take the problem. */
    protected final Optional<SplitBatch> solveAndCheck(ProblemCase test) {
        if (!supports(test.problem())) {
            return Optional.empty();
        }
        SplitBatch split = new SplitBatch(test.problem(), 1);
        try (MinMaxSolver solver = newSolver(test.problem(), tolerance())) {
            solver.solve(test.batch(), split);
        }
        check(test, split);
        return Optional.of(split);
    }

    private void check(ProblemCase test, SplitBatch split) {
        String what = test.id();
        SplitChecks.assertTrueSplit(what, test.batch(), split, 0, rounding());
        if (!Double.isNaN(test.optimum())) {
            SplitChecks.assertEncloses(what, split, 0, test.optimum(), Math.max(rounding(), 1e-9));
        }
        if (alwaysOptimal() || split.status(0) == SolveStatus.OPTIMAL) {
            SplitChecks.assertOptimal(what, test.batch(), split, 0, tolerance());
            double rounded = tolerance() * test.meanLoad() + rounding() * split.maxLoad(0);
            SplitChecks.assertNotWorseThanFirstHosts(what, test.batch(), split, 0, rounded);
        }
    }

    /** Solves a case with a known optimum; skipped where the solver does not take such problems. */
    private SplitBatch solve(String id, MinMaxProblem problem, double[] fixed, double[] load, double optimum) {
        ProblemCase test = new ProblemCase(id, MinMaxBatch.of(problem, fixed, load), optimum);
        Optional<SplitBatch> split = solveAndCheck(test);
        assumeTrue(split.isPresent(), () -> "the solver does not take " + problem);
        if (alwaysOptimal()) {
            double allowed = tolerance() * test.meanLoad() + rounding() * optimum;
            assertEquals(optimum, split.orElseThrow().maxLoad(0), allowed, id + ": maxLoad");
        }
        return split.orElseThrow();
    }

    private SplitBatch solve(String id, int ranks, int[][] hosts, double[] fixed, double[] load, double optimum) {
        return solve(id, MinMaxProblem.of(ranks, hosts), fixed, load, optimum);
    }

    /** Checks shares that only one split has at its optimum, within what the tolerance leaves open. */
    private void assertShares(MinMaxBatch batch, SplitBatch split, double... expected) {
        if (alwaysOptimal()) {
            double allowed =
                    10 * tolerance() * batch.meanLoad(0) * batch.problem().totalSpeed();
            assertArrayEquals(expected, split.share(), allowed, "shares");
        }
    }

    @Test
    public void twoRanksOneItem() {
        int[][] hosts = {{0, 1}};
        double[] fixed = {3, 1};
        double[] load = {4};
        SplitBatch split = solve("two ranks, one item", 2, hosts, fixed, load, 4);
        assertShares(MinMaxBatch.of(split.problem(), fixed, load), split, 1, 3);
    }

    @Test
    public void speedsCount() {
        MinMaxProblem problem = MinMaxProblem.of(2, new double[] {1, 3}, new int[][] {{0, 1}});
        double[] fixed = {0, 0};
        double[] load = {8};
        SplitBatch split = solve("speeds 1 and 3", problem, fixed, load, 2);
        assertShares(MinMaxBatch.of(problem, fixed, load), split, 2, 6);
    }

    @Test
    public void chainPushesLoadAlong() {
        double[] fixed = {6, 3, 0};
        double[] load = {3, 6};
        solve("chain", 3, new int[][] {{0, 1}, {1, 2}}, fixed, load, 6);
    }

    @Test
    public void fixedLoadDominates() {
        solve("rank 0 is full", 2, new int[][] {{0, 1}}, new double[] {10, 1}, new double[] {4}, 10);
    }

    @Test
    public void singleHostCannotMove() {
        double[] fixed = {1, 2};
        double[] load = {5, 2};
        SplitBatch split = solve("one host", 2, new int[][] {{1}, {0}}, fixed, load, 7);
        assertArrayEquals(load, split.share(), 7 * rounding(), "shares");
    }

    @Test
    public void noItems() {
        SplitBatch split = solve("no items", 3, new int[0][], new double[] {2, 5, 4}, new double[0], 5);
        assertEquals(5, split.lowerBound(0), 5 * rounding(), "lowerBound");
    }

    @Test
    public void oneRank() {
        SplitBatch split = solve("one rank", 1, new int[][] {{0}, {0}}, new double[] {1}, new double[] {2, 3}, 6);
        assertArrayEquals(new double[] {2, 3}, split.share(), 6 * rounding(), "shares");
    }

    @Test
    public void allLoadsZero() {
        SplitBatch split = solve("no load", 8, HostLists.cube(), new double[8], new double[16], 0);
        assertEquals(0, split.maxLoad(0), "maxLoad");
        assertEquals(0, split.lowerBound(0), "lowerBound");
    }

    @Test
    public void itemsZeroBesideFixedLoads() {
        solve("items of no load", 3, HostLists.ring(3), new double[] {1, 2, 3}, new double[3], 3);
    }

    @Test
    public void oneHotItem() {
        double[] load = new double[16];
        Arrays.fill(load, 10);
        load[0] = 100_000; // hosts 3 and 0; what is fixed there plus the hot item is bound to stay
        double[] fixed = new double[8];
        Arrays.fill(fixed, 50);
        MinMaxProblem problem = MinMaxProblem.of(8, HostLists.cube());
        double optimum = SubsetOracle.optimum(MinMaxBatch.of(problem, fixed, load), 0);
        assertEquals(50_050, optimum, 1e-9, "the oracle");
        solve("one hot item", problem, fixed, load, optimum);
    }

    @Test
    public void disconnectedHosts() {
        int[][] hosts = {{0, 1}, {1, 0}, {2, 3}};
        solve("islands", 5, hosts, new double[] {1, 2, 30, 0, 7}, new double[] {4, 5, 6}, 30);
        solve("islands", 5, hosts, new double[] {10, 20, 3, 0, 7}, new double[] {40, 50, 6}, 60);
    }

    @Test
    public void itemHostedEverywhere() {
        int[][] hosts = {{0, 1, 2, 3, 4, 5, 6}};
        double[] fixed = {1, 2, 3, 4, 5, 6, 7};
        double[] load = {28};
        SplitBatch split = solve("everywhere", 7, hosts, fixed, load, 8);
        assertShares(MinMaxBatch.of(split.problem(), fixed, load), split, 7, 6, 5, 4, 3, 2, 1);
    }

    @Test
    public void hundredthsBesideHundredMillions() {
        double[] fixed = {0.01, 1e8, 0.01};
        solve("wide", 3, HostLists.ring(3), fixed, new double[] {0.02, 1e8, 0.01}, 1e8);
        solve("wide", 3, HostLists.ring(3), new double[3], new double[] {1e8, 0.01, 0.01}, 5e7);
    }

    @Test
    public void largestIntegers() {
        double max = Integer.MAX_VALUE;
        double[] load = new double[16];
        Arrays.fill(load, max);
        double[] fixed = new double[8];
        fixed[5] = max;
        solve("2^31 - 1", 8, HostLists.cube(), fixed, load, 17 * max / 8);
    }

    @Test
    public void emptyBatch() {
        MinMaxProblem problem = MinMaxProblem.of(8, HostLists.cube());
        try (MinMaxSolver solver = newSolver(problem, tolerance())) {
            SplitBatch split = new SplitBatch(problem, 0);
            solver.solve(new MinMaxBatch(problem, 0), split);
            assertEquals(0, split.groups());
        }
    }

    @Test
    public void manyGroupsEqualOneByOne() {
        MinMaxBatch batch = cubeBatch(20260301, 33);
        SplitBatch together = new SplitBatch(batch.problem(), batch.groups());
        double[] fixedBefore = batch.fixed().clone();
        double[] loadBefore = batch.load().clone();
        try (MinMaxSolver solver = newSolver(batch.problem(), tolerance())) {
            solver.solve(batch, together);
        }
        assertArrayEquals(fixedBefore, batch.fixed(), "a solver only reads the batch");
        assertArrayEquals(loadBefore, batch.load(), "a solver only reads the batch");
        for (int g = 0; g < batch.groups(); g++) {
            String what = "group " + g;
            SplitChecks.assertTrueSplit(what, batch, together, g, rounding());
            double optimum = SubsetOracle.optimum(batch, g);
            SplitChecks.assertEncloses(what, together, g, optimum, Math.max(rounding(), 1e-9));
            SplitBatch alone = solveAlone(batch, g);
            double allowed = stateless() ? 0 : 2 * tolerance() * batch.meanLoad(g);
            assertEquals(alone.maxLoad(0), together.maxLoad(g), allowed, what + ": maxLoad");
            assertEquals(alone.status(0), together.status(g), what + ": status");
        }
    }

    private SplitBatch solveAlone(MinMaxBatch batch, int group) {
        MinMaxProblem problem = batch.problem();
        int ranks = problem.ranks();
        int items = problem.items();
        MinMaxBatch one = MinMaxBatch.of(
                problem,
                Arrays.copyOfRange(batch.fixed(), group * ranks, (group + 1) * ranks),
                Arrays.copyOfRange(batch.load(), group * items, (group + 1) * items));
        SplitBatch split = new SplitBatch(problem, 1);
        try (MinMaxSolver solver = newSolver(problem, tolerance())) {
            solver.solve(one, split);
        }
        return split;
    }

    private static MinMaxBatch cubeBatch(long seed, int groups) {
        Random random = new Random(seed);
        MinMaxProblem problem = MinMaxProblem.of(8, HostLists.cube());
        MinMaxBatch batch = new MinMaxBatch(problem, groups);
        for (int k = 0; k < batch.fixed().length; k++) {
            batch.fixed()[k] = random.nextInt(2000);
        }
        for (int k = 0; k < batch.load().length; k++) {
            batch.load()[k] = random.nextInt(1000);
        }
        return batch;
    }

    @Test
    public void sameInputSameBits() {
        MinMaxBatch batch = cubeBatch(20260302, 5);
        SplitBatch first = new SplitBatch(batch.problem(), batch.groups());
        SplitBatch second = new SplitBatch(batch.problem(), batch.groups());
        try (MinMaxSolver one = newSolver(batch.problem(), tolerance());
                MinMaxSolver other = newSolver(batch.problem(), tolerance())) {
            one.solve(batch, first);
            other.solve(batch, second);
            assertSameBits(first, second);
            if (stateless()) {
                second.invalidate();
                one.solve(batch, second);
                assertSameBits(first, second);
            }
        }
    }

    private static void assertSameBits(SplitBatch first, SplitBatch second) {
        assertArrayEquals(first.share(), second.share(), "shares");
        for (int g = 0; g < first.groups(); g++) {
            assertEquals(first.maxLoad(g), second.maxLoad(g), "maxLoad");
            assertEquals(first.lowerBound(g), second.lowerBound(g), "lowerBound");
            assertEquals(first.iterations(g), second.iterations(g), "iterations");
            assertEquals(first.status(g), second.status(g), "status");
        }
    }

    @Test
    public void randomProblemsAgainstTheOracle() {
        solveRandom(1, randomProblems(), Math.min(SubsetOracle.MAX_RANKS, maxRanks()));
    }

    @Test
    public void randomLargeProblems() {
        solveRandom(1_000_001, randomProblems() / 10, maxRanks());
    }

    private void solveRandom(long firstSeed, int count, int ranks) {
        int solved = 0;
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            if (solveAndCheck(RandomProblems.next(seed, ranks)).isPresent()) {
                solved++;
            }
        }
        assertTrue(solved > count / 10, "problems that the solver takes");
    }

    @Test
    public void speedsAndInactiveRanksOfTheBatchCount() {
        Random random = new Random(20261130);
        int solved = 0;
        for (int k = 0; k < randomProblems() / 4; k++) {
            ProblemCase drawn = RandomProblems.next(5_000_000 + k, Math.min(12, maxRanks()));
            MinMaxBatch batch = drawn.batch();
            int ranks = batch.problem().ranks();
            double[] speed = new double[ranks];
            for (int r = 0; r < ranks; r++) {
                speed[r] = random.nextInt(4) == 0 ? 0 : k % 2 == 0 ? 1 : 0.25 + random.nextDouble();
            }
            batch.setSpeed(0, speed, 0);
            String what = drawn.id() + ", speeds " + Arrays.toString(speed);
            ProblemCase test = new ProblemCase(what, batch, SubsetOracle.optimum(batch, 0));
            solved += solveAndCheck(test).isPresent() ? 1 : 0;
        }
        assertTrue(solved > randomProblems() / 100, "problems that the solver takes");
    }

    @Test
    public void aGroupWithoutActiveRanksHasNoShares() {
        MinMaxBatch batch = cubeBatch(20260304, 1);
        batch.setSpeed(0, new double[8], 0);
        SplitBatch split =
                solveAndCheck(new ProblemCase("all inactive", batch, 0)).orElseThrow();
        assertArrayEquals(new double[32], split.share(), "shares");
        assertEquals(0, split.maxLoad(0), "maxLoad");
    }

    @Test
    public void answersDoNotDependOnSolvesBefore() {
        assumeTrue(stateless(), "the solver starts from the last answer");
        int sparse = 40;
        MinMaxBatch batch = new MinMaxBatch(MinMaxProblem.of(8, HostLists.cube()), 1);
        try (MinMaxSolver experienced = newSolver(batch.problem(), tolerance())) {
            for (int k = 0; k < randomProblems() / 10; k++) {
                Random random = new Random(7_000_000 + k);
                Arrays.setAll(batch.load(), i -> random.nextInt(100) < sparse ? 1 + random.nextInt(6) : 0);
                Arrays.setAll(batch.fixed(), r -> random.nextInt(100) < sparse / 2 ? random.nextInt(8) : 0);
                SplitBatch after = new SplitBatch(batch.problem(), 1);
                SplitBatch first = new SplitBatch(batch.problem(), 1);
                experienced.solve(batch, after);
                try (MinMaxSolver fresh = newSolver(batch.problem(), tolerance())) {
                    fresh.solve(batch, first);
                }
                assertSameBits(first, after);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.lplb.solver.GoldenProblems#embedded")
    public void embeddedGoldenProblem(ProblemCase test) {
        assumeTrue(solveAndCheck(test).isPresent(), () -> "the solver does not take " + test.problem());
    }

    @Test
    public void sharedGoldenProblems() {
        Optional<Path> file = GoldenProblems.sharedFile();
        assumeTrue(file.isPresent(), "shared/golden/minmax.jsonl is not on this machine");
        List<ProblemCase> unsupported = new ArrayList<>();
        List<ProblemCase> all = GoldenProblems.read(file.orElseThrow());
        for (ProblemCase test : all) {
            if (solveAndCheck(test).isEmpty()) {
                unsupported.add(test);
            }
        }
        GoldenProblems.say(getClass().getSimpleName() + ": " + (all.size() - unsupported.size()) + " of " + all.size()
                + " problems of " + file.orElseThrow());
        assertTrue(unsupported.size() < all.size(), "problems that the solver takes");
    }
}
