// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Route: logical ids to physical ids. Token c of an expert with n tokens takes position {@code c * stride mod n}, and
 * the replica is the number of bounds at or below it; equal quotas hence give the replicas that
 * {@link io.lplb.route.TokenRouter} gives. Here c is known without a walk through the batch: the expert's tokens in
 * earlier blocks plus those before it in its own.
 *
 * <p>One work-group a block of ids, one thread a token; nothing is shared; work-groups beyond the
 * blocks return at once. Buffers as in {@link PipelineLayout}.
 */
public final class RouteKernels {
    private RouteKernels() {}

    /**
     * Routes every id.
     *
     * @param sizes see {@link PipelineSizes}
     * @param ids an id that names no expert gives -1
     * @param before {@code [blocks][experts + 1]}, the tokens of every expert in earlier blocks
     * @param place {@code [tokens]}, as counting left it
     * @param plan stride, n and bounds of every expert
     * @param slots {@code [experts][replicas at most]}, physical ids
     * @param out stamps are written
     * @param physical {@code [tokens]}, overwritten
     */
    public static void route(
            KernelContext context,
            IntArray sizes,
            IntArray ids,
            IntArray before,
            IntArray place,
            IntArray plan,
            IntArray slots,
            IntArray out,
            IntArray physical) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        int run = sizes.get(PipelineSizes.RUN);
        int tokens = sizes.get(PipelineSizes.TOKENS);
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int ranks = sizes.get(PipelineSizes.RANKS);
        int groups = sizes.get(PipelineSizes.GROUPS);
        int width = sizes.get(PipelineSizes.WIDTH);
        int shift = sizes.get(PipelineSizes.ID_SHIFT);
        if (block > PipelineLayout.blocks(tokens) - 1) {
            return;
        }
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, tokens - first);
        int bounds = width - PipelineLayout.PLAN_BOUND;
        for (int k = thread; k < here; k += threads) {
            int token = first + k;
            int id = TokenIds.get(ids, token, shift);
            int slot = -1;
            if (id > -1 && id < experts) {
                int at = id * width;
                int c = before.get(block * (experts + 1) + id) + place.get(token);
                long stride = plan.get(at);
                int n = plan.get(at + 1);
                // Under way while the remainder is computed; there is a first bound always.
                int bound = plan.get(at + PipelineLayout.PLAN_BOUND);
                int position = (int) (c * stride % TornadoMath.max(n, 1));
                int replica = position < bound ? 0 : 1;
                for (int b = 1; b < bounds; b++) {
                    replica += position < plan.get(at + PipelineLayout.PLAN_BOUND + b) ? 0 : 1;
                }
                slot = slots.get(id * (bounds + 1) + replica);
            }
            TokenIds.set(physical, token, shift, slot);
        }
        if (thread == 0) {
            out.set(PipelineLayout.stampAt(groups, ranks) + block, run);
        }
    }
}
