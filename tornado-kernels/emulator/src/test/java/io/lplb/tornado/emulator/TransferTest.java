// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.tornado.sample.CorrectKernels;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** What is copied when: the host and the device see each other's writes only through copies. */
class TransferTest {
    private static final int FIRST = DataTransferMode.FIRST_EXECUTION;
    private static final int EVERY = DataTransferMode.EVERY_EXECUTION;
    private static final int DEMAND = DataTransferMode.UNDER_DEMAND;

    private final FloatArray in = FloatArray.fromElements(1, 2, 3);
    private final FloatArray out = FloatArray.fromElements(-1, -1, -1);

    private TaskGraph graph(String name, int inMode) {
        return new TaskGraph(name).transferToDevice(inMode, in).task("t", CorrectKernels::increment, in, out);
    }

    @Test
    void firstExecutionDoesNotSeeLaterWritesOfTheHost() throws Exception {
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(
                graph("g", FIRST).transferToHost(EVERY, out).snapshot())) {
            plan.execute();
            in.set(0, 100);
            plan.execute();
            assertArrayEquals(new float[] {2, 3, 4}, out.toHeapArray());
            plan.freeDeviceMemory().execute();
            assertArrayEquals(new float[] {101, 3, 4}, out.toHeapArray());
        }
    }

    @Test
    void everyExecutionSeesThem() throws Exception {
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(
                graph("g", EVERY).transferToHost(EVERY, out).snapshot())) {
            plan.execute();
            in.set(0, 100);
            TornadoExecutionResult result = plan.execute();
            assertArrayEquals(new float[] {101, 3, 4}, out.toHeapArray());
            assertEquals(12, result.getProfilerResult().getTotalBytesCopyIn());
            assertEquals(12, result.getProfilerResult().getTotalBytesCopyOut());
        }
    }

    @Test
    void underDemandCopiesWhenAsked() throws Exception {
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(
                graph("g", EVERY).transferToHost(DEMAND, out).snapshot())) {
            TornadoExecutionResult result = plan.execute();
            assertArrayEquals(new float[] {-1, -1, -1}, out.toHeapArray());
            assertEquals(0, result.getProfilerResult().getTotalBytesCopyOut());
            result.transferToHost(out);
            assertArrayEquals(new float[] {2, 3, 4}, out.toHeapArray());
        }
    }

    @Test
    void whatIsNotTransferredStaysOnTheDevice() throws Exception {
        try (TornadoExecutionPlan plan =
                new TornadoExecutionPlan(graph("g", EVERY).snapshot())) {
            plan.execute();
            assertArrayEquals(new float[] {-1, -1, -1}, out.toHeapArray());
            assertEquals(24, plan.getCurrentDeviceMemoryUsage());
        }
    }

    @Test
    void whatNoThreadWroteComesBackAsNaN() throws Exception {
        FloatArray untouched = new FloatArray(2);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(
                graph("g", EVERY).transferToHost(EVERY, untouched).snapshot())) {
            plan.execute();
            assertArrayEquals(new float[] {Float.NaN, Float.NaN}, untouched.toHeapArray());
        }
    }

    @Test
    void graphsHandArraysOnThroughTheDevice() throws Exception {
        FloatArray end = new FloatArray(3);
        for (String from : new String[] {"first", ""}) {
            TaskGraph second = new TaskGraph("second");
            second = from.isEmpty() ? second.consumeFromDevice(out) : second.consumeFromDevice(from, out);
            second.task("t", CorrectKernels::increment, out, end).transferToHost(EVERY, end);
            try (TornadoExecutionPlan plan = new TornadoExecutionPlan(
                    graph("first", EVERY).persistOnDevice(out).snapshot(), second.snapshot())) {
                plan.withGraph(0).execute();
                plan.withGraph(1).execute();
                assertArrayEquals(new float[] {3, 4, 5}, end.toHeapArray());
                assertEquals(36, plan.getCurrentDeviceMemoryUsage());
                plan.withAllGraphs().execute();
                assertArrayEquals(new float[] {3, 4, 5}, end.toHeapArray());
            }
        }
    }

    @Test
    void consumingWhatWasNotLeftIsAnError() throws Exception {
        TaskGraph second = new TaskGraph("second")
                .consumeFromDevice("first", out)
                .task("t", CorrectKernels::increment, out, new FloatArray(3));
        try (TornadoExecutionPlan plan =
                new TornadoExecutionPlan(graph("first", EVERY).snapshot(), second.snapshot())) {
            EmulatorException e = assertThrows(EmulatorException.class, plan::execute);
            assertEquals(Fault.LAUNCH, e.fault());
            assertTrue(e.getMessage().contains("expected persistOnDevice"), e.getMessage());
        }
    }

    @Test
    void modesAndObjectsThatMakeNoSenseAreRefused() throws Exception {
        TaskGraph graph = graph("g", EVERY);
        assertThrows(IllegalArgumentException.class, () -> graph.transferToDevice(DEMAND, in));
        assertThrows(IllegalArgumentException.class, () -> graph.transferToHost(FIRST, out));
        assertThrows(IllegalArgumentException.class, () -> graph.transferToHost(EVERY, 3));
        assertThrows(IllegalArgumentException.class, () -> graph.transferToDevice(EVERY, (Object) new float[1]));
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            TornadoExecutionResult result = plan.execute();
            assertThrows(IllegalArgumentException.class, () -> result.transferToHost(new FloatArray(3)));
        }
    }

    @Test
    void aSnapshotDoesNotChange() throws Exception {
        TaskGraph graph = graph("g", EVERY);
        try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
            graph.transferToHost(EVERY, out);
            plan.execute();
            assertArrayEquals(new float[] {-1, -1, -1}, out.toHeapArray());
        }
    }
}
