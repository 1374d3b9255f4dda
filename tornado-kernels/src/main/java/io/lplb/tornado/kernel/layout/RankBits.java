// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.layout;

import io.lplb.tornado.kernel.pipeline.PipelineLayout;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Ranks that a token has rows on, as bits of two words: bit r % 32 of word r / 32. */
public final class RankBits {
    /** A rank without a bit. */
    static final int NONE = 64;

    private static final int WORDS = 2;
    private static final int WIDTH = 32;

    private RankBits() {}

    /** Returns a rank's bit of the lower word. */
    static int lower(int rank) {
        return rank < WIDTH ? 1 << rank : 0;
    }

    /** Returns a rank's bit of the higher word. */
    static int higher(int rank) {
        return rank < WIDTH ? 0 : rank < NONE ? 1 << (rank - WIDTH) : 0;
    }

    /**
     * Writes a token's words.
     *
     * @param t number of the token in its block, less than {@link PipelineLayout#BLOCK_IDS} / 2
     * @param bits local memory, the lower words, then the higher ones
     */
    static void note(IntArray rankBits, int token, int t, int lower, int higher, int[] bits) {
        rankBits.set(token * WORDS, lower);
        rankBits.set(token * WORDS + 1, higher);
        bits[WORDS * t] = lower;
        bits[WORDS * t + 1] = higher;
    }

    /**
     * Returns the tokens of a block on a rank or node.
     *
     * @param target rank, or number of ranks plus node
     * @param here tokens of the block
     * @param bits as {@link #note} left them; a barrier must come before
     */
    static int tokens(IntArray sizes, int target, int here, int[] bits) {
        int ranks = sizes.get(LayoutSizes.RANKS);
        int perNode = sizes.get(LayoutSizes.RANKS_PER_NODE);
        // A node's ranks are consecutive bits; a rank is a node of its own.
        int from = target < ranks ? target : (target - ranks) * perNode;
        int to = target < ranks ? target + 1 : TornadoMath.min(ranks, from + perNode);
        int lower = 0;
        int higher = 0;
        for (int r = from; r < to; r++) {
            lower |= lower(r);
            higher |= higher(r);
        }
        int sum = 0;
        for (int t = 0; t < here; t++) {
            sum += ((bits[WORDS * t] & lower) | (bits[WORDS * t + 1] & higher)) != 0 ? 1 : 0;
        }
        return sum;
    }
}
