// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Layout of a routed batch for dispatch, as {@code io.lplb.dispatch.DispatchLayout} computes it on the host: tokens per slot,
 * rank and node, token-in-rank bits, offsets, also padded to a tile, and the permutation by destination.
 *
 * <pre>
 *   ids --CountKernels.countBlocks (slots in the place of experts)--&gt; counts [blocks][slots + 1], place [ids]
 *   ids --countTokens--&gt; rankBits [tokens][2], partial [token blocks][ranks + nodes]
 *   counts, partial --sumLayout--&gt; counts as running sums, tokens [slots | ranks | nodes], offsets [2][slots + 1]
 *   ids, counts, place, offsets --placeRows--&gt; order, alignedRow [ids]
 * </pre>
 *
 * <p>A counting sort whose places were already counted: {@code row = offset of the slot + tokens of earlier blocks + place}.
 * No atomics, so that the order is stable and the same for any number of threads. Ids of -1 have no row; other ids out of
 * range must not occur.
 */
public final class LayoutKernels {
    /** Threads of {@link #countTokens}. */
    public static final int TOKEN_THREADS = LayoutSizes.BLOCK_TOKENS;

    /** Threads of {@link #sumLayout}. */
    public static final int SUM_THREADS = 512;

    private static final int WORDS = 2;

    private LayoutKernels() {}

