// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import io.lplb.tornado.kernel.pipeline.BlockSums;
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
 *   all --sumSlots--&gt;   tokens [slots | ranks | nodes], counts of earlier blocks
 *   all --placeRows--&gt;  offsets [2][slots + 1], order, alignedRow [ids]
 * </pre>
 *
 * <p>A counting sort: {@code row = first row of the slot + rows in earlier blocks + place in the block}. No atomics, so that the order is
 * stable and the same for any number of threads. Ids of -1 have no row; other ids out of range must not occur. Where the pipeline routes
 * the ids, {@link RoutedLayout} needs no launch of its own.
 */
public final class LayoutKernels {
    /** Threads of {@link #sumSlots}. */
    public static final int SUM_THREADS = 512;

    /** Threads of {@link #placeRows}: one per id of a block, and more for the scan of the slots. */
    public static final int PLACE_THREADS = 384;

    /** Columns of a work-group of {@link #sumSlots}. */
    public static final int COLUMNS = 32;

    private static final int PARTS = SUM_THREADS / COLUMNS;
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
            for (int t = thread; t < here; t += threads) {
                noteRanks(t, sizes, ids, rankBits, first, own);
            }
            context.localBarrier();
            int targets = LayoutSizes.targets(sizes.get(LayoutSizes.RANKS), sizes.get(LayoutSizes.RANKS_PER_NODE));
            for (int target = thread; target < targets; target += threads) {
                partial.set((group - blocks) * targets + target, RankBits.tokens(sizes, target, here, own));
            }
        }
    }

    /** Notes the ranks that a token has a row on. */
    private static void noteRanks(int t, IntArray sizes, IntArray ids, IntArray rankBits, int first, int[] bits) {
        int topK = sizes.get(LayoutSizes.TOP_K);
        int shift = sizes.get(LayoutSizes.ID_SHIFT);
        int slotsPerRank = sizes.get(LayoutSizes.SLOTS_PER_RANK);
        int lower = 0;
        int higher = 0;
        for (int k = 0; k < topK; k++) {
            int slot = TokenIds.get(ids, (first + t) * topK + k, shift);
            int rank = slot > -1 ? slot / slotsPerRank : RankBits.NONE;
            lower |= RankBits.lower(rank);
            higher |= RankBits.higher(rank);
        }
        RankBits.note(rankBits, first + t, t, lower, higher, bits);
    }

    /**
     * Sums the counts over the blocks; a work-group for every {@link #COLUMNS} slots, then for as many ranks and nodes.
     *
     * @param sizes see {@link LayoutSizes}
     * @param counts {@code [blocks][slots + 1]}, becomes the rows in earlier blocks
     * @param partial {@code [token blocks][ranks + nodes]}
     * @param tokens {@code [slots | ranks | nodes]}, overwritten
     */
    public static void sumSlots(
            KernelContext context, IntArray sizes, IntArray counts, IntArray partial, IntArray tokens) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int threads = context.localGroupSizeX;
        int tokenCount = sizes.get(LayoutSizes.TOKENS);
        int ranks = sizes.get(LayoutSizes.RANKS);
        int slots = ranks * sizes.get(LayoutSizes.SLOTS_PER_RANK);
        int targets = LayoutSizes.targets(ranks, sizes.get(LayoutSizes.RANKS_PER_NODE));
        int slotGroups = (slots + COLUMNS - 1) / COLUMNS;
        boolean ofSlots = group < slotGroups;
        int first = (ofSlots ? group : group - slotGroups) * COLUMNS;
        int columns = ofSlots ? slots : targets;
        if (first > columns - 1) {
            return;
        }
        int width = ofSlots ? slots + 1 : targets;
        int rows = ofSlots
                ? PipelineLayout.blocks(tokenCount * sizes.get(LayoutSizes.TOP_K))
                : LayoutSizes.tokenBlocks(tokenCount);
        int chunk = (rows + PARTS - 1) / PARTS;
        int[] sums = context.allocateIntLocalArray(SUM_THREADS);
        for (int u = thread; u < SUM_THREADS; u += threads) {
            int column = first + u % COLUMNS;
            int from = u / COLUMNS * chunk;
            int to = column < columns ? TornadoMath.min(rows, from + chunk) : 0;
            // One of the two ranges is empty; no branch, in which TornadoVM loses one of two loops.
            int sum = sum(counts, from, ofSlots ? to : 0, column, width)
                    + sum(partial, from, ofSlots ? 0 : to, column, width);
            sums[u] = sum;
        }
        context.localBarrier();
        for (int u = thread; u < SUM_THREADS; u += threads) {
            int lane = u % COLUMNS;
            int part = u / COLUMNS;
            int column = first + lane;
            int before = 0;
            for (int p = 0; p < PARTS; p++) {
                before += p < part ? sums[p * COLUMNS + lane] : 0;
            }
            int total = part == PARTS - 1 ? column : columns;
            if (total < columns) {
                tokens.set(ofSlots ? column : slots + column, before + sums[u]);
            }
            int from = part * chunk;
            int end = column < columns ? TornadoMath.min(rows, from + chunk) : 0;
            int to = ofSlots ? end : 0;
            BlockSums.run(counts, from, to, column, width, before);
        }
    }

    private static int sum(IntArray counts, int from, int to, int column, int width) {
        int sum = 0;
        int b = from;
        while (b + AT_A_TIME < to + 1) {
            for (int k = 0; k < AT_A_TIME; k++) {
                sum += counts.get((b + k) * width + column);
            }
            b += AT_A_TIME;
        }
        while (b < to) {
            sum += counts.get(b * width + column);
            b++;
        }
        return sum;
    }

    /**
     * Gives every id its row; one work-group per block of ids. The first one also writes the offsets.
     *
     * @param sizes see {@link LayoutSizes}
     * @param ids {@code [tokens * topK]} physical slots, -1 for none, of 32 or 64 bits
     * @param before {@code [blocks][slots + 1]}, rows of each slot in earlier blocks
     * @param place {@code [tokens * topK]}, as {@link #countSlots} writes it
     * @param tokens {@code [slots | ranks | nodes]}, as {@link #sumSlots} writes it
     * @param offsets {@code [slots + 1] | [slots + 1]}, overwritten: first row of each slot, then the same padded
     * @param order {@code [tokens * topK]}, written up to the number of rows: the flat position of each row
     * @param alignedRow {@code [tokens * topK]}, overwritten: row of each id in the padded buffer, -1 without a slot
     */
    public static void placeRows(
            KernelContext context,
            IntArray sizes,
            IntArray ids,
            IntArray before,
            IntArray place,
            IntArray tokens,
            IntArray offsets,
            IntArray order,
            IntArray alignedRow) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        int length = sizes.get(LayoutSizes.TOKENS) * sizes.get(LayoutSizes.TOP_K);
        int slots = sizes.get(LayoutSizes.RANKS) * sizes.get(LayoutSizes.SLOTS_PER_RANK);
        int shift = sizes.get(LayoutSizes.ID_SHIFT);
        int tile = sizes.get(LayoutSizes.TILE);
        // The first block writes the offsets, ids or not.
        if (block > TornadoMath.max(PipelineLayout.blocks(length), 1) - 1) {
            return;
        }
        int[] plain = context.allocateIntLocalArray(SlotScan.ELEMENTS);
        int[] padded = context.allocateIntLocalArray(SlotScan.ELEMENTS);
        int[] sums = context.allocateIntLocalArray(SlotScan.SUMS);
        int[] slotOf = context.allocateIntLocalArray(PipelineLayout.BLOCK_IDS);
        int[] inSlot = context.allocateIntLocalArray(PipelineLayout.BLOCK_IDS);
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, length - first);
        // Read before the scan, which takes as long as these reads in a row.
        for (int k = thread; k < here; k += threads) {
            int slot = TokenIds.get(ids, first + k, shift);
            slotOf[k] = slot;
            inSlot[k] = before.get(block * (slots + 1) + TornadoMath.max(slot, 0)) + place.get(first + k);
        }
        for (int p = thread; p < SlotScan.length(slots); p += threads) {
            int rows = p < slots ? tokens.get(p) : 0;
            plain[p] = rows;
            padded[p] = SlotScan.padded(rows, tile);
        }
        context.localBarrier();
        SlotScan.withinRuns(thread, threads, slots, plain, padded, sums);
        context.localBarrier();
        SlotScan.acrossRuns(thread, threads, slots, block, plain, padded, sums, offsets);
        context.localBarrier();
        for (int k = thread; k < here; k += threads) {
            int slot = slotOf[k];
            int row = -1;
            if (slot > -1) {
                order.set(plain[SlotScan.STARTS + slot] + inSlot[k], first + k);
                row = padded[SlotScan.STARTS + slot] + inSlot[k];
            }
            alignedRow.set(first + k, row);
        }
    }
}
