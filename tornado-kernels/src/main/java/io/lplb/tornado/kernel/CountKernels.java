// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Count: routed ids to tokens per expert, and for every token its number among the tokens of its expert.
 *
 * <p>{@link #countBlocks} gives each work-group one block of ids in local memory, and each of its threads one expert,
 * which reads the whole block in order. That is E * N comparisons, but without atomics, which local memory lacks here:
 * the time does not depend on how skewed the ids are, and the order of the tokens, which routing needs, costs nothing
 * more. {@link #sumBlocks}, one work-group, turns the counts of the blocks into running sums over the blocks and fills
 * the loads of the min-max problem.
 *
 * <p>Buffers as in {@link PipelineLayout}. Any number of threads gives the same result.
 */
public final class CountKernels {
    /** Threads of the one work-group of {@link #sumBlocks}. */
    public static final int SUM_THREADS = 1024;

    private static final double GOLDEN_RATIO = 1.618033988749895;

    private CountKernels() {}

    /** Returns the threads of a work-group of {@link #countBlocks}: one per expert and one more, up to 1,024. */
    public static int countThreads(int experts) {
        return Math.min(SUM_THREADS, Math.ceilDiv(experts + 1, 32) * 32);
    }

    /**
     * Counts the ids of each block; one work-group a block.
     *
     * @param in run number and ids; -1 is nobody's, any other id that names no expert is counted as out of range
     * @param counts {@code [blocks][experts + 1]}, overwritten
     * @param place {@code [tokens]}, written where the id names an expert
     */
    public static void countBlocks(
            KernelContext context, IntArray in, IntArray counts, IntArray place, int tokens, int experts) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        int[] ids = context.allocateIntLocalArray(PipelineLayout.BLOCK_IDS);
        int[] places = context.allocateIntLocalArray(PipelineLayout.BLOCK_IDS);
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, tokens - first);
        for (int k = thread; k < PipelineLayout.BLOCK_IDS; k += threads) {
            int id = k < here ? in.get(PipelineLayout.IN_HEADER + first + k) : -1;
            ids[k] = id < -1 || id > experts ? experts : id;
        }
        context.localBarrier();
        for (int e = thread; e < experts + 1; e += threads) {
            int seen = 0;
            // Eight loads in flight: one at a time, their latency would be most of the kernel.
            for (int k = 0; k < PipelineLayout.BLOCK_IDS; k += 8) {
                int i0 = ids[k];
                int i1 = ids[k + 1];
                int i2 = ids[k + 2];
                int i3 = ids[k + 3];
                int i4 = ids[k + 4];
                int i5 = ids[k + 5];
                int i6 = ids[k + 6];
                int i7 = ids[k + 7];
                seen = note(places, k, i0, e, seen);
                seen = note(places, k + 1, i1, e, seen);
                seen = note(places, k + 2, i2, e, seen);
                seen = note(places, k + 3, i3, e, seen);
                seen = note(places, k + 4, i4, e, seen);
                seen = note(places, k + 5, i5, e, seen);
                seen = note(places, k + 6, i6, e, seen);
                seen = note(places, k + 7, i7, e, seen);
            }
            counts.set(block * (experts + 1) + e, seen);
        }
        context.localBarrier();
        for (int k = thread; k < here; k += threads) {
            int id = ids[k];
            if (id >= 0) {
                place.set(first + k, places[k]);
            }
        }
    }

    private static int note(int[] places, int k, int id, int expert, int seen) {
        if (id == expert) {
            places[k] = seen;
        }
        return id == expert ? seen + 1 : seen;
    }

    /**
     * Sums the counts over the blocks and fills the loads; one work-group.
     *
     * <p>The blocks are divided among as many threads per expert as there are; they add up their blocks twice: first to know
     * where the next part begins, then to write the running sums.
     *
     * @param in run number
     * @param counts {@code [blocks][experts + 1]}; becomes the tokens in earlier blocks
     * @param table {@code first [targets + 1] | expert [experts] | place in solverIn [targets]}: which experts each
     *     fixed load and each item's load consists of
     * @param loads {@code [targets] | [groups]}, overwritten: whole tokens, then the sum of each group
     * @param solverIn the solver's input, written at the targets' places: loads as multiples of the group's mean
     * @param speed the sum of the speeds of a group's ranks
     * @param plan stride and n of every expert are written, records of {@code width}
     * @param out header is written
     */
    public static void sumBlocks(
            KernelContext context,
            IntArray in,
            IntArray counts,
            IntArray table,
            IntArray loads,
            FloatArray solverIn,
            IntArray plan,
            IntArray out,
            int blocks,
            int experts,
            int ranks,
            int items,
            int groups,
            int width,
            float speed) {
        int thread = context.localIdx;
        int threads = context.localGroupSizeX;
        int columns = experts + 1;
        int parts = TornadoMath.max(SUM_THREADS / experts, 1);
        int chunk = (blocks + parts - 1) / parts;
        int targets = groups * (ranks + items);
        int entries = 2 * targets + 1 + experts;
        int[] partial = context.allocateIntLocalArray(parts * experts);
        int[] total = context.allocateIntLocalArray(experts);
        int[] local = context.allocateIntLocalArray(entries);
        int[] load = context.allocateIntLocalArray(targets);
        float[] scale = context.allocateFloatLocalArray(groups);
        for (int k = thread; k < entries; k += threads) {
            local[k] = table.get(k);
        }
        if (thread == 0) {
            out.set(0, in.get(0));
            out.set(PipelineLayout.OUT_BAD_IDS, 0);
        }
        for (int u = thread; u < parts * experts; u += threads) {
            int part = u / experts;
            partial[u] = sum(counts, part * chunk, TornadoMath.min(blocks, (part + 1) * chunk), u % experts, columns);
        }
        context.localBarrier();
        for (int b = thread; b < blocks; b += threads) {
            int bad = counts.get(b * columns + experts);
            if (bad > 0) {
                context.atomicAdd(out, PipelineLayout.OUT_BAD_IDS, bad);
            }
        }
        for (int u = thread; u < parts * experts; u += threads) {
            int part = u / experts;
            int e = u % experts;
            int before = 0;
            for (int p = 0; p < part; p++) {
                before += partial[p * experts + e];
            }
            int end = TornadoMath.min(blocks, (part + 1) * chunk);
            int after = run(counts, part * chunk, end, e, columns, before);
            if (part == parts - 1) {
                total[e] = after;
            }
        }
        context.localBarrier();
        for (int t = thread; t < targets; t += threads) {
            int tokens = 0;
            for (int x = local[t]; x < local[t + 1]; x++) {
                tokens += total[local[targets + 1 + x]];
            }
            loads.set(t, tokens);
            load[t] = tokens;
        }
        context.localBarrier();
        for (int g = thread; g < groups; g += threads) {
            int sum = sum(load, g * ranks, (g + 1) * ranks)
                    + sum(load, groups * ranks + g * items, groups * ranks + (g + 1) * items);
            loads.set(targets + g, sum);
            scale[g] = speed / TornadoMath.max(sum, 1);
        }
        context.localBarrier();
        for (int t = thread; t < targets; t += threads) {
            int g = t < groups * ranks ? t / ranks : (t - groups * ranks) / TornadoMath.max(items, 1);
            solverIn.set(local[targets + 1 + experts + t], load[t] * scale[g]);
        }
        for (int e = thread; e < experts; e += threads) {
            int n = total[e];
            plan.set(e * width, stride(n));
            plan.set(e * width + 1, n);
        }
    }

    private static int sum(int[] values, int from, int to) {
        int sum = 0;
        for (int k = from; k < to; k++) {
            sum += values[k];
        }
        return sum;
    }

    /** One column summed over blocks, eight loads in flight. */
    private static int sum(IntArray counts, int from, int to, int column, int columns) {
        int sum = 0;
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
            sum += ((c0 + c1) + (c2 + c3)) + ((c4 + c5) + (c6 + c7));
            b += 8;
        }
        while (b < to) {
            sum += counts.get(b * columns + column);
            b++;
        }
        return sum;
    }

    /** One column turned into running sums over blocks, beginning with {@code before}; returns what comes after. */
    private static int run(IntArray counts, int from, int to, int column, int columns, int before) {
        int sum = before;
        int b = from;
        while (b + 4 < to + 1) {
            int at = b * columns + column;
            int c0 = counts.get(at);
            int c1 = counts.get(at + columns);
            int c2 = counts.get(at + 2 * columns);
            int c3 = counts.get(at + 3 * columns);
            counts.set(at, sum);
            counts.set(at + columns, sum + c0);
            counts.set(at + 2 * columns, sum + c0 + c1);
            counts.set(at + 3 * columns, sum + c0 + c1 + c2);
            sum += (c0 + c1) + (c2 + c3);
            b += 4;
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

    /** As TokenRouter's stride: the number nearest below n / golden ratio that has no common divisor with n; 0 for 1. */
    private static int stride(int n) {
        int stride = (int) (n / GOLDEN_RATIO);
        int divisor = n < 2 ? 1 : gcd(n, TornadoMath.max(stride, 1));
        while (divisor > 1) {
            stride--;
            divisor = gcd(n, TornadoMath.max(stride, 1));
        }
        return n < 2 ? 0 : TornadoMath.max(stride, 1);
    }

    /** Euclid's algorithm, written with minimum and maximum since TornadoVM can lose a copy when loops swap values. */
    private static int gcd(int n, int m) {
        int a = n;
        int b = m;
        while (TornadoMath.min(a, b) > 0) {
            int low = TornadoMath.min(a, b);
            int high = TornadoMath.max(a, b);
            a = high % low;
            b = low;
        }
        return TornadoMath.max(a, b);
    }
}
