// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.StandIn;
import io.lplb.tornado.provider.DriverProvider;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example with device pointers, over a stand-in for the driver's library whose memory is the host's and whose kernels
 * add 1000 to every id; and without any driver.
 */
class DeviceServingLoopTest {
    private static final int THREADS_OF_THE_KERNEL = 32;

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path folder;

    @AfterEach
    void forget() {
        System.clearProperty(DriverProvider.LIBRARY_PROPERTY);
    }

    private static StandIn standIn() throws Exception {
        StandIn standIn = StandIn.compile(folder);
        standIn.reset();
        var placement = new LplbPlacement(Topologies.cube(), 8, 64, 2).natural();
        standIn.answer(PlacementProblem.of(placement, null).problem().entries(), THREADS_OF_THE_KERNEL);
        System.setProperty(DriverProvider.LIBRARY_PROPERTY, standIn.file().toString());
        return standIn;
    }

    @Test
    void idsAreRoutedInTheDevicesMemoryOnTheEnginesStream() throws Exception {
        StandIn standIn = standIn();
        try (Arena memory = Arena.ofConfined();
                DeviceServingLoop loop = new DeviceServingLoop(77, 2, 4)) {
            MemorySegment ids = memory.allocateFrom(ValueLayout.JAVA_INT, 9, 8, 7, 6);
            MemorySegment physicalIds = memory.allocate(ValueLayout.JAVA_INT, 4);
            int in = standIn.copiedIn();
            for (int step = 0; step < 6; step++) {
                physicalIds.fill((byte) 0);
                loop.step(step % 2, ids.address(), physicalIds.address(), 4);
                assertEquals(77, standIn.lastStream());
                assertArrayEquals(new int[] {1009, 1008, 1007, 1006}, physicalIds.toArray(ValueLayout.JAVA_INT));
            }
            assertEquals(in, standIn.copiedIn(), "copies to the device");
            assertEquals(0, standIn.copiedOut(), "copies from the device");
            assertEquals("layer 1: 4 tokens on the busiest rank, no plan is below 3", loop.report(1));
        }
        assertEquals(0, standIn.live(), "what is not given back");
    }

    @Test
    void theProgramRunsAllLayersAndGivesEverythingBack() throws Exception {
        StandIn standIn = standIn();
        List<String> lines = Printed.by(() -> DeviceServingLoop.main(new String[0]));
        assertEquals(3, lines.size(), lines.toString());
        for (int layer = 0; layer < 3; layer++) {
            assertTrue(lines.get(layer).startsWith("layer " + layer + ": 1024 tokens"), lines.toString());
        }
        assertEquals(0, standIn.live(), "what is not given back");
    }

    @Test
    void withoutADriverItSaysSoAndEnds() throws Exception {
        System.setProperty(
                DriverProvider.LIBRARY_PROPERTY, folder.resolve("nothing.so").toString());
        List<String> lines = Printed.by(() -> DeviceServingLoop.main(new String[0]));
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(
                lines.get(0).startsWith("The NVIDIA driver cannot be used: No NVIDIA driver was found"), lines.get(0));
        assertTrue(lines.get(0).endsWith(DriverProvider.REMEDY), lines.get(0));
    }
}
