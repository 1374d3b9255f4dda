// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Place of a kernel's thread in the grid, and the operations by which its threads work together.
 *
 * <p>A context made by {@code new} stands for a group of one thread outside of any launch: barriers and shuffles do
 * nothing, a local array is an ordinary one. In a launch the emulator hands each device thread a context of its own.
 */
public class KernelContext {
    /** Place in the whole grid. */
    public final Integer globalIdx;

    public final Integer globalIdy = 0;
    public final Integer globalIdz = 0;

    /** Number of the work-group. */
    public final Integer groupIdx;

    public final Integer groupIdy = 0;
    public final Integer groupIdz = 0;

    /** Place in the work-group. */
    public final Integer localIdx;

    public final Integer localIdy = 0;
    public final Integer localIdz = 0;

    /** Threads of the whole grid. */
    public final Integer globalGroupSizeX;

    public final Integer globalGroupSizeY;
    public final Integer globalGroupSizeZ;

    /** Threads of a work-group. */
    public final Integer localGroupSizeX;

    public final Integer localGroupSizeY;
    public final Integer localGroupSizeZ;

    /** A context to name in a task graph: all ids and sizes are 0. */
    public KernelContext() {
        this(0, 0, 0, 0, 0);
    }

    /** The context of one device thread of a one-dimensional grid, or with all arguments 0 that of none. */
    protected KernelContext(int group, int local, int localSize, int globalSize, int otherSize) {
        this.globalIdx = group * localSize + local;
        this.groupIdx = group;
        this.localIdx = local;
        this.globalGroupSizeX = globalSize;
        this.globalGroupSizeY = otherSize;
        this.globalGroupSizeZ = otherSize;
        this.localGroupSizeX = localSize;
        this.localGroupSizeY = otherSize;
        this.localGroupSizeZ = otherSize;
    }

    /** Waits for all threads of the work-group; orders their accesses to local and global memory. */
    public void localBarrier() {}

    /** Waits for all threads of the work-group (not of the grid); orders their accesses to global memory. */
    public void globalBarrier() {}

    /** Returns a local array, one for the work-group; its content is undefined. */
    public int[] allocateIntLocalArray(int size) {
        return new int[size];
    }

    /** Returns a local array, one for the work-group; its content is undefined. */
    public byte[] allocateByteLocalArray(int size) {
        return new byte[size];
    }

    /** Returns a local array, one for the work-group; its content is undefined. */
    public long[] allocateLongLocalArray(int size) {
        return new long[size];
    }

    /** Returns a local array, one for the work-group; its content is undefined. */
    public float[] allocateFloatLocalArray(int size) {
        return new float[size];
    }

    /** Returns a local array, one for the work-group; its content is undefined. */
    public double[] allocateDoubleLocalArray(int size) {
        return new double[size];
    }

    /** Returns the sum of the warp's values, the same in all of its threads. All 32 threads must call it. */
    public float simdSum(float val) {
        return val;
    }

    /** Returns the value of the lane {@code delta} ahead, or the own one past the end. All 32 threads must call it. */
    public float simdShuffleDown(float val, int delta) {
        return val;
    }

    /** Returns the value of the warp's first lane. All 32 threads must call it. */
    public float simdBroadcastFirst(float val) {
        return val;
    }

    /** Adds to an element, atomically. */
    public void atomicAdd(IntArray array, int index, int val) {
        array.set(index, array.get(index) + val);
    }

    /** Adds to an element of a local array, atomically; not usable on PTX, hence an error in a launch. */
    public void atomicAdd(int[] array, int index, int val) {
        array[index] += val;
    }

    /** Adds to an element, atomically. */
    public void atomicAdd(LongArray array, int index, long val) {
        array.set(index, array.get(index) + val);
    }

    /** Adds to an element, atomically. */
    public void atomicAdd(FloatArray array, int index, float val) {
        array.set(index, array.get(index) + val);
    }

    /** Adds to an element, atomically. */
    public void atomicAdd(DoubleArray array, int index, double val) {
        array.set(index, array.get(index) + val);
    }
}
