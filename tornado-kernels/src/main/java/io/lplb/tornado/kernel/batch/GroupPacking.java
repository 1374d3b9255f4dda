// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.batch;

import io.lplb.tornado.kernel.solve.SolverLayout;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Device function that turns a group's loads, in tokens and in the caller's order, into the input of a solver. */
public final class GroupPacking {
    private GroupPacking() {}

    /**
     * Packs a group; leaves its loads in the kernel's order, mean load and stamp in local memory. Ends without a barrier.
     *
     * @param in the solver's input; real ranks and items are written, others are 0 and stay so, as does the header
     * @param out the solver's output; the status of the group's answer is cleared, so that no earlier answer is taken for this launch's
     */
    static void pack(
            KernelContext context,
            GroupTile g,
            double[] d,
            IntArray order,
            DoubleArray numbers,
            DoubleArray fixed,
            DoubleArray load,
            DoubleArray stamps,
            FloatArray in,
            FloatArray out) {
        int fixedAt = g.group * g.ranks;
        int loadAt = g.group * g.items;
        // All first reads of the thread at once: a store between two of them would wait for the host's memory twice.
        double stamp = 0;
        double f = 0;
        double w = 0;
        int source = 0;
        if (g.thread == 0) {
            stamp = stamps.get(g.group);
        }
        if (g.thread < g.ranks) {
            f = fixed.get(fixedAt + g.thread);
        }
        if (g.thread < g.items) {
            w = load.get(loadAt + g.thread);
            source = order.get(g.thread);
        }
        double speeds = numbers.get(BatchLayout.TOTAL_SPEED);
        if (g.thread < g.ranks) {
            d[g.fixed(g.thread)] = f;
        }
        if (g.thread < g.items) {
            d[g.callersLoad(g.thread)] = w;
        }
        double own = f + w;
        for (int r = g.thread + g.threads; r < g.ranks; r += g.threads) {
            f = fixed.get(fixedAt + r);
            d[g.fixed(r)] = f;
            own += f;
        }
        for (int i = g.thread + g.threads; i < g.items; i += g.threads) {
            w = load.get(loadAt + i);
            d[g.callersLoad(i)] = w;
            own += w;
        }
        d[g.partial(g.thread)] = own;
        context.localBarrier();
        double total = Sums.sum(d, g.partial(0), g.threads);
        double inverse = total > 0 ? speeds / total : 0;
        int at = SolverLayout.HEADER + g.group * (g.solverRanks + g.solverItems);
        for (int r = g.thread; r < g.ranks; r += g.threads) {
            in.set(at + r, (float) (d[g.fixed(r)] * inverse));
        }
        if (g.thread < g.items) {
            w = d[g.callersLoad(source)];
            d[g.load(g.thread)] = w;
            in.set(at + g.solverRanks + g.thread, (float) (w * inverse));
        }
        for (int i = g.thread + g.threads; i < g.items; i += g.threads) {
            w = d[g.callersLoad(order.get(i))];
            d[g.load(i)] = w;
            in.set(at + g.solverRanks + i, (float) (w * inverse));
        }
        if (g.thread == 0) {
            d[g.mean()] = total / speeds;
            // Stamps are at least 1: a work-group of fewer threads leaves no answer.
            d[g.stamp()] = context.localGroupSizeX < g.threads ? 0 : stamp;
            out.set(g.tail(SolverLayout.STATUS), 0f);
        }
    }
}
