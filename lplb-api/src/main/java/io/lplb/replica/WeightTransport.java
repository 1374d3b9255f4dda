// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

/**
 * Moves the weights of experts between the slots of one rank and its peers; carries out {@link WeightCopies} for a
 * {@link WeightCopyRun}.
 *
 * <p>A round has at most one send and one receive per rank, in any order; {@link #finishRound} completes them. All ranks take
 * part in a round with their matching calls, so an implementation must make progress on both directions at once.
 *
 * <p>Not thread-safe: one thread per rank.
 */
public interface WeightTransport {
    /**
     * Notes that a slot of this rank is sent in this round.
     *
     * @param peer receiving rank
     * @param slot physical slot that is read
     */
    void send(int peer, int slot);

    /**
     * Notes that a slot of this rank is received in this round.
     *
     * @param peer sending rank
     * @param slot physical slot that is written
     */
    void receive(int peer, int slot);

    /**
     * Carries out the sends and receives of the round; afterwards the received slot holds the weights.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    void finishRound() throws InterruptedException;
}
