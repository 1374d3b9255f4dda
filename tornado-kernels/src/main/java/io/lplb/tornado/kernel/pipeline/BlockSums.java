// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Counts of blocks, turned into running sums over the blocks by one work-group. The blocks are divided among as many
 * threads per expert as there are ({@link PipelineSizes#PART_BITS}); they add up their blocks twice: first to know where the
 * next part begins, then to write the running sums.
 */
public final class BlockSums {
    /** Threads that divide the blocks of an expert, times experts: at most as many as there are threads, or experts. */
    public static final int MAX_PARTIAL = PipelineSizes.MAX_EXPERTS;

    private BlockSums() {}

    /** Adds up each part; a barrier must come between this and {@link #run}. */
    public static void parts(
            int thread, int threads, IntArray counts, int tokens, int experts, int partBits, int[] partial) {
        int blocks = PipelineLayout.blocks(tokens);
        int parts = 1 << partBits;
        int chunk = (blocks + parts - 1) >>> partBits;
        for (int u = thread; u < parts * experts; u += threads) {
            int part = u / experts;
            int end = TornadoMath.min(blocks, (part + 1) * chunk);
            partial[u] = sum(counts, part * chunk, end, u % experts, experts + 1);
        }
    }

    /** Adds the ids out of range of all blocks to their place in {@code out}. */
    static void badIds(
            KernelContext context, int thread, int threads, IntArray counts, int tokens, int experts, IntArray out) {
        int blocks = PipelineLayout.blocks(tokens);
        for (int b = thread; b < blocks; b += threads) {
            int bad = counts.get(b * (experts + 1) + experts);
            if (bad > 0) {
                context.atomicAdd(out, PipelineLayout.OUT_BAD_IDS, bad);
            }
        }
    }

    /**
     * Turns the counts into what comes before, and sums them.
     *
     * @param partial as {@link #parts} left it
     * @param total {@code [experts]}, overwritten
     */
    public static void run(
            int thread,
            int threads,
            IntArray counts,
            int tokens,
            int experts,
            int partBits,
            int[] partial,
            int[] total) {
        int blocks = PipelineLayout.blocks(tokens);
        int parts = 1 << partBits;
        int chunk = (blocks + parts - 1) >>> partBits;
        for (int u = thread; u < parts * experts; u += threads) {
            int part = u / experts;
            int e = u % experts;
            int before = 0;
            for (int p = 0; p < part; p++) {
                before += partial[p * experts + e];
            }
            int end = TornadoMath.min(blocks, (part + 1) * chunk);
            int after = run(counts, part * chunk, end, e, experts + 1, before);
            if (part == parts - 1) {
                total[e] = after;
            }
        }
    }

    /** One column summed over blocks, 16 loads in flight. */
    private static int sum(IntArray counts, int from, int to, int column, int columns) {
        int sum = 0;
        int b = from;
        while (b + 16 < to + 1) {
            int at = b * columns + column;
            for (int k = 0; k < 16; k++) {
                sum += counts.get(at + k * columns);
            }
            b += 16;
        }
        while (b < to) {
            sum += counts.get(b * columns + column);
            b++;
        }
        return sum;
    }

    /** One column turned into running sums over blocks, beginning with {@code before}; returns what comes after. */
    public static int run(IntArray counts, int from, int to, int column, int columns, int before) {
        int sum = before;
        int b = from;
        while (b + 8 < to + 1) {
            int at = b * columns + column;
            int c0 = counts.get(at);
            int c1 = counts.get(at + columns);
            int c2 = counts.get(at + 2 * columns);
            int c3 = counts.get(at + 3 * columns);
            int c4 = counts.get(at + 4 * columns);
            int c5 = counts.get(at + 5 * columns);
            int c6 = counts.get(at + 6 * columns);
            int c7 = counts.get(at + 7 * columns);
            int half = sum + (c0 + c1) + (c2 + c3);
            counts.set(at, sum);
            counts.set(at + columns, sum + c0);
            counts.set(at + 2 * columns, sum + c0 + c1);
            counts.set(at + 3 * columns, sum + c0 + c1 + c2);
            counts.set(at + 4 * columns, half);
            counts.set(at + 5 * columns, half + c4);
            counts.set(at + 6 * columns, half + c4 + c5);
            counts.set(at + 7 * columns, half + c4 + c5 + c6);
            sum = half + (c4 + c5) + (c6 + c7);
            b += 8;
        }
        while (b < to) {
            int at = b * columns + column;
            int c = counts.get(at);
            counts.set(at, sum);
            sum += c;
            b++;
        }
        return sum;
    }
}
