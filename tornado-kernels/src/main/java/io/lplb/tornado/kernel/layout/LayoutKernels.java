// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import io.lplb.tornado.kernel.pipeline.CountKernels;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.TokenIds;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Layout of a routed batch for dispatch, as {@code io.lplb.dispatch.DispatchLayout} computes it on the host: tokens per slot,
 * rank and node, token-in-rank bits, offsets, also padded to a tile, and the permutation by destination.
 *
 * <pre>
 *   ids --countSlots--&gt; counts [blocks][slots + 1], place [ids], rankBits [tokens][2], partial [token blocks][ranks + nodes]
 *   all --placeRows--&gt;  tokens [slots | ranks | nodes], offsets [2][slots + 1], order, alignedRow [ids]
 * </pre>
 *
 * <p>A counting sort whose places were already counted: {@code row = offset of the slot + rows in earlier blocks + place}. Every
 * work-group of the second launch adds up all counts for itself, which costs less than a third launch. No atomics, so that the
 * order is stable and the same for any number of threads. Ids of -1 have no row; other ids out of range must not occur.
 */
public final class LayoutKernels {
    /** Threads of {@link #placeRows}. */
    public static final int PLACE_THREADS = 512;

    private static final int WORDS = 2;
    private static final int LOADS = 16;
    private static final int AT_A_TIME = 8;

    private LayoutKernels() {}

