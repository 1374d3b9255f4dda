// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import io.lplb.tornado.kernel.pipeline.BlockSums;
import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import io.lplb.tornado.kernel.pipeline.PipelineSizes;
import io.lplb.tornado.kernel.pipeline.TokenIds;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Routed ids to physical ids by replicas that {@link ReplicaKernels#choose} has chosen from their counts.
 *
 * <pre>
 *   ids --CountKernels.countBlocks--&gt; counts, place --sumTotals--&gt; counts before each block, total --choose--&gt; plan
 *   ids, counts, place, plan --routeReplicas--&gt; physical ids
 * </pre>
 *
 * <p>Token c of an expert with n tokens takes position {@code c * stride mod n}, as in {@code RouteKernels}, among the quotas of the
 * expert's replicas in the order of the plan. {@code sizes} see {@link PipelineSizes}, {@code plan} see {@link ReplicaOutput}.
 */
public final class ReplicaRoutes {
    /** Place of the number of ids that name no expert in the summary; that of the run is before it. */
    public static final int BAD_IDS = 1;

    /** Length of the summary before the stamps of the work-groups. */
    public static final int SUMMARY = 4;

    private ReplicaRoutes() {}

    /**
     * Sums the counts over the blocks; one work-group.
     *
     * @param counts {@code [blocks][experts + 1]}; becomes the tokens in earlier blocks
     * @param total {@code [experts]}, overwritten
     * @param summary {@code run, ids that name no expert}, written
     */
    public static void sumTotals(
            KernelContext context, IntArray sizes, IntArray counts, IntArray total, IntArray summary) {
        int thread = context.localIdx;
        int threads = context.localGroupSizeX;
        int tokens = sizes.get(PipelineSizes.TOKENS);
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int partBits = sizes.get(PipelineSizes.PART_BITS);
        int[] partial = context.allocateIntLocalArray(BlockSums.MAX_PARTIAL);
        int[] sum = context.allocateIntLocalArray(PipelineSizes.MAX_EXPERTS);
        BlockSums.parts(thread, threads, counts, tokens, experts, partBits, partial);
        if (thread == 0) {
            int bad = 0;
            for (int b = 0; b < PipelineLayout.blocks(tokens); b++) {
                bad += counts.get(b * (experts + 1) + experts);
            }
            summary.set(0, sizes.get(PipelineSizes.RUN));
            summary.set(BAD_IDS, bad);
        }
        context.localBarrier();
        BlockSums.run(thread, threads, counts, tokens, experts, partBits, partial, sum);
        context.localBarrier();
        for (int e = thread; e < experts; e += threads) {
            total.set(e, sum[e]);
        }
    }

    /**
     * Routes every id; one work-group per block of ids.
     *
     * @param ranges ranks, slots per rank and experts, see {@link ReplicaSizes}
     * @param ids an id that names no expert gives -1, as one of an expert without an active host
     * @param before {@code [blocks][experts + 1]}, the tokens of every expert in earlier blocks
     * @param place {@code [tokens]}, as counting left it
     * @param strides {@code [most tokens + 1]}, the stride of each number of tokens
     * @param plan the replicas
     * @param summary stamps are written behind {@link #SUMMARY}
     * @param physical {@code [tokens]}, overwritten
     */
    public static void routeReplicas(
            KernelContext context,
            IntArray sizes,
            IntArray ranges,
            IntArray ids,
            IntArray before,
            IntArray place,
            IntArray strides,
            IntArray plan,
            IntArray summary,
            IntArray physical) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        int tokens = sizes.get(PipelineSizes.TOKENS);
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int shift = sizes.get(PipelineSizes.ID_SHIFT);
        int ranks = ranges.get(ReplicaSizes.RANKS);
        int spare = ranges.get(ReplicaSizes.SPARE_SLOTS);
        int perRank = ranges.get(ReplicaSizes.HOME_SLOTS) + spare;
        if (block > PipelineLayout.blocks(tokens) - 1) {
            return;
        }
        int firstAt = ReplicaOutput.first(ranks, perRank);
        int slotAt = ReplicaOutput.slot(ranks, perRank, experts);
        int quotaAt = ReplicaOutput.quota(ranks, perRank, experts, ranks * spare);
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, tokens - first);
        for (int k = thread; k < here; k += threads) {
            int id = TokenIds.get(ids, first + k, shift);
            int slot = -1;
            if (id > -1 && id < experts) {
                int c = before.get(block * (experts + 1) + id) + place.get(first + k);
                int from = plan.get(firstAt + id);
                int to = plan.get(firstAt + id + 1);
                int n = 0;
                for (int r = from; r < to; r++) {
                    n += plan.get(quotaAt + r);
                }
                long stride = strides.get(n);
                int position = (int) (c * stride % TornadoMath.max(n, 1));
                int replica = from;
                int end = 0;
                for (int r = from; r < to - 1; r++) {
                    end += plan.get(quotaAt + r);
                    replica += position < end ? 0 : 1;
                }
                slot = n > 0 ? plan.get(slotAt + replica) : -1;
            }
            TokenIds.set(physical, first + k, shift, slot);
        }
        if (thread == 0) {
            summary.set(SUMMARY + block, sizes.get(PipelineSizes.RUN));
        }
    }
}
