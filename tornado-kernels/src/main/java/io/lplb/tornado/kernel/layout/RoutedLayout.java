// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.kernel.pipeline.RouteKernels;
import io.lplb.tornado.kernel.pipeline.SpreadCount;
import io.lplb.tornado.kernel.pipeline.TokenIds;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Routing and dispatch layout in one launch, the last of the pipeline. The results are those of {@link RouteKernels#route} and then {@link
 * LayoutKernels}, without counting the physical ids: the plan says how many rows every slot gets, and the place of a token among those of
 * its slot follows from its number among the tokens of its expert:
 *
 * <pre>
 *   rows of replica r         = bound r - bound r-1
 *   place of token c          = tokens c' &lt; c whose position is in [bound r-1, bound r)
 *                             = those in earlier blocks, by {@link SpreadCount}, once for each block and bound
 *                               + those in the same block, by walking back from c
 * </pre>
 *
 * <p>The tokens of ranks and nodes are added up by atomic additions, whose order does not matter; everything else is written once. A
 * token whose ids lie in two blocks is the first one's, which routes the rest of them as well.
 *
 * <p>Behind the slots of the replicas, {@code slots} has the bounds of all experts one after another:
 *
 * <pre>
 *   slots  | slot [experts][replicas at most] | first bound [experts + 1] | expert [bounds] | number in its expert [bounds] |
 * </pre>
 */
public final class RoutedLayout {
    /** Threads of {@link #routeRows}: half of them have an id, the others have bounds meanwhile. */
    public static final int THREADS = 2 * PipelineLayout.BLOCK_IDS;

    private static final int IDS = PipelineLayout.BLOCK_IDS + LayoutSizes.MAX_TOP_K;

    /** Two places in the earlier tokens are kept in one word. */
    private static final int PLACES = 1 << 11;

    private RoutedLayout() {}