    /**
     * Counts; the first work-groups take a block of ids each, the others a block of tokens each.
     *
     * @param sizes see {@link LayoutSizes}
     * @param counting sizes of counting, see {@link io.lplb.tornado.kernel.pipeline.PipelineSizes}: slots stand for experts
     * @param ids {@code [tokens * topK]} physical slots, -1 for none, of 32 or 64 bits
     * @param counts {@code [blocks][slots + 1]}, overwritten: rows of the block in each slot
     * @param place {@code [tokens * topK]}, overwritten: place of an id among those of its slot in its block
     * @param rankBits {@code [tokens][2]}, overwritten: bit r % 32 of word r / 32
     * @param partial {@code [token blocks][ranks + nodes]}, overwritten: tokens of the block on each rank and node
     */
    public static void countSlots(
            KernelContext context,
            IntArray sizes,
            IntArray counting,
            IntArray ids,
            IntArray counts,
            IntArray place,
            IntArray rankBits,
            IntArray partial) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int threads = context.localGroupSizeX;
        int tokens = sizes.get(LayoutSizes.TOKENS);
        int blocks = PipelineLayout.blocks(tokens * sizes.get(LayoutSizes.TOP_K));
        if (group > blocks + LayoutSizes.tokenBlocks(tokens) - 1) {
            return;
        }
        int[] own = context.allocateIntLocalArray(PipelineLayout.BLOCK_IDS);
        int[] mask = context.allocateIntLocalArray(CountKernels.MASKS);
        if (group < blocks) {
            CountKernels.countBlock(context, thread, group, threads, counting, ids, counts, place, own, mask);
        } else {
            int first = (group - blocks) * LayoutSizes.BLOCK_TOKENS;
            int here = TornadoMath.min(LayoutSizes.BLOCK_TOKENS, tokens - first);
            noteRanks(thread, threads, sizes, ids, rankBits, first, here, own);
            context.localBarrier();
            countTokens(thread, threads, sizes, partial, group - blocks, own);
        }
    }

    /** Notes for every token the ranks that it has a row on: the lower words, then the higher ones, 0 behind the last token. */
    private static void noteRanks(
            int thread, int threads, IntArray sizes, IntArray ids, IntArray rankBits, int first, int here, int[] bits) {
        int topK = sizes.get(LayoutSizes.TOP_K);
        int shift = sizes.get(LayoutSizes.ID_SHIFT);
        int slotsPerRank = sizes.get(LayoutSizes.SLOTS_PER_RANK);
        for (int t = thread; t < LayoutSizes.BLOCK_TOKENS; t += threads) {
            int bits0 = 0;
            int bits1 = 0;
            if (t < here) {
                for (int k = 0; k < topK; k++) {
                    int slot = TokenIds.get(ids, (first + t) * topK + k, shift);
                    int rank = slot > -1 ? slot / slotsPerRank : 0;
                    int bit = slot > -1 ? 1 << (rank % 32) : 0;
                    bits0 |= rank < 32 ? bit : 0;
                    bits1 |= rank < 32 ? 0 : bit;
                }
                rankBits.set((first + t) * WORDS, bits0);
                rankBits.set((first + t) * WORDS + 1, bits1);
            }
            bits[t] = bits0;
            bits[LayoutSizes.BLOCK_TOKENS + t] = bits1;
        }
    }

    private static void countTokens(int thread, int threads, IntArray sizes, IntArray partial, int block, int[] bits) {
        int ranks = sizes.get(LayoutSizes.RANKS);
        int perNode = sizes.get(LayoutSizes.RANKS_PER_NODE);
        int targets = ranks + (ranks + perNode - 1) / perNode;
        for (int target = thread; target < targets; target += threads) {
            // A node's ranks are consecutive bits; a rank is a node of its own.
            int from = target < ranks ? target : (target - ranks) * perNode;
            int to = target < ranks ? target + 1 : TornadoMath.min(ranks, from + perNode);
            int wanted0 = 0;
            int wanted1 = 0;
            for (int r = from; r < to; r++) {
                int bit = 1 << (r % 32);
                wanted0 |= r < 32 ? bit : 0;
                wanted1 |= r < 32 ? 0 : bit;
            }
            int sum = 0;
            for (int t = 0; t < LayoutSizes.BLOCK_TOKENS; t += AT_A_TIME) {
                for (int i = 0; i < AT_A_TIME; i++) {
                    int hit = (bits[t + i] & wanted0) | (bits[LayoutSizes.BLOCK_TOKENS + t + i] & wanted1);
                    sum += hit != 0 ? 1 : 0;
                }
            }
            partial.set(block * targets + target, sum);
        }
    }

    /**
     * Gives every id its row; one work-group per block of ids. The first one also writes the sums and the offsets.
     *
     * @param sizes see {@link LayoutSizes}
     * @param ids {@code [tokens * topK]} physical slots, -1 for none, of 32 or 64 bits
     * @param counts as {@link #countSlots} writes them, as for the next two
     * @param place {@code [tokens * topK]}
     * @param partial {@code [token blocks][ranks + nodes]}
     * @param tokens {@code [slots | ranks | nodes]}, overwritten
     * @param offsets {@code [slots + 1] | [slots + 1]}, overwritten: first row of each slot, then the same padded
     * @param order {@code [tokens * topK]}, written up to the number of rows: the flat position of each row
     * @param alignedRow {@code [tokens * topK]}, overwritten: the row in the padded buffer, -1 without a slot
     */
    public static void placeRows(
            KernelContext context,
            IntArray sizes,
            IntArray ids,
            IntArray counts,
            IntArray place,
            IntArray partial,
            IntArray tokens,
            IntArray offsets,
            IntArray order,
            IntArray alignedRow) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        int length = sizes.get(LayoutSizes.TOKENS) * sizes.get(LayoutSizes.TOP_K);
        int slots = sizes.get(LayoutSizes.RANKS) * sizes.get(LayoutSizes.SLOTS_PER_RANK);
        int tile = sizes.get(LayoutSizes.TILE);
        int shift = sizes.get(LayoutSizes.ID_SHIFT);
        int blocks = PipelineLayout.blocks(length);
        if (block > TornadoMath.max(blocks, 1) - 1) {
            return;
        }
        int[] plain = context.allocateIntLocalArray(2 * LayoutSizes.MAX_SLOTS);
        int[] padded = context.allocateIntLocalArray(2 * LayoutSizes.MAX_SLOTS);
        int[] earlier = context.allocateIntLocalArray(LayoutSizes.MAX_SLOTS);
        int parts = sizes.get(LayoutSizes.PARTS);
        // The second halves of the scan's arrays are free until the scan.
        addBlocks(thread, threads, counts, blocks, block, slots, parts, plain, padded);
        context.localBarrier();
        for (int p = thread; p < slots; p += threads) {
            int sum = 0;
            int before = 0;
            for (int k = 0; k < parts; k++) {
                sum += plain[LayoutSizes.MAX_SLOTS + k * slots + p];
                before += padded[LayoutSizes.MAX_SLOTS + k * slots + p];
            }
            plain[p] = sum;
            padded[p] = (sum + tile - 1) / tile * tile;
            earlier[p] = before;
            if (block == 0) {
                tokens.set(p, sum);
            }
        }
        if (block == 0) {
            sumTargets(thread, threads, sizes, partial, tokens);
        }
        context.localBarrier();
        // Inclusive scan (Hillis and Steele, 1986) between two halves of the local arrays.
        int from = 0;
        int step = 1;
        while (step < slots) {
            int to = LayoutSizes.MAX_SLOTS - from;
            for (int p = thread; p < slots; p += threads) {
                int left = p < step ? 0 : plain[from + p - step];
                int leftPadded = p < step ? 0 : padded[from + p - step];
                plain[to + p] = plain[from + p] + left;
                padded[to + p] = padded[from + p] + leftPadded;
            }
            context.localBarrier();
            from = LayoutSizes.MAX_SLOTS - from;
            step = step * 2;
        }
        if (block == 0) {
            for (int p = thread; p < slots; p += threads) {
                offsets.set(p + 1, plain[from + p]);
                offsets.set(slots + 1 + p + 1, padded[from + p]);
            }
            if (thread == 0) {
                offsets.set(0, 0);
                offsets.set(slots + 1, 0);
            }
        }
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, length - first);
        for (int k = thread; k < here; k += threads) {
            int slot = TokenIds.get(ids, first + k, shift);
            int row = -1;
            if (slot > -1) {
                int inSlot = earlier[slot] + place.get(first + k);
                int start = slot > 0 ? plain[from + slot - 1] : 0;
                int startPadded = slot > 0 ? padded[from + slot - 1] : 0;
                order.set(start + inSlot, first + k);
                row = startPadded + inSlot;
            }
            alignedRow.set(first + k, row);
        }
    }

    /**
     * Adds up the counts of all blocks and of the earlier ones, by several threads per slot.
     *
     * @param all {@code [parts][slots]} from {@link LayoutSizes#MAX_SLOTS} on, overwritten
     * @param before as {@code all}
     */
    private static void addBlocks(
            int thread,
            int threads,
            IntArray counts,
            int blocks,
            int block,
            int slots,
            int parts,
            int[] all,
            int[] before) {
        int chunk = (blocks + parts - 1) / parts;
        int columns = slots + 1;
        for (int u = thread; u < parts * slots; u += threads) {
            int part = u / slots;
            int column = u % slots;
            int end = TornadoMath.min(blocks, (part + 1) * chunk);
            int sum = 0;
            int earlier = 0;
            int b = part * chunk;
            while (b + LOADS < end + 1) {
                for (int k = 0; k < LOADS; k++) {
                    int count = counts.get((b + k) * columns + column);
                    sum += count;
                    // All bits are set before this block, none from it on.
                    earlier += count & -((b + k - block) >>> 31);
                }
                b += LOADS;
            }
            while (b < end) {
                int count = counts.get(b * columns + column);
                sum += count;
                earlier += count & -((b - block) >>> 31);
                b++;
            }
            all[LayoutSizes.MAX_SLOTS + u] = sum;
            before[LayoutSizes.MAX_SLOTS + u] = earlier;
        }
    }

    /** Tokens of every rank and node. */
    private static void sumTargets(int thread, int threads, IntArray sizes, IntArray partial, IntArray tokens) {
        int ranks = sizes.get(LayoutSizes.RANKS);
        int perNode = sizes.get(LayoutSizes.RANKS_PER_NODE);
        int targets = ranks + (ranks + perNode - 1) / perNode;
        int slots = ranks * sizes.get(LayoutSizes.SLOTS_PER_RANK);
        int tokenBlocks = LayoutSizes.tokenBlocks(sizes.get(LayoutSizes.TOKENS));
        for (int target = threads - 1 - thread; target < targets; target += threads) {
            int sum = 0;
            int b = 0;
            while (b + LOADS < tokenBlocks + 1) {
                for (int k = 0; k < LOADS; k++) {
                    sum += partial.get((b + k) * targets + target);
                }
                b += LOADS;
            }
            while (b < tokenBlocks) {
                sum += partial.get(b * targets + target);
                b++;
            }
            tokens.set(slots + target, sum);
        }
    }
}
