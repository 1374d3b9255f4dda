// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Backend;
import io.lplb.solver.Backends;
import io.lplb.solver.Certificate;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.solver.SplitChecks;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.provider.DriverProvider;
import io.lplb.tornado.ptx.PtxLibrary;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The driver's launch on a GPU against the CPU's double, batch by batch, and against itself: what is read as soon as its stamp
 * is there has the bits of what is read when the kernel has ended. Fails without a GPU; asked for by {@code -Dlplb.gpuTests}.
 */
@EnabledIfSystemProperty(named = "lplb.gpuTests", matches = ".*", disabledReason = "needs a GPU and -Dlplb.gpuTests")
class DriverGpuTest {
    private static final double TOLERANCE = GpuSolver.DEFAULT_TOLERANCE;
    private static final long SEED = 20261125;
    private static final List<String> PROBLEMS = List.of(
            "cube",
            "hypercube",
            "torus8x4",
            "ring8",
            "lists8",
            "lists16",
            "lists32",
            "lists64",
            "speeds16",
            "speeds64");

    private static @Nullable CudaDevice held;

    @BeforeAll
    static void holdDevice() throws CudaUnavailableException {
        held = new CudaDevice(new CudaDriver(CudaLibrary.load()), 0);
    }

    @AfterAll
    static void releaseDevice() {
        if (held != null) { // no device, which is what the tests fail of
            held.close();
        }
    }

    static List<Arguments> cases() {
        List<Arguments> result = new ArrayList<>();
        for (String problem : PROBLEMS) {
            result.add(Arguments.of(problem, InteriorPointSolver.NAME));
            result.add(Arguments.of(problem, RelaxationSolver.NAME));
        }
        return result;
    }

    @ParameterizedTest(name = "{0}, {1}, seed " + SEED)
    @MethodSource("cases")
    void batchesAgreeWithTheCpu(String topology, String name) throws CudaUnavailableException {
        MinMaxProblem problem = DriverProblems.problem(topology);
        int groups = 1500;
        MinMaxBatch batch = DriverProblems.random(problem, groups, SEED);
        SplitBatch split = new SplitBatch(problem, groups);
        SplitBatch expected = new SplitBatch(problem, groups);
        try (GpuSolver solver = GpuSolver.onDriver(name, problem, TOLERANCE, 1024, 0);
                MinMaxSolver cpu = new InteriorPointSolver(problem, 1e-9)) {
            solver.solve(batch, split);
            cpu.solve(batch, expected);
        }
        int optimal = 0;
        for (int g = 0; g < groups; g++) {
            double mean = batch.meanLoad(g);
            double least = expected.lowerBound(g) - 1e-9 * mean;
            double most = expected.maxLoad(g) + 1e-9 * mean;
            String what = topology + " " + name + ", group " + g;
            assertTrue(split.maxLoad(g) >= least, () -> what + ": a maximum below the optimum");
            assertTrue(split.lowerBound(g) <= most, () -> what + ": a bound above the optimum");
            assertEquals(
                    split.gap(g) <= TOLERANCE * mean, split.status(g) == SolveStatus.OPTIMAL, () -> what + ": status");
            optimal += split.status(g) == SolveStatus.OPTIMAL ? 1 : 0;
        }
        assertTrue(optimal >= groups - 2, topology + " " + name + ": " + optimal + " of " + groups + " are OPTIMAL");
    }

    @ParameterizedTest(name = "{0}, {1}, seed " + SEED)
    @MethodSource("cases")
    void anAnswerReadByItsStampIsComplete(String topology, String name) throws CudaUnavailableException {
        MinMaxProblem problem = DriverProblems.problem(topology);
        MinMaxBatch[] batches = DriverProblems.ring(problem, 4);
        double[][] shares = new double[batches.length][];
        SplitBatch split = new SplitBatch(problem, 1);
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        LaunchOptions ended = new LaunchOptions(Transfer.MAPPED, true, false, 0, false);
        LaunchOptions stamped = new LaunchOptions(Transfer.MAPPED, true, true, 0, false);
        PtxLibrary library = PtxLibrary.read();
        try (GpuSolver one = GpuSolver.onDriver(driver, library, name, problem, TOLERANCE, 1, 0, (s, groups) -> ended);
                GpuSolver other =
                        GpuSolver.onDriver(driver, library, name, problem, TOLERANCE, 1, 0, (s, groups) -> stamped)) {
            for (int k = 0; k < batches.length; k++) {
                one.solve(batches[k], split);
                shares[k] = split.share().clone();
            }
            for (int call = 0; call < 8000; call++) {
                int k = call % batches.length;
                split.invalidate();
                other.solve(batches[k], split);
                assertArrayEquals(shares[k], split.share(), "call " + call + ", problem " + k);
            }
        }
    }

