// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import io.lplb.tornado.kernel.WorkGroup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Relaxation alone, fused: sweeps from the even split, or from empty items, until the certificate closes or the sweeps run out.
 */
public final class RelaxationKernel {
    private static final int MAX_ROUNDS = 64;

    private RelaxationKernel() {}

    /** Geometry: eight threads a problem, four problems a warp. */
    @WorkGroup(threads = 32, problems = 4)
    public static void perOctet(
            KernelContext context, FloatArray in, IntArray tables, FloatArray speed, FloatArray out, long size) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.relaxationWords(size, 8) * 4);
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
        float[] m = context.allocateFloatLocalArray(ThreadTile.relaxationWords(size, 32));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(local, 0, 32, 1, size);
        solve(context, in, tables, speed, out, m, table, t, block);
    }

    /** Geometry: 64 threads a problem. */
    @WorkGroup(threads = 64)
    public static void perTwoWarps(
            KernelContext context, FloatArray in, IntArray tables, FloatArray speed, FloatArray out, long size) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.relaxationWords(size, 64));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        ThreadTile t = new ThreadTile(local, 0, 64, 1, size);
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
        if (MatchedItems.fits(t)) {
            NewtonStep.evenSplit(m, table, t);
            Reduction.barrier(context, t);
            WaterFilling.loads(m, table, t);
        } else {
            WaterFilling.empty(m, table, t);
        }
        Reduction.barrier(context, t);
        RefinementSweeps.sweepAndStore(context, out, m, table, t, index, inside, 0f, 1f, MAX_ROUNDS, goal, stamp);
    }
}
