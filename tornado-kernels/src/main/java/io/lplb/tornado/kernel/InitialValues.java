// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels that read and write a buffer before all others of a graph. TornadoVM copies a buffer to the device only if the first task
 * that uses it reads it; without such a task, state that a later kernel writes under a condition would start as uninitialised
 * device memory. Contents stay as they are.
 */
public final class InitialValues {
    /** Threads of the only work-group. */
    public static final int THREADS = 32;

    private InitialValues() {}

    /** Keeps a buffer of integers. */
    @WorkGroup(threads = THREADS)
    public static void keepInts(KernelContext context, IntArray buffer) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        if (thread == 0) {
            // The number of the only group is 0, which the compiler does not know.
            buffer.set(0, buffer.get(0) + group);
        }
    }

    /** Keeps a buffer of floats. */
    @WorkGroup(threads = THREADS)
    public static void keepFloats(KernelContext context, FloatArray buffer) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        if (thread == 0) {
            buffer.set(0, buffer.get(0) + group);
        }
    }

    /** Keeps a buffer of doubles. */
    @WorkGroup(threads = THREADS)
    public static void keepDoubles(KernelContext context, DoubleArray buffer) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        if (thread == 0) {
            buffer.set(0, buffer.get(0) + group);
        }
    }
}
