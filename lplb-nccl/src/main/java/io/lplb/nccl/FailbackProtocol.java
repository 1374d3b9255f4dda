// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import java.util.Arrays;

/**
 * How the sources of a group agree to go back to NCCL, all with the same round, by rows of integers that the transport of the
 * host gathers after the counts of every round. It knows neither NCCL nor threads nor clocks.
 *
 * <pre>
 *   row     | attempt | state + 8 (part + 1) | 1 + round of the change | counter, high, low | 3 bytes of the id a place ... |
 *
 *   BUSY -- what is left of the last communicator is gone --&gt; IDLE
 *   IDLE -- source 0: all are here and IDLE; the others: source 0's id has come, in parts --&gt; CONNECTING
 *   CONNECTING -- the new communicator has made its first gather --&gt; READY
 *   READY -- seen READY all in round r: change with round r + 4, told to those who have not seen it --&gt; the change
 *         -- a source has given up or was started anew, or the last round before the change was not complete --&gt; BUSY
 * </pre>
 *
 * <p>Who has seen in the last round before the change that all are here, and all know of it, changes. Another one may
 * lack just that round, as no number of messages makes two sides sure of each other: then those who have changed wait in
 * vain for one deadline, their communicator ends as any other does, and the next attempt follows.
 *
 * <p>Belongs to the thread that gathers. Allocates nothing after construction.
 */
final class FailbackProtocol {
    /** Places of a row before the id. */
    static final int HEADER = 5;

    /** Rounds from when all are seen ready to the change. */
    static final int LEAD = 4;

    private static final long NEVER = -1;
    private static final int CELL_BYTES = 3;
    private static final int STATES = 8;
    private static final int ROUND_MASK = (1 << 30) - 1;
    private static final int HALF_BITS = 16;
    private static final int HALF_MASK = (1 << HALF_BITS) - 1;

    private static final int ATTEMPT = 0;
    private static final int STATE = 1;
    private static final int CHANGE = 2;
    private static final int COUNTER = 3;

    /** States of a source. */
    enum State {
        BUSY(0),
        IDLE(1),
        CONNECTING(2),
        READY(3);

        private final int code;

        State(int code) {
            this.code = code;
        }
    }

    /** Next steps of the caller. */
    enum Step {
        NONE,
        /** Begin to connect: source 0 under a new id, the others under {@link FailbackProtocol#id}. */
        CONNECT,
        /** Give up the new communicator. */
        DROP
    }

    private final int sources;
    private final int self;
    private final int places;
    private final int partBytes;
    private final byte[] id = new byte[Nccl.ID_BYTES];
    private final boolean[] partHere;
    private State state = State.BUSY;
    private int attempt;
    private int collecting;
    private int partsHere;
    private int nextPart;
    private boolean idKnown;
    private long changeAt = NEVER;
    private boolean agreed;
    private int base;

    /** @param places integers of a row, more than {@link #HEADER} */
    FailbackProtocol(int sources, int self, int places) {
        if (places <= HEADER) {
            throw new IllegalArgumentException("places: got " + places + ", expected more than " + HEADER);
        }
        this.sources = sources;
        this.self = self;
        this.places = places;
        partBytes = Math.min(CELL_BYTES * (places - HEADER), Nccl.ID_BYTES);
        partHere = new boolean[Math.ceilDiv(Nccl.ID_BYTES, partBytes)];
    }

    State state() {
        return state;
    }

    /** Returns the number of the attempt that is under way, or was last. */
    int attempt() {
        return attempt;
    }

    /** Returns the id under which to connect. */
    byte[] id() {
        return id.clone();
    }

    /** Notes the id of source 0's attempt, for the others. */
    void id(byte[] of) {
        System.arraycopy(of, 0, id, 0, id.length);
        idKnown = true;
    }

    /** Notes that the communicator, old or new, is no longer used. */
    void lost() {
        state = State.BUSY;
        idKnown = false;
        changeAt = NEVER;
        agreed = false;
        collecting = 0;
    }

    /** Notes that nothing is left of a lost communicator. */
    void idle() {
        if (state == State.BUSY) {
            state = State.IDLE;
        }
    }

    /** Notes that the new communicator works. */
    void ready() {
        state = State.READY;
    }

