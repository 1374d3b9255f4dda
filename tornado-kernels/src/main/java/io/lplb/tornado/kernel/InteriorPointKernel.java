// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Interior point with final sweeps, fused: the whole solve of a problem in one launch, by one team of threads.
 */
public final class InteriorPointKernel {
    private static final int MAX_ROUNDS = 8;

    private InteriorPointKernel() {}

    /** Geometry: each thread solves a problem of its own: for large batches of small problems. */
    @WorkGroup(threads = 32, problems = 32)
    public static void perThread(
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
            int capacity,
            float tolerance) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(Team.words(ranks, items, entries, 1, unitSpeeds == 1) * 32);
        int[] table = context.allocateIntLocalArray(Team.tableWords(ranks, items, entries, colours));
        Team t =
                new Team(local / 32, local % 32, 1, 32, ranks, items, entries, hosts, degree, colours, unitSpeeds == 1);
        solve(context, in, tables, speed, out, m, table, t, block * 32 + local % 32, capacity, tolerance);
    }

    /** Geometry: a warp a problem. */
    @WorkGroup(threads = 32, problems = 1)
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
            int capacity,
            float tolerance) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(Team.words(ranks, items, entries, 32, unitSpeeds == 1) * 1);
        int[] table = context.allocateIntLocalArray(Team.tableWords(ranks, items, entries, colours));
        Team t = new Team(local / 1, local % 1, 32, 1, ranks, items, entries, hosts, degree, colours, unitSpeeds == 1);
        solve(context, in, tables, speed, out, m, table, t, block * 1 + local % 1, capacity, tolerance);
    }

    /** Geometry: 64 threads a problem. */
    @WorkGroup(threads = 64, problems = 1)
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
            int capacity,
            float tolerance) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(Team.words(ranks, items, entries, 64, unitSpeeds == 1) * 1);
        int[] table = context.allocateIntLocalArray(Team.tableWords(ranks, items, entries, colours));
        Team t = new Team(local / 1, local % 1, 64, 1, ranks, items, entries, hosts, degree, colours, unitSpeeds == 1);
        solve(context, in, tables, speed, out, m, table, t, block * 1 + local % 1, capacity, tolerance);
    }

    /** Geometry: 128 threads a problem. */
    @WorkGroup(threads = 128, problems = 1)
    public static void perFourWarps(
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
            int capacity,
            float tolerance) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(Team.words(ranks, items, entries, 128, unitSpeeds == 1) * 1);
        int[] table = context.allocateIntLocalArray(Team.tableWords(ranks, items, entries, colours));
        Team t = new Team(local / 1, local % 1, 128, 1, ranks, items, entries, hosts, degree, colours, unitSpeeds == 1);
        solve(context, in, tables, speed, out, m, table, t, block * 1 + local % 1, capacity, tolerance);
    }

    /** Geometry: 256 threads a problem. */
    @WorkGroup(threads = 256, problems = 1)
    public static void perEightWarps(
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
            int capacity,
            float tolerance) {
        int local = context.localIdx;
        int block = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(Team.words(ranks, items, entries, 256, unitSpeeds == 1) * 1);
        int[] table = context.allocateIntLocalArray(Team.tableWords(ranks, items, entries, colours));
        Team t = new Team(local / 1, local % 1, 256, 1, ranks, items, entries, hosts, degree, colours, unitSpeeds == 1);
        solve(context, in, tables, speed, out, m, table, t, block * 1 + local % 1, capacity, tolerance);
    }

    private static void solve(
            KernelContext context,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            float[] m,
            int[] table,
            Team t,
            int index,
            int capacity,
            float tolerance) {
        int count = (int) in.get(0);
        float stamp = in.get(1);
        boolean inside = index < count;
        int group = inside ? index : 0;
        GroupMemory.load(context, in, tables, speed, m, table, t, group, capacity);
        float totalSpeed = 0f;
        for (int r = 0; r < t.ranks; r++) {
            totalSpeed += t.speed(m, r);
        }
        float iterations = InteriorPoint.iterate(context, m, table, t, totalSpeed);
        Pouring.clean(m, table, t);
        Reduction.barrier(context, t);
        Pouring.loads(m, table, t);
        Reduction.barrier(context, t);
        Finish.sweepAndStore(
                context, out, m, table, t, group, capacity, inside, iterations, 0f, MAX_ROUNDS, tolerance, stamp);
    }
}
