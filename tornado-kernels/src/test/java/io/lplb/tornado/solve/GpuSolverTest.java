// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.solver.SplitChecks;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.ProblemTables;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GpuSolverTest {
    private static final double TOLERANCE = GpuSolver.DEFAULT_TOLERANCE;

    /** Ranks in a ring with a second, longer step: two hosts an item, degree four, as in the topologies. */
    private static MinMaxProblem ring(int ranks) {
        int[][] hosts = new int[2 * ranks][];
        for (int r = 0; r < ranks; r++) {
            hosts[2 * r] = new int[] {r, (r + 1) % ranks};
            hosts[2 * r + 1] = new int[] {r, (r + 3) % ranks};
        }
        return MinMaxProblem.of(ranks, hosts);
    }

    private static MinMaxBatch random(MinMaxProblem problem, int groups, long seed) {
        Random random = new Random(seed);
        MinMaxBatch batch = new MinMaxBatch(problem, groups);
        for (int k = 0; k < batch.fixed().length; k++) {
            batch.fixed()[k] = 100 * random.nextDouble();
        }
        for (int k = 0; k < batch.load().length; k++) {
            batch.load()[k] = Math.exp(3 + random.nextGaussian());
        }
        return batch;
    }

    private static void assertSolved(MinMaxBatch batch, SplitBatch split) {
        for (int g = 0; g < batch.groups(); g++) {
            SplitChecks.assertTrueSplit("group " + g, batch, split, g, 1e-9);
            SplitChecks.assertOptimal("group " + g, batch, split, g, TOLERANCE);
            assertEquals(SolveStatus.OPTIMAL, split.status(g), "group " + g);
        }
    }

    @ParameterizedTest(name = "{0} on {1} ranks, {2} groups, largest launch {3}")
    @CsvSource({
        "interior-point, 8, 40, 64",
        "interior-point, 8, 5, 2",
        "interior-point, 16, 3, 4",
        "interior-point, 24, 2, 4",
        "interior-point, 50, 2, 4",
        "interior-point, 64, 1, 1",
        "relaxation, 8, 40, 64",
        "relaxation, 8, 6, 5000",
        "relaxation, 50, 3, 4"
    })
    void batchesOfAllShapes(String solver, int ranks, int groups, int maxGroups) {
        MinMaxProblem problem = ring(ranks);
        MinMaxBatch batch = random(problem, groups, 31L * ranks + groups);
        SplitBatch split = new SplitBatch(problem, groups);
        try (GpuSolver tornado = new GpuSolver(solver, problem, TOLERANCE, maxGroups)) {
            tornado.solve(batch, split);
            assertSolved(batch, split);
            split.invalidate();
            tornado.solve(batch, split);
            assertSolved(batch, split);
        }
    }

    @ParameterizedTest
    @EnumSource(KernelShape.class)
    void everyKernelAgreesWithTheCpu(KernelShape shape) {
        MinMaxProblem problem = ring(8);
        int groups = 6;
        MinMaxBatch batch = random(problem, groups, 77);
        SplitBatch expected = new SplitBatch(problem, groups);
        try (InteriorPointSolver cpu = new InteriorPointSolver(problem)) {
            cpu.solve(batch, expected);
        }
        SplitBatch split = new SplitBatch(problem, groups);
        try (FusedPlan plan =
                new FusedPlan(new ProblemTables(problem), shape, groups, new Accuracy(TOLERANCE, 1e-5f))) {
            plan.execute(batch, 0, groups);
            for (int g = 0; g < groups; g++) {
                new DeviceAnswers(new ProblemTables(problem), TOLERANCE).take(plan.groups(), g, batch, g, split);
                assertEquals(expected.maxLoad(g), split.maxLoad(g), TOLERANCE * batch.meanLoad(g), "group " + g);
                assertEquals(expected.lowerBound(g), split.lowerBound(g), TOLERANCE * batch.meanLoad(g), "group " + g);
            }
        }
    }

    @Test
    void groupsOfNoLaunchAreInvalid() {
        MinMaxProblem problem = ring(8);
        MinMaxBatch batch = random(problem, 2, 5);
        SplitBatch split = new SplitBatch(problem, 2);
        DeviceAnswers answers = new DeviceAnswers(new ProblemTables(problem), TOLERANCE);
        try (FusedPlan plan = new FusedPlan(
                new ProblemTables(problem), KernelShape.RELAXATION_PER_WARP, 2, new Accuracy(TOLERANCE, 1e-5f))) {
            answers.take(plan.groups(), 0, batch, 0, split);
            assertEquals(SolveStatus.INVALID, split.status(0), "before any launch");
            assertTrue(Double.isNaN(split.maxLoad(0)), "maximum of an invalid group");
            plan.execute(batch, 0, 1);
            answers.take(plan.groups(), 0, batch, 0, split);
            answers.take(plan.groups(), 1, batch, 1, split);
            assertEquals(SolveStatus.OPTIMAL, split.status(0), "launched");
            assertEquals(SolveStatus.INVALID, split.status(1), "beyond the launch's groups");
        }
    }

    @Test
    void anotherThreadIsRefused() throws InterruptedException {
        MinMaxProblem problem = ring(8);
        MinMaxBatch batch = random(problem, 1, 6);
        SplitBatch split = new SplitBatch(problem, 1);
        try (GpuSolver tornado = new GpuSolver(RelaxationSolver.NAME, problem, TOLERANCE, 1)) {
            tornado.solve(batch, split);
            AtomicReference<Throwable> seen = new AtomicReference<>();
            Thread other = new Thread(
                    () -> seen.set(assertThrows(IllegalStateException.class, () -> tornado.solve(batch, split))),
                    "other");
            other.start();
            other.join();
            assertTrue(String.valueOf(seen.get()).contains("got other"), "message: " + seen.get());
        }
    }

    @Test
    void toleranceBelowFloatIsAnsweredHonestly() {
        MinMaxProblem problem = ring(16);
        MinMaxBatch batch = random(problem, 4, 9);
        SplitBatch split = new SplitBatch(problem, 4);
        try (GpuSolver tornado = new GpuSolver(InteriorPointSolver.NAME, problem, 1e-13, 4)) {
            tornado.solve(batch, split);
        }
        for (int g = 0; g < 4; g++) {
            boolean reached = split.gap(g) <= 1e-13 * batch.meanLoad(g);
            assertEquals(reached, split.status(g) == SolveStatus.OPTIMAL, "group " + g + ", gap " + split.gap(g));
            assertTrue(split.gap(g) <= TOLERANCE * batch.meanLoad(g), "group " + g + ", gap " + split.gap(g));
        }
    }

    @Test
    void whatNoKernelHoldsIsRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> new GpuSolver(InteriorPointSolver.NAME, ring(65), TOLERANCE, 1));
        assertThrows(IllegalArgumentException.class, () -> new GpuSolver("simplex", ring(8), TOLERANCE, 1));
        assertThrows(
                IllegalArgumentException.class, () -> new GpuSolver(InteriorPointSolver.NAME, ring(8), TOLERANCE, 0));
        int[][] many = new int[2000][];
        for (int i = 0; i < many.length; i++) {
            many[i] = new int[] {i % 64, (i + 1 + i / 64) % 64};
        }
        MinMaxProblem large = MinMaxProblem.of(64, many);
        assertThrows(
                IllegalArgumentException.class, () -> new GpuSolver(InteriorPointSolver.NAME, large, TOLERANCE, 1));
    }

    /** Groups of more ranks than the interior point's kernel holds: relaxation on the device, the CPU for what it leaves. */
    @Test
    void relaxationTakesMoreThan64Ranks() {
        int ranks = 96;
        int[][] hosts = new int[ranks][];
        Arrays.setAll(hosts, i -> new int[] {i, (i + 7) % ranks});
        MinMaxProblem problem = MinMaxProblem.of(ranks, hosts);
        MinMaxBatch batch = new MinMaxBatch(problem, 1);
        Random random = new Random(9);
        Arrays.setAll(batch.fixed(), r -> random.nextInt(100));
        Arrays.setAll(batch.load(), i -> random.nextInt(1000));
        SplitBatch split = new SplitBatch(problem, 1);
        try (GpuSolver solver = new GpuSolver(RelaxationSolver.NAME, problem, 1e-4, 1)) {
            solver.solve(batch, split);
        }
        assertEquals(SolveStatus.OPTIMAL, split.status(0));
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> new GpuSolver(InteriorPointSolver.NAME, problem, 1e-4, 1));
        assertEquals(
                "ranks: got 96, expected at most 64 of a group for interior-point on a GPU (relaxation: 320)",
                refused.getMessage());
    }
}
