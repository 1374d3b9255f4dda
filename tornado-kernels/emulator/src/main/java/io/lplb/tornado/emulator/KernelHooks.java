// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Calls of instrumented kernels in place of array accesses and of the KernelContext's methods; the last argument is the
 * site. Each {@link KernelClassLoader} has a copy of this class of its own, so that a static field leads to the machine
 * without a lookup. Public for the kernels, which live in another package, and for no other caller.
 */
@SuppressWarnings({"unused", "UnusedVariable", "DoNotCallSuggester"}) // for generated code, which has contexts to pop
public final class KernelHooks {
    @SuppressWarnings("NullAway.Init") // set before a kernel of this class loader runs
    private static Machine machine;

    private KernelHooks() {}

    /** Sets the machine of this copy. */
    public static void attach(Machine owner) {
        machine = owner;
    }

    public static int load(int[] array, int index, int site) {
        machine.memory.read(array, array.length, index, site);
        return array[index];
    }

    public static void store(int[] array, int index, int value, int site) {
        machine.memory.write(array, array.length, index, site);
        array[index] = value;
    }

    public static long load(long[] array, int index, int site) {
        machine.memory.read(array, array.length, index, site);
        return array[index];
    }

    public static void store(long[] array, int index, long value, int site) {
        machine.memory.write(array, array.length, index, site);
        array[index] = value;
    }

    public static float load(float[] array, int index, int site) {
        machine.memory.read(array, array.length, index, site);
        return array[index];
    }

    public static void store(float[] array, int index, float value, int site) {
        machine.memory.write(array, array.length, index, site);
        array[index] = value;
    }

    public static double load(double[] array, int index, int site) {
        machine.memory.read(array, array.length, index, site);
        return array[index];
    }

    public static void store(double[] array, int index, double value, int site) {
        machine.memory.write(array, array.length, index, site);
        array[index] = value;
    }

    public static int loadByte(Object array, int index, int site) {
        if (array instanceof byte[] bytes) {
            machine.memory.read(bytes, bytes.length, index, site);
            return bytes[index];
        }
        return ((boolean[]) array)[index] ? 1 : 0;
    }

    public static void storeByte(Object array, int index, int value, int site) {
        if (array instanceof byte[] bytes) {
            machine.memory.write(bytes, bytes.length, index, site);
            bytes[index] = (byte) value;
        } else {
            ((boolean[]) array)[index] = (value & 1) != 0;
        }
    }

    public static byte get(ByteArray array, int index, int site) {
        machine.memory.read(array, index, site);
        return array.get(index);
    }

    public static void set(ByteArray array, int index, byte value, int site) {
        machine.memory.write(array, index, site);
        array.set(index, value);
    }

    public static int get(IntArray array, int index, int site) {
        machine.memory.read(array, index, site);
        return array.get(index);
    }

    public static void set(IntArray array, int index, int value, int site) {
        machine.memory.write(array, index, site);
        array.set(index, value);
    }

    public static long get(LongArray array, int index, int site) {
        machine.memory.read(array, index, site);
        return array.get(index);
    }

    public static void set(LongArray array, int index, long value, int site) {
        machine.memory.write(array, index, site);
        array.set(index, value);
    }

    public static float get(FloatArray array, int index, int site) {
        machine.memory.read(array, index, site);
        return array.get(index);
    }

    public static void set(FloatArray array, int index, float value, int site) {
        machine.memory.write(array, index, site);
        array.set(index, value);
    }

    public static double get(DoubleArray array, int index, int site) {
        machine.memory.read(array, index, site);
        return array.get(index);
    }

    public static void set(DoubleArray array, int index, double value, int site) {
        machine.memory.write(array, index, site);
        array.set(index, value);
    }

    public static void atomicAdd(KernelContext context, IntArray array, int index, int value, int site) {
        machine.memory.atomic(array, index, site);
        array.set(index, array.get(index) + value);
    }

    public static void atomicAdd(KernelContext context, LongArray array, int index, long value, int site) {
        machine.memory.atomic(array, index, site);
        array.set(index, array.get(index) + value);
    }

    public static void atomicAdd(KernelContext context, FloatArray array, int index, float value, int site) {
        machine.memory.atomic(array, index, site);
        array.set(index, array.get(index) + value);
    }

    public static void atomicAdd(KernelContext context, DoubleArray array, int index, double value, int site) {
        machine.memory.atomic(array, index, site);
        array.set(index, array.get(index) + value);
    }

    public static void atomicAdd(KernelContext context, int[] array, int index, int value, int site) {
        throw machine.unsupported("atomicAdd on a local array", site);
    }

    public static byte[] allocateByteLocalArray(KernelContext context, int size, int site) {
        return (byte[]) machine.allocate(byte.class, size, site);
    }

    public static int[] allocateIntLocalArray(KernelContext context, int size, int site) {
        return (int[]) machine.allocate(int.class, size, site);
    }

    public static long[] allocateLongLocalArray(KernelContext context, int size, int site) {
        return (long[]) machine.allocate(long.class, size, site);
    }

    public static float[] allocateFloatLocalArray(KernelContext context, int size, int site) {
        return (float[]) machine.allocate(float.class, size, site);
    }

    public static double[] allocateDoubleLocalArray(KernelContext context, int size, int site) {
        return (double[]) machine.allocate(double.class, size, site);
    }

    public static void localBarrier(KernelContext context, int site) {
        machine.barrier(site);
    }

    public static void globalBarrier(KernelContext context, int site) {
        machine.barrier(site);
    }

    public static float simdSum(KernelContext context, float value, int site) {
        return machine.sum(value, site);
    }

    public static float simdShuffleDown(KernelContext context, float value, int delta, int site) {
        return machine.shuffleDown(value, delta, site);
    }

    public static float simdBroadcastFirst(KernelContext context, float value, int site) {
        return machine.broadcastFirst(value, site);
    }

    public static void enter(int site) {
        machine.enter(site);
    }

    public static void leave() {
        machine.leave();
    }

    public static void loop() {
        machine.loop();
    }

    public static void unsupported(String what, int site) {
        throw machine.unsupported(what, site);
    }
}