    /**
     * Routes every id and gives it its row; one work-group per block of ids.
     *
     * @param sizes see {@link PipelineSizes}; one source, and whole tokens: the number of ids is a multiple of {@link LayoutSizes#TOP_K}
     * @param shape see {@link LayoutSizes}; at most {@link LayoutSizes#MAX_TOP_K} experts per token
     * @param ids an id that names no expert gives -1
     * @param before {@code [blocks][experts + 1]}, the tokens of every expert in earlier blocks
     * @param place {@code [ids]}, as counting left it
     * @param plan stride, n and bounds of every expert
     * @param slots as drawn above
     * @param out stamps are written
     * @param physical {@code [ids]}, overwritten; may be {@code ids} where no token's ids lie in two blocks
     * @param tokens {@code [slots | ranks | nodes]}, overwritten; ranks and nodes must be 0 before
     * @param offsets {@code [slots + 1] | [slots + 1]}, overwritten
     * @param order {@code [ids]}, written up to the number of rows
     * @param alignedRow {@code [ids]}, overwritten
     * @param rankBits {@code [tokens][2]}, overwritten
     */
    public static void routeRows(
            KernelContext context,
            IntArray sizes,
            IntArray shape,
            IntArray ids,
            IntArray before,
            IntArray place,
            IntArray plan,
            IntArray slots,
            IntArray out,
            IntArray physical,
            IntArray tokens,
            IntArray offsets,
            IntArray order,
            IntArray alignedRow,
            IntArray rankBits) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        int length = sizes.get(PipelineSizes.TOKENS);
        int ranks = shape.get(LayoutSizes.RANKS);
        int topK = shape.get(LayoutSizes.TOP_K);
        int slotCount = ranks * shape.get(LayoutSizes.SLOTS_PER_RANK);
        if (block > TornadoMath.max(PipelineLayout.blocks(length), 1) - 1) {
            return;
        }
        int[] plain = context.allocateIntLocalArray(SlotScan.ELEMENTS);
        int[] padded = context.allocateIntLocalArray(SlotScan.ELEMENTS);
        int[] sums = context.allocateIntLocalArray(SlotScan.SUMS);
        int[] slotOf = context.allocateIntLocalArray(IDS);
        int[] within = context.allocateIntLocalArray(PipelineLayout.BLOCK_IDS);
        int[] places = context.allocateIntLocalArray(PipelineLayout.BLOCK_IDS);
        int[] earlier = context.allocateIntLocalArray(PipelineSizes.MAX_REPLICAS + 1);
        int[] bits = context.allocateIntLocalArray(2 * PipelineLayout.BLOCK_IDS);
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, length - first);
        // Up to the end of the last token that begins here.
        int end = (first + here + topK - 1) / topK * topK - first;
        for (int p = slotCount + thread; p < SlotScan.length(slotCount); p += threads) {
            plain[p] = 0;
            padded[p] = 0;
        }
        for (int k = thread; k < end; k += threads) {
            place(sizes, ids, before, place, plan, slots, physical, first, k, here, slotOf, within, places);
        }
        // By the threads without an id.
        countRows((thread + threads / 2) % threads, threads, sizes, shape, plan, slots, plain, padded, block, tokens);
        countEarlier(threads - 1 - thread, threads, sizes, before, plan, slots, block, earlier);
        context.localBarrier();
        noteTokens(thread, threads, shape, rankBits, first, here, slotOf, bits);
        context.localBarrier();
        SlotScan.withinRuns(thread, threads, slotCount, plain, padded, sums);
        int targets = LayoutSizes.targets(ranks, shape.get(LayoutSizes.RANKS_PER_NODE));
        int begun = (first + here + topK - 1) / topK - (first + topK - 1) / topK;
        for (int target = threads - 1 - thread; target < targets; target += threads) {
            int sum = RankBits.tokens(shape, target, begun, bits);
            if (sum > 0) {
                context.atomicAdd(tokens, slotCount + target, sum);
            }
        }
        context.localBarrier();
        SlotScan.acrossRuns(thread, threads, slotCount, block, plain, padded, sums, offsets);
        context.localBarrier();
        for (int k = thread; k < here; k += threads) {
            int slot = slotOf[k];
            int row = -1;
            if (slot > -1) {
                int inSlot = within[k] + earlier[places[k] / PLACES] - earlier[places[k] % PLACES];
                order.set(plain[SlotScan.STARTS + slot] + inSlot, first + k);
                row = padded[SlotScan.STARTS + slot] + inSlot;
            }
            alignedRow.set(first + k, row);
        }
        if (thread == 0) {
            int groups = sizes.get(PipelineSizes.GROUPS);
            int stamp = PipelineLayout.stampAt(groups, sizes.get(PipelineSizes.RANKS)) + block;
            if (here > 0) {
                out.set(stamp, sizes.get(PipelineSizes.RUN));
            }
        }
    }

    /** Routes an id, and counts the tokens of its slot in this block before it. */
    private static void place(
            IntArray sizes,
            IntArray ids,
            IntArray before,
            IntArray place,
            IntArray plan,
            IntArray slots,
            IntArray physical,
            int first,
            int k,
            int here,
            int[] slotOf,
            int[] within,
            int[] places) {
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int width = sizes.get(PipelineSizes.WIDTH);
        int shift = sizes.get(PipelineSizes.ID_SHIFT);
        int bounds = width - PipelineLayout.PLAN_BOUND;
        int firstBound = experts * (bounds + 1);
        int token = first + k;
        int id = TokenIds.get(ids, token, shift);
        // All threads walk, also those whose id names no expert, and keep nothing of it.
        int e = id < 0 ? 0 : id < experts ? id : 0;
        boolean known = e == id;
        int at = e * width;
        int inBlock = known ? place.get(token) : 0;
        int c = before.get(token / PipelineLayout.BLOCK_IDS * (experts + 1) + e) + inBlock;
        int stride = plan.get(at);
        int n = plan.get(at + 1);
        int begin = slots.get(firstBound + e);
        int own = slots.get(firstBound + e + 1) - begin;
        int zero = slots.get(firstBound + experts);
        int position = (int) ((long) c * stride % TornadoMath.max(n, 1));
        int replica = 0;
        int low = 0;
        int high = Integer.MAX_VALUE;
        for (int b = 0; b < bounds; b++) {
            int bound = plan.get(at + PipelineLayout.PLAN_BOUND + b);
            replica += position < bound ? 0 : 1;
            low = position < bound ? low : bound;
            high = TornadoMath.min(high, position < bound ? bound : Integer.MAX_VALUE);
        }
        int routed = slots.get(e * (bounds + 1) + replica);
        // The last replica's earlier tokens are all that are not below its lower bound.
        int count = replica < own ? 0 : c - inBlock;
        count += own > 0 ? 0 : inBlock;
        int walk = own > 0 ? inBlock : 0;
        for (int back = 0; back < walk; back++) {
            position -= stride;
            position += position < 0 ? n : 0;
            count += position < low ? 0 : position < high ? 1 : 0;
        }
        int plus = replica < own ? begin + replica : zero;
        int minus = replica > 0 ? begin + replica - 1 : zero;
        int slot = known ? routed : -1;
        slotOf[k] = slot;
        if (k < here) {
            within[k] = count;
            places[k] = plus * PLACES + minus;
            TokenIds.set(physical, token, shift, slot);
        }
    }

    /** Counts, for every bound, its expert's tokens below it in earlier blocks; 0 behind the last one. */
    private static void countEarlier(
            int thread,
            int threads,
            IntArray sizes,
            IntArray before,
            IntArray plan,
            IntArray slots,
            int block,
            int[] earlier) {
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int width = sizes.get(PipelineSizes.WIDTH);
        int firstBound = experts * (width - PipelineLayout.PLAN_BOUND + 1);
        int all = slots.get(firstBound + experts);
        int expertOf = firstBound + experts + 1;
        for (int b = thread; b < all; b += threads) {
            int e = slots.get(expertOf + b);
            int n = plan.get(e * width + 1);
            int bound = plan.get(e * width + PipelineLayout.PLAN_BOUND + slots.get(expertOf + all + b));
            int c = before.get(block * (experts + 1) + e);
            earlier[b] = SpreadCount.below(c, plan.get(e * width), n, TornadoMath.min(bound, n));
        }
        if (thread == threads - 1) {
            earlier[all] = 0;
        }
    }

    /** Notes the rows of every slot, as the plan has them. */
    private static void countRows(
            int thread,
            int threads,
            IntArray sizes,
            IntArray shape,
            IntArray plan,
            IntArray slots,
            int[] plain,
            int[] padded,
            int block,
            IntArray tokens) {
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int width = sizes.get(PipelineSizes.WIDTH);
        int tile = shape.get(LayoutSizes.TILE);
        int bounds = width - PipelineLayout.PLAN_BOUND;
        int firstBound = experts * (bounds + 1);
        for (int e = thread; e < experts; e += threads) {
            int n = plan.get(e * width + 1);
            int own = slots.get(firstBound + e + 1) - slots.get(firstBound + e);
            int low = 0;
            for (int r = 0; r < own + 1; r++) {
                int bound = r < own ? TornadoMath.min(n, plan.get(e * width + PipelineLayout.PLAN_BOUND + r)) : n;
                int slot = slots.get(e * (bounds + 1) + r);
                plain[slot] = bound - low;
                padded[slot] = SlotScan.padded(bound - low, tile);
                if (block == 0) {
                    tokens.set(slot, bound - low);
                }
                low = bound;
            }
        }
    }

    /** Notes the ranks of the tokens that begin in this block. */
    private static void noteTokens(
            int thread, int threads, IntArray shape, IntArray rankBits, int first, int here, int[] slotOf, int[] bits) {
        int topK = shape.get(LayoutSizes.TOP_K);
        int slotsPerRank = shape.get(LayoutSizes.SLOTS_PER_RANK);
        int token = (first + topK - 1) / topK;
        int begun = (first + here + topK - 1) / topK - token;
        for (int t = thread; t < begun; t += threads) {
            int lower = 0;
            int higher = 0;
            for (int k = 0; k < topK; k++) {
                int slot = slotOf[(token + t) * topK - first + k];
                int rank = slot > -1 ? slot / slotsPerRank : RankBits.NONE;
                lower |= RankBits.lower(rank);
                higher |= RankBits.higher(rank);
            }
            RankBits.note(rankBits, token + t, t, lower, higher, bits);
        }
    }
}
