// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.batch;

import io.lplb.tornado.kernel.WorkGroup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels before and after a solver's for a large batch: {@link #packBatch} turns the caller's loads into the solver's input, and {@link
 * #certifyBatch} the solver's shares into fractions of the caller's items, with a certificate in double.
 *
 * <pre>
 *   fixed, load --packBatch--&gt; in --solver--&gt; out --certifyBatch--&gt; fractions, reports
 *                     held: the loads, for certifyBatch --^
 * </pre>
 *
 * <p>Buffers as in {@link BatchLayout}. One work-group per group; a work-group of fewer threads gives no answer. {@link BatchSolvers} has
 * the three as one kernel.
 */
public final class BatchKernels {
    private static final int THREADS = BatchLayout.THREADS;

    private BatchKernels() {}

    /**
     * Packs groups.
     *
     * @param in the solver's input; real ranks and items are written, others are 0 and stay so, as does the header
     * @param out the solver's output; the status of every group's answer is cleared
     */
    @WorkGroup(threads = THREADS)
    public static void packBatch(
            KernelContext context,
            IntArray sizes,
            IntArray order,
            DoubleArray numbers,
            DoubleArray fixed,
            DoubleArray load,
            DoubleArray stamps,
            DoubleArray held,
            FloatArray in,
            FloatArray out) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        double[] d = context.allocateDoubleLocalArray(GroupTile.words(THREADS));
        GroupTile g = new GroupTile(sizes, thread, THREADS, group);
        GroupPacking.pack(context, g, d, order, numbers, fixed, load, stamps, in, out);
        int heldAt = g.group * BatchLayout.heldWords(g.ranks, g.items);
        for (int r = g.thread; r < g.ranks; r += g.threads) {
            held.set(heldAt + r, d[g.fixed(r)]);
        }
        for (int i = g.thread; i < g.items; i += g.threads) {
            held.set(heldAt + g.ranks + i, d[g.load(i)]);
        }
        if (g.thread == 0) {
            held.set(heldAt + g.ranks + g.items, d[g.mean()]);
            held.set(heldAt + g.ranks + g.items + 1, d[g.stamp()]);
        }
    }

    /**
     * Certifies groups.
     *
     * @param out the solver's output, see {@link io.lplb.tornado.kernel.solve.SolverLayout}
     */
    @WorkGroup(threads = THREADS)
    public static void certifyBatch(
            KernelContext context,
            IntArray sizes,
            IntArray table,
            IntArray order,
            DoubleArray numbers,
            DoubleArray held,
            FloatArray out,
            FloatArray fractions,
            DoubleArray reports) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int[] local = context.allocateIntLocalArray(BatchLayout.MAX_TABLE);
        double[] d = context.allocateDoubleLocalArray(GroupTile.words(THREADS));
        float[] x = context.allocateFloatLocalArray(
                BatchLayout.MAX_ENTRIES + BatchLayout.MAX_RANKS + BatchLayout.MAX_ITEMS);
        GroupTile g = new GroupTile(sizes, thread, THREADS, group);
        int heldAt = g.group * BatchLayout.heldWords(g.ranks, g.items);
        copy(g, table, local);
        for (int r = g.thread; r < g.ranks; r += g.threads) {
            d[g.fixed(r)] = held.get(heldAt + r);
        }
        for (int i = g.thread; i < g.items; i += g.threads) {
            d[g.load(i)] = held.get(heldAt + g.ranks + i);
        }
        if (g.thread == 0) {
            d[g.mean()] = held.get(heldAt + g.ranks + g.items);
            d[g.stamp()] = held.get(heldAt + g.ranks + g.items + 1);
        }
        GroupCertificate.certify(context, g, local, d, x, order, numbers, out, fractions, reports);
    }

    /** Copies what certifying reads of the table; four loads at once, so that their latencies overlap. */
    private static void copy(GroupTile g, IntArray from, int[] to) {
        int words = g.tableWords();
        int k = g.thread;
        for (; k + 3 * g.threads < words; k += 4 * g.threads) {
            int w0 = from.get(k);
            int w1 = from.get(k + g.threads);
            int w2 = from.get(k + 2 * g.threads);
            int w3 = from.get(k + 3 * g.threads);
            to[k] = w0;
            to[k + g.threads] = w1;
            to[k + 2 * g.threads] = w2;
            to[k + 3 * g.threads] = w3;
        }
        for (; k < words; k += g.threads) {
            to[k] = from.get(k);
        }
    }
}