    /**
     * Notes for every token the ranks that it has a row on, and counts them; one work-group per
     * {@link LayoutSizes#BLOCK_TOKENS} tokens.
     *
     * @param sizes see {@link LayoutSizes}
     * @param ids {@code [tokens * topK]} physical slots, -1 for none
     * @param rankBits {@code [tokens][2]}, overwritten: bit r % 32 of word r / 32
     * @param partial {@code [token blocks][ranks + nodes]}, overwritten: tokens of the block on each rank and node
     */
    public static void countTokens(
            KernelContext context, IntArray sizes, IntArray ids, IntArray rankBits, IntArray partial) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        int tokens = sizes.get(LayoutSizes.TOKENS);
        if (block > LayoutSizes.tokenBlocks(tokens) - 1) {
            return;
        }
        int topK = sizes.get(LayoutSizes.TOP_K);
        int ranks = sizes.get(LayoutSizes.RANKS);
        int perNode = sizes.get(LayoutSizes.RANKS_PER_NODE);
        int slotsPerRank = sizes.get(LayoutSizes.SLOTS_PER_RANK);
        int nodes = (ranks + perNode - 1) / perNode;
        int[] low = context.allocateIntLocalArray(LayoutSizes.BLOCK_TOKENS);
        int[] high = context.allocateIntLocalArray(LayoutSizes.BLOCK_TOKENS);
        int first = block * LayoutSizes.BLOCK_TOKENS;
        int here = TornadoMath.min(LayoutSizes.BLOCK_TOKENS, tokens - first);
        for (int t = thread; t < here; t += threads) {
            int bits0 = 0;
            int bits1 = 0;
            for (int k = 0; k < topK; k++) {
                int slot = ids.get((first + t) * topK + k);
                int rank = slot > -1 ? slot / slotsPerRank : 0;
                int bit = slot > -1 ? 1 << (rank % 32) : 0;
                bits0 |= rank < 32 ? bit : 0;
                bits1 |= rank < 32 ? 0 : bit;
            }
            low[t] = bits0;
            high[t] = bits1;
            rankBits.set((first + t) * WORDS, bits0);
            rankBits.set((first + t) * WORDS + 1, bits1);
        }
        context.localBarrier();
        for (int target = thread; target < ranks + nodes; target += threads) {
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
            for (int t = 0; t < here; t++) {
                int hit = (low[t] & wanted0) | (high[t] & wanted1);
                sum += hit != 0 ? 1 : 0;
            }
            partial.set(block * (ranks + nodes) + target, sum);
        }
    }

    /**
     * Sums the counts over the blocks and computes the offsets; one work-group.
     *
     * @param sizes see {@link LayoutSizes}
     * @param counts {@code [blocks][slots + 1]} of {@code CountKernels.countBlocks}; becomes the rows in earlier blocks
     * @param partial as {@link #countTokens} writes it
     * @param tokens {@code [slots | ranks | nodes]}, overwritten
     * @param offsets {@code [slots + 1] | [slots + 1]}, overwritten: first row of each slot, then the same padded
     */
    public static void sumLayout(
            KernelContext context,
            IntArray sizes,
            IntArray counts,
            IntArray partial,
            IntArray tokens,
            IntArray offsets) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int threads = context.localGroupSizeX;
        if (group > 0) {
            return;
        }
        int ranks = sizes.get(LayoutSizes.RANKS);
        int perNode = sizes.get(LayoutSizes.RANKS_PER_NODE);
        int nodes = (ranks + perNode - 1) / perNode;
        int slots = ranks * sizes.get(LayoutSizes.SLOTS_PER_RANK);
        int tile = sizes.get(LayoutSizes.TILE);
        int blocks = PipelineLayout.blocks(sizes.get(LayoutSizes.TOKENS) * sizes.get(LayoutSizes.TOP_K));
        int tokenBlocks = LayoutSizes.tokenBlocks(sizes.get(LayoutSizes.TOKENS));
        int[] plain = context.allocateIntLocalArray(2 * LayoutSizes.MAX_SLOTS);
        int[] padded = context.allocateIntLocalArray(2 * LayoutSizes.MAX_SLOTS);
        for (int p = thread; p < slots; p += threads) {
            int sum = 0;
            for (int b = 0; b < blocks; b++) {
                int count = counts.get(b * (slots + 1) + p);
                counts.set(b * (slots + 1) + p, sum);
                sum += count;
            }
            tokens.set(p, sum);
            plain[p] = sum;
            padded[p] = (sum + tile - 1) / tile * tile;
        }
        for (int target = thread; target < ranks + nodes; target += threads) {
            int sum = 0;
            for (int b = 0; b < tokenBlocks; b++) {
                sum += partial.get(b * (ranks + nodes) + target);
            }
            tokens.set(slots + target, sum);
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
        for (int p = thread; p < slots; p += threads) {
            offsets.set(p + 1, plain[from + p]);
            offsets.set(slots + 1 + p + 1, padded[from + p]);
        }
        if (thread == 0) {
            offsets.set(0, 0);
            offsets.set(slots + 1, 0);
        }
    }

    /**
     * Gives every id its row; one work-group per block of ids, as {@code CountKernels.countBlocks} has them.
     *
     * @param sizes see {@link LayoutSizes}
     * @param ids {@code [tokens * topK]} physical slots, -1 for none
     * @param counts {@code [blocks][slots + 1]}, rows in earlier blocks
     * @param place {@code [tokens * topK]}, place of an id among those of its slot in its block
     * @param offsets as {@link #sumLayout} writes them
     * @param order {@code [tokens * topK]}, written up to the number of rows: the flat position of each row
     * @param alignedRow {@code [tokens * topK]}, overwritten: the row in the padded buffer, -1 without a slot
     */
    public static void placeRows(
            KernelContext context,
            IntArray sizes,
            IntArray ids,
            IntArray counts,
            IntArray place,
            IntArray offsets,
            IntArray order,
            IntArray alignedRow) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        int length = sizes.get(LayoutSizes.TOKENS) * sizes.get(LayoutSizes.TOP_K);
        int slots = sizes.get(LayoutSizes.RANKS) * sizes.get(LayoutSizes.SLOTS_PER_RANK);
        if (block > PipelineLayout.blocks(length) - 1) {
            return;
        }
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, length - first);
        for (int k = thread; k < here; k += threads) {
            int slot = ids.get(first + k);
            int row = -1;
            if (slot > -1) {
                int inSlot = counts.get(block * (slots + 1) + slot) + place.get(first + k);
                order.set(offsets.get(slot) + inSlot, first + k);
                row = offsets.get(slots + 1 + slot) + inSlot;
            }
            alignedRow.set(first + k, row);
        }
    }
}
