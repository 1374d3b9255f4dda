// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.tornado.sample.WrongKernels;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task2;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Every kind of fault is found where it was planted, and its message says what one needs to know. */
class PlantedFaultTest {
    @ParameterizedTest
    @MethodSource("io.lplb.tornado.emulator.PlantedFaults#all")
    void foundOnContinuations(PlantedFaults.Planted planted) throws Exception {
        find(planted, "continuations", "on");
    }

    @ParameterizedTest
    @MethodSource("io.lplb.tornado.emulator.PlantedFaults#all")
    void foundOnVirtualThreads(PlantedFaults.Planted planted) throws Exception {
        find(planted, "threads", "on");
    }

    @ParameterizedTest
    @MethodSource("io.lplb.tornado.emulator.PlantedFaults#control")
    void foundWithoutChecksOfAccesses(PlantedFaults.Planted planted) throws Exception {
        find(planted, "continuations", "off");
    }

    @ParameterizedTest
    @MethodSource("io.lplb.tornado.emulator.PlantedFaults#memory")
    void boundsAreFoundWithoutChecksOfAccesses(PlantedFaults.Planted planted) throws Exception {
        if (planted.fault() == Fault.UNINITIALISED) {
            return;
        }
        EmulatorException e = Launches.with(
                "lplb.emulator.checks",
                "off",
                () -> assertThrows(
                        EmulatorException.class,
                        () -> Launches.execute(planted.kernel(), planted.groups(), planted.groupSize())));
        assertEquals(planted.fault(), e.fault(), e.getMessage());
        assertTrue(e.getMessage().contains("at WrongKernels.java:"), e.getMessage());
    }

    private static void find(PlantedFaults.Planted planted, String coroutines, String checks) throws Exception {
        EmulatorException e = Launches.with(
                "lplb.emulator.coroutines",
                coroutines,
                () -> Launches.with(
                        "lplb.emulator.checks",
                        checks,
                        () -> assertThrows(
                                EmulatorException.class,
                                () -> Launches.execute(planted.kernel(), planted.groups(), planted.groupSize()))));
        assertEquals(planted.fault(), e.fault(), e.getMessage());
        for (String part : planted.message()) {
            assertTrue(e.getMessage().contains(part), () -> "expected <" + part + "> in: " + e.getMessage());
        }
    }

    @Test
    void endlessLoopsAreFound() throws Exception {
        EmulatorException e = Launches.with(
                "lplb.emulator.loopLimit",
                "1000",
                () -> assertThrows(EmulatorException.class, () -> Launches.execute(WrongKernels::endlessLoop, 1, 32)));
        assertEquals(Fault.ENDLESS, e.fault());
        assertEquals(0, e.thread());
        assertTrue(e.getMessage().contains("more than 1000 loop iterations"), e.getMessage());
    }

    @Test
    void deviceArraysThatWereNeverCopiedInHaveNoValue() {
        for (Task2<KernelContext, IntArray> kernel :
                List.<Task2<KernelContext, IntArray>>of(WrongKernels::increment, WrongKernels::atomicIncrement)) {
            IntArray data = new IntArray(32);
            TaskGraph graph = new TaskGraph("g")
                    .task("t", kernel, new KernelContext(), data)
                    .transferToHost(DataTransferMode.EVERY_EXECUTION, data);
            EmulatorException e = assertThrows(EmulatorException.class, () -> Launches.execute(graph, 1, 32));
            assertEquals(Fault.UNINITIALISED, e.fault(), e.getMessage());
        }
    }

    @Test
    void exceptionsKeepTheirCause() {
        FloatArray data = new FloatArray(32);
        TaskGraph graph = new TaskGraph("g").task("t", WrongKernels::castOfNull, new KernelContext(), data);
        EmulatorException e = assertThrows(EmulatorException.class, () -> Launches.execute(graph, 1, 32));
        assertEquals(Fault.EXCEPTION, e.fault());
        assertInstanceOf(NullPointerException.class, e.getCause());
        assertEquals("g.t (WrongKernels.castOfNull)", e.kernel());
        assertEquals(0, e.group());
    }

    @Test
    void aPlanGoesOnAfterAFault() throws Exception {
        assertThrows(EmulatorException.class, () -> Launches.execute(WrongKernels::barrierInBranch, 1, 32));
        assertEquals(1, Launches.execute(WrongKernels::increment, 1, 32).get(31));
    }
}
