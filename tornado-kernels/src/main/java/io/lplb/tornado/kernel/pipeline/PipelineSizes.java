// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

/**
 * The sizes that the pipeline's kernels read when they run, in a small array that the host fills, so that one compiled
 * kernel serves every number of tokens, experts, ranks and replicas up to the bounds below. (TornadoVM compiles the
 * scalar arguments of a task into its code.) The bounds are those of the kernels' local arrays.
 *
 * <pre>
 *   | run | tokens | experts | ranks | items | entries | groups | width | repairs | table | part bits | lane bits |
 *   sources | self | sources of a node | tile | id shift | cleared |
 * </pre>
 */
public final class PipelineSizes {
    /** Number of the run, which the kernels write into their outputs. */
    public static final int RUN = 0;

    /** Ids of the run. */
    public static final int TOKENS = 1;

    public static final int EXPERTS = 2;

    /** Ranks of a group. */
    public static final int RANKS = 3;

    /** Items of a group. */
    public static final int ITEMS = 4;

    /** Entries of a group. */
    public static final int ENTRIES = 5;

    public static final int GROUPS = 6;

    /** Elements of a record of the plan. */
    public static final int WIDTH = 7;

    /** Most rounds of repair; 0 leaves the rounded shares as they are. */
    public static final int REPAIRS = 8;

    /** Elements of the part of the quota kernel's table that all groups share. */
    public static final int TABLE = 9;

    /** Summing divides the blocks among 2 to the power of this many threads per expert. */
    public static final int PART_BITS = 10;

    /** 2 to the power of this many threads add up a group's loads. */
    public static final int LANE_BITS = 11;

    /** Sources of a group, see {@link SourceKernels}; 0 where one sees all tokens, as for the next two. */
    public static final int SOURCES = 12;

    /** Number of this source. */
    public static final int SELF = 13;

    /** Consecutive sources that share a node. */
    public static final int NODE_SOURCES = 14;

    /** Tokens of a tile, the unit of loads and quotas; 1 plans in tokens. */
    public static final int TILE = 15;

    /** 0 for ids of 32 bits, 1 for 64, see {@link TokenIds}. */
    public static final int ID_SHIFT = 16;

    /** Counters of later kernels that summing sets to 0. */
    public static final int CLEARED = 17;

    /** Elements of the array. */
    public static final int COUNT = 18;

    public static final int MAX_EXPERTS = 1024;

    /** Ranks of a group. */
    public static final int MAX_RANKS = 128;

    /** Items of a group. */
    public static final int MAX_ITEMS = 384;

    /** Entries of a group. */
    public static final int MAX_ENTRIES = 768;

    /** Replicas of all experts. */
    public static final int MAX_REPLICAS = 1536;

    public static final int MAX_GROUPS = 256;

    /** Ranks and items of all groups. */
    public static final int MAX_LOADS = 1024;

    public static final int MAX_SOURCES = 1024;

    /** See {@link #TABLE}. */
    public static final int MAX_TABLE = 6144;

    /** Ids of a run; floats count tokens exactly up to here. */
    public static final int MAX_TOKENS = 1 << 24;

    private PipelineSizes() {}
}
