// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Places in the local arrays of {@link ReplicaKernels#choose}, and keys of ranks.
 *
 * <pre>
 *   place    | expert, -1 for none and for one that gets no replica | tokens | tokens kept |        [places] each
 *   rank     | load at the start | load | active | mean of domain | lost | used slots | over | room |  [64] each
 *            | largest over of 8 ranks [8] | largest room of 8 ranks [8]
 *   replica  | expert * 256 + spare slot, the largest number where there is none | tokens |           [slots] each
 *   state    see the constants
 * </pre>
 *
 * <p>A key holds a value above the number of its owner, counted downwards, so that the larger of two keys is the larger value,
 * then the lower number: one maximum instead of a choice. Keys of ranks have 32 bits; loads that do not fit are compared without
 * their lowest bits.
 */
public final class ReplicaMemory {
    static final int EXPERT_AT = 0;
    static final int TOKENS = ReplicaSizes.MAX_PLACES;
    static final int KEPT = 2 * ReplicaSizes.MAX_PLACES;
    static final int PLACE = 3 * ReplicaSizes.MAX_PLACES;

    static final int START = 0;
    static final int LOAD = ReplicaSizes.MAX_RANKS;
    static final int ALIVE = 2 * ReplicaSizes.MAX_RANKS;
    static final int MEAN = 3 * ReplicaSizes.MAX_RANKS;
    static final int LOST = 4 * ReplicaSizes.MAX_RANKS;
    static final int USED = 5 * ReplicaSizes.MAX_RANKS;
    static final int OVER = 6 * ReplicaSizes.MAX_RANKS;
    static final int ROOM = 7 * ReplicaSizes.MAX_RANKS;

    /** Ranks of which one maximum is kept, and the number of such groups. */
    static final int GROUP = 8;

    static final int OVER_PART = 8 * ReplicaSizes.MAX_RANKS;
    static final int ROOM_PART = OVER_PART + GROUP;
    static final int RANK = ROOM_PART + GROUP;

    static final int CHOSEN = 0;
    static final int TAKEN = ReplicaSizes.MAX_SLOTS;
    static final int REPLICA = 2 * ReplicaSizes.MAX_SLOTS;

    /** Positive while growths are to follow. */
    static final int GOING = 0;

    /** Level of the next growth. */
    static final int LEVEL = 1;

    /** Level of the first growth. */
    static final int GOAL = 2;

    /** Number of growths. */
    static final int GROWTHS = 3;

    /** Largest load after the first growth. */
    static final int FIRST_MAX = 4;

    static final int REPLICAS = 5;
    static final int STEPS = 6;
    static final int STATE = 8;

    static final int RANK_BITS = 6;
    static final int RANK_MASK = ReplicaSizes.MAX_RANKS - 1;
    static final int PLACE_BITS = 10;
    static final int PLACE_MASK = (1 << PLACE_BITS) - 1;
    static final int SLOT_BITS = 8;

    private static final int MOST_KEY_TOKENS = (1 << (31 - RANK_BITS)) - 1;

    private ReplicaMemory() {}

    /** Lowest bits of tokens that keys of ranks leave out. */
    static int shift(int mostTokens) {
        int shift = 0;
        while (mostTokens >>> shift > MOST_KEY_TOKENS) {
            shift++;
        }
        return shift;
    }

    /** Key of a rank's tokens, 0 if they are not positive. */
    static int key(int rank, int tokens, int shift) {
        int value = (TornadoMath.max(1, tokens >>> shift) << RANK_BITS) | (RANK_MASK - rank);
        return tokens > 0 ? value : 0;
    }

    /** Largest number of a row of the ranks' array. */
    static int largest(int[] rank, int row) {
        int largest = 0;
        for (int r = 0; r < ReplicaSizes.MAX_RANKS; r += GROUP) {
            largest = TornadoMath.max(largest, largestOfEight(rank, row + r));
        }
        return largest;
    }

    /** Largest of eight elements; none waits for another. */
    static int largestOfEight(int[] rank, int at) {
        int a = TornadoMath.max(rank[at], rank[at + 1]);
        int b = TornadoMath.max(rank[at + 2], rank[at + 3]);
        int c = TornadoMath.max(rank[at + 4], rank[at + 5]);
        int d = TornadoMath.max(rank[at + 6], rank[at + 7]);
        return TornadoMath.max(TornadoMath.max(a, b), TornadoMath.max(c, d));
    }

    /**
     * Key of the home expert with the most tokens that may be replicated: tokens above its home slot, or no tokens. A rank above
     * the level has never been filled: all of its tokens are at home. Nor does the rank to fill hold the expert: it is full, or
     * the expert has no tokens left.
     *
     * @param places home slots of a rank, a multiple of 4
     */
    static long largestExpert(int rank, int places, int[] place) {
        long largest = 0L;
        for (int k = 0; k < places; k += 4) {
            int p = rank * places + k;
            long a = TornadoMath.max(expertKey(place, p, k), expertKey(place, p + 1, k + 1));
            long b = TornadoMath.max(expertKey(place, p + 2, k + 2), expertKey(place, p + 3, k + 3));
            largest = TornadoMath.max(largest, TornadoMath.max(a, b));
        }
        return largest;
    }

    private static long expertKey(int[] place, int p, int k) {
        // 0 where the expert gets no replica.
        int isReplicated = 1 - (place[EXPERT_AT + p] >>> 31);
        int tokens = isReplicated * place[KEPT + p];
        return ((long) tokens << PLACE_BITS) | (PLACE_MASK - k);
    }
}
