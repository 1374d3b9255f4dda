// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.array.ArrayLength;
import io.lplb.balance.state.RankStates;
import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.placement.ExpertPlacement;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * The exchange of one rank, the numbers of its rounds, and which ranks of the group get tokens; common to the balancers of
 * all layers.
 *
 * <pre>
 *   round of a balancer       0        1        2         one layer:     layer = 0
 *   round of the exchange     0        1        2         n layers:      layer = round mod n
 *     if plans are compared   0 1      2 3      4 5       counts, then words of the plan
 * </pre>
 *
 * <p>A rank gets no token while it is set inactive, while its speed is 0, or once its counts have been missing in as many
 * rounds in a row as {@link LoadBalancerBuilder#deadAfter} says. A round that an interrupt cut short says nothing about
 * other ranks.
 *
 * <p>Not thread-safe but for {@link #states}. Allocates nothing after construction.
 */
final class RankGroup {
    /** More rounds than a run can have, far enough below the largest number to count on from. */
    private static final long LARGEST_ROUND = (1L << 48) - 1;

    final RankStates states;
    final int[] allCounts;
    private final WorkloadExchange exchange;
    private final int layers;
    private final int roundsPerPlan;
    private final int deadAfter;
    private final long deadlineNanos;
    private final int[] missed;
    private final double[] speeds;
    private final int[] own;
    private long lastRound = -1;
    private int openLayer = -1;
    private final long[] fingerprints;
    private long fingerprint;

    RankGroup(BalancerSettings settings, ExpertPlacement placement, WorkloadExchange exchange, RankStates states) {
        this.exchange = Objects.requireNonNull(exchange, "exchange");
        requireEqual("ranks", exchange.ranks(), placement.ranks());
        requireEqual("experts", exchange.experts(), placement.experts());
        this.states = states;
        layers = settings.layers;
        fingerprints = new long[layers];
        roundsPerPlan = settings.checkPlans ? 2 : 1;
        deadAfter = settings.deadAfter;
        deadlineNanos = TimeUnit.NANOSECONDS.convert(settings.deadline);
        allCounts = new int[ArrayLength.of(exchange.ranks(), "ranks", exchange.experts(), "experts")];
        own = new int[exchange.experts()];
        missed = new int[exchange.ranks()];
        speeds = new double[exchange.ranks()];
        states.copyTo(speeds);
    }

    private static void requireEqual(String what, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(
                    "exchange: got " + got + " " + what + ", expected " + expected + " as the placement has");
        }
    }

    WorkloadExchange exchange() {
        return exchange;
    }

    int ranks() {
        return exchange.ranks();
    }

    int self() {
        return exchange.self();
    }

    int layers() {
        return layers;
    }

    /** Returns the first round of a layer that is not behind those of the other ranks. */
    long nextRound(int layer) {
        long next = Math.ceilDiv(exchange.nextRound(), roundsPerPlan);
        return next + Math.floorMod(layer - next, (long) layers);
    }

    /** Sends this rank's counts; {@link #await} ends the round. */
    void start(long round, int layer, int[] ownCounts) {
        if (openLayer >= 0) {
            throw new IllegalStateException(
                    "start: got a round while that of layer " + openLayer + " is open, expected await first");
        }
        if (round <= lastRound || round > LARGEST_ROUND || round % layers != layer) {
            throw new IllegalArgumentException("round: got " + round + ", expected one above " + lastRound
                    + " and at most " + LARGEST_ROUND
                    + (layers == 1 ? "" : " that leaves a remainder of " + layer + " by " + layers + " layers"));
        }
        BatchCounts.require(ownCounts, own.length);
        exchange.start(roundsPerPlan * round, layer, fingerprint, ownCounts);
        System.arraycopy(ownCounts, 0, own, 0, own.length);
        lastRound = round;
        openLayer = layer;
    }

    /**
     * Takes the fingerprint of a layer's placement and settings. Rounds carry one fingerprint for all layers, since counts of another fingerprint
     * say nothing about the rounds that their sender is in.
     */
    void use(int layer, long fingerprintOfLayer) {
        fingerprints[layer] = fingerprintOfLayer;
        fingerprint = layers == 1 ? fingerprintOfLayer : RankSettings.fingerprint(fingerprints);
    }

    /** Returns whether a layer has a round that {@link #await} has not ended. */
    boolean isOpen(int layer) {
        return openLayer == layer;
    }

    /** Returns this rank's counts of the round that was started last. */
    int[] own() {
        return own;
    }

    long lastRound() {
        return lastRound;
    }

    /** Waits for the other ranks' counts, at most until the deadline, and takes note of who is missing. */
    RoundStatus await() {
        int layer = openLayer;
        openLayer = -1;
        RoundStatus status =
                exchange.gather(roundsPerPlan * lastRound, layer, fingerprint, own, allCounts, deadlineNanos);
        if (status != RoundStatus.MISSED || !Thread.currentThread().isInterrupted()) {
            for (int r = 0; r < missed.length; r++) {
                missed[r] = exchange.isAway(r) ? Math.min(missed[r] + 1, Integer.MAX_VALUE - 1) : 0;
            }
        }
        return status;
    }

    /** Gathers words of plans, in the second round of a pair. */
    RoundStatus compare(long round, int layer, int[] words) {
        return exchange.gather(roundsPerPlan * round + 1, layer, fingerprint, words, allCounts, deadlineNanos);
    }

    /** Tells the other ranks with the next counts which plan this rank has made of a round that all counts were there for. */
    void planned(long[] quotas) {
        exchange.planned(RankSettings.hash(quotas));
    }

    /** Returns a rank whose last such plan is another than this rank's, as it has said with its last counts; or -1. */
    int differingRank() {
        return exchange.differingRank();
    }

    boolean heard(int rank) {
        return exchange.heard(rank);
    }

    /** Returns the speed of every rank, 0 for one that gets no token; overwritten by the next call. */
    double[] speeds() {
        states.copyTo(speeds);
        for (int r = 0; r < speeds.length; r++) {
            if (missed[r] >= deadAfter) {
                speeds[r] = 0;
            }
        }
        return speeds;
    }
}
