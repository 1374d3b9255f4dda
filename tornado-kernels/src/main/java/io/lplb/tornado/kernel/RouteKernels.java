// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

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
     * @param in run number and ids; an id that names no expert gives -1
     * @param before {@code [blocks][experts + 1]}, the tokens of every expert in earlier blocks
     * @param place {@code [tokens]}, as counting left it
     * @param plan stride, n and bounds of every expert, records of {@code width}
     * @param slots {@code [experts][replicas at most]}, physical ids
     * @param out stamps and physical ids are written
     */
    public static void route(
            KernelContext context,
            IntArray in,
            IntArray before,
            IntArray place,
            IntArray plan,
            IntArray slots,
            IntArray out,
            int tokens,
            int experts,
            int width,
            int stampAt,
            int physicalAt) {
        int thread = context.localIdx;
        int block = context.groupIdx;
        int threads = context.localGroupSizeX;
        if (block > PipelineLayout.blocks(tokens) - 1) {
            return;
        }
        int first = block * PipelineLayout.BLOCK_IDS;
        int here = TornadoMath.min(PipelineLayout.BLOCK_IDS, tokens - first);
        int bounds = width - PipelineLayout.PLAN_BOUND;
        for (int k = thread; k < here; k += threads) {
            int token = first + k;
            int id = in.get(PipelineLayout.IN_HEADER + token);
            int slot = -1;
            if (id > -1 && id < experts) {
                int at = id * width;
                int c = before.get(block * (experts + 1) + id) + place.get(token);
                long stride = plan.get(at);
                int n = plan.get(at + 1);
                int position = (int) (c * stride % TornadoMath.max(n, 1));
                int replica = 0;
                for (int b = 0; b < bounds; b++) {
                    replica += position < plan.get(at + PipelineLayout.PLAN_BOUND + b) ? 0 : 1;
                }
                slot = slots.get(id * (bounds + 1) + replica);
            }
            out.set(physicalAt + token, slot);
        }
        if (thread == 0) {
            out.set(stampAt + block, in.get(0));
        }
    }
}
