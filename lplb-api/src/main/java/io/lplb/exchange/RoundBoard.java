// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

import java.util.Arrays;

/**
 * What one rank remembers of the rounds: the counts that have come, and who is expected. It holds the rules of
 * {@link WorkloadExchange} for its implementations, and knows neither clocks nor networks.
 *
 * <pre>
 *   counts [WINDOW][ranks][experts]     round n of a rank is in slot n mod WINDOW
 *   round  [WINDOW][ranks]              the round that a slot holds, -1 for none
 *   layer, fingerprint [WINDOW][ranks]  what the counts of a slot refer to
 * </pre>
 *
 * <p>Who is expected. A rank sends its rounds in rising order. So one that has sent a later round than the current one
 * will not send the current one any more, and is not waited for. A rank that was expected and did not come is absent
 * until it sends the current round or a later one; from that round on it is expected again. One that is absent and sends
 * the last round, too late, is in step but for a moment: it is waited for in the next round, once, until it has come in time
 * again. Otherwise it could stay a moment behind for ever, with everybody's counts, while nobody has its own.
 *
 * <p>Who is ahead. A rank that was left behind or started anew cannot take part in the round that the others are in: its
 * counts would come too late. It aims some rounds ahead and says so, by announcing the round or by sending its counts
 * for it at once, marked as <em>joining</em>, so that the others do not take it for the group's round. If the group
 * passes by all the same, the distance doubles.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
public final class RoundBoard {
    /** Rounds of each rank that are kept. */
    public static final int WINDOW = 16;

    private static final int FIRST_LEAD = 4;
    private static final int LARGEST_LEAD = 1024;
    private static final long ABSENT = Long.MAX_VALUE;

    private final int ranks;
    private final int self;
    private final int experts;
    private final int[] counts;
    private final long[] roundIn;
    private final int[] layerIn;
    private final long[] fingerprintIn;
    private final long[] lastSent;
    private final long[] expectedFrom;
    private final boolean[] heard;
    private final boolean[] helped;
    private long current = -1;
    private int layer;
    private long fingerprint;
    private boolean open;
    private boolean joining;
    private boolean started;
    private long newest = -1;
    private long aim = -1;
    private int lead = FIRST_LEAD;

    /**
     * An empty board on which every rank is expected.
     *
     * @param ranks number of ranks of the group
     * @param self number of this rank
     * @param experts number of experts that are counted
     * @throws IllegalArgumentException if {@code self} is none of the ranks or a number is not positive
     */
    public RoundBoard(int ranks, int self, int experts) {
        if (ranks < 1 || self < 0 || self >= ranks) {
            throw new IllegalArgumentException("rank: got " + self + " of " + ranks + ", expected 0.." + (ranks - 1));
        }
        if (experts < 1) {
            throw new IllegalArgumentException("experts: got " + experts + ", expected at least 1");
        }
        this.ranks = ranks;
        this.self = self;
        this.experts = experts;
        counts = new int[Math.multiplyExact(Math.multiplyExact(WINDOW, ranks), experts)];
        roundIn = new long[WINDOW * ranks];
        layerIn = new int[WINDOW * ranks];
        fingerprintIn = new long[WINDOW * ranks];
        lastSent = new long[ranks];
        expectedFrom = new long[ranks];
        heard = new boolean[ranks];
        helped = new boolean[ranks];
        Arrays.fill(roundIn, -1);
        Arrays.fill(lastSent, -1);
    }

    private int slot(long round, int rank) {
        return (int) (round % WINDOW) * ranks + rank;
    }

    /**
     * Begins a round with this rank's own counts. See {@link WorkloadExchange#gather} for arguments and errors.
     *
     * @param round number of the round; above that of the last call
     * @param layer layer that is planned
     * @param fingerprint hash of what the counts refer to
     * @param own {@code [experts]}, this rank's counts
     * @param all {@code [ranks * experts]}, only its length is looked at here
     */
    public void begin(long round, int layer, long fingerprint, int[] own, int[] all) {
        requireAll(all);
        begin(round, layer, fingerprint, own);
    }

    /**
     * Checks the length of an array for the counts of all ranks.
     *
     * @param all {@code [ranks * experts]}
     * @throws IllegalArgumentException if the length is wrong
     */
    public void requireAll(int[] all) {
        requireLength("all", all.length, ranks * experts);
    }

    /**
     * Begins a round with this rank's own counts. See {@link WorkloadExchange#start} for arguments and errors.
     *
     * @param round as for {@link #begin(long, int, long, int[], int[])}
     * @param layer as there
     * @param fingerprint as there
     * @param own as there
     */
    public void begin(long round, int layer, long fingerprint, int[] own) {
        requireLength("own", own.length, experts);
        if (round <= current) {
            throw new IllegalArgumentException("round: got " + round + ", expected above " + current);
        }
        if (layer < 0) {
            throw new IllegalArgumentException("layer: got " + layer + ", expected at least 0");
        }
        for (int e = 0; e < experts; e++) {
            if (own[e] < 0) {
                throw new IllegalArgumentException("own[" + e + "]: got " + own[e] + ", expected at least 0 tokens");
            }
        }
        this.current = round;
        this.layer = layer;
        this.fingerprint = fingerprint;
        this.open = true;
        joining = round > newest + 1;
        if (joining) {
            lead = Math.min(2 * lead, LARGEST_LEAD);
        }
        int slot = slot(round, self);
        System.arraycopy(own, 0, counts, slot * experts, experts);
        roundIn[slot] = round;
        layerIn[slot] = layer;
        fingerprintIn[slot] = fingerprint;
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }

    /** {@return the round begun last, -1 before the first} */
    public long current() {
        return current;
    }

    /** {@return whether a round has begun and not ended} */
    public boolean isOpen() {
        return open;
    }

    /** {@return whether this rank is not in step yet: ahead of the others to wait for them, or in its first round} */
    public boolean isJoining() {
        return joining || !started;
    }

    /**
     * Makes room for counts that have come from another rank.
     *
     * @param rank from 0 to the number of ranks - 1
     * @param round that the counts are for
     * @return where in {@link #counts()} to write them before {@link #commit}, or -1 if they are not wanted: seen before,
     *     or of a round that is over
     */
    public int claim(int rank, long round) {
        if (round <= lastSent[rank]) {
            return -1;
        }
        if (round < current || (round == current && !open)) {
            lastSent[rank] = round;
            long last = open ? current - 1 : current;
            if (round == last && expectedFrom[rank] == ABSENT && !helped[rank]) {
                helped[rank] = true;
                expectedFrom[rank] = current + 1;
            }
            return -1;
        }
        return slot(round, rank) * experts;
    }

    /** {@return the counts of all slots, to write to where {@link #claim} says} */
    public int[] counts() {
        return counts;
    }

    /**
     * Takes over counts that were written where {@link #claim} said.
     *
     * @param rank from 0 to the number of ranks - 1
     * @param round that the counts are for
     * @param layer that the counts are for
     * @param fingerprint hash of what the counts refer to, as the sender said
     * @param joining whether the sender marked them so
     */
    public void commit(int rank, long round, int layer, long fingerprint, boolean joining) {
        int slot = slot(round, rank);
        roundIn[slot] = round;
        layerIn[slot] = layer;
        fingerprintIn[slot] = fingerprint;
        lastSent[rank] = round;
        if (expectedFrom[rank] == ABSENT && fingerprint == this.fingerprint) {
            expectedFrom[rank] = round;
        }
        note(round, joining);
    }

    /**
     * Takes note of the round that another rank says it is in, -1 for none.
     *
     * @param round that it is in
     * @param joining whether it is not in step yet
     */
    public void note(long round, boolean joining) {
        if (!joining) {
            newest = Math.max(newest, round);
        }
    }

    /**
     * Forgets a rank that was started anew: it is expected again from the first round that it sends.
     *
     * @param rank from 0 to the number of ranks - 1
     */
    public void forget(int rank) {
        for (int w = 0; w < WINDOW; w++) {
            roundIn[w * ranks + rank] = -1;
        }
        lastSent[rank] = -1;
        helped[rank] = false;
        if (current >= 0) {
            expectedFrom[rank] = ABSENT;
        }
    }

    /**
     * Expects an absent rank again from a round that it has announced.
     *
     * @param rank from 0 to the number of ranks - 1
     * @param round from which it is expected
     */
    public void announce(int rank, long round) {
        if (expectedFrom[rank] == ABSENT && round > current) {
            expectedFrom[rank] = round;
        }
    }

    /**
     * Settles on {@link #nextRound()}, to be announced: it is kept unless the others pass it by.
     *
     * @return the round settled on
     */
    public long aim() {
        aim = nextRound();
        return aim;
    }

    /**
     * Takes a rank that was never heard as absent, so that nobody waits for it until it sends.
     *
     * @param rank from 0 to the number of ranks - 1
     */
    public void giveUp(int rank) {
        if (lastSent[rank] < 0) {
            expectedFrom[rank] = ABSENT;
        }
    }

    private boolean isHere(int rank) {
        int slot = slot(current, rank);
        return roundIn[slot] == current && layerIn[slot] == layer && fingerprintIn[slot] == fingerprint;
    }

    /** {@return whether every rank that is expected in the open round has come, or will not come any more} */
    public boolean isSettled() {
        for (int r = 0; r < ranks; r++) {
            if (r != self && expectedFrom[r] <= current && lastSent[r] < current) {
                return false;
            }
        }
        return true;
    }

    /**
     * {@return whether a round has been begun and not ended}
     *
     * @param round that {@link WorkloadExchange#gather} is called with
     */
    public boolean isOpen(long round) {
        return open && current == round;
    }

    /**
     * Ends the open round; ranks that were expected and are not here are absent from now on.
     *
     * @param all {@code [ranks * experts]}, overwritten
     * @return how the round ended
     */
    public RoundStatus end(int[] all) {
        return end(all, false);
    }

    /**
     * Ends the open round.
     *
     * @param all {@code [ranks * experts]}, overwritten
     * @param cutShort whether the round was not waited for until its deadline: then ranks that are not here are expected in
     *     the next round as before. Otherwise they are absent from now on
     * @return how the round ended
     */
    public RoundStatus end(int[] all, boolean cutShort) {
        RoundStatus status = RoundStatus.COMPLETE;
        for (int r = 0; r < ranks; r++) {
            heard[r] = isHere(r);
            if (heard[r]) {
                helped[r] = false;
                System.arraycopy(counts, slot(current, r) * experts, all, r * experts, experts);
            } else {
                Arrays.fill(all, r * experts, (r + 1) * experts, 0);
                if (expectedFrom[r] <= current) {
                    expectedFrom[r] = cutShort ? expectedFrom[r] : nextSent(r);
                    status = RoundStatus.MISSED;
                } else if (status == RoundStatus.COMPLETE) {
                    status = RoundStatus.PARTIAL;
                }
            }
        }
        open = false;
        started = true;
        if (status != RoundStatus.MISSED) {
            if (newest <= current) {
                lead = FIRST_LEAD;
            }
            newest = Math.max(newest, current);
        }
        return status;
    }

    /** The first round after the current one that a rank has sent already. */
    private long nextSent(int rank) {
        long next = ABSENT;
        for (int w = 0; w < WINDOW; w++) {
            int slot = w * ranks + rank;
            if (roundIn[slot] > current && fingerprintIn[slot] == fingerprint) {
                next = Math.min(next, roundIn[slot]);
            }
        }
        return next;
    }

    /**
     * {@return whether the round that ended last has the counts of a rank}
     *
     * @param rank from 0 to the number of ranks - 1
     */
    public boolean heard(int rank) {
        return heard[rank];
    }

    /**
     * {@return whether a rank has sent counts neither for the round that ended last nor for a later one}
     *
     * @param rank from 0 to the number of ranks - 1
     */
    public boolean isAway(int rank) {
        return rank != self && !heard[rank] && nextSent(rank) == ABSENT;
    }

    /** {@return the ranks that are not expected in the next round} */
    public int absent() {
        int absent = 0;
        for (int r = 0; r < ranks; r++) {
            absent += expectedFrom[r] > current + 1 ? 1 : 0;
        }
        return absent;
    }

    /**
     * See {@link WorkloadExchange#nextRound}.
     *
     * @return the round to gather next
     */
    public long nextRound() {
        if (aim > current && aim >= newest) {
            return aim;
        }
        boolean behind = newest > current + 1 || (current < 0 && newest >= 0);
        // Even, for callers that gather twice per batch: they begin with the first of a pair.
        return behind ? Math.ceilDiv(newest + lead, 2) * 2 : current + 1;
    }
}
