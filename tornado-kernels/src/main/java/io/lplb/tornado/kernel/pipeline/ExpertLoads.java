// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Tokens of every expert, turned into the loads of the min-max problem and the first two elements of each record of the
 * plan, by one work-group. The table says which experts each load consists of:
 *
 * <pre>
 *   first [targets + 1] | expert [experts] | place in solverIn [targets] | place of the number of groups in solverIn, or -1
 * </pre>
 *
 * with a target for every fixed load, then one for every item's.
 */
public final class ExpertLoads {
    /** Elements of the largest table. */
    static final int MAX_TABLE = 2 * PipelineSizes.MAX_LOADS + 2 + PipelineSizes.MAX_EXPERTS;

    private ExpertLoads() {}

    /** Returns the tiles that hold so many tokens. */
    static int tiles(int tokens, int tile) {
        return (tokens + tile - 1) / tile;
    }

    /** Returns the elements of the table. */
    static int entries(int targets, int experts) {
        return 2 * targets + 2 + experts;
    }

    /**
     * Copies the table to local memory.
     *
     * @param prefetched this thread's first element, read while the thread waited for something else
     */
    static void copyTable(int thread, int threads, IntArray table, int entries, int prefetched, int[] local) {
        if (thread < entries) {
            local[thread] = prefetched;
        }
        for (int k = thread + threads; k < entries; k += threads) {
            local[k] = table.get(k);
        }
    }

    /**
     * Fills loads, solver's input and plan; a barrier must come before.
     *
     * @param local the table
     * @param total tokens of every expert
     * @param partial local memory, {@link BlockSums#MAX_PARTIAL}
     * @param load local memory, {@link PipelineSizes#MAX_LOADS}
     * @param scale local memory, {@link PipelineSizes#MAX_GROUPS}
     */
    static void fill(
            KernelContext context,
            int thread,
            int threads,
            IntArray sizes,
            IntArray strides,
            float speeds,
            int[] local,
            int[] total,
            int[] partial,
            int[] load,
            float[] scale,
            IntArray loads,
            FloatArray solverIn,
            IntArray plan) {
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int ranks = sizes.get(PipelineSizes.RANKS);
        int items = sizes.get(PipelineSizes.ITEMS);
        int groups = sizes.get(PipelineSizes.GROUPS);
        int width = sizes.get(PipelineSizes.WIDTH);
        int laneBits = sizes.get(PipelineSizes.LANE_BITS);
        int tile = sizes.get(PipelineSizes.TILE);
        int targets = groups * (ranks + items);
        int entries = entries(targets, experts);
        for (int t = thread; t < targets; t += threads) {
            int sum = 0;
            for (int x = local[t]; x < local[t + 1]; x++) {
                sum += tiles(total[local[targets + 1 + x]], tile);
            }
            loads.set(t, sum);
            load[t] = sum;
        }
        // From the last thread down: those are idle meanwhile.
        for (int e = threads - 1 - thread; e < experts; e += threads) {
            int n = total[e];
            plan.set(e * width, strides.get(n));
            plan.set(e * width + 1, n);
        }
        if (thread == 0 && local[entries - 1] > -1) {
            solverIn.set(local[entries - 1], groups);
        }
        context.localBarrier();
        int lanes = 1 << laneBits;
        for (int u = thread; u < groups << laneBits; u += threads) {
            int g = u >>> laneBits;
            int own = 0;
            for (int r = u & (lanes - 1); r < ranks; r += lanes) {
                own += load[g * ranks + r];
            }
            for (int i = u & (lanes - 1); i < items; i += lanes) {
                own += load[groups * ranks + g * items + i];
            }
            partial[u] = own;
        }
        context.localBarrier();
        for (int g = thread; g < groups; g += threads) {
            int sum = 0;
            for (int k = 0; k < lanes; k++) {
                sum += partial[g * lanes + k];
            }
            loads.set(targets + g, sum);
            scale[g] = speeds / TornadoMath.max(sum, 1);
        }
        context.localBarrier();
        int fixed = groups * ranks;
        for (int t = thread; t < targets; t += threads) {
            // One division: each takes as long as a read of local memory and more.
            int within = t < fixed ? t : t - fixed;
            int each = t < fixed ? ranks : items;
            solverIn.set(local[targets + 1 + experts + t], load[t] * scale[within / TornadoMath.max(each, 1)]);
        }
    }
}
