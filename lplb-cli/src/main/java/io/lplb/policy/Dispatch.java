// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import java.util.Arrays;

/**
 * Tokens of a batch by expert and rank: a list of entries. A pair may occur twice where a rank holds two replicas of an expert.
 *
 * <p>Not thread-safe.
 */
public final class Dispatch {
    private int[] expert = new int[256];
    private int[] rank = new int[256];
    private long[] tokens = new long[256];
    private int size;

    /** Removes all entries. */
    public void clear() {
        size = 0;
    }

    /** Adds an entry; no tokens add none. */
    public void add(int ofExpert, int toRank, long number) {
        if (number == 0) {
            return;
        }
        if (size == expert.length) {
            expert = Arrays.copyOf(expert, 2 * size);
            rank = Arrays.copyOf(rank, 2 * size);
            tokens = Arrays.copyOf(tokens, 2 * size);
        }
        expert[size] = ofExpert;
        rank[size] = toRank;
        tokens[size++] = number;
    }

    /** Returns the number of entries. */
    public int size() {
        return size;
    }

    /** Returns the expert of an entry. */
    public int expert(int entry) {
        return expert[entry];
    }

    /** Returns the rank of an entry. */
    public int rank(int entry) {
        return rank[entry];
    }

    /** Returns the tokens of an entry. */
    public long tokens(int entry) {
        return tokens[entry];
    }
}
