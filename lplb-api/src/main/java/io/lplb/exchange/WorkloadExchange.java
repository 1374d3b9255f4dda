// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

/**
 * How the ranks of an expert-parallel group learn of each other's tokens. Each rank counts its own tokens; every rank
 * needs all counts, per source, to make the same plan and to route its own tokens alone with exact quotas.
 *
 * <p>Work goes in rounds, one per batch, numbered alike on all ranks:
 *
 * <pre>
 *   rank 0   own [experts] --+                   +--&gt; all [ranks][experts]
 *   rank 1   own [experts] --+--  round n, once --+--&gt; all [ranks][experts]   the same on every rank
 *   rank 2   own [experts] --+                   +--&gt; all [ranks][experts]
 * </pre>
 *
 * <p>Failures. Nobody waits longer than the timeout of the round. A rank whose counts have not come by then is absent:
 * the round is {@link RoundStatus#MISSED}, and from the next one on the others no longer wait for it, until it is heard
 * again. A rank that is late finds the others' counts of the rounds it missed (the last {@link RoundBoard#WINDOW}) and
 * does not wait; one that is too late, or was started anew, goes on at {@link #nextRound()}. Different ranks may see the
 * same round end differently. That costs balance only, since every replica of a token's expert is a correct destination.
 *
 * <p>Counts refer to a layer and a placement. The layer's number and the placement's fingerprint travel with them, and
 * counts for another layer or placement are left out as if they had not come.
 *
 * <p>An exchange belongs to one thread at a time. Outputs are the caller's, and a round allocates nothing. An
 * implementation whose counts live on a device keeps this contract for its host arrays and adds a call of its own that
 * takes the two device addresses and the stream on which it gathers; {@link #heard}, {@link #nextRound} and the rounds'
 * numbers mean the same there.
 */
public interface WorkloadExchange extends AutoCloseable {

    /** {@return the number of ranks, at least 1} */
    int ranks();

    /** {@return this rank's number, 0 to {@code ranks() - 1}} */
    int self();

    /** {@return the number of experts that are counted} */
    int experts();

    /**
     * Sends this rank's counts of a round ahead and returns without waiting, so that the exchange hides behind other work.
     * The next call must be {@link #gather} with the same arguments, which then only waits. An exchange that cannot send
     * ahead does nothing here.
     *
     * @param round as for {@link #gather}
     * @param layer as there
     * @param fingerprint as there
     * @param own as there
     * @throws IllegalArgumentException as there
     * @throws IllegalStateException as there
     */
    default void start(long round, int layer, long fingerprint, int[] own) {}

    /**
     * Gathers one round of counts. Ranks gather for several layers of a model in one series of rounds; counts for another
     * layer are left out as if they had not come.
     *
     * @param round number of the round; above that of the last call
     * @param layer layer that is planned in this round, at least 0; the same on every rank
     * @param fingerprint hash of what the counts refer to; the same on every rank
     * @param own {@code [experts]}, this rank's counts, not negative
     * @param all {@code [ranks * experts]}, rank after rank, overwritten; the row of a rank that was not heard is 0
     * @param timeoutNanos longest time to wait for other ranks, in nanoseconds. An interrupt ends the wait at once and leaves
     *     the thread's flag set; ranks that have not come by then are expected in the next round as before
     * @return how the round ended
     * @throws IllegalArgumentException if a length or the round's number is wrong or a count is negative
     * @throws IllegalStateException if the exchange is closed, or its engine has failed for good
     */
    RoundStatus gather(long round, int layer, long fingerprint, int[] own, int[] all, long timeoutNanos);

    /**
     * Gathers one round of counts for layer 0, see {@link #gather(long, int, long, int[], int[], long)}.
     *
     * @param round as there
     * @param fingerprint as there
     * @param own as there
     * @param all as there
     * @param timeoutNanos as there
     * @return how the round ended
     */
    default RoundStatus gather(long round, long fingerprint, int[] own, int[] all, long timeoutNanos) {
        return gather(round, 0, fingerprint, own, all, timeoutNanos);
    }

    /**
     * {@return whether the last round has the counts of a rank}
     *
     * @param rank 0 to {@code ranks() - 1}
     */
    boolean heard(int rank);

    /**
     * {@return whether the last round shows another rank to be away: it has sent counts neither for that round nor for a
     * later one} A round that failed for a reason of its own shows no rank to be away.
     *
     * @param rank 0 to {@code ranks() - 1}
     */
    default boolean isAway(int rank) {
        return rank != self() && !heard(rank);
    }

    /**
     * Tells the other ranks, with the next counts, which plan was made from the round that ended last. Only for rounds that
     * are {@link RoundStatus#COMPLETE}: their plans are the same on all ranks, or something is broken.
     *
     * @param hash equal for equal plans
     */
    default void planned(long hash) {}

    /**
     * {@return the first rank whose last {@link #planned} plan is another than this rank's for the same round, as said with
     * the counts of the round that ended last; -1 if there is none}. After a round that is {@link RoundStatus#COMPLETE} all
     * ranks know the same hashes: either all of them see a difference, or none.
     */
    default int differingRank() {
        return -1;
    }

    /**
     * {@return the round to gather next: one more than the last, or, where the others are further, a round that they have
     * not reached yet}
     */
    long nextRound();

    /**
     * Returns the round to gather next for a layer, where all ranks give round n to layer {@code n mod layers}.
     *
     * @param layers number of layers, at least 1
     * @param layer 0 to {@code layers - 1}
     * @return the first such round that is not below {@link #nextRound()}
     */
    default long nextRound(int layers, int layer) {
        if (layers < 1 || layer < 0 || layer >= layers) {
            throw new IllegalArgumentException(
                    "layer: got " + layer + " of " + layers + ", expected 0.." + (layers - 1));
        }
        long next = nextRound();
        return next + Math.floorMod(layer - next, (long) layers);
    }

    /** Answers what other ranks have sent, newcomers above all, without a round; for the time between rounds. */
    default void service() {}

    /**
     * {@return whether the others were at work already when this rank connected, as it was started anew or came late}
     */
    default boolean joinedLate() {
        return false;
    }

    /** {@return in one line what counts travel over and why} */
    String transport();

    /** Frees connections; the other ranks then miss this one. */
    @Override
    void close();

    /**
     * {@return the exchange of a single process, which sees all tokens itself}
     *
     * @param experts at least 1
     */
    static WorkloadExchange alone(int experts) {
        return LocalExchange.group(1, experts).get(0);
    }
}
