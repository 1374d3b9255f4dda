// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What a source needs beside the kernels of a pipeline that sees all tokens: a source is one of several processes, each of
 * which has tokens of its own on a device of its own, and makes the plan of all tokens by itself.
 *
 * <pre>
 *   count -&gt; sumOwn -&gt; [rows of all sources are gathered] -&gt; sumSources -&gt; solve -&gt; quotas -&gt; share -&gt; route
 * </pre>
 *
 * <p>Rows carry the number of their round. Where one is not of this round, its source did not send in time: {@link
 * #sumSources} and {@link #share} then leave everything as the last complete round left it, so that solving and quotas
 * repeat that round's plan, and this source's tokens are routed by it. Whatever was gathered, every token goes to a replica
 * of its expert.
 *
 * <p>Buffers as in {@link SourceLayout}. Any number of threads gives the same result.
 */
public final class SourceKernels {
    private SourceKernels() {}

    /**
     * Begins a round: sums this source's counts over the blocks, into its own row; one work-group.
     *
     * @param context the thread's
     * @param sizes see {@link PipelineSizes}
     * @param counts {@code [blocks][experts + 1]}; becomes the tokens in earlier blocks
     * @param all rows of all sources, of which this source's is written
     * @param state see {@link SourceLayout}; goes to the next round
     * @param signal see {@link SourceLayout}; the round's number is written
     * @param out header is written
     */
    public static void sumOwn(
            KernelContext context,
            IntArray sizes,
            IntArray counts,
            IntArray all,
            IntArray state,
            IntArray signal,
            IntArray out) {
        int thread = context.localIdx;
        int threads = context.localGroupSizeX;
        int run = sizes.get(PipelineSizes.RUN);
        int tokens = sizes.get(PipelineSizes.TOKENS);
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int partBits = sizes.get(PipelineSizes.PART_BITS);
        int row = sizes.get(PipelineSizes.SELF) * SourceLayout.row(experts);
        int[] partial = context.allocateIntLocalArray(BlockSums.MAX_PARTIAL);
        int[] total = context.allocateIntLocalArray(PipelineSizes.MAX_EXPERTS);
        if (thread == 0) {
            out.set(0, run);
            out.set(PipelineLayout.OUT_BAD_IDS, 0);
        }
        if (thread == threads - 1) {
            int round = state.get(SourceLayout.ROUND) + 1;
            state.set(SourceLayout.ROUND, round);
            all.set(row + experts, round);
            signal.set(SourceLayout.BEGUN, round);
        }
        BlockSums.parts(thread, threads, counts, tokens, experts, partBits, partial);
        context.localBarrier();
        BlockSums.badIds(context, thread, threads, counts, tokens, experts, out);
        BlockSums.run(thread, threads, counts, tokens, experts, partBits, partial, total);
        context.localBarrier();
        for (int e = thread; e < experts; e += threads) {
            all.set(row + e, total[e]);
        }
    }

    /**
     * Sums the counts over the sources and fills the loads, if all rows are of this round; one work-group.
     *
     * @param context the thread's
     * @param sizes see {@link PipelineSizes}
     * @param all rows of all sources
     * @param table see {@link CountKernels#sumBlocks}, as for those that follow
     * @param strides see there
     * @param loads see there
     * @param solverIn see there
     * @param speed see there
     * @param plan see there
     * @param state see {@link SourceLayout}
     * @param signal see {@link SourceLayout}
     */
    public static void sumSources(
            KernelContext context,
            IntArray sizes,
            IntArray all,
            IntArray table,
            IntArray strides,
            IntArray loads,
            FloatArray solverIn,
            FloatArray speed,
            IntArray plan,
            IntArray state,
            IntArray signal) {
        int thread = context.localIdx;
        int threads = context.localGroupSizeX;
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int ranks = sizes.get(PipelineSizes.RANKS);
        int items = sizes.get(PipelineSizes.ITEMS);
        int groups = sizes.get(PipelineSizes.GROUPS);
        int sources = sizes.get(PipelineSizes.SOURCES);
        float speeds = speed.get(0);
        int round = state.get(SourceLayout.ROUND);
        int row = SourceLayout.row(experts);
        int targets = groups * (ranks + items);
        int entries = ExpertLoads.entries(targets, experts);
        int other = 0;
        for (int s = 0; s < sources; s++) {
            other |= all.get(s * row + experts) ^ round;
        }
        if (other != 0) {
            if (thread == 0) {
                int missed = state.get(SourceLayout.MISSED);
                state.set(SourceLayout.MISSED, missed + 1);
                signal.set(SourceLayout.MISSED_ROUNDS, missed + 1);
                signal.set(SourceLayout.ENDED, round);
            }
            return;
        }
        int[] partial = context.allocateIntLocalArray(BlockSums.MAX_PARTIAL);
        int[] total = context.allocateIntLocalArray(PipelineSizes.MAX_EXPERTS);
        int[] local = context.allocateIntLocalArray(ExpertLoads.MAX_TABLE);
        int[] load = context.allocateIntLocalArray(PipelineSizes.MAX_LOADS);
        float[] scale = context.allocateFloatLocalArray(PipelineSizes.MAX_GROUPS);
        if (thread == 0) {
            state.set(SourceLayout.AGREED, round);
            signal.set(SourceLayout.AGREED_ROUND, round);
            signal.set(SourceLayout.ENDED, round);
        }
        int prefetched = thread < entries ? table.get(thread) : 0;
        for (int e = thread; e < experts; e += threads) {
            int sum = 0;
            for (int s = 0; s < sources; s++) {
                sum += all.get(s * row + e);
            }
            total[e] = sum;
        }
        ExpertLoads.copyTable(thread, threads, table, entries, prefetched, local);
        context.localBarrier();
        ExpertLoads.fill(
                context, thread, threads, sizes, strides, speeds, local, total, partial, load, scale, loads, solverIn,
                plan);
    }

    /**
     * Takes this source's part of every replica's quota, if the round is complete; a thread an expert.
     *
     * @param context the thread's
     * @param sizes see {@link PipelineSizes}
     * @param all rows of all sources
     * @param table {@code first [experts + 1] | source [replicas] | node [replicas]}: where each replica is
     * @param strides {@code [most tokens of an expert + 1]}, TokenRouter's stride of each number of tokens
     * @param plan stride, n and bounds of every expert, over all sources
     * @param state see {@link SourceLayout}
     * @param scratch {@code [sources + 1 + most replicas of an expert][experts]}
     * @param own the same as {@code plan} for this source's tokens, overwritten
     */
    public static void share(
            KernelContext context,
            IntArray sizes,
            IntArray all,
            IntArray table,
            IntArray strides,
            IntArray plan,
            IntArray state,
            IntArray scratch,
            IntArray own) {
        int expert = context.groupIdx * context.localGroupSizeX + context.localIdx;
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int width = sizes.get(PipelineSizes.WIDTH);
        int sources = sizes.get(PipelineSizes.SOURCES);
        int self = sizes.get(PipelineSizes.SELF);
        int perNode = sizes.get(PipelineSizes.NODE_SOURCES);
        if (state.get(SourceLayout.AGREED) != state.get(SourceLayout.ROUND)) {
            return;
        }
        if (expert > experts - 1) {
            return;
        }
        SourceShare.take(experts, width, sources, self, perNode, expert, all, table, strides, plan, scratch, own);
    }
}
