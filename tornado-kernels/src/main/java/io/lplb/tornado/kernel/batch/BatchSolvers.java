// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.batch;

import io.lplb.tornado.kernel.WorkGroup;
import io.lplb.tornado.kernel.solve.InteriorPointKernel;
import io.lplb.tornado.kernel.solve.RelaxationKernel;
import io.lplb.tornado.kernel.solve.ThreadTile;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels that pack, solve and certify a group in one launch. A launch costs the device 2 to 3 us; separate launches also pack all groups
 * before the first one is solved, and solve all before the first one is certified, while here one group is computed while another one's
 * loads are still on their way from the host.
 *
 * <p>Buffers as in {@link BatchLayout}, without {@code held}: the loads stay in local memory. One work-group per group. For solvers whose
 * work-group holds one group, and sizes that local memory holds.
 */
public final class BatchSolvers {
    private BatchSolvers() {}

    /** Interior point, a warp per group. */
    @WorkGroup(threads = 32)
    public static void interiorPointPerWarp(
            KernelContext context,
            IntArray sizes,
            IntArray order,
            DoubleArray numbers,
            DoubleArray fixed,
            DoubleArray load,
            DoubleArray stamps,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            FloatArray fractions,
            DoubleArray reports,
            long size) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, 32));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        double[] d = context.allocateDoubleLocalArray(GroupTile.words(size, 32));
        GroupTile g = new GroupTile(sizes, thread, 32, group, size, true);
        GroupTile certified = new GroupTile(sizes, thread, 32, group, size, false);
        ThreadTile t = new ThreadTile(thread, 0, 32, 1, size);
        GroupPacking.pack(context, g, d, order, numbers, fixed, load, stamps, in, out);
        context.localBarrier();
        InteriorPointKernel.solve(context, in, tables, speed, out, m, table, t, group);
        context.localBarrier();
        GroupCertificate.certify(context, certified, table, d, m, order, numbers, out, fractions, reports);
    }

    /** Interior point, 128 threads per group. */
    @WorkGroup(threads = 128)
    public static void interiorPointPerFourWarps(
            KernelContext context,
            IntArray sizes,
            IntArray order,
            DoubleArray numbers,
            DoubleArray fixed,
            DoubleArray load,
            DoubleArray stamps,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            FloatArray fractions,
            DoubleArray reports,
            long size) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.words(size, 128));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        double[] d = context.allocateDoubleLocalArray(GroupTile.words(size, 128));
        GroupTile g = new GroupTile(sizes, thread, 128, group, size, true);
        GroupTile certified = new GroupTile(sizes, thread, 128, group, size, false);
        ThreadTile t = new ThreadTile(thread, 0, 128, 1, size);
        GroupPacking.pack(context, g, d, order, numbers, fixed, load, stamps, in, out);
        context.localBarrier();
        InteriorPointKernel.solve(context, in, tables, speed, out, m, table, t, group);
        context.localBarrier();
        GroupCertificate.certify(context, certified, table, d, m, order, numbers, out, fractions, reports);
    }

    /** Relaxation, a warp per group. */
    @WorkGroup(threads = 32)
    public static void relaxationPerWarp(
            KernelContext context,
            IntArray sizes,
            IntArray order,
            DoubleArray numbers,
            DoubleArray fixed,
            DoubleArray load,
            DoubleArray stamps,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            FloatArray fractions,
            DoubleArray reports,
            long size) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.relaxationWords(size, 32));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        double[] d = context.allocateDoubleLocalArray(GroupTile.words(size, 32));
        GroupTile g = new GroupTile(sizes, thread, 32, group, size, true);
        GroupTile certified = new GroupTile(sizes, thread, 32, group, size, false);
        ThreadTile t = new ThreadTile(thread, 0, 32, 1, size);
        GroupPacking.pack(context, g, d, order, numbers, fixed, load, stamps, in, out);
        context.localBarrier();
        RelaxationKernel.solve(context, in, tables, speed, out, m, table, t, group);
        context.localBarrier();
        GroupCertificate.certify(context, certified, table, d, m, order, numbers, out, fractions, reports);
    }

    /** Relaxation, 64 threads per group. */
    @WorkGroup(threads = 64)
    public static void relaxationPerTwoWarps(
            KernelContext context,
            IntArray sizes,
            IntArray order,
            DoubleArray numbers,
            DoubleArray fixed,
            DoubleArray load,
            DoubleArray stamps,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            FloatArray out,
            FloatArray fractions,
            DoubleArray reports,
            long size) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        float[] m = context.allocateFloatLocalArray(ThreadTile.relaxationWords(size, 64));
        int[] table = context.allocateIntLocalArray(ThreadTile.tableWords(size));
        double[] d = context.allocateDoubleLocalArray(GroupTile.words(size, 64));
        GroupTile g = new GroupTile(sizes, thread, 64, group, size, true);
        GroupTile certified = new GroupTile(sizes, thread, 64, group, size, false);
        ThreadTile t = new ThreadTile(thread, 0, 64, 1, size);
        GroupPacking.pack(context, g, d, order, numbers, fixed, load, stamps, in, out);
        context.localBarrier();
        RelaxationKernel.solve(context, in, tables, speed, out, m, table, t, group);
        context.localBarrier();
        GroupCertificate.certify(context, certified, table, d, m, order, numbers, out, fractions, reports);
    }
}
