// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.solver.SplitChecks;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Solvers with a goal of 0, which no group reaches, so that every sweep is made and the best split is kept over many certificates. A
 * compiler that mixes the paths of that choice, as TornadoVM's CUDA backend did, leaves groups at larger gaps: 742 of 8,192 above 1e-6 where
 * there are 7 (docs/measurements/kernels.md). Under the emulator, through TornadoVM, or, with {@code -Dlplb.gpuTests}, through the driver.
 */
class GoalZeroTest {
    private static final long SEED = 20261130;
    private static final Accuracy UNREACHABLE = new Accuracy(1e-9, 0f);
    private static final double GAP = 1e-6;

    /** What float resolves in sums of 32 ranks and more is coarser. */
    private static final double LARGE_GAP = 1e-5;

    /** Rounding alone leaves 1 of 1,000 groups above, a compiler's fault left 90. */
    private static final double FEW = 0.02;

    private static final boolean EMULATED =
            GoalZeroTest.class.getResource("/io/lplb/tornado/emulator/EmulatorDevice.class") != null;

    private static void require(MinMaxProblem problem, KernelLaunch launch, int groups, String what) {
        MinMaxBatch batch = DriverProblems.random(problem, groups, SEED);
        SplitBatch split = new SplitBatch(problem, groups);
        launch.solve(batch, 0, groups, split);
        double gap = problem.ranks() > 16 ? LARGE_GAP : GAP;
        int above = 0;
        for (int g = 0; g < groups; g++) {
            assertTrue(split.status(g) != SolveStatus.INVALID, what + ", group " + g + ": " + split.status(g));
            SplitChecks.assertTrueSplit(what, batch, split, g, 1e-9);
            above += split.gap(g) > gap * batch.meanLoad(g) ? 1 : 0;
        }
        assertTrue(above <= FEW * groups + 1, what + ": got " + above + " groups of " + groups + " above " + gap);
    }

    @ParameterizedTest(name = "{0}, {1}")
    @CsvSource({"cube, relaxation", "cube, interior-point", "ring8, relaxation", "hypercube, relaxation"})
    void everySweepKeepsTheBestSplit(String topology, String solver) {
        int groups = EMULATED ? 24 : 8192;
        MinMaxProblem problem = DriverProblems.problem(topology);
        ProblemTables tables = new ProblemTables(problem);
        KernelShape shape = KernelShape.of(solver, problem, groups);
        try (FusedPlan plan = new FusedPlan(tables, shape, groups, UNREACHABLE)) {
            require(problem, plan, groups, topology + ", " + solver);
        }
    }

    @Test
    @EnabledIfSystemProperty(
            named = "lplb.gpuTests",
            matches = ".*",
            disabledReason = "needs a GPU and -Dlplb.gpuTests")
    void shippedKernelsKeepTheBestSplit() throws CudaUnavailableException {
        int checked = 0;
        try (CudaDevice device = new CudaDevice(new CudaDriver(CudaLibrary.load()), 0)) {
            device.enter();
            for (String topology : new String[] {"cube", "ring8", "hypercube", "torus8x4", "lists8", "lists64"}) {
                for (String solver : new String[] {InteriorPointSolver.NAME, RelaxationSolver.NAME}) {
                    for (int groups : new int[] {1024, 8192}) {
                        MinMaxProblem problem = DriverProblems.problem(topology);
                        PtxKernel kernel = PtxLibrary.read()
                                .find(solver, new ProblemTables(problem).size(), groups)
                                .orElseThrow();
                        ProblemTables tables = new ProblemTables(problem).in(kernel.size());
                        LaunchOptions options = LaunchOptions.of(solver, groups);
                        try (BatchLaunch launch =
                                new BatchLaunch(device, kernel, tables, groups, UNREACHABLE, options)) {
                            require(problem, launch, groups, topology + ", " + solver + ", " + groups);
                            checked++;
                        }
                    }
                }
            }
            device.leave();
        }
        assertEquals(24, checked);
    }
}
