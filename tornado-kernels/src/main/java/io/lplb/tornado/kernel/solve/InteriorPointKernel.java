// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import io.lplb.tornado.kernel.WorkGroup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Interior point with final sweeps, fused: the whole solve of a problem in one launch, by one team of threads.
 */
public final class InteriorPointKernel {
    private static final int MAX_ROUNDS = 64;

    private InteriorPointKernel() {}

    /** Geometry: eight threads a problem, four problems a warp: for large batches of small problems. */
    @WorkGroup(threads = 32, problems = 4)
    public static void perOctet(
            KernelContext context, FloatArray in, IntArray tables, FloatArray speed, FloatArray out, long size) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, 8) * 4);
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(local / 4, local % 4, 8, 4, size);
        solve(context, in, tables, speed, out, m, table, t, block * 4 + local % 4);
    }

    /** Geometry: a warp a problem. */
    @WorkGroup(threads = 32)
    public static void perWarp(
            KernelContext context, FloatArray in, IntArray tables, FloatArray speed, FloatArray out, long size) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, 32));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(local, 0, 32, 1, size);
        solve(context, in, tables, speed, out, m, table, t, block);
    }

    /** Geometry: 128 threads a problem. */
    @WorkGroup(threads = 128)
    public static void perFourWarps(
            KernelContext context, FloatArray in, IntArray tables, FloatArray speed, FloatArray out, long size) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, 128));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(local, 0, 128, 1, size);
        solve(context, in, tables, speed, out, m, table, t, block);
    }

    /** Geometry: 256 threads a problem. */
    @WorkGroup(threads = 256)
    public static void perEightWarps(
            KernelContext context, FloatArray in, IntArray tables, FloatArray speed, FloatArray out, long size) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, 256));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(local, 0, 256, 1, size);
        solve(context, in, tables, speed, out, m, table, t, block);
    }

    /**
     * Solves one group with the threads of a tile.
     *
     * @param m local memory of the tile, see {@link ThreadTile}
     * @param table local memory for the tables
     * @param index number of the group
     */
    public static void solve(
            KernelContext context,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            float[] m,
            int[] table,
            ThreadTile t,
            int index) {
        int count = (int) in.get(SolverLayout.COUNT);
        float stamp = in.get(SolverLayout.LAUNCH);
        float goal = in.get(SolverLayout.GOAL);
        boolean inside = index < count;
        GroupMemory.load(context, in, tables, speed, m, table, t, index);
        float totalSpeed = 0f;
        for (int r = 0; r < t.ranks; r++) {
            totalSpeed += t.speed(m, r);
        }
        float iterations = InteriorPoint.iterate(context, m, table, t, totalSpeed);
        WaterFilling.clean(m, table, t);
        Reduction.barrier(context, t);
        WaterFilling.loads(m, table, t);
        Reduction.barrier(context, t);
        RefinementSweeps.sweepAndStore(
                context, out, m, table, t, index, inside, iterations, 0f, MAX_ROUNDS, goal, stamp);
    }
}
