// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

import io.lplb.array.ArrayLength;
import java.util.Arrays;

/**
 * Rules of {@link WorkloadExchange} for one rank: holds the counts that have come, decides which ranks are waited for, how a
 * round ends and which round comes next. Knows neither clocks nor networks.
 *
 * <pre>
 *   counts [WINDOW][ranks][experts]     round n of a rank is in slot n mod WINDOW
 *   round  [WINDOW][ranks]              the round that a slot holds, -1 for none
 *   what its counts are for, and what its sender said with them ({@link RoundStatement}), likewise
 * </pre>
 *
 * <p><b>Expected ranks.</b> A rank sends its rounds in rising order. So one that has sent a later round than the current one
 * will not send the current one any more, and is not waited for. A rank that was expected and did not come is absent
 * until it sends the current round or a later one; from that round on it is expected again. One that is absent and sends
 * the last round, too late, is in step but for a moment: it is waited for in the next round, once, until it has come in time
 * again. Otherwise it could stay a moment behind for ever, with everybody's counts, while nobody has its own.
 *
 * <p><b>Agreement.</b> With its counts a rank says which ranks it waits for and which processes it takes for them. A round is
 * {@link RoundStatus#COMPLETE} only if all counts are here and all ranks, this one included, said that they wait for all
 * ranks, the same processes. Whoever said so ends the round with the same counts or misses it: when counts do not come, or
 * their sender is started anew meanwhile. So no rank plans a round from other counts that is COMPLETE elsewhere.
 *
 * <p><b>Other placements.</b> The rounds of a rank whose counts are for another placement say nothing of the rounds of this
 * rank's placement, and are not followed. Neither are those of a rank that has not heard from this one in its last
 * {@value #HEARING} rounds: it may be deaf, and run ahead alone. Such a rank is not expected again, either.
 *
 * <p><b>Joining.</b> A rank that was left behind or started anew cannot take part in the round that the others are in: its
 * counts would come too late. It aims some rounds ahead and says so, by announcing the round or by sending its counts
 * for it at once, marked as <em>joining</em>, so that the others do not take it for the group's round. If the group
 * passes by twice all the same, the distance doubles. A rank that has the others' counts for {@value #PATIENCE} rounds while one of
 * them that hears it does not wait for it is left behind, too.
 *
 * <p><b>Limits.</b> A round that is further ahead of all known ones than a joining rank may aim is believed only when its
 * sender goes on from there; see {@link #isPlausible}.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
public final class RoundBoard {
    /** Rounds of each rank that are kept. */
    public static final int WINDOW = 16;

    /** Largest number of a round. */
    public static final long LAST_ROUND = Long.MAX_VALUE / 4;

    /** Fingerprint of counts that refer to no placement: a rank that gathers such follows the rounds of all others. */
    public static final long NO_PLACEMENT = 0;

    private static final int FIRST_LEAD = 2;
    private static final int LARGEST_LEAD = 1024;
    private static final int PATIENCE = 3;
    private static final int HEARING = 4;
    private static final long ABSENT = Long.MAX_VALUE;
    private static final long MIX = 0x9E3779B97F4A7C15L;

    private final int ranks;
    private final int self;
    private final int experts;
    private final int[] counts;
    private final long[] roundIn;
    private final int[] layerIn;
    private final long[] fingerprintIn;
    private final long[] viewIn;
    private final long[] planRoundIn;
    private final long[] planHashIn;
    private final boolean[] expectsAllIn;
    private final boolean[] hearsSelfIn;
    private final boolean[] expectsSelfIn;
    private final RoundStatement own;
    private final long[] session;
    private final long[] lastSent;
    private final long[] expectedFrom;
    private final boolean[] announced;
    private final long[] saidRound;
    private final long[] saidFingerprint;
    private final long[] farRound;
    private final long[] heardInTurn;
    private final boolean[] heard;
    private final boolean[] lost;
    private final boolean[] helped;
    private final boolean[] sought;
    private long current = -1;
    private int layer;
    private long fingerprint;
    private long otherFingerprint;
    private boolean open;
    private boolean joining;
    private boolean started;
    private long newest = -1;
    private long aim = -1;
    private int lead = FIRST_LEAD;
    private int attempts;
    private long turn;
    private int unexpected;
    private int differing = -1;

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
        int slots = ArrayLength.of(WINDOW, "rounds", ranks, "ranks");
        counts = new int[ArrayLength.of(slots, "rounds of ranks", experts, "experts")];
        roundIn = new long[slots];
        layerIn = new int[slots];
        fingerprintIn = new long[slots];
        viewIn = new long[slots];
        planRoundIn = new long[slots];
        planHashIn = new long[slots];
        expectsAllIn = new boolean[slots];
        hearsSelfIn = new boolean[slots];
        expectsSelfIn = new boolean[slots];
        own = new RoundStatement(ranks);
        session = new long[ranks];
        lastSent = new long[ranks];
        expectedFrom = new long[ranks];
        announced = new boolean[ranks];
        saidRound = new long[ranks];
        saidFingerprint = new long[ranks];
        farRound = new long[ranks];
        heardInTurn = new long[ranks];
        heard = new boolean[ranks];
        lost = new boolean[ranks];
        helped = new boolean[ranks];
        sought = new boolean[ranks];
        Arrays.fill(roundIn, -1);
        Arrays.fill(lastSent, -1);
        Arrays.fill(saidRound, -1);
        Arrays.fill(farRound, -1);
        Arrays.fill(heardInTurn, -HEARING - 1);
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
     * @return what to send with the counts; overwritten by the next round
     */
    public RoundStatement begin(long round, int layer, long fingerprint, int[] own, int[] all) {
        requireAll(all);
        return begin(round, layer, fingerprint, own);
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
     * @return as there
     */
    public RoundStatement begin(long round, int layer, long fingerprint, int[] own) {
        requireLength("own", own.length, experts);
        if (round <= current || round > LAST_ROUND) {
            throw new IllegalArgumentException(
                    "round: got " + round + ", expected above " + current + " and at most " + LAST_ROUND);
        }
        if (layer < 0) {
            throw new IllegalArgumentException("layer: got " + layer + ", expected at least 0");
        }
        for (int e = 0; e < experts; e++) {
            if (own[e] < 0) {
                throw new IllegalArgumentException("own[" + e + "]: got " + own[e] + ", expected at least 0 tokens");
            }
        }
        if (current < 0) {
            otherFingerprint = fingerprint;
        } else if (fingerprint != this.fingerprint) {
            otherFingerprint = this.fingerprint;
        }
        this.layer = layer;
        this.fingerprint = fingerprint;
        this.open = true;
        Arrays.fill(lost, false);
        joining = round > newest() + 1;
        current = round;
        turn++;
        if (joining) {
            attempts++;
            lead = attempts > 1 ? Math.min(2 * lead, LARGEST_LEAD) : lead;
        }
        state();
        int slot = slot(round, self);
        System.arraycopy(own, 0, counts, slot * experts, experts);
        keep(slot, this.own);
        return this.own;
    }

    /** Fills in this rank's own statement. */
    private void state() {
        own.round = current;
        own.layer = layer;
        own.fingerprint = fingerprint;
        own.joining = isJoining();
        own.view = view();
        for (int r = 0; r < ranks; r++) {
            RoundStatement.put(own.expected(), r, r == self || expectedFrom[r] <= current);
            RoundStatement.put(own.heard(), r, r == self || turn - heardInTurn[r] <= HEARING);
        }
    }

    private void keep(int slot, RoundStatement said) {
        roundIn[slot] = said.round;
        layerIn[slot] = said.layer;
        fingerprintIn[slot] = said.fingerprint;
        viewIn[slot] = said.view;
        planRoundIn[slot] = said.planRound;
        planHashIn[slot] = said.planHash;
        expectsAllIn[slot] = said.expectsAll();
        hearsSelfIn[slot] = said.hears(self);
        expectsSelfIn[slot] = RoundStatement.has(said.expected(), self);
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }

    /**
     * Takes note that messages to and from this rank were lost for a while. {@link #isInTouch} tells when the ranks that were heard
     * in the last rounds are heard again, and hear this one.
     */
    public void loseTouch() {
        for (int r = 0; r < ranks; r++) {
            sought[r] |= r != self && turn - heardInTurn[r] <= HEARING;
            heardInTurn[r] = -HEARING - 1;
        }
    }

    /** {@return whether all ranks are heard again that were before {@link #loseTouch}, and hear this one} */
    public boolean isInTouch() {
        for (boolean open : sought) {
            if (open) {
                return false;
            }
        }
        return true;
    }

    /** {@return the round begun last, -1 before the first} */
    public long current() {
        return current;
    }

    /** {@return hash of what this rank's counts refer to, 0 before the first round} */
    public long fingerprint() {
        return fingerprint;
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
     * Takes a process for a rank. If another one was taken for it before, that one is forgotten: the rank is expected again
     * from the first round that the new process sends, and the open round, if it was waited for in it, is missed.
     *
     * @param rank from 0 to the number of ranks - 1
     * @param process number that no other process of this rank has, not 0
     */
    public void meet(int rank, long process) {
        if (session[rank] != 0 && session[rank] != process) {
            forget(rank);
        }
        session[rank] = process;
    }

    private void forget(int rank) {
        for (int w = 0; w < WINDOW; w++) {
            roundIn[w * ranks + rank] = -1;
        }
        lastSent[rank] = -1;
        saidRound[rank] = -1;
        farRound[rank] = -1;
        heardInTurn[rank] = -HEARING - 1;
        helped[rank] = false;
        announced[rank] = false;
        lost[rank] = open;
        if (current >= 0) {
            expectedFrom[rank] = ABSENT;
        }
    }

    /** Hash of who is who. */
    private long view() {
        long hash = 0;
        for (long process : session) {
            hash = Long.rotateLeft(hash ^ process, 27) * MIX;
        }
        return hash;
    }

    /**
     * Makes room for counts that have come from another rank. The message must have been checked before.
     *
     * @param rank from 0 to the number of ranks - 1
     * @param round that the counts are for
     * @return where in {@link #counts()} to write them before {@link #commit}, or -1 if they are not wanted: seen before,
     *     of a round that is over, or not plausible
     */
    public int claim(int rank, long round) {
        hear(rank);
        if (round <= lastSent[rank] || !isPlausible(rank, round)) {
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

    /**
     * Takes note that a message of a rank has come.
     *
     * @param rank from 0 to the number of ranks - 1
     */
    public void hear(int rank) {
        heardInTurn[rank] = turn;
    }

    /**
     * Tells whether a rank can be in a round. It can if the round is not further ahead of all known ones than a rank aims, if
     * no round is known, or if the rank has said a little smaller one before, which was not believed.
     *
     * @param rank from 0 to the number of ranks - 1
     * @param round from -1
     * @return whether to believe it
     */
    public boolean isPlausible(int rank, long round) {
        if (round > LAST_ROUND) {
            return false;
        }
        long known = current;
        for (long said : saidRound) {
            known = Math.max(known, said);
        }
        boolean near = known < 0 || round <= known + 2 * LARGEST_LEAD;
        boolean goesOn = farRound[rank] >= 0 && round > farRound[rank] && round <= farRound[rank] + LARGEST_LEAD;
        farRound[rank] = near ? -1 : round;
        return near || goesOn;
    }

    /** {@return the counts of all slots, to write to where {@link #claim} says} */
    public int[] counts() {
        return counts;
    }

    /**
     * Takes over counts that were written where {@link #claim} said.
     *
     * @param rank from 0 to the number of ranks - 1
     * @param said what the rank said with them
     */
    public void commit(int rank, RoundStatement said) {
        keep(slot(said.round, rank), said);
        lastSent[rank] = said.round;
        sought[rank] &= !said.hears(self);
        boolean returns = expectedFrom[rank] == ABSENT || (announced[rank] && expectedFrom[rank] > current);
        if (returns && said.fingerprint == fingerprint && said.hears(self)) {
            expectedFrom[rank] = said.round;
            announced[rank] = false;
        }
        note(
                rank,
                said.round,
                said.fingerprint,
                said.joining || (current >= 0 && fingerprint != NO_PLACEMENT && !said.hears(self)));
    }

    /**
     * Takes note of the round that another rank says it is in, before this rank's first round.
     *
     * @param rank from 0 to the number of ranks - 1
     * @param round that it is in, -1 for none
     * @param fingerprint hash of what its counts refer to there
     * @param joining whether it is not in step yet
     */
    public void note(int rank, long round, long fingerprint, boolean joining) {
        if (!joining && round > saidRound[rank]) {
            saidRound[rank] = round;
            saidFingerprint[rank] = fingerprint;
        }
    }

    /** The furthest round of the ranks with this rank's placement, or of all before this rank's first round. */
    private long newest() {
        long far = newest;
        for (int r = 0; r < ranks; r++) {
            boolean same = current < 0
                    || fingerprint == NO_PLACEMENT
                    || saidFingerprint[r] == fingerprint
                    || saidFingerprint[r] == otherFingerprint;
            far = same ? Math.max(far, saidRound[r]) : far;
        }
        return far;
    }

    /**
     * Expects an absent rank again from a round that it has announced.
     *
     * @param rank from 0 to the number of ranks - 1
     * @param round from which it is expected
     */
    public void announce(int rank, long round) {
        if ((expectedFrom[rank] == ABSENT || announced[rank]) && round > current) {
            expectedFrom[rank] = round;
            announced[rank] = true;
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
        return roundIn[slot] == current && layerIn[slot] == layer && fingerprintIn[slot] == fingerprint && !lost[rank];
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
                continue;
            }
            Arrays.fill(all, r * experts, (r + 1) * experts, 0);
            if (expectedFrom[r] <= current) {
                expectedFrom[r] = cutShort ? expectedFrom[r] : nextSent(r, true);
            }
            if (RoundStatement.has(own.expected(), r)) {
                status = RoundStatus.MISSED;
            } else if (status == RoundStatus.COMPLETE) {
                status = RoundStatus.PARTIAL;
            }
        }
        open = false;
        started = true;
        if (status == RoundStatus.COMPLETE && !allExpectAll()) {
            status = RoundStatus.PARTIAL;
        }
        compare();
        if (status != RoundStatus.MISSED) {
            if (newest() <= current) {
                lead = FIRST_LEAD;
                attempts = 0;
            }
            newest = Math.max(newest, current);
        }
        return status;
    }

    private boolean allExpectAll() {
        for (int r = 0; r < ranks; r++) {
            int slot = slot(current, r);
            if (!expectsAllIn[slot] || viewIn[slot] != own.view) {
                return false;
            }
        }
        return true;
    }

    /** Looks for ranks that do not wait for this one, and for one whose last plan is another. */
    private void compare() {
        boolean left = false;
        int other = -1;
        for (int r = ranks - 1; r >= 0; r--) {
            if (r != self && heard[r]) {
                int slot = slot(current, r);
                left |= hearsSelfIn[slot] && !expectsSelfIn[slot];
                if (planRoundIn[slot] == own.planRound && own.planRound >= 0 && planHashIn[slot] != own.planHash) {
                    other = r;
                }
            }
        }
        unexpected = left ? unexpected + 1 : 0;
        differing = other;
    }

    /**
     * Takes the hash of the plan that this rank has made from the round that ended last, which was
     * {@link RoundStatus#COMPLETE}. The next counts carry it.
     *
     * @param hash equal for equal plans
     */
    public void planned(long hash) {
        own.planRound = current;
        own.planHash = hash;
    }

    /** {@return the first rank whose last agreed plan is another than this rank's for the same round, -1 if there is none} */
    public int differingRank() {
        return differing;
    }

    /** The first round after the current one that a rank, which must hear this one if so wanted, has sent already. */
    private long nextSent(int rank, boolean hearing) {
        long next = ABSENT;
        for (int w = 0; w < WINDOW; w++) {
            int slot = w * ranks + rank;
            if (roundIn[slot] > current && fingerprintIn[slot] == fingerprint && (hearsSelfIn[slot] || !hearing)) {
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
        return rank != self && !heard[rank] && nextSent(rank, false) == ABSENT;
    }

    /**
     * Tells whether the round that ended last has counts of a rank that were left out, as they are for something else.
     *
     * @param rank from 0 to the number of ranks - 1
     * @return whether they are for another placement or layer
     */
    public boolean isForeign(int rank) {
        return !heard[rank] && current >= 0 && roundIn[slot(current, rank)] == current && !lost[rank];
    }

    /**
     * Returns what the counts of a rank in the round that ended last refer to; if {@link #isForeign}.
     *
     * @param rank from 0 to the number of ranks - 1
     * @return fingerprint that came with them
     */
    public long fingerprintOf(int rank) {
        return fingerprintIn[slot(current, rank)];
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
        long far = newest();
        if (aim > current && aim >= far) {
            return aim;
        }
        boolean behind = far > current + 1 || (current < 0 && far >= 0) || (unexpected >= PATIENCE && far > current);
        // Even, for callers that gather twice per batch: they begin with the first of a pair.
        return behind ? Math.ceilDiv(far + lead, 2) * 2 : current + 1;
    }
}
