// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

/**
 * The buffers that the pipeline's kernels hand to each other. N ids in blocks of {@link #BLOCK_IDS}, E experts, K
 * replicas of an expert at most (but 2 at least), g groups; all elements are 4 bytes. {@link PipelineSizes} has the
 * numbers, which the kernels read there.
 *
 * <pre>
 *   ids     [N]                                                                 of the caller
 *   counts  [blocks][E + 1]   tokens of every expert in a block, the last column: ids out of range;
 *                             then the tokens of the expert in all earlier blocks
 *   place   [N]               how many tokens before this one in its block have the same expert
 *   loads   | fixed [g][ranks] | load [g][items] | sum [g] |                    whole tokens
 *   plan    [E] of | stride | n | bound 0 .. bound K-2 |                        as in TokenRouter
 *   out     | header [4] | group [g][6] | rank [g][ranks] | stamp [blocks] |
 *             header:  run number, ids out of range, 2 unused
 *             group:   run number, largest load, level, rounds of repair, the solver's status and threads
 *             rank:    tokens that the plan gives to the rank
 *             stamp:   run number, from each work-group that routes
 *   physical [N]                                                                of the caller
 * </pre>
 *
 * <p>Where a launch that fails is not reported, its run number is missing, which the host looks for. So the outputs need
 * not be overwritten before a run.
 */
public final class PipelineLayout {
    /** Ids of a block. A thread per expert reads all of them, so a block costs time in proportion. */
    public static final int BLOCK_IDS = 256;

    /** Elements of {@code out} before the groups. */
    public static final int OUT_HEADER = 4;

    /** Elements of {@code out} per group. */
    public static final int OUT_GROUP = 6;

    /** Place of the number of ids out of range in {@code out}. */
    public static final int OUT_BAD_IDS = 1;

    /** Elements of a record of {@code plan} before its bounds. */
    public static final int PLAN_BOUND = 2;

    /** Threads of the one work-group that sums the blocks. */
    public static final int SUM_THREADS = 512;

    /** Threads of a work-group that makes quotas. */
    public static final int QUOTA_THREADS = 512;

    /** Values of the lower digit of an id, see {@link CountKernels}. */
    static final int LOWS = 32;

    private static final int MOST_COUNT_THREADS = 512;
    private static final int WARP = 32;

    private PipelineLayout() {}

    /** Returns the number of blocks of {@code tokens} ids. */
    public static int blocks(int tokens) {
        return (tokens + BLOCK_IDS - 1) / BLOCK_IDS;
    }

    /** Returns the threads of a work-group that counts: one per mask, from 256 to 512. */
    public static int countThreads(int experts) {
        int masks = (Math.ceilDiv(experts, LOWS) + 1 + LOWS) * (BLOCK_IDS / 32);
        return Math.max(BLOCK_IDS, Math.min(MOST_COUNT_THREADS, Math.ceilDiv(masks, WARP) * WARP));
    }

    /** Returns the place of the first rank's tokens in {@code out}. */
    public static int rankAt(int groups) {
        return OUT_HEADER + OUT_GROUP * groups;
    }

    /** Returns the place of the first stamp in {@code out}. */
    public static int stampAt(int groups, int ranks) {
        return rankAt(groups) + groups * ranks;
    }
}
