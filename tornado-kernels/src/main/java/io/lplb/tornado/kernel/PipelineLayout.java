// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

/**
 * The buffers that the pipeline's kernels hand to each other. N ids in blocks of {@link #BLOCK_IDS}, E experts, K
 * replicas of an expert at most, g groups; all elements are 4 bytes.
 *
 * <pre>
 *   in      | run number | 3 unused | ids [N]                                   host to device, every run
 *   counts  [blocks][E + 1]   tokens of every expert in a block, the last column: ids out of range;
 *                             then the tokens of the expert in all earlier blocks
 *   place   [N]               how many tokens before this one in its block have the same expert
 *   loads   | fixed [g][ranks] | load [g][items] | sum [g] |                    whole tokens
 *   plan    [E] of | stride | n | bound 0 .. bound K-2 |                        as in TokenRouter
 *   out     | header [4] | group [g][6] | stamp [blocks] | physical ids [N] |   device to host, every run
 *             header:  run number, ids out of range, 2 unused
 *             group:   run number, largest load, level, rounds of repair, the solver's status and threads
 *             stamp:   run number, from each work-group that routes
 * </pre>
 *
 * <p>A launch that fails is not reported; but then its run number is missing, which the host looks for. So the outputs
 * need not be overwritten before a run.
 */
public final class PipelineLayout {
    /** Ids of a block. A thread per expert reads all of them, so a block costs time in proportion. */
    public static final int BLOCK_IDS = 256;

    /** Elements of {@code in} before the ids. */
    public static final int IN_HEADER = 4;

    /** Elements of {@code out} before the groups. */
    public static final int OUT_HEADER = 4;

    /** Elements of {@code out} per group. */
    public static final int OUT_GROUP = 6;

    /** Place of the number of ids out of range in {@code out}. */
    public static final int OUT_BAD_IDS = 1;

    /** Elements of a record of {@code plan} before its bounds. */
    public static final int PLAN_BOUND = 2;

    private PipelineLayout() {}

    /** Returns the number of blocks of {@code tokens} ids. */
    public static int blocks(int tokens) {
        return (tokens + BLOCK_IDS - 1) / BLOCK_IDS;
    }

    /** Returns the place of the first stamp in {@code out}. */
    public static int stampAt(int groups) {
        return OUT_HEADER + OUT_GROUP * groups;
    }

    /** Returns the place of the first physical id in {@code out}. */
    public static int physicalAt(int groups, int blocks) {
        return stampAt(groups) + blocks;
    }
}
