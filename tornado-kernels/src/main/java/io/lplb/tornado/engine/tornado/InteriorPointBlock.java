// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.tornado;

import io.lplb.tornado.kernel.solve.EightWarpBlocks;
import io.lplb.tornado.kernel.solve.FourWarpBlocks;
import io.lplb.tornado.kernel.solve.WarpBlocks;
import io.lplb.tornado.program.KernelShape;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.common.TornadoFunctions.Task4;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** A building block of the interior point, as a kernel for each size of work-group. */
@SuppressWarnings("ImmutableEnumChecker") // references to static methods
public enum InteriorPointBlock {
    BEGIN("begin", WarpBlocks::begin, FourWarpBlocks::begin, EightWarpBlocks::begin),
    MATRIX_UPDATE(
            "matrixUpdate", WarpBlocks::matrixUpdate, FourWarpBlocks::matrixUpdate, EightWarpBlocks::matrixUpdate),
    ELIMINATE("eliminate", WarpBlocks::eliminate, FourWarpBlocks::eliminate, EightWarpBlocks::eliminate),
    DIRECTION("direction", WarpBlocks::direction, FourWarpBlocks::direction, EightWarpBlocks::direction),
    CORRECT("correct", WarpBlocks::correct, FourWarpBlocks::correct, EightWarpBlocks::correct),
    ADVANCE("advance", WarpBlocks::advance, FourWarpBlocks::advance, EightWarpBlocks::advance),
    SWEEP("sweep", WarpBlocks::sweep, FourWarpBlocks::sweep, EightWarpBlocks::sweep),
    CERTIFY("certify", WarpBlocks::certify, FourWarpBlocks::certify, EightWarpBlocks::certify);

    /** A block's kernel. */
    interface Kernel extends Task4<KernelContext, IntArray, FloatArray, Long> {}

    private final String method;
    private final Kernel perWarp;
    private final Kernel perFourWarps;
    private final Kernel perEightWarps;

    InteriorPointBlock(String method, Kernel perWarp, Kernel perFourWarps, Kernel perEightWarps) {
        this.method = method;
        this.perWarp = perWarp;
        this.perFourWarps = perFourWarps;
        this.perEightWarps = perEightWarps;
    }

    /** {@return the name of the kernel's method} */
    public String method() {
        return method;
    }

    Kernel kernel(KernelShape shape) {
        return switch (shape) {
            case INTERIOR_POINT_PER_WARP -> perWarp;
            case INTERIOR_POINT_PER_FOUR_WARPS -> perFourWarps;
            case INTERIOR_POINT_PER_EIGHT_WARPS -> perEightWarps;
            default ->
                throw new IllegalArgumentException("shape: got " + shape + ", expected one work-group per problem");
        };
    }

    static Class<?> kernels(KernelShape shape) {
        return switch (shape) {
            case INTERIOR_POINT_PER_WARP -> WarpBlocks.class;
            case INTERIOR_POINT_PER_FOUR_WARPS -> FourWarpBlocks.class;
            case INTERIOR_POINT_PER_EIGHT_WARPS -> EightWarpBlocks.class;
            default ->
                throw new IllegalArgumentException("shape: got " + shape + ", expected one work-group per problem");
        };
    }
}