    /** Loads are checked while kernels are at work on them: these end, and nothing comes of it. */
    @ParameterizedTest(name = "{0}, {1}, seed " + SEED)
    @MethodSource("cases")
    void aBadLoadChangesNothing(String topology, String name) throws CudaUnavailableException {
        MinMaxProblem problem = DriverProblems.problem(topology);
        int groups = 3000;
        MinMaxBatch batch = DriverProblems.random(problem, groups, SEED);
        SplitBatch split = new SplitBatch(problem, groups);
        try (GpuSolver solver = GpuSolver.onDriver(name, problem, TOLERANCE, groups, 0)) {
            solver.solve(batch, split);
            double[] shares = split.share().clone();
            for (double bad : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY, 1e308, -1e308}) {
                MinMaxBatch wrong = DriverProblems.random(problem, groups, SEED + 1);
                for (int g = groups / 3; g < groups; g++) {
                    wrong.load()[g * problem.items() + g % problem.items()] = bad;
                    wrong.fixed()[g * problem.ranks() + g % problem.ranks()] = bad;
                }
                assertThrows(IllegalArgumentException.class, () -> solver.solve(wrong, split));
                assertArrayEquals(shares, split.share(), "after " + bad);
            }
            solver.solve(batch, split);
            assertArrayEquals(shares, split.share());
            assertEquals(SolveStatus.OPTIMAL, split.status(groups - 1));
        }
    }

    /** Whoever certifies, on whatever way the data come: true splits, with the numbers that the CPU finds of them. */
    @ParameterizedTest(name = "{0}, {1}, seed " + SEED)
    @MethodSource("cases")
    void theDevicesCertificatesHold(String topology, String name) throws CudaUnavailableException {
        MinMaxProblem problem = DriverProblems.problem(topology);
        int groups = 3000;
        MinMaxBatch batch = DriverProblems.random(problem, groups, SEED);
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        PtxLibrary library = PtxLibrary.read();
        Certificate certificate = new Certificate(problem);
        LaunchOptions[] ways = {
            new LaunchOptions(Transfer.COPIED, true, false, 1, false),
            new LaunchOptions(Transfer.MAPPED, true, false, 1, false),
            new LaunchOptions(Transfer.MAPPED, true, true, 1, false),
            new LaunchOptions(Transfer.MAPPED, false, false, 1, true),
            new LaunchOptions(Transfer.MAPPED, true, true, 1, true),
        };
        for (LaunchOptions way : ways) {
            SplitBatch split = new SplitBatch(problem, groups);
            try (GpuSolver solver =
                    GpuSolver.onDriver(driver, library, name, problem, TOLERANCE, 1024, 0, (s, count) -> way)) {
                for (int call = 0; call < 3; call++) {
                    split.invalidate();
                    solver.solve(batch, split);
                }
            }
            for (int g = 0; g < groups; g++) {
                String what = topology + " " + name + " " + way + ", group " + g;
                double mean = batch.meanLoad(g);
                SplitChecks.assertTrueSplit(what, batch, split, g, 1e-9);
                certificate.evaluate(
                        batch.fixed(),
                        g * problem.ranks(),
                        batch.load(),
                        g * problem.items(),
                        split.share(),
                        g * problem.entries());
                assertEquals(certificate.maxLoad(), split.maxLoad(g), 1e-12 * mean, what);
                assertEquals(SolveStatus.OPTIMAL, split.status(g), what);
            }
        }
    }

    @Test
    void backendGpuIsTheDriversLaunch() {
        MinMaxProblem problem = DriverProblems.problem("cube");
        MinMaxBatch batch = DriverProblems.random(problem, 64, SEED);
        SplitBatch split = new SplitBatch(problem, 64);
        assertTrue(
                DriverProvider.probe().available(), () -> DriverProvider.probe().text());
        try (MinMaxSolver solver = Backends.create(Backend.GPU, InteriorPointSolver.NAME, problem, TOLERANCE, 64)) {
            solver.solve(batch, split);
            assertEquals(SolveStatus.OPTIMAL, split.status(63));
        }
    }
}
