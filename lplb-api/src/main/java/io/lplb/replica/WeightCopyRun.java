// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.Objects;

/**
 * Carries out the weight copies of one rank, round after round, with its progress and a way to stop.
 *
 * <p>All ranks of a group run the same {@link WeightCopies}. A cancelled run stops before a round: copies of earlier rounds are
 * complete, those of later rounds have not touched their slots. Ranks must stop before the same round, or the others wait for
 * them; {@link #cancelBefore} takes the round that the group has agreed on.
 *
 * <p>{@link #run} is called by one thread; progress and cancellation by any.
 */
public final class WeightCopyRun {
    private final WeightCopies copies;
    private final int rank;
    private final WeightTransport transport;
    private volatile int roundsDone;
    private volatile int received;
    private volatile int end;

    /**
     * A run that has not started.
     *
     * @param copies the schedule, which must not change during the run
     * @param rank this rank
     * @param transport connects the rank with its peers
     */
    public WeightCopyRun(WeightCopies copies, int rank, WeightTransport transport) {
        this.copies = Objects.requireNonNull(copies, "copies");
        this.transport = Objects.requireNonNull(transport, "transport");
        this.rank = rank;
        end = copies.rounds();
    }

    /**
     * Carries out the rounds that are left.
     *
     * @return whether all rounds are done; false after a cancellation
     * @throws InterruptedException if the thread is interrupted; the slot of the round in progress is then undefined
     */
    public boolean run() throws InterruptedException {
        int experts = received;
        while (roundsDone < end) {
            int round = roundsDone;
            int out = copies.sent(round, rank);
            int in = copies.received(round, rank);
            if (out >= 0) {
                transport.send(copies.rankOf(copies.targetSlot(out)), copies.sourceSlot(out));
            }
            if (in >= 0) {
                transport.receive(copies.rankOf(copies.sourceSlot(in)), copies.targetSlot(in));
            }
            if (out >= 0 || in >= 0) {
                transport.finishRound();
            }
            if (in >= 0) {
                received = ++experts;
            }
            roundsDone = round + 1;
        }
        return roundsDone == copies.rounds();
    }

    /** {@return the number of rounds that are complete on this rank} */
    public int roundsDone() {
        return roundsDone;
    }

    /** {@return the number of experts that this rank has received} */
    public int received() {
        return received;
    }

    /**
     * Stops the run before a round. A round that has started is finished.
     *
     * @param round the same on all ranks; no effect on rounds that have started
     */
    public synchronized void cancelBefore(int round) {
        end = Math.min(end, Math.max(round, 0));
    }
}
