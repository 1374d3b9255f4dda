// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import io.lplb.tornado.emulator.DeviceThread.Shuffle;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * The context of one device thread. Instrumented kernels go around its methods, through {@link KernelHooks}, to say
 * where they are; code that is not instrumented arrives here and is somewhere unknown.
 */
final class DeviceContext extends KernelContext {
    private final Machine machine;

    DeviceContext(Machine machine, int group, int local, int groupSize, int groups) {
        super(group, local, groupSize, groupSize * groups, 1);
        this.machine = machine;
    }

    @Override
    public void localBarrier() {
        machine.barrier(SiteTable.UNKNOWN);
    }

    @Override
    public void globalBarrier() {
        machine.barrier(SiteTable.UNKNOWN);
    }

    @Override
    public int[] allocateIntLocalArray(int size) {
        return (int[]) machine.allocate(int.class, size, SiteTable.UNKNOWN);
    }

    @Override
    public byte[] allocateByteLocalArray(int size) {
        return (byte[]) machine.allocate(byte.class, size, SiteTable.UNKNOWN);
    }

    @Override
    public long[] allocateLongLocalArray(int size) {
        return (long[]) machine.allocate(long.class, size, SiteTable.UNKNOWN);
    }

    @Override
    public float[] allocateFloatLocalArray(int size) {
        return (float[]) machine.allocate(float.class, size, SiteTable.UNKNOWN);
    }

    @Override
    public double[] allocateDoubleLocalArray(int size) {
        return (double[]) machine.allocate(double.class, size, SiteTable.UNKNOWN);
    }

    @Override
    public float simdSum(float val) {
        return machine.shuffle(Shuffle.SUM, val, 0, SiteTable.UNKNOWN);
    }

    @Override
    public float simdShuffleDown(float val, int delta) {
        return machine.shuffle(Shuffle.DOWN, val, delta, SiteTable.UNKNOWN);
    }

    @Override
    public float simdBroadcastFirst(float val) {
        return machine.shuffle(Shuffle.FIRST, val, 0, SiteTable.UNKNOWN);
    }

    @Override
    public void atomicAdd(IntArray array, int index, int val) {
        machine.memory.atomic(array, index, SiteTable.UNKNOWN);
        super.atomicAdd(array, index, val);
    }

    @Override
    public void atomicAdd(int[] array, int index, int val) {
        throw machine.unsupported("atomicAdd on a local array", SiteTable.UNKNOWN);
    }

    @Override
    public void atomicAdd(LongArray array, int index, long val) {
        machine.memory.atomic(array, index, SiteTable.UNKNOWN);
        super.atomicAdd(array, index, val);
    }

    @Override
    public void atomicAdd(FloatArray array, int index, float val) {
        machine.memory.atomic(array, index, SiteTable.UNKNOWN);
        super.atomicAdd(array, index, val);
    }

    @Override
    public void atomicAdd(DoubleArray array, int index, double val) {
        machine.memory.atomic(array, index, SiteTable.UNKNOWN);
        super.atomicAdd(array, index, val);
    }
}
