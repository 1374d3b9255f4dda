// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.export;

import io.lplb.tornado.kernel.experts.ExpertKernels;
import io.lplb.tornado.program.KernelSpec;

/**
 * Options with which a kernel's CUDA C is compiled, by measurement on an H200 (docs/measurements/kernels.md).
 *
 * @param unroll how often the compiler unrolls the loops that Graal left: 1 for not at all, 0 if it is free to choose
 * @param leastBlocks work-groups that a multiprocessor is to hold, which bounds registers; 0 for any number
 * @param fast whether quotients, square roots and denormal numbers may be approximate, and products and sums contracted
 */
record CompileOptions(int unroll, int leastBlocks, boolean fast) {
    static final CompileOptions EXACT = new CompileOptions(0, 0, false);

    static final CompileOptions FAST = new CompileOptions(0, 0, true);

    /** Large batches gain more by many work-groups per multiprocessor than by unrolled loops. */
    static final CompileOptions FEW_REGISTERS = new CompileOptions(1, 0, true);

    private static final String PER_OCTET = "perOctet";

    /** Options of a kernel; -Dlplb.unroll and -Dlplb.leastBlocks set others for all solvers, to measure them. */
    static CompileOptions of(KernelSpec spec) {
        boolean solver = !spec.scalars().isEmpty();
        if (!solver) {
            return spec.kernelClass().equals(ExpertKernels.class.getName()) ? FAST : EXACT;
        }
        int unroll = Integer.getInteger("lplb.unroll", -1);
        int blocks = Integer.getInteger("lplb.leastBlocks", 0);
        if (unroll >= 0 || blocks > 0) {
            return new CompileOptions(Math.max(unroll, 0), blocks, true);
        }
        return spec.method().equals(PER_OCTET) ? FEW_REGISTERS : FAST;
    }
}
