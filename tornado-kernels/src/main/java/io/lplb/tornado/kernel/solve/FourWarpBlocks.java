// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import io.lplb.tornado.kernel.WorkGroup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The {@link InteriorPointBlocks} as kernels of 128 threads per problem, for up to 32 ranks. */
public final class FourWarpBlocks {
    private static final int THREADS = 128;

    private FourWarpBlocks() {}

    /** Even split and first iterate. */
    @WorkGroup(threads = THREADS)
    public static void begin(KernelContext context, IntArray tables, FloatArray state, long size) {
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, THREADS));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(context.localIdx, 0, THREADS, 1, size);
        InteriorPointBlocks.begin(context, tables, state, m, table, t);
    }

    /** Matrix update: M and the right-hand side of the predictor. */
    @WorkGroup(threads = THREADS)
    public static void matrixUpdate(KernelContext context, IntArray tables, FloatArray state, long size) {
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, THREADS));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(context.localIdx, 0, THREADS, 1, size);
        InteriorPointBlocks.matrixUpdate(context, tables, state, m, table, t);
    }

    /** Gaussian elimination: dy and dt from M and the right-hand side; M is kept. */
    @WorkGroup(threads = THREADS)
    public static void eliminate(KernelContext context, IntArray tables, FloatArray state, long size) {
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, THREADS));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(context.localIdx, 0, THREADS, 1, size);
        InteriorPointBlocks.eliminate(context, tables, state, m, table, t);
    }

    /** Direction from dy, with its lengths and slopes. */
    @WorkGroup(threads = THREADS)
    public static void direction(KernelContext context, IntArray tables, FloatArray state, long size) {
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, THREADS));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(context.localIdx, 0, THREADS, 1, size);
        InteriorPointBlocks.direction(context, tables, state, m, table, t);
    }

    /** Right-hand side of the corrector. */
    @WorkGroup(threads = THREADS)
    public static void correct(KernelContext context, IntArray tables, FloatArray state, long size) {
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, THREADS));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(context.localIdx, 0, THREADS, 1, size);
        InteriorPointBlocks.correct(context, tables, state, m, table, t);
    }

    /** Ratio test and update of the iterate. */
    @WorkGroup(threads = THREADS)
    public static void advance(KernelContext context, IntArray tables, FloatArray state, long size) {
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, THREADS));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(context.localIdx, 0, THREADS, 1, size);
        InteriorPointBlocks.advance(context, tables, state, m, table, t);
    }

    /** One plain sweep over all items, after shares are clipped and rescaled. */
    @WorkGroup(threads = THREADS)
    public static void sweep(KernelContext context, IntArray tables, FloatArray state, long size) {
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, THREADS));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(context.localIdx, 0, THREADS, 1, size);
        InteriorPointBlocks.sweep(context, tables, state, m, table, t);
    }

    /** Certificate of the shares after a sweep: largest load and lower bound. */
    @WorkGroup(threads = THREADS)
    public static void certify(KernelContext context, IntArray tables, FloatArray state, long size) {
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, THREADS));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(context.localIdx, 0, THREADS, 1, size);
        InteriorPointBlocks.certify(context, tables, state, m, table, t);
    }
}
