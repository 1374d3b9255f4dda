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
            KernelContext context,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            int ranks,
            int items,
            int entries,
            int hosts,
            int degree,
            int colours,
            int unitSpeeds,
            float tolerance) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(
                ThreadTile.relaxationWords(ranks, items, entries, 8, unitSpeeds == 1) * 4);
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(ranks, items, entries, colours));
        ThreadTile t = new ThreadTile(
                local / 4, local % 4, 8, 4, ranks, items, entries, hosts, degree, colours, unitSpeeds == 1);
        solve(context, in, tables, speed, out, m, table, t, block * 4 + local % 4, tolerance);
    }

    /** Geometry: a warp a problem. */
    @WorkGroup(threads = 32)
    public static void perWarp(
            KernelContext context,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            int ranks,
            int items,
            int entries,
            int hosts,
            int degree,
            int colours,
            int unitSpeeds,
            float tolerance) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m =
                context.allocateFloatLocalArray(ThreadTile.relaxationWords(ranks, items, entries, 32, unitSpeeds == 1));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(ranks, items, entries, colours));
        ThreadTile t = new ThreadTile(local, 0, 32, 1, ranks, items, entries, hosts, degree, colours, unitSpeeds == 1);
        solve(context, in, tables, speed, out, m, table, t, block, tolerance);
    }

    /** Geometry: 64 threads a problem. */
    @WorkGroup(threads = 64)
    public static void perTwoWarps(
            KernelContext context,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            int ranks,
            int items,
            int entries,
            int hosts,
            int degree,
            int colours,
            int unitSpeeds,
            float tolerance) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m =
                context.allocateFloatLocalArray(ThreadTile.relaxationWords(ranks, items, entries, 64, unitSpeeds == 1));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(ranks, items, entries, colours));
        ThreadTile t = new ThreadTile(local, 0, 64, 1, ranks, items, entries, hosts, degree, colours, unitSpeeds == 1);
        solve(context, in, tables, speed, out, m, table, t, block, tolerance);
    }

    private static void solve(
            KernelContext context,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            float[] m,
            int[] table,
            ThreadTile t,
            int index,
            float tolerance) {
        int count = (int) in.get(0);
        float stamp = in.get(1);
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
        RefinementSweeps.sweepAndStore(context, out, m, table, t, index, inside, 0f, 1f, MAX_ROUNDS, tolerance, stamp);
    }
}
