// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Count: routed ids to tokens per expert, and for every token its number among the tokens of its expert.
 *
 * <p>{@link #countBlocks} gives each work-group one block of ids in local memory. A thread compares all of them with two
 * experts and keeps the outcome as bits, one word for 32 ids:
 *
 * <pre>
 *   mask [word][expert]   bit j of word w: id 32 w + j names the expert
 * </pre>
 *
 * An expert's tokens are the ones in its column; a token's place is the number of ones before its own. That is E * N
 * comparisons, but neither atomics, which local memory lacks here, nor a branch: the time does not depend on how skewed
 * the ids are. {@link #sumBlocks}, one work-group, turns the counts of the blocks into running sums over the blocks and
 * fills the loads of the min-max problem.
 *
 * <p>Buffers as in {@link PipelineLayout}. Any number of threads gives the same result, for sumBlocks any multiple of 32.
 */
public final class CountKernels {
    /** Threads of the one work-group of {@link #sumBlocks}. */
    public static final int SUM_THREADS = 1024;

    private static final double GOLDEN_RATIO = 1.618033988749895;
    private static final int WARP = 32;
    private static final int WORDS = PipelineLayout.BLOCK_IDS / 32;

    private CountKernels() {}

    /** Returns the threads of a work-group of {@link #countBlocks}: one per two columns, from 128 to 512. */
    public static int countThreads(int experts) {
        return Math.max(128, Math.min(512, Math.ceilDiv(experts + 1, 2 * WARP) * WARP));
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
        int columns = experts + 1;
        int[] ids = context.allocateIntLocalArray(PipelineLayout.BLOCK_IDS);
        int[] mask = context.allocateIntLocalArray(WORDS * columns);
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, tokens - first);
        for (int k = thread; k < PipelineLayout.BLOCK_IDS; k += threads) {
            int id = k < here ? in.get(PipelineLayout.IN_HEADER + first + k) : -1;
            ids[k] = id < -1 || id > experts ? experts : id;
        }
        context.localBarrier();
        for (int e = thread; e < columns; e += 2 * threads) {
            int other = e + threads;
            int tokensOfE = 0;
            int tokensOfOther = 0;
            for (int w = 0; w < WORDS; w++) {
                int bits = 0;
                int otherBits = 0;
                for (int j = 0; j < 32; j++) {
                    int id = ids[32 * w + j];
                    bits |= id == e ? 1 << j : 0;
                    otherBits |= id == other ? 1 << j : 0;
                }
                mask[w * columns + e] = bits;
                if (other < columns) {
                    mask[w * columns + other] = otherBits;
                }
                tokensOfE += Integer.bitCount(bits);
                tokensOfOther += Integer.bitCount(otherBits);
            }
            counts.set(block * columns + e, tokensOfE);
            if (other < columns) {
                counts.set(block * columns + other, tokensOfOther);
            }
        }
        context.localBarrier();
        for (int k = thread; k < here; k += threads) {
            int id = ids[k];
            if (id > -1) {
                int word = k / 32;
                int before = Integer.bitCount(mask[word * columns + id] & ((1 << (k % 32)) - 1));
                for (int w = 0; w < word; w++) {
                    before += Integer.bitCount(mask[w * columns + id]);
                }
                place.set(first + k, before);
            }
        }
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
        if (thread == 0) {
            out.set(0, in.get(0));
            out.set(PipelineLayout.OUT_BAD_IDS, 0);
        }
        int prefetched = thread < entries ? table.get(thread) : 0;
        for (int u = thread; u < parts * experts; u += threads) {
            int part = u / experts;
            partial[u] = sum(counts, part * chunk, TornadoMath.min(blocks, (part + 1) * chunk), u % experts, columns);
        }
        if (thread < entries) {
            local[thread] = prefetched;
        }
        for (int k = thread + threads; k < entries; k += threads) {
            local[k] = table.get(k);
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
        // From the last thread down: those are idle meanwhile.
        for (int e = threads - 1 - thread; e < experts; e += threads) {
            int n = total[e];
            plan.set(e * width, stride(n));
            plan.set(e * width + 1, n);
        }
        context.localBarrier();
        int lane = thread % WARP;
        for (int g = thread / WARP; g < groups; g += threads / WARP) {
            int own = 0;
            for (int r = lane; r < ranks; r += WARP) {
                own += load[g * ranks + r];
            }
            for (int i = lane; i < items; i += WARP) {
                own += load[groups * ranks + g * items + i];
            }
            // Exact: fewer than 2^24 tokens.
            float sum = context.simdSum((float) own);
            if (lane == 0) {
                loads.set(targets + g, (int) sum);
                scale[g] = speed / TornadoMath.max(sum, 1f);
            }
        }
        context.localBarrier();
        for (int t = thread; t < targets; t += threads) {
            int g = t < groups * ranks ? t / ranks : (t - groups * ranks) / TornadoMath.max(items, 1);
            solverIn.set(local[targets + 1 + experts + t], load[t] * scale[g]);
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

    /**
     * Euclid's algorithm. Beginning near the golden ratio most quotients are 1, so that two subtractions go before every
     * division, which takes longer than both. Written with minimum and maximum, since TornadoVM can lose a copy when
     * loops swap values.
     */
    private static int gcd(int n, int m) {
        int a = n;
        int b = m;
        while (TornadoMath.min(a, b) > 0) {
            int low = TornadoMath.min(a, b);
            int rest = TornadoMath.max(a, b) - low;
            int low2 = TornadoMath.min(low, rest);
            int rest2 = TornadoMath.max(low, rest) - low2;
            int low3 = TornadoMath.min(low2, rest2);
            int high3 = TornadoMath.max(low2, rest2);
            a = high3 % TornadoMath.max(low3, 1);
            b = low3;
            // A remainder of nothing by nothing: the divisor is the other one.
            a = low3 > 0 ? a : high3;
        }
        return TornadoMath.max(a, b);
    }
}
