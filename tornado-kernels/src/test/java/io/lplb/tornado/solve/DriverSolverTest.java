// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.RepeatedLaunch;
import io.lplb.tornado.cuda.StandIn;
import io.lplb.tornado.export.ExportPtx;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.provider.DriverProvider;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The solver over a stand-in for the driver, which launches nothing: what happens around the kernel. */
class DriverSolverTest {
    private static final double TOLERANCE = 1e-4;
    private static final PtxLibrary LIBRARY = PtxLibrary.read();
    private static final MinMaxProblem CUBE = ExportPtx.problem("cube");

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path folder;

    private static StandIn standIn;

    @BeforeAll
    static void compileStandIn() throws Exception {
        standIn = StandIn.compile(folder);
    }

    @BeforeEach
    void reset() {
        standIn.reset();
    }

    private static GpuSolver open(String name, int maxGroups) throws CudaUnavailableException {
        return GpuSolver.onDriver(standIn.driver(), LIBRARY, name, CUBE, TOLERANCE, maxGroups, 0);
    }

    private static GpuSolver open(int maxGroups) throws CudaUnavailableException {
        return open(InteriorPointSolver.NAME, maxGroups);
    }

    private static void answer(String name, int groups) {
        PtxKernel kernel =
                LIBRARY.find(name, new ProblemTables(CUBE).size(), groups).orElseThrow();
        standIn.answer(CUBE.entries(), kernel.threads());
    }

    /** Loads for which equal shares are the optimum: the same for every rank and every item. */
    private static MinMaxBatch even(int groups) {
        MinMaxBatch batch = new MinMaxBatch(CUBE, groups);
        Arrays.fill(batch.fixed(), 100);
        Arrays.fill(batch.load(), 50);
        return batch;
    }

    private static SplitBatch solve(GpuSolver solver, int groups) {
        SplitBatch split = new SplitBatch(CUBE, groups);
        solver.solve(even(groups), split);
        return split;
    }

    @Test
    void aLaunchThatDoesNothingIsInvalid() throws Exception {
        try (GpuSolver solver = open(40)) {
            SplitBatch split = solve(solver, 40);
            for (int g = 0; g < 40; g++) {
                assertEquals(SolveStatus.INVALID, split.status(g));
                assertTrue(Double.isNaN(split.maxLoad(g)));
            }
        }
        assertEquals(1, standIn.launches(), "packing, solving, certifying in one");
        assertEquals(0, standIn.live());
    }

    /** A lone answer is awaited by its stamp; a kernel that ends without one does not keep the caller waiting. */
    @Test
    void aLoneAnswerThatIsNotWrittenIsInvalid() throws Exception {
        try (GpuSolver solver = open(1)) {
            for (int k = 0; k < 3; k++) {
                assertEquals(SolveStatus.INVALID, solve(solver, 1).status(0));
            }
        }
        assertEquals(2, standIn.graphLaunches());
        assertEquals(0, standIn.live());
    }

    @Test
    void aStampEndsTheWait() throws Exception {
        answer(RelaxationSolver.NAME, 1);
        try (GpuSolver solver = open(RelaxationSolver.NAME, 1)) {
            solve(solver, 1);
            standIn.fail("cuStreamSynchronize", CudaException.OUT_OF_MEMORY);
            assertEquals(SolveStatus.OPTIMAL, solve(solver, 1).status(0), "nobody asks for the end of the kernel");
            standIn.fail("cuStreamQuery", CudaException.OUT_OF_MEMORY);
            assertEquals(SolveStatus.OPTIMAL, solve(solver, 1).status(0), "nor for the state of the stream");
            standIn.answer(0, 0);
            assertEquals(
                    "cuStreamQuery",
                    assertThrows(CudaException.class, () -> solve(solver, 1)).call(),
                    "without a stamp somebody does");
            standIn.fail("", 0);
        }
        assertEquals(0, standIn.live());
    }

