// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** What programs call outside of kernels. */
class HostSideTest {
    @Test
    void aContextOfTheHostIsAGroupOfOneThread() {
        KernelContext context = new KernelContext();
        context.localBarrier();
        context.globalBarrier();
        assertEquals(0, context.globalIdx + context.groupIdx + context.localIdx + context.localGroupSizeX);
        assertEquals(3f, context.simdSum(3));
        assertEquals(3f, context.simdShuffleDown(3, 1));
        assertEquals(3f, context.simdBroadcastFirst(3));
        assertEquals(2, context.allocateIntLocalArray(2).length);
        assertEquals(2, context.allocateByteLocalArray(2).length);
        assertEquals(2, context.allocateLongLocalArray(2).length);
        assertEquals(2, context.allocateFloatLocalArray(2).length);
        assertEquals(2, context.allocateDoubleLocalArray(2).length);
        int[] ints = {1};
        IntArray intArray = new IntArray(1);
        LongArray longArray = new LongArray(1);
        FloatArray floatArray = new FloatArray(1);
        DoubleArray doubleArray = new DoubleArray(1);
        context.atomicAdd(ints, 0, 2);
        context.atomicAdd(intArray, 0, 2);
        context.atomicAdd(longArray, 0, 2L);
        context.atomicAdd(floatArray, 0, 2f);
        context.atomicAdd(doubleArray, 0, 2d);
        assertEquals(3, ints[0]);
        assertEquals(8, intArray.get(0) + longArray.get(0) + floatArray.get(0) + doubleArray.get(0));
    }

    @Test
    void gridsKnowTheirGroups() {
        WorkerGrid1D grid = new WorkerGrid1D(96);
        assertNull(grid.getLocalWork());
        assertNull(grid.getNumberOfWorkgroups());
        grid.setLocalWork(32, 1, 1);
        assertArrayEquals(new long[] {3, 1, 1}, grid.getNumberOfWorkgroups());
        assertArrayEquals(new long[] {32, 1, 1}, grid.getLocalWork());
        assertArrayEquals(new long[] {96, 1, 1}, grid.getGlobalWork());
        assertEquals(1, grid.dimension());
        grid.setNumberOfWorkgroupsToNull();
        assertNull(grid.getNumberOfWorkgroups());
        assertThrows(IllegalArgumentException.class, () -> grid.setLocalWork(0, 1, 1));
    }

    @Test
    void schedulersKnowTheirGrids() {
        WorkerGrid1D grid = new WorkerGrid1D(96);
        GridScheduler scheduler = new GridScheduler();
        scheduler.addWorkerGrid("g.t", grid);
        assertTrue(scheduler.contains("g", "t"));
        assertFalse(scheduler.contains("g", "u"));
        assertSame(grid, scheduler.get("g.t"));
        assertEquals(Set.of("g.t"), scheduler.keySet());
    }

    @Test
    void theRuntimeSaysWhatItIs() {
        TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
        assertEquals(1, runtime.getNumBackends());
        assertEquals(TornadoVMBackendType.JAVA, runtime.getBackendType(0));
        TornadoBackend backend = runtime.getBackend(0);
        assertEquals("emulator", backend.getName());
        assertEquals(1, backend.getNumDevices());
        assertEquals(1, backend.getAllDevices().size());
        assertEquals(TornadoDeviceType.CPU, backend.getTypeDefaultDevice());
        assertEquals(TornadoVMBackendType.JAVA, backend.getBackendType());
        TornadoDevice device = backend.getDefaultDevice();
        assertSame(runtime.getDefaultDevice(), device);
        assertTrue(device.getDescription().contains("emulator"));
        assertTrue(device.getDeviceName().contains(device.getPlatformName()));
        assertEquals(TornadoDeviceType.CPU, device.getDeviceType());
        assertEquals(0, device.getBackendIndex());
        assertEquals(49152, device.getDeviceLocalMemorySize());
        assertTrue(device.getMaxGlobalMemory() > 0);
        TornadoTargetDevice hardware = device.getPhysicalDevice();
        assertEquals(device.getMaxGlobalMemory(), hardware.getDeviceGlobalMemorySize());
        assertEquals(1, hardware.getDeviceMaxComputeUnits());
        assertEquals(1024, hardware.getMaxThreadsPerBlock());
        assertArrayEquals(new long[] {1024, 1, 1}, hardware.getDeviceMaxWorkGroupSize());
    }

    @Test
    void mathGivesJavasResults() {
        assertEquals(2f, TornadoMath.sqrt(4f));
        assertEquals(2d, TornadoMath.sqrt(4d));
        assertEquals(1f, TornadoMath.exp(0f));
        assertEquals(1d, TornadoMath.exp(0d));
        assertEquals(0f, TornadoMath.log(1f));
        assertEquals(0d, TornadoMath.log(1d));
        assertEquals(8f, TornadoMath.pow(2f, 3f));
        assertEquals(8d, TornadoMath.pow(2d, 3d));
        assertEquals(3f, TornadoMath.abs(-3f));
        assertEquals(3d, TornadoMath.abs(-3d));
        assertEquals(1f, TornadoMath.floor(1.5f));
        assertEquals(1d, TornadoMath.floor(1.5d));
        assertEquals(2f, TornadoMath.ceil(1.5f));
        assertEquals(2d, TornadoMath.ceil(1.5d));
        assertEquals(
                1 + 1L + 1f + 1d,
                TornadoMath.min(1, 2) + TornadoMath.min(1L, 2L) + TornadoMath.min(1f, 2f) + TornadoMath.min(1d, 2d));
        assertEquals(
                2 + 2L + 2f + 2d,
                TornadoMath.max(1, 2) + TornadoMath.max(1L, 2L) + TornadoMath.max(1f, 2f) + TornadoMath.max(1d, 2d));
        assertEquals(2, TornadoMath.clamp(3, 1, 2));
        assertEquals(1L, TornadoMath.clamp(0L, 1L, 2L));
        assertEquals(1.5f, TornadoMath.clamp(1.5f, 1f, 2f));
        assertEquals(2d, TornadoMath.clamp(9d, 1d, 2d));
    }
}
