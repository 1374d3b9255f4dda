// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.sample;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** Kernels without faults, each with an obvious result. */
public final class CorrectKernels {
    private CorrectKernels() {}

    /** out[group] = sum of the group's part of in; a tree in local memory. */
    public static void blockSum(KernelContext context, FloatArray in, FloatArray out) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int size = context.localGroupSizeX;
        float[] sums = context.allocateFloatLocalArray(1024);
        sums[thread] = in.get(group * size + thread);
        for (int half = size / 2; half > 0; half >>= 1) {
            context.localBarrier();
            if (thread < half) {
                sums[thread] += sums[thread + half];
            }
        }
        if (thread == 0) {
            out.set(group, sums[0]);
        }
    }

    /** data = inclusive prefix sums of data, for one group; Hillis and Steele with two buffers. */
    public static void scan(KernelContext context, IntArray data) {
        int thread = context.localIdx;
        int size = context.localGroupSizeX;
        int[] sums = context.allocateIntLocalArray(2048);
        int from = 0;
        sums[thread] = data.get(thread);
        for (int distance = 1; distance < size; distance *= 2) {
            context.localBarrier();
            int value = sums[from + thread];
            if (thread >= distance) {
                value += sums[from + thread - distance];
            }
            from = 1024 - from;
            sums[from + thread] = value;
        }
        data.set(thread, sums[from + thread]);
    }

    /** Three shuffles of each lane's value: sum, the value two lanes ahead, the first lane's value. */
    public static void shuffles(KernelContext context, FloatArray in, FloatArray out) {
        int thread = context.localIdx;
        int size = context.localGroupSizeX;
        float value = in.get(thread);
        out.set(thread, warpSum(context, value));
        out.set(size + thread, context.simdShuffleDown(value, 2));
        out.set(2 * size + thread, context.simdBroadcastFirst(value));
    }

    private static float warpSum(KernelContext context, float value) {
        return context.simdSum(value);
    }

    /** counts[key] += 1 for each key of the grid, and other kinds of atomic sums. */
    public static void histogram(
            KernelContext context,
            IntArray keys,
            IntArray counts,
            LongArray longSum,
            FloatArray floatSum,
            DoubleArray doubleSum) {
        int key = keys.get(context.globalIdx);
        context.atomicAdd(counts, key, 1);
        context.atomicAdd(longSum, 0, key);
        context.atomicAdd(floatSum, 0, 0.5f);
        context.atomicAdd(doubleSum, 0, 0.25);
    }

    /** data[i] = data[i] * factor + offset. */
    public static void scale(KernelContext context, FloatArray data, float factor, int offset) {
        int i = context.groupIdx * context.localGroupSizeX + context.localIdx;
        data.set(i, data.get(i) * factor + offset);
    }

    /** Local, private and native arrays of all types. */
    public static void allTypes(
            KernelContext context,
            ByteArray bytes,
            IntArray ints,
            LongArray longs,
            FloatArray floats,
            DoubleArray doubles) {
        int thread = context.localIdx;
        int size = context.localGroupSizeX;
        byte[] localBytes = context.allocateByteLocalArray(64);
        int[] localInts = context.allocateIntLocalArray(64);
        long[] localLongs = context.allocateLongLocalArray(64);
        float[] localFloats = context.allocateFloatLocalArray(64);
        double[] localDoubles = context.allocateDoubleLocalArray(64);
        boolean[] seen = new boolean[2];
        short[] shorts = new short[2];
        char[] chars = new char[2];
        seen[1] = true;
        shorts[1] = 1;
        chars[1] = 1;
        localBytes[thread] = bytes.get(thread);
        localInts[thread] = ints.get(thread);
        localLongs[thread] = longs.get(thread);
        localFloats[thread] = floats.get(thread);
        localDoubles[thread] = doubles.get(thread);
        context.globalBarrier();
        int other = size - 1 - thread;
        int one = seen[1] ? shorts[1] : chars[1];
        bytes.set(thread, (byte) (localBytes[other] + one));
        ints.set(thread, localInts[other] + one);
        longs.set(thread, localLongs[other] + one);
        floats.set(thread, localFloats[other] + one);
        doubles.set(thread, localDoubles[other] + one);
    }

    /** out[i] = in[i] + 1, as a loop without a context. */
    public static void increment(FloatArray in, FloatArray out) {
        for (@Parallel int i = 0; i < in.getSize(); i++) {
            out.set(i, in.get(i) + 1);
        }
    }

    /** out[thread] = the sum of twelve numbers and the thread. */
    public static void mostArguments(
            KernelContext context,
            IntArray out,
            byte a,
            short b,
            char c,
            int d,
            long e,
            float f,
            double g,
            boolean h,
            int i,
            int j,
            int k,
            int l,
            int m) {
        int sum = a + b + c + d + (int) e + (int) f + (int) g + (h ? 1 : 0) + i + j + k + l + m;
        out.set(context.localIdx, context.localIdx + sum);
    }

    /** out[thread] = where a thread is. */
    public static void places(KernelContext context, IntArray out) {
        int i = context.globalIdx;
        out.set(4 * i, context.groupIdx);
        out.set(4 * i + 1, context.localIdx);
        out.set(4 * i + 2, context.localGroupSizeX);
        out.set(4 * i + 3, context.globalGroupSizeX * context.localGroupSizeY + context.localIdy);
    }

    /** Barriers and shuffles only: what synchronisation costs. */
    public static void synchronise(KernelContext context, FloatArray out, int rounds) {
        int thread = context.localIdx;
        for (int k = 0; k < rounds; k++) {
            context.localBarrier();
        }
        out.set(thread, rounds);
    }

    /** A barrier, a few accesses, again and again: what an access costs. */
    public static void rotate(KernelContext context, FloatArray out, int rounds) {
        int thread = context.localIdx;
        int size = context.localGroupSizeX;
        float[] ring = context.allocateFloatLocalArray(2048);
        int from = 0;
        ring[thread] = thread;
        for (int k = 0; k < rounds; k++) {
            context.localBarrier();
            int next = thread + 1 < size ? thread + 1 : 0;
            float value = ring[from + next];
            from = 1024 - from;
            ring[from + thread] = value;
        }
        out.set(thread, ring[from + thread]);
    }
}