    /** So do the reports of a batch; where one does not come, the driver is asked, too. */
    @Test
    void reportsEndTheWait() throws Exception {
        answer(RelaxationSolver.NAME, 1000);
        try (GpuSolver solver = open(RelaxationSolver.NAME, 1000)) {
            solve(solver, 1000);
            standIn.fail("cuStreamSynchronize", CudaException.OUT_OF_MEMORY);
            assertEquals(SolveStatus.OPTIMAL, solve(solver, 1000).status(999), "nobody asks for the end of the kernel");
            standIn.answer(0, 0);
            assertEquals(
                    "cuStreamSynchronize",
                    assertThrows(CudaException.class, () -> solve(solver, 1000)).call(),
                    "without a report somebody does");
            standIn.fail("", 0);
            assertEquals(SolveStatus.INVALID, solve(solver, 1000).status(999));
        }
        assertEquals(0, standIn.live());
    }

    /** Every way to launch gives the same answers, and gives back what it took. */
    @Test
    void allWaysToLaunch() throws Exception {
        answer(RelaxationSolver.NAME, 1);
        for (boolean graphs : new boolean[] {true, false}) {
            for (boolean stamps : new boolean[] {true, false}) {
                LaunchOptions way = new LaunchOptions(Transfer.MAPPED, graphs, stamps, 0, false);
                try (GpuSolver solver = GpuSolver.onDriver(
                        standIn.driver(),
                        LIBRARY,
                        RelaxationSolver.NAME,
                        CUBE,
                        TOLERANCE,
                        1,
                        0,
                        (name, groups) -> way)) {
                    for (int k = 0; k < 3; k++) {
                        assertEquals(SolveStatus.OPTIMAL, solve(solver, 1).status(0), way.toString());
                    }
                }
                assertEquals(0, standIn.live(), way.toString());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> new LaunchOptions(Transfer.COPIED, true, true, 0, false));
        assertTrue(LaunchOptions.of(RelaxationSolver.NAME, 1).stamps());
        assertFalse(LaunchOptions.of(RelaxationSolver.NAME, 8).stamps());
        assertTrue(LaunchOptions.of(RelaxationSolver.NAME, 9).stamps(), "reports are awaited, too");
    }

    @Test
    void anAnswerOfAnotherGeometryIsInvalid() throws Exception {
        answer(InteriorPointSolver.NAME, 1);
        standIn.answer(CUBE.entries(), 1);
        try (GpuSolver solver = open(1)) {
            assertEquals(SolveStatus.INVALID, solve(solver, 1).status(0));
        }
    }

    @Test
    void answersAreCertified() throws Exception {
        answer(InteriorPointSolver.NAME, 1);
        for (int groups : new int[] {1, 20, 40}) {
            certified(groups);
        }
    }

    private static void certified(int groups) throws Exception {
        try (GpuSolver solver = open(groups)) {
            SplitBatch split = solve(solver, groups);
            for (int g = 0; g < groups; g++) {
                assertEquals(SolveStatus.OPTIMAL, split.status(g));
                assertEquals(200, split.maxLoad(g), 1e-9);
                assertEquals(200, split.lowerBound(g), 1e-9);
            }
            MinMaxBatch uneven = even(groups);
            uneven.fixed()[0] = 900;
            SplitBatch claimed = new SplitBatch(CUBE, groups);
            solver.solve(uneven, claimed);
            assertEquals(SolveStatus.OPTIMAL, claimed.status(0));
            assertEquals(900, claimed.maxLoad(0), 1e-9, "the kernel's claim is checked, and the CPU solves the group");
            assertEquals(900, claimed.lowerBound(0), 1e-9);
        }
    }

    @Test
    void anAnswerOfTheLaunchBeforeIsInvalid() throws Exception {
        answer(InteriorPointSolver.NAME, 1);
        try (GpuSolver solver = open(1)) {
            assertEquals(SolveStatus.OPTIMAL, solve(solver, 1).status(0));
            standIn.answer(0, 0);
            assertEquals(SolveStatus.INVALID, solve(solver, 1).status(0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 17_000})
    void aSizeThatComesAgainIsRecorded(int groups) throws Exception {
        answer(RelaxationSolver.NAME, groups);
        try (GpuSolver solver = open(RelaxationSolver.NAME, groups)) {
            for (int k = 0; k < 4; k++) {
                assertEquals(SolveStatus.OPTIMAL, solve(solver, groups).status(groups - 1));
            }
            int pieces = groups > 1 ? 4 : 1;
            assertEquals(groups > 1 ? 3 * pieces * 4 : 4, standIn.launches());
            assertEquals(3 * pieces, standIn.graphLaunches());
            if (groups > 1) {
                assertEquals(SolveStatus.OPTIMAL, solve(solver, groups - 1).status(0), "another size");
                assertEquals(SolveStatus.OPTIMAL, solve(solver, groups - 1).status(0), "recorded in its place");
                assertEquals(4 * pieces + pieces - 1, standIn.graphLaunches(), "the last piece alone was new");
            }
        }
        assertEquals(0, standIn.live());
    }

    /** What is found when other pieces are on their way already leaves the answers as they were, and the next solve unharmed. */
    @ParameterizedTest
    @ValueSource(ints = {0, 5000, 16_999})
    void aBadLoadInAnyPieceChangesNothing(int group) throws Exception {
        answer(RelaxationSolver.NAME, 17_000);
        try (GpuSolver solver = open(RelaxationSolver.NAME, 17_000)) {
            SplitBatch split = solve(solver, 17_000);
            double[] share = split.share().clone();
            for (double bad : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY, 1e200}) {
                MinMaxBatch batch = even(17_000);
                batch.load()[group * CUBE.items()] = bad;
                String message =
                        StandIn.message(assertThrows(IllegalArgumentException.class, () -> solver.solve(batch, split)));
                assertTrue(message.contains("group " + group), message);
                assertArrayEquals(share, split.share());
            }
            MinMaxBatch zero = even(17_000);
            zero.load()[group * CUBE.items()] = -0.0;
            solver.solve(zero, split);
            assertEquals(SolveStatus.OPTIMAL, solve(solver, 17_000).status(group));
        }
        assertEquals(0, standIn.live());
    }

    /** Code stays loaded while anybody uses the device, and no longer. */
    @Test
    void aSolverBesideAnotherCompilesNothing() throws Exception {
        answer(RelaxationSolver.NAME, 1);
        try (GpuSolver first = open(RelaxationSolver.NAME, 1)) {
            solve(first, 1);
            standIn.fail("cuModuleLoadDataEx", CudaException.OUT_OF_MEMORY);
            try (GpuSolver second = open(RelaxationSolver.NAME, 1)) {
                assertEquals(SolveStatus.OPTIMAL, solve(second, 1).status(0));
            }
            assertEquals(SolveStatus.OPTIMAL, solve(first, 1).status(0), "the other one has unloaded nothing");
        }
        assertEquals(0, standIn.live());
        try (GpuSolver later = open(RelaxationSolver.NAME, 1)) {
            CudaException failure = assertThrows(CudaException.class, () -> solve(later, 1));
            assertEquals("cuModuleLoadDataEx", failure.call(), "the last one has");
        }
    }

    /** Every function that a first solve calls, failing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "cuInit",
                "cuDeviceGet",
                "cuDeviceGetName",
                "cuDeviceGetAttribute",
                "cuDevicePrimaryCtxRetain",
                "cuCtxPushCurrent_v2",
                "cuModuleLoadDataEx",
                "cuModuleGetFunction",
                "cuStreamCreate",
                "cuMemHostAlloc",
                "cuMemHostGetDevicePointer_v2",
                "cuMemAlloc_v2",
                "cuMemcpyHtoDAsync_v2",
                "cuStreamSynchronize",
                "cuLaunchKernel"
            })
    void aFailingCallIsNamedAndLeavesNothing(String function) throws Exception {
        standIn.fail(function, CudaException.OUT_OF_MEMORY);
        CudaException failure = assertThrows(CudaException.class, () -> {
            try (GpuSolver solver = open(1)) {
                solve(solver, 1);
            }
        });
        assertEquals(function, failure.call());
        assertEquals(CudaException.OUT_OF_MEMORY, failure.code());
        assertFalse(failure.isSticky());
        assertTrue(
                StandIn.message(failure).startsWith(function + ": CUDA_ERROR_OUT_OF_MEMORY (2)"),
                StandIn.message(failure));
        assertEquals(0, standIn.live(), "what is not given back");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuStreamBeginCapture_v2", "cuGraphInstantiateWithFlags", "cuGraphLaunch"})
    void aFailingRecordingCanBeTriedAgain(String function) throws Exception {
        answer(InteriorPointSolver.NAME, 1);
        try (GpuSolver solver = open(1)) {
            solve(solver, 1);
            standIn.fail(function, CudaException.OUT_OF_MEMORY);
            assertEquals(
                    function,
                    assertThrows(CudaException.class, () -> solve(solver, 1)).call());
            standIn.fail("", 0);
            assertEquals(SolveStatus.OPTIMAL, solve(solver, 1).status(0));
        }
        assertEquals(0, standIn.live());
    }

    @Test
    void outOfMemoryIsNotTheEnd() throws Exception {
        answer(InteriorPointSolver.NAME, 1);
        try (GpuSolver solver = open(1)) {
            standIn.fail("cuMemHostAlloc", CudaException.OUT_OF_MEMORY);
            assertThrows(CudaException.class, () -> solve(solver, 1));
            standIn.fail("", 0);
            assertEquals(SolveStatus.OPTIMAL, solve(solver, 1).status(0));
        }
        assertEquals(0, standIn.live());
    }

    @Test
    void theCompilersLogIsInTheMessage() throws Exception {
        standIn.fail("cuModuleLoadDataEx", 218);
        try (GpuSolver solver = open(1)) {
            CudaException failure = assertThrows(CudaException.class, () -> solve(solver, 1));
            assertEquals("cuModuleLoadDataEx: unknown error (218): the log", StandIn.message(failure));
        }
    }

    @Test
    void aFaultOfTheKernelIsForGood() throws Exception {
        GpuSolver solver = open(1);
        solve(solver, 1);
        standIn.fail("cuStreamQuery", CudaException.LAUNCH_FAILED);
        CudaException fault = assertThrows(CudaException.class, () -> solve(solver, 1));
        assertTrue(fault.isSticky());
        IllegalStateException dead = assertThrows(IllegalStateException.class, () -> solve(solver, 1));
        assertTrue(StandIn.message(dead).contains("the instance is dead"), StandIn.message(dead));
        assertEquals(fault, dead.getCause());
        solver.close();
        solver.close();
        assertThrows(IllegalStateException.class, () -> solve(solver, 1));
        assertThrows(CudaException.class, () -> open(1).close(), "the process has lost the device");
    }

    @Test
    void aSecondThreadIsRefused() throws Exception {
        try (GpuSolver solver = open(1)) {
            solve(solver, 1);
            CompletionException refused = assertThrows(
                    CompletionException.class,
                    () -> CompletableFuture.runAsync(() -> solve(solver, 1)).join());
            assertInstanceOf(IllegalStateException.class, refused.getCause());
            assertTrue(StandIn.message(refused.getCause()).contains("belongs to one thread"));
            assertNotNull(solve(solver, 1), "the owner is not disturbed");
        }
    }

    @Test
    void anyThreadMayClose() throws ExecutionException, InterruptedException, CudaUnavailableException {
        GpuSolver solver = open(1);
        solve(solver, 1);
        CompletableFuture.runAsync(solver::close).get();
        assertEquals(0, standIn.live());
        assertThrows(IllegalStateException.class, () -> solve(solver, 1));
    }

    @Test
    void closingWhileAnotherThreadSolves() throws Exception {
        GpuSolver solver = open(1);
        CompletableFuture<Void> solving = CompletableFuture.runAsync(() -> {
            while (true) {
                solve(solver, 1);
            }
        });
        while (standIn.graphLaunches() < 1000 && !solving.isDone()) {
            Thread.onSpinWait();
        }
        solver.close();
        ExecutionException end = assertThrows(ExecutionException.class, solving::get);
        assertTrue(StandIn.message(end.getCause()).contains("got a solve after close"), end.toString());
        assertEquals(0, standIn.live());
    }

    @Test
    void tenThousandInstancesLeaveNothing() throws Exception {
        for (int k = 0; k < 10_000; k++) {
            try (GpuSolver solver = open(1)) {
                if (k % 8 == 0) {
                    solve(solver, 1);
                    solve(solver, 1);
                }
            }
        }
        assertEquals(0, standIn.live());
        assertEquals(2 * 1250, standIn.launches());
    }

    @Test
    void devicesAreChosenByIndex() throws Exception {
        try (GpuSolver solver =
                GpuSolver.onDriver(standIn.driver(), LIBRARY, InteriorPointSolver.NAME, CUBE, TOLERANCE, 1, 1)) {
            assertEquals("Other stand-in", solver.deviceName());
            assertEquals(InteriorPointSolver.NAME, solver.name());
            assertEquals(CUBE, solver.problem());
            assertEquals(TOLERANCE, solver.tolerance());
        }
        CudaDriver driver = standIn.driver();
        CudaException none = assertThrows(
                CudaException.class,
                () -> GpuSolver.onDriver(driver, LIBRARY, InteriorPointSolver.NAME, CUBE, TOLERANCE, 1, 2));
        assertEquals("cuDeviceGet: CUDA_ERROR_INVALID_DEVICE (101)", StandIn.message(none));
    }

    @Test
    void aSizeWithoutPtxIsNamed() throws Exception {
        MinMaxProblem other = MinMaxProblem.of(321, new int[][] {{0, 1}, {0, 1, 2}});
        String missing = GpuSolver.missingOnDriver(RelaxationSolver.NAME, other);
        assertTrue(missing.contains("of size r321-i2-e5-hupto3-d0-c2-u1"), missing);
        CudaDriver driver = standIn.driver();
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> GpuSolver.onDriver(driver, LIBRARY, RelaxationSolver.NAME, other, TOLERANCE, 1, 0));
        assertEquals(missing, StandIn.message(refused));
        assertEquals("", DriverProvider.missing(RelaxationSolver.NAME, CUBE));
        MinMaxProblem lists = MinMaxProblem.of(64, new int[][] {{0, 63}, {0, 1, 2}});
        assertEquals("", DriverProvider.missing(RelaxationSolver.NAME, lists));
        assertEquals("", DriverProvider.missing(RelaxationSolver.NAME, MinMaxProblem.of(3, new int[0][])));
    }

    @Test
    void launchesAreTimedOnTheDevice() throws Exception {
        ProblemTables tables = new ProblemTables(CUBE);
        PtxKernel kernel = LIBRARY.find(RelaxationSolver.NAME, tables.size(), 1).orElseThrow();
        try (CudaDevice device = new CudaDevice(standIn.driver(), 0);
                DriverLaunch launch = new DriverLaunch(
                        device,
                        kernel,
                        tables,
                        1,
                        new Accuracy(1e-4, 1e-5f),
                        new LaunchOptions(Transfer.COPIED, false, false, 0, false))) {
            launch.execute(even(1), 0, 1);
            assertEquals(50, RepeatedLaunch.micros(standIn.driver(), 0, 10, () -> launch.launch(1)), 1e-3);
        }
        assertEquals(11, standIn.launches());
        assertEquals(0, standIn.live());
    }
}
