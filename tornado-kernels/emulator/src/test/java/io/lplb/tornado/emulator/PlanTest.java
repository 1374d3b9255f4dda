// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.tornado.sample.CorrectKernels;
import io.lplb.tornado.sample.WrongKernels;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.ProfilerMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Plans: which launches are refused and why, frozen grids, warm-up, times, closing. */
class PlanTest {
    private static final KernelContext CONTEXT = new KernelContext();

    private final IntArray data = new IntArray(64);

    private TornadoExecutionPlan plan(Task2<KernelContext, IntArray> kernel) {
        return new TornadoExecutionPlan(new TaskGraph("g")
                .transferToDevice(DataTransferMode.FIRST_EXECUTION, data)
                .task("t", kernel, CONTEXT, data)
                .transferToHost(DataTransferMode.EVERY_EXECUTION, data)
                .snapshot());
    }

    static Stream<Arguments> badGrids() {
        return Stream.of(
                Arguments.of(
                        "no local work", (Consumer<WorkerGrid1D>) WorkerGrid1D::setLocalWorkToNull, "no local work"),
                Arguments.of(
                        "not whole",
                        (Consumer<WorkerGrid1D>) grid -> grid.setGlobalWork(65, 1, 1),
                        "whole work-groups"),
                Arguments.of(
                        "empty", (Consumer<WorkerGrid1D>) grid -> grid.setGlobalWork(0, 1, 1), "whole work-groups"),
                Arguments.of(
                        "two dimensions",
                        (Consumer<WorkerGrid1D>) grid -> grid.setLocalWork(32, 2, 1),
                        "one dimension"),
                Arguments.of(
                        "too large a group",
                        (Consumer<WorkerGrid1D>) grid -> {
                            grid.setGlobalWork(2048, 1, 1);
                            grid.setLocalWork(2048, 1, 1);
                        },
                        "at most 1024"),
                Arguments.of("offset", (Consumer<WorkerGrid1D>) grid -> grid.setGlobalOffset(1, 0, 0), "offset"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badGrids")
    void gridsThatCannotBeLaunched(String name, Consumer<WorkerGrid1D> change, String message) throws Exception {
        WorkerGrid1D grid = new WorkerGrid1D(64);
        grid.setLocalWork(32, 1, 1);
        change.accept(grid);
        try (TornadoExecutionPlan plan = plan(WrongKernels::increment)) {
            plan.withGridScheduler(new GridScheduler("g.t", grid));
            EmulatorException e = assertThrows(EmulatorException.class, plan::execute, name);
            assertEquals(Fault.LAUNCH, e.fault());
            assertTrue(e.getMessage().contains(message), e.getMessage());
        }
    }

    @Test
    void aContextNeedsAGrid() throws Exception {
        try (TornadoExecutionPlan plan = plan(WrongKernels::increment)) {
            EmulatorException e = assertThrows(EmulatorException.class, plan::execute);
            assertTrue(
                    e.getMessage()
                            .contains(
                                    "no WorkerGrid for a task with a KernelContext; expected a GridScheduler with \"g.t\""),
                    e.getMessage());
            plan.withGridScheduler(new GridScheduler("other.t", new WorkerGrid1D(64)));
            assertThrows(EmulatorException.class, plan::execute);
        }
    }

    @Test
    void aCapturedGridStays() throws Exception {
        try (TornadoExecutionPlan plan = plan(WrongKernels::increment)) {
            plan.withGridScheduler(Launches.grid(2, 32)).withCUDAGraph();
            plan.execute();
            plan.execute();
            assertEquals(2, data.get(63));
            plan.withGridScheduler(Launches.grid(1, 32));
            EmulatorException e = assertThrows(EmulatorException.class, plan::execute);
            assertTrue(e.getMessage().contains("which the CUDA graph has captured"), e.getMessage());
        }
    }

    @Test
    void capturingComesBeforeTheFirstExecution() throws Exception {
        try (TornadoExecutionPlan plan = plan(WrongKernels::increment)) {
            plan.withGridScheduler(Launches.grid(2, 32)).execute();
            assertThrows(IllegalStateException.class, plan::withCUDAGraph);
        }
    }

    @Test
    void kernelsThatAreNoStaticMethods() {
        int captured = data.getSize();
        EmulatorException e =
                assertThrows(EmulatorException.class, () -> plan((context, array) -> array.set(0, captured)));
        assertTrue(e.getMessage().contains("a lambda that captures 1 values"), e.getMessage());
        e = assertThrows(
                EmulatorException.class,
                () -> new TornadoExecutionPlan(
                        new TaskGraph("g").task("t", IntArray::clear, data).snapshot()));
        assertTrue(e.getMessage().contains("clear is not static"), e.getMessage());
        Task2<KernelContext, IntArray> object = new Task2<>() {
            @Override
            public void apply(KernelContext context, IntArray array) {
                array.set(0, 1);
            }
        };
        e = assertThrows(EmulatorException.class, () -> plan(object));
        assertTrue(e.getMessage().contains("expected a lambda or a method reference"), e.getMessage());
    }

    @Test
    void lambdasWithoutCapturesAreKernels() throws Exception {
        try (TornadoExecutionPlan plan = plan((context, array) -> WrongKernels.increment(context, array))) {
            plan.withGridScheduler(Launches.grid(2, 32)).withPreCompilation().execute();
            assertEquals(1, data.get(63));
        }
    }

    @Test
    void argumentsOfOtherKindsAreRefused() {
        TaskGraph graph = new TaskGraph("g").task("t", CorrectKernels::increment, new FloatArray(1), new FloatArray(1));
        Task2<KernelContext, float[]> kernel = (context, array) -> array[0] = 1;
        assertThrows(IllegalArgumentException.class, () -> graph.task("u", kernel, CONTEXT, new float[1]));
        assertThrows(
                IllegalArgumentException.class,
                () -> graph.task("t", CorrectKernels::increment, new FloatArray(1), new FloatArray(1)));
        assertEquals("g", graph.getTaskGraphName());
    }

    @Test
    void warmUpExecutes() throws Exception {
        try (TornadoExecutionPlan plan = plan(WrongKernels::increment)) {
            plan.withGridScheduler(Launches.grid(2, 32)).withWarmUpIterations(3);
            assertEquals(3, data.get(0));
            plan.withWarmUpTime(1);
            assertTrue(data.get(0) > 3);
            Thread.currentThread().interrupt();
            assertThrows(InterruptedException.class, () -> plan.withWarmUpTime(1000));
        }
    }

    @Test
    void timesAreTaken() throws Exception {
        try (TornadoExecutionPlan plan = plan(WrongKernels::increment)) {
            var times = plan.withGridScheduler(Launches.grid(2, 32)).execute().getProfilerResult();
            assertTrue(times.getDeviceKernelTime() > 0);
            assertTrue(times.getCompileTime() > 0);
            assertEquals(times.getDeviceReadTime() + times.getDeviceWriteTime(), times.getDataTransfersTime());
            assertTrue(times.getTotalTime()
                    >= times.getDeviceKernelTime() + times.getCompileTime() + times.getDataTransfersTime());
        }
    }

    @Test
    void optionsWithoutEffectGiveThePlanBack() throws Exception {
        try (TornadoExecutionPlan plan = plan(WrongKernels::increment)) {
            assertSame(
                    plan,
                    plan.withProfiler(ProfilerMode.SILENT)
                            .withoutProfiler()
                            .clearProfiles()
                            .withIntraPlanConcurrency()
                            .withoutIntraPlanConcurrency()
                            .withStagedTransfers()
                            .withoutStagedTransfers()
                            .resetDevice()
                            .withDevice(TornadoExecutionPlan.getDevice(0, 0)));
            assertSame(TornadoExecutionPlan.DEFAULT_DEVICE, plan.getDevice(0));
            assertThrows(IndexOutOfBoundsException.class, () -> plan.getDevice(1));
            assertThrows(IndexOutOfBoundsException.class, () -> plan.withGraph(1));
            assertTrue(plan(WrongKernels::increment).getId() > plan.getId());
        }
    }

    @Test
    void aClosedPlanIsClosed() throws Exception {
        TornadoExecutionPlan plan = plan(WrongKernels::increment).withGridScheduler(Launches.grid(2, 32));
        plan.execute();
        plan.close();
        assertEquals(0, plan.getCurrentDeviceMemoryUsage());
        assertThrows(IllegalStateException.class, plan::execute);
        plan.close();
    }
}
