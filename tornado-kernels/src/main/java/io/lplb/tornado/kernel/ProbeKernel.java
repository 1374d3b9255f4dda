// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The smallest kernel that tells a device from a fallback: its answer needs all threads of every work-group, local
 * memory and a barrier. Run once as a plain method, as TornadoVM may do when compilation fails, it gives another answer.
 */
public final class ProbeKernel {
    /** Threads of a work-group. */
    public static final int THREADS = 64;

    private ProbeKernel() {}

    /** Every thread writes what its mirror image in the work-group has read, plus the number of the work-group. */
    @WorkGroup(threads = THREADS)
    public static void mirror(KernelContext context, IntArray in, IntArray out) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int[] local = context.allocateIntLocalArray(THREADS);
        int at = group * THREADS;
        local[thread] = in.get(at + thread);
        context.localBarrier();
        out.set(at + thread, local[THREADS - 1 - thread] + group);
    }
}
