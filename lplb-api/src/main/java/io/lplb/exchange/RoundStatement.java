// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

/**
 * Header of one rank's counts: what they are for, and what the sender knows of the group. A workspace that is filled anew
 * for every message.
 *
 * <p>Not thread-safe.
 */
public final class RoundStatement {
    /** Round that the counts are for, at least 0. */
    public long round;

    /** Layer that the counts are for, at least 0. */
    public int layer;

    /** Hash of what the counts refer to. */
    public long fingerprint;

    /** Whether the sender is not in step with the group, see {@link RoundBoard}. */
    public boolean joining;

    /** Hash of the processes that the sender knows as the group's ranks. */
    public long view;

    /** Round of the sender's last agreed plan, -1 if there is none. */
    public long planRound = -1;

    /** Hash of that plan. */
    public long planHash;

    private final int ranks;
    private final long[] expected;
    private final long[] heard;

    /**
     * An empty statement.
     *
     * @param ranks number of ranks of the group
     */
    public RoundStatement(int ranks) {
        this.ranks = ranks;
        expected = new long[words(ranks)];
        heard = new long[words(ranks)];
    }

    /**
     * Returns the length of {@link #expected()} and {@link #heard()}.
     *
     * @param ranks number of ranks of the group
     * @return one word per 64 ranks
     */
    public static int words(int ranks) {
        return Math.ceilDiv(ranks, Long.SIZE);
    }

    /** {@return one bit per rank: the ranks whose counts the sender waits for in this round, itself included} */
    public long[] expected() {
        return expected;
    }

    /** {@return one bit per rank: the ranks from which the sender has heard something in its last rounds, itself included} */
    public long[] heard() {
        return heard;
    }

    /** {@return whether the sender waits for every rank} */
    boolean expectsAll() {
        int count = 0;
        for (long word : expected) {
            count += Long.bitCount(word);
        }
        return count == ranks;
    }

    /** {@return whether the sender has heard from a rank in its last rounds} */
    boolean hears(int rank) {
        return has(heard, rank);
    }

    static boolean has(long[] bits, int rank) {
        return (bits[rank / Long.SIZE] >>> rank & 1) != 0;
    }

    static void put(long[] bits, int rank, boolean value) {
        long bit = 1L << rank;
        bits[rank / Long.SIZE] = value ? bits[rank / Long.SIZE] | bit : bits[rank / Long.SIZE] & ~bit;
    }
}
