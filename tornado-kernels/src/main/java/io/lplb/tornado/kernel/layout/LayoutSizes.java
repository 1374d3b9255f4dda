// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

/** Places of the run-time sizes of {@link LayoutKernels} in their array. */
public final class LayoutSizes {
    /** Number of tokens. */
    public static final int TOKENS = 0;

    /** Experts per token. */
    public static final int TOP_K = 1;

    /** Number of ranks, at most {@link #MAX_RANKS}. */
    public static final int RANKS = 2;

    /** Consecutive ranks that share a node. */
    public static final int RANKS_PER_NODE = 3;

    /** Physical slots on each rank; ranks times slots is at most {@link #MAX_SLOTS}. */
    public static final int SLOTS_PER_RANK = 4;

    /** Rows to a multiple of which the aligned offsets are padded. */
    public static final int TILE = 5;

    /** 0 for ids of 32 bits, 1 for 64, see {@link io.lplb.tornado.kernel.pipeline.TokenIds}. */
    public static final int ID_SHIFT = 6;

    /** Length of the array. */
    public static final int COUNT = 7;

    /** Most ranks: their bits of a token fit in two words. */
    public static final int MAX_RANKS = 64;

    /** Most experts per token where routing lays out as well. */
    public static final int MAX_TOP_K = 64;

    /** Most physical slots, as the counting kernel takes experts. */
    public static final int MAX_SLOTS = 1024;

    /** Tokens of a work-group of {@link LayoutKernels#countSlots} that counts tokens. */
    public static final int BLOCK_TOKENS = 32;

    private LayoutSizes() {}

    /**
     * {@return the number of ranks and nodes}
     *
     * @param ranks number of ranks
     * @param perNode consecutive ranks that share a node
     */
    public static int targets(int ranks, int perNode) {
        return ranks + (ranks + perNode - 1) / perNode;
    }

    /**
     * {@return the number of work-groups of {@link LayoutKernels#countSlots} that count tokens}
     *
     * @param tokens number of tokens
     */
    public static int tokenBlocks(int tokens) {
        return (tokens + BLOCK_TOKENS - 1) / BLOCK_TOKENS;
    }
}
