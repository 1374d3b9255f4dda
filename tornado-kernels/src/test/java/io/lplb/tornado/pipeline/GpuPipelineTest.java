// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CallerStream;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.StandIn;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pipeline over a stand-in for the driver, whose kernels add 1000 to every id: what happens around them. What they
 * compute is in TokenPipelineTest, and on a GPU in PipelineFigures.
 */
class GpuPipelineTest {
    private static final int TOKENS = 700;
    private static final int THREADS = 32;
    private static final PtxLibrary LIBRARY = PtxLibrary.read();
    private static final ExpertPlacement CUBE = new LplbPlacement(Topologies.parse("cube"), 16, 32, 2).natural();
    private static final PlacementProblem PROBLEM = PlacementProblem.of(CUBE, null);

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
        standIn.answer(PROBLEM.problem().entries(), THREADS);
    }

    private static GpuPipeline open(CallerStream stream) throws CudaUnavailableException {
        return GpuPipeline.open(
                standIn.driver(), LIBRARY, RelaxationSolver.NAME, CUBE, PROBLEM, 1e-4, TOKENS, 0, stream, null);
    }

    private static GpuPipeline open() throws CudaUnavailableException {
        return open(CallerStream.NONE);
    }

    private static int[] ids(int tokens) {
        int[] ids = new int[tokens];
        Arrays.setAll(ids, k -> k % 32);
        return ids;
    }

    private static void route(GpuPipeline pipeline, int tokens) {
        int[] physical = new int[tokens];
        assertEquals(tokens > 0 ? 1 : 0, pipeline.route(ids(tokens), physical));
        int[] expected = ids(tokens);
        Arrays.setAll(expected, k -> expected[k] + 1000);
        assertArrayEquals(expected, physical);
    }

    @Test
    void hostArraysAreRoutedWithTheSummary() throws Exception {
        try (GpuPipeline pipeline = open()) {
            for (int tokens : new int[] {1, 700, 255, 0, 700, 700}) {
                route(pipeline, tokens);
                assertEquals(tokens, pipeline.maxLoad(1));
                assertEquals(tokens - 1, pipeline.lowerBound(0));
                assertEquals(2, pipeline.repairRounds(0));
                assertEquals(1, pipeline.solverStatus(1));
                assertEquals(8 + 3, pipeline.load(1, 3));
            }
            assertEquals("Stand-in", pipeline.deviceName());
            assertThrows(IndexOutOfBoundsException.class, () -> pipeline.load(2, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> pipeline.load(0, 8));
        }
        assertEquals(6 * 5, standIn.launches());
        assertEquals(2, standIn.graphLaunches(), "the third and fourth run of 700 ids, whose second was recorded");
        assertEquals(0, standIn.live());
    }

    @Test
    void segmentsAreRoutedToo() throws Exception {
        try (GpuPipeline pipeline = open();
                Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocateFrom(ValueLayout.JAVA_INT, 5, 6, 7);
            pipeline.route(ids, ids);
            assertArrayEquals(new int[] {1005, 1006, 1007}, ids.toArray(ValueLayout.JAVA_INT));
        }
    }

    @Test
    void deviceAddressesAreRoutedWithoutCopies() throws Exception {
        try (GpuPipeline pipeline = open(new CallerStream(true, 77));
                Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 2, 3, 4);
            MemorySegment physical = arena.allocate(ValueLayout.JAVA_INT, 4);
            int in = standIn.copiedIn();
            for (int k = 0; k < 3; k++) {
                physical.fill((byte) 0);
                pipeline.route(ids.address(), physical.address(), 4);
                assertEquals(77, standIn.lastStream());
                assertArrayEquals(new int[] {1001, 1002, 1003, 1004}, physical.toArray(ValueLayout.JAVA_INT));
            }
            assertEquals(2, standIn.graphLaunches());
            assertEquals(in, standIn.copiedIn());
            assertEquals(0, standIn.copiedOut());
            IllegalStateException early = assertThrows(IllegalStateException.class, pipeline::badIds);
            assertTrue(StandIn.message(early).contains("fetch"), StandIn.message(early));
            pipeline.fetch();
            assertEquals(4, pipeline.maxLoad(0));
            assertEquals(1, standIn.copiedOut());
        }
        assertEquals(0, standIn.live());
    }

    @Test
    void unitsAndWidthsAreSetOnTheDevice() throws Exception {
        try (GpuPipeline pipeline = open();
                Arena arena = Arena.ofConfined()) {
            int before = standIn.fills();
            pipeline.planInTiles(128);
            assertEquals(before + PipelineRuns.RUNS, standIn.fills());
            assertThrows(IllegalArgumentException.class, () -> pipeline.planInTiles(0));
            route(pipeline, 5);
            pipeline.useLongIds(true);
            assertThrows(IllegalStateException.class, () -> pipeline.route(new int[2], new int[2]));
            long odd = arena.allocate(64, 64).address() + Integer.BYTES;
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(odd, odd, 2));
            pipeline.useLongIds(false);
            route(pipeline, 5);
        }
    }

    @Test
    void theLegacyStreamIsAStream() throws Exception {
        try (GpuPipeline pipeline = open(new CallerStream(true, 0))) {
            route(pipeline, 9);
            assertEquals(0, standIn.lastStream());
        }
        try (GpuPipeline pipeline = open()) {
            route(pipeline, 9);
            assertTrue(standIn.lastStream() != 0, "its own");
        }
    }

    @Test
    void runsThatDoNotRepeatAreNotRecorded() throws Exception {
        try (GpuPipeline pipeline = open()) {
            int before = standIn.fills();
            for (int tokens = 1; tokens <= 3 * PipelineRuns.RUNS; tokens++) {
                route(pipeline, tokens);
            }
            assertEquals(0, standIn.graphLaunches());
            assertEquals(3 * PipelineRuns.RUNS, standIn.fills() - before, "a word for each number of ids");
            for (int k = 0; k < 2; k++) {
                for (int tokens = 2 * PipelineRuns.RUNS + 1; tokens <= 3 * PipelineRuns.RUNS; tokens++) {
                    route(pipeline, tokens);
                }
            }
            assertEquals(2 * PipelineRuns.RUNS, standIn.graphLaunches());
            route(pipeline, 1);
            route(pipeline, 2 * PipelineRuns.RUNS + 1);
        }
        assertEquals(0, standIn.live());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cuInit",
                "cuDevicePrimaryCtxRetain",
                "cuCtxPushCurrent_v2",
                "cuStreamCreate",
                "cuModuleLoadDataEx",
                "cuModuleGetFunction",
                "cuMemAlloc_v2",
                "cuMemsetD32Async",
                "cuMemcpyHtoDAsync_v2",
                "cuMemHostAlloc",
                "cuStreamSynchronize",
                "cuLaunchKernel"
            })
    void aFailingCallIsNamedAndLeavesNothing(String function) throws Exception {
        standIn.fail(function, CudaException.OUT_OF_MEMORY);
        CudaException failure = assertThrows(CudaException.class, () -> {
            try (GpuPipeline pipeline = open()) {
                route(pipeline, 5);
            }
        });
        assertEquals(function, failure.call());
        assertFalse(failure.isSticky());
        assertEquals(0, standIn.live(), "what is not given back");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cuStreamBeginCapture_v2",
                "cuGraphInstantiateWithFlags",
                "cuGraphLaunch",
                "cuMemsetD32Async",
                "cuMemcpyDtoHAsync_v2"
            })
    void aFailingRunCanBeTriedAgain(String function) throws Exception {
        try (GpuPipeline pipeline = open()) {
            route(pipeline, 20);
            standIn.fail(function, CudaException.OUT_OF_MEMORY);
            CudaException failure = assertThrows(CudaException.class, () -> {
                route(pipeline, 20);
                route(pipeline, 21);
            });
            assertEquals(function, failure.call());
            standIn.fail("", 0);
            route(pipeline, 21);
            route(pipeline, 20);
            route(pipeline, 20);
        }
        assertEquals(0, standIn.live());
    }

    @Test
    void aFaultOfTheKernelIsForGood() throws Exception {
        GpuPipeline pipeline = open();
        route(pipeline, 20);
        standIn.fail("cuStreamSynchronize", CudaException.LAUNCH_FAILED);
        CudaException fault = assertThrows(CudaException.class, () -> route(pipeline, 20));
        assertTrue(fault.isSticky());
        IllegalStateException dead = assertThrows(IllegalStateException.class, () -> route(pipeline, 20));
        assertTrue(StandIn.message(dead).contains("the instance is dead"), StandIn.message(dead));
        assertEquals(fault, dead.getCause());
        pipeline.close();
        pipeline.close();
        assertThrows(IllegalStateException.class, () -> route(pipeline, 20));
    }

    @Test
    void aSolverOfAnotherGeometryIsNoticed() throws Exception {
        standIn.answer(PROBLEM.problem().entries(), 1);
        try (GpuPipeline pipeline = open()) {
            IllegalStateException wrong = assertThrows(IllegalStateException.class, () -> route(pipeline, 20));
            assertEquals(
                    "kernel solve: got the sign 1, expected 32; it did not run as it should", StandIn.message(wrong));
        }
    }

    @Test
    void aSecondThreadMayOnlyClose() throws Exception {
        GpuPipeline pipeline = open();
        route(pipeline, 20);
        CompletionException refused = assertThrows(
                CompletionException.class,
                () -> CompletableFuture.runAsync(() -> route(pipeline, 20)).join());
        assertInstanceOf(IllegalStateException.class, refused.getCause());
        CompletableFuture.runAsync(pipeline::close).join();
        assertEquals(0, standIn.live());
        assertThrows(IllegalStateException.class, () -> route(pipeline, 20));
    }

    /** The call that runs ends, later ones are refused, and nothing is freed under a call. */
    @Test
    void closingWhileAnotherThreadRoutes() throws Exception {
        GpuPipeline pipeline = open();
        CompletableFuture<Void> routing = CompletableFuture.runAsync(() -> {
            while (true) {
                route(pipeline, 20);
            }
        });
        while (standIn.graphLaunches() < 1000 && !routing.isDone()) {
            Thread.onSpinWait();
        }
        pipeline.close();
        CompletionException end = assertThrows(CompletionException.class, routing::join);
        assertInstanceOf(IllegalStateException.class, end.getCause());
        assertTrue(StandIn.message(end.getCause()).contains("got a call after close"), end.toString());
        assertEquals(0, standIn.live());
    }

    @Test
    void wrongArgumentsAreRefusedBeforeAnythingRuns() throws Exception {
        try (GpuPipeline pipeline = open()) {
            int launches = standIn.launches();
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(new int[701], new int[701]));
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(new int[7], new int[8]));
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(4096, 4096, -1));
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(4096, 4098, 1));
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(0, 4096, 1));
            assertEquals(launches, standIn.launches());
        }
        CudaDriver driver = standIn.driver();
        ExpertPlacement odd = ExpertPlacement.of(3, 3, 4, new int[] {0, 1, 2, 3, 0, 1});
        PlacementProblem problem = PlacementProblem.of(odd, null);
        String missing = GpuPipeline.missing(RelaxationSolver.NAME, problem);
        assertEquals("", missing);
        for (double tolerance : new double[] {0, Double.NaN}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> GpuPipeline.open(
                            driver,
                            LIBRARY,
                            RelaxationSolver.NAME,
                            CUBE,
                            PROBLEM,
                            tolerance,
                            TOKENS,
                            0,
                            CallerStream.NONE,
                            null));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> GpuPipeline.open(
                        driver, LIBRARY, "simplex", CUBE, PROBLEM, 1e-4, TOKENS, 0, CallerStream.NONE, null));
        assertThrows(
                IllegalArgumentException.class,
                () -> GpuPipeline.open(
                        driver, LIBRARY, RelaxationSolver.NAME, CUBE, PROBLEM, 1e-4, 0, 0, CallerStream.NONE, null));
        assertEquals(0, standIn.live());
    }

    @Test
    void aPlacementWithoutReplicasNeedsNoSolver() throws Exception {
        standIn.answer(0, 0);
        ExpertPlacement plain = ExpertPlacement.of(2, 2, 4, new int[] {0, 1, 2, 3});
        PlacementProblem problem = PlacementProblem.of(plain, null);
        assertEquals("", GpuPipeline.missing(RelaxationSolver.NAME, problem));
        try (GpuPipeline pipeline = GpuPipeline.open(
                standIn.driver(),
                LIBRARY,
                RelaxationSolver.NAME,
                plain,
                problem,
                1e-4,
                9,
                0,
                CallerStream.NONE,
                null)) {
            route(pipeline, 9);
            assertEquals(0, pipeline.solverStatus(0));
        }
        assertEquals(4, standIn.launches());
    }

    @Test
    void aRunAllocatesNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        int[] ids = ids(300);
        int[] physical = new int[300];
        try (GpuPipeline pipeline = open()) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20 && least > 0; round++) {
                long before = threads.getThreadAllocatedBytes(id);
                for (int k = 0; k < 1000; k++) {
                    pipeline.route(ids, physical);
                }
                least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
            }
            assertTrue(least < 1000, "bytes of 1000 runs: " + least);
        }
    }
}
