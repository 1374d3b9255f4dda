// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Count: routed ids to tokens per expert, and for every token its number among the tokens of its expert.
 *
 * <p>{@link #countBlocks} gives each work-group one block of ids. An id has two digits, {@code high = id / 32} and
 * {@code low = id % 32}; for every value of either digit a thread notes as bits which of 32 ids have it:
 *
 * <pre>
 *   mask [word][digit]   bit j of word w: id 32 w + j has the digit;   digit = high 0 .. highs - 1 | low 0 .. 31
 * </pre>
 *
 * Ids out of range have a high digit of their own. An expert's tokens are the ones that both of its masks have, a token's place is their number before its own. That is
 * E / 32 + 32 comparisons per id instead of E, with neither atomics, which local memory lacks here, nor branches: the
 * time does not depend on how skewed the ids are. (No warp functions either: behind a condition TornadoVM may put one
 * into both branches, and the warp is then no longer whole.) {@link #sumBlocks}, one work-group, turns the counts of the blocks into
 * running sums over the blocks ({@link BlockSums}) and fills the loads of the min-max problem ({@link ExpertLoads}).
 *
 * <p>Buffers as in {@link PipelineLayout}. Any number of threads gives the same result, also where
 * TornadoVM makes the work-groups smaller than asked, and hence more: those beyond the blocks return at once.
 */
public final class CountKernels {
    private static final int LOWS = PipelineLayout.LOWS;
    private static final int WORDS = PipelineLayout.BLOCK_IDS / 32;
    private static final int MAX_DIGITS = (PipelineSizes.MAX_EXPERTS + LOWS - 1) / LOWS + 1 + LOWS;

    /** Elements of the masks of {@link #countBlock}. */
    public static final int MASKS = WORDS * MAX_DIGITS;

    private CountKernels() {}

    /**
     * Counts the ids of each block; one work-group a block.
     *
     * @param sizes see {@link PipelineSizes}
     * @param ids -1 is nobody's, any other id that names no expert is counted as out of range
     * @param counts {@code [blocks][experts + 1]}, overwritten
     * @param place {@code [tokens]}, written where the id names an expert
     */
    public static void countBlocks(
            KernelContext context, IntArray sizes, IntArray ids, IntArray counts, IntArray place) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        if (block > PipelineLayout.blocks(sizes.get(PipelineSizes.TOKENS)) - 1) {
            return;
        }
        int[] own = context.allocateIntLocalArray(PipelineLayout.BLOCK_IDS);
        int[] mask = context.allocateIntLocalArray(MASKS);
        countBlock(context, thread, block, threads, sizes, ids, counts, place, own, mask);
    }

    /**
     * Counts the ids of one block, as a part of a kernel.
     *
     * @param own local memory, {@link PipelineLayout#BLOCK_IDS}
     * @param mask local memory, {@link #MASKS}
     */
    public static void countBlock(
            KernelContext context,
            int thread,
            int block,
            int threads,
            IntArray sizes,
            IntArray ids,
            IntArray counts,
            IntArray place,
            int[] own,
            int[] mask) {
        int tokens = sizes.get(PipelineSizes.TOKENS);
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int shift = sizes.get(PipelineSizes.ID_SHIFT);
        int columns = experts + 1;
        int outOfRange = (experts + LOWS - 1) / LOWS;
        int highs = outOfRange + 1;
        int digits = highs + LOWS;
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, tokens - first);
        for (int k = thread; k < PipelineLayout.BLOCK_IDS; k += threads) {
            int id = k < here ? TokenIds.get(ids, first + k, shift) : -1;
            int inRange = id < experts && id > -1 ? id : outOfRange * LOWS;
            // No mask has the high digit of nobody's ids.
            own[k] = id == -1 ? highs * LOWS : inRange;
        }
        context.localBarrier();
        for (int m = thread; m < WORDS * digits; m += threads) {
            int word = m / digits;
            int digit = m - word * digits;
            boolean isHigh = digit < highs;
            int wanted = digit < highs ? digit : digit - highs;
            int bits = 0;
            int bit = 1;
            int at = 32 * word;
            // Counted by the bit, not by a number: an unrolled loop would spend its time on fetching instructions.
            while (bit != 0) {
                int id0 = own[at];
                int id1 = own[at + 1];
                int id2 = own[at + 2];
                int id3 = own[at + 3];
                bits |= digit(id0, isHigh) == wanted ? bit : 0;
                bits |= digit(id1, isHigh) == wanted ? bit << 1 : 0;
                bits |= digit(id2, isHigh) == wanted ? bit << 2 : 0;
                bits |= digit(id3, isHigh) == wanted ? bit << 3 : 0;
                bit <<= 4;
                at += 4;
            }
            mask[m] = bits;
        }
        context.localBarrier();
        for (int e = thread; e < experts; e += threads) {
            int high = e / LOWS;
            int low = highs + e % LOWS;
            int sum = 0;
            for (int w = 0; w < WORDS; w++) {
                sum += Integer.bitCount(mask[w * digits + high] & mask[w * digits + low]);
            }
            counts.set(block * columns + e, sum);
        }
        for (int k = thread; k < here; k += threads) {
            int id = own[k];
            if (id < outOfRange * LOWS) {
                int high = id / LOWS;
                int low = highs + id % LOWS;
                int word = k / 32;
                int same = mask[word * digits + high] & mask[word * digits + low];
                int before = Integer.bitCount(same & ((1 << (k % 32)) - 1));
                for (int w = 0; w < word; w++) {
                    before += Integer.bitCount(mask[w * digits + high] & mask[w * digits + low]);
                }
                place.set(first + k, before);
            }
        }
        if (thread == threads - 1) {
            int sum = 0;
            for (int w = 0; w < WORDS; w++) {
                sum += Integer.bitCount(mask[w * digits + outOfRange]);
            }
            counts.set(block * columns + experts, sum);
        }
    }

    private static int digit(int id, boolean high) {
        return high ? id / LOWS : id % LOWS;
    }

    /**
     * Sums the counts over the blocks and fills the loads; one work-group.
     *
     * @param sizes see {@link PipelineSizes}
     * @param counts {@code [blocks][experts + 1]}; becomes the tokens in earlier blocks
     * @param table {@code first [targets + 1] | expert [experts] | place in solverIn [targets]}: which experts each
     *     fixed load and each item's load consists of; then the place of the number of groups in solverIn, or -1
     * @param strides {@code [most tokens of an expert + 1]}, TokenRouter's stride of each number of tokens
     * @param loads {@code [targets] | [groups]}, overwritten: whole tokens, then the sum of each group
     * @param solverIn the solver's input, written at the targets' places: loads as multiples of the group's mean
     * @param speed the sum of the speeds of a group's ranks, one element
     * @param plan stride and n of every expert are written
     * @param out header is written
     * @param cleared the first {@link PipelineSizes#CLEARED} elements become 0
     */
    public static void sumBlocks(
            KernelContext context,
            IntArray sizes,
            IntArray counts,
            IntArray table,
            IntArray strides,
            IntArray loads,
            FloatArray solverIn,
            FloatArray speed,
            IntArray plan,
            IntArray out,
            IntArray cleared) {
        int thread = context.localIdx;
        int threads = context.localGroupSizeX;
        int run = sizes.get(PipelineSizes.RUN);
        int counters = sizes.get(PipelineSizes.CLEARED);
        int tokens = sizes.get(PipelineSizes.TOKENS);
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int ranks = sizes.get(PipelineSizes.RANKS);
        int items = sizes.get(PipelineSizes.ITEMS);
        int groups = sizes.get(PipelineSizes.GROUPS);
        int partBits = sizes.get(PipelineSizes.PART_BITS);
        float speeds = speed.get(0);
        int targets = groups * (ranks + items);
        int entries = ExpertLoads.entries(targets, experts);
        int[] partial = context.allocateIntLocalArray(BlockSums.MAX_PARTIAL);
        int[] total = context.allocateIntLocalArray(PipelineSizes.MAX_EXPERTS);
        int[] local = context.allocateIntLocalArray(ExpertLoads.MAX_TABLE);
        int[] load = context.allocateIntLocalArray(PipelineSizes.MAX_LOADS);
        float[] scale = context.allocateFloatLocalArray(PipelineSizes.MAX_GROUPS);
        if (thread == 0) {
            out.set(0, run);
            out.set(PipelineLayout.OUT_BAD_IDS, 0);
        }
        int prefetched = thread < entries ? table.get(thread) : 0;
        BlockSums.parts(thread, threads, counts, tokens, experts, partBits, partial);
        for (int k = thread; k < counters; k += threads) {
            cleared.set(k, 0);
        }
        ExpertLoads.copyTable(thread, threads, table, entries, prefetched, local);
        context.localBarrier();
        BlockSums.badIds(context, thread, threads, counts, tokens, experts, out);
        BlockSums.run(thread, threads, counts, tokens, experts, partBits, partial, total);
        context.localBarrier();
        ExpertLoads.fill(
                context, thread, threads, sizes, strides, speeds, local, total, partial, load, scale, loads, solverIn,
                plan);
    }
}