    /** Fills this source's row. */
    void write(int[] row, int counter) {
        Arrays.fill(row, 0);
        // A new process of source 0 must not give the number of an attempt again of which parts of another id are here.
        row[ATTEMPT] = Math.max(attempt, collecting);
        row[STATE] = state.code;
        row[CHANGE] = changeAt == NEVER ? 0 : 1 + (int) (changeAt & ROUND_MASK);
        row[COUNTER] = counter >>> HALF_BITS;
        row[COUNTER + 1] = counter & HALF_MASK;
        if (self == 0 && idKnown) {
            int from = nextPart * partBytes;
            row[STATE] += STATES * (nextPart + 1);
            for (int k = 0; k < partBytes && from + k < id.length; k++) {
                row[HEADER + k / CELL_BYTES] |= (id[from + k] & 0xff) << (8 * (k % CELL_BYTES));
            }
            nextPart = (nextPart + 1) % partHere.length;
        }
    }

    /**
     * Reads what all have sent.
     *
     * @param round that was gathered
     * @param rows {@code [sources][places]}
     * @param heard whose rows are there
     * @param mayBegin whether source 0 may begin an attempt
     */
    Step read(long round, int[] rows, boolean[] heard, boolean mayBegin) {
        boolean complete = true;
        for (int s = 0; s < sources; s++) {
            complete &= heard[s];
        }
        if (state == State.READY) {
            return readWhenReady(round, rows, heard, complete);
        }
        if (state != State.IDLE) {
            return Step.NONE;
        }
        if (self == 0) {
            return complete && mayBegin ? begin(rows) : Step.NONE;
        }
        return heard[0] ? collect(rows) : Step.NONE;
    }

    private int state(int[] rows, int source) {
        return rows[source * places + STATE] % STATES;
    }

    private Step begin(int[] rows) {
        int last = attempt;
        for (int s = 0; s < sources; s++) {
            if (state(rows, s) != State.IDLE.code) {
                return Step.NONE;
            }
            last = Math.max(last, rows[s * places + ATTEMPT]);
        }
        attempt = last + 1;
        nextPart = 0;
        state = State.CONNECTING;
        return Step.CONNECT;
    }

    /** Takes a part of source 0's id; its row is the first. */
    private Step collect(int[] rows) {
        int theirs = rows[ATTEMPT];
        int part = rows[STATE] / STATES - 1;
        if (theirs <= attempt || part < 0 || part >= partHere.length) {
            return Step.NONE;
        }
        if (theirs != collecting) {
            collecting = theirs;
            partsHere = 0;
            Arrays.fill(partHere, false);
        }
        if (!partHere[part]) {
            partHere[part] = true;
            partsHere++;
            int from = part * partBytes;
            for (int k = 0; k < partBytes && from + k < id.length; k++) {
                id[from + k] = (byte) (rows[HEADER + k / CELL_BYTES] >> (8 * (k % CELL_BYTES)));
            }
        }
        if (partsHere < partHere.length) {
            return Step.NONE;
        }
        attempt = theirs;
        state = State.CONNECTING;
        return Step.CONNECT;
    }

    private Step readWhenReady(long round, int[] rows, boolean[] heard, boolean complete) {
        boolean allReady = complete;
        for (int s = 0; s < sources; s++) {
            if (!heard[s]) {
                continue;
            }
            if (rows[s * places + ATTEMPT] != attempt || state(rows, s) < State.CONNECTING.code) {
                return Step.DROP;
            }
            allReady &= state(rows, s) == State.READY.code;
            int change = rows[s * places + CHANGE];
            if (changeAt == NEVER && change != 0) {
                changeAt = round + ((change - 1 - round) & ROUND_MASK);
            }
        }
        if (changeAt == NEVER) {
            changeAt = allReady ? round + LEAD : NEVER;
            return Step.NONE;
        }
        if (round == changeAt - 1) {
            agreed = allReady && allChange(rows);
            return agreed ? Step.NONE : Step.DROP;
        }
        return round < changeAt ? Step.NONE : Step.DROP;
    }

    /** Whether all know of the same change; takes the largest of their counters. */
    private boolean allChange(int[] rows) {
        boolean all = true;
        base = 0;
        for (int s = 0; s < sources; s++) {
            int at = s * places;
            all &= rows[at + CHANGE] == 1 + (int) (changeAt & ROUND_MASK);
            int counter = (rows[at + COUNTER] << HALF_BITS) | rows[at + COUNTER + 1];
            base = Integer.compareUnsigned(counter, base) > 0 ? counter : base;
        }
        return all;
    }

    /** Whether a round is that of the change, and all were there in the one before. */
    boolean changesAt(long round) {
        return agreed && round == changeAt;
    }

    /** Whether the round of the change is over or begins without an agreement, so that the new communicator is of no use. */
    boolean isPast(long round) {
        return changeAt != NEVER && round >= changeAt && !changesAt(round);
    }

    /** Returns the largest counter of all sources in the last round before the change. */
    int base() {
        return base;
    }
}
