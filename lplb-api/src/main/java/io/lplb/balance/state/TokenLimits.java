// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Most tokens of a replica and of each rank, which plans of a balancer keep.
 *
 * <p>Safe for use by several threads. A change holds from the next plan on.
 */
public final class TokenLimits {
    private final String prefix;
    private final boolean limitsReplicas;
    private final String refusal;
    private final long[] ofRank;
    private long ofReplica;
    private volatile int version;

    /**
     * Limits of a group of ranks.
     *
     * @param prefix start of messages of errors
     * @param ranks number of ranks, at least 1
     * @param ofReplica the most of every replica; null if replicas have no limit and will not get one
     * @param ofRank the most of each rank; null for no limits
     * @param refusal what the balancer has that takes no limits; empty if it has nothing like that
     * @throws IllegalArgumentException if there are limits and a refusal, or a number or length is wrong
     */
    public TokenLimits(String prefix, int ranks, @Nullable Long ofReplica, long @Nullable [] ofRank, String refusal) {
        this.prefix = prefix;
        this.refusal = refusal;
        if ((ofReplica != null || ofRank != null) && !refusal.isEmpty()) {
            throw new IllegalArgumentException(prefix + "limits: got some beside " + refusal + ", expected none");
        }
        limitsReplicas = ofReplica != null;
        this.ofReplica = ofReplica == null ? Long.MAX_VALUE : ofReplica;
        this.ofRank = new long[ranks];
        Arrays.fill(this.ofRank, Long.MAX_VALUE);
        version = ofReplica == null ? 0 : 1;
        if (ofRank != null) {
            updateRanks(ofRank);
        }
    }

    /**
     * Sets the most of every replica.
     *
     * @param most at least 0; {@link Long#MAX_VALUE} for no limit
     * @throws IllegalArgumentException if it is negative; nothing has changed then
     * @throws IllegalStateException if replicas were said to get no limit
     */
    public synchronized void updateReplicas(long most) {
        if (!limitsReplicas) {
            throw new IllegalStateException(prefix
                    + "replicaLimit: got a limit for a balancer built without, expected replicaLimit at the builder");
        }
        if (most < 0) {
            requireLimit(prefix + "replicaLimit", most);
        }
        ofReplica = most;
        version++;
    }

    /**
     * Sets the most of each rank.
     *
     * @param most {@code [ranks]}, at least 0; {@link Long#MAX_VALUE} for no limit
     * @throws IllegalArgumentException if the length is wrong or a number is negative; nothing has changed then
     * @throws IllegalStateException if the balancer takes no limits
     */
    public synchronized void updateRanks(long[] most) {
        if (!refusal.isEmpty()) {
            throw new IllegalStateException(
                    prefix + "rankLimits: got some for a balancer with " + refusal + ", expected none");
        }
        if (most.length != ofRank.length) {
            throw new IllegalArgumentException(
                    prefix + "rankLimits: got length " + most.length + ", expected " + ofRank.length + " ranks");
        }
        requireLimits(prefix, most);
        System.arraycopy(most, 0, ofRank, 0, most.length);
        version++;
    }

    /**
     * Checks limits of ranks.
     *
     * @param prefix start of the message
     * @param most the limits
     * @throws IllegalArgumentException if one is negative
     */
    public static void requireLimits(String prefix, long[] most) {
        for (int r = 0; r < most.length; r++) {
            if (most[r] < 0) {
                requireLimit(prefix + "rankLimits[" + r + "]", most[r]);
            }
        }
    }

    /**
     * Checks a limit.
     *
     * @param what name of the limit in the message
     * @param most the limit
     * @throws IllegalArgumentException if it is negative
     */
    public static void requireLimit(String what, long most) {
        if (most < 0) {
            throw new IllegalArgumentException(what + ": got " + most + ", expected at least 0 tokens");
        }
    }

    /** {@return whether replicas have a limit or can get one: experts with the same hosts then are items of their own} */
    public boolean limitsReplicas() {
        return limitsReplicas;
    }

    /** {@return a number that changes with the limits; 0 if there never were any} */
    public int version() {
        return version;
    }

    /**
     * Copies limits that hold together, infinite where there is none.
     *
     * @param ranks {@code [ranks]}, overwritten by the most of each rank
     * @return the most of a replica
     */
    public synchronized double copyTo(double[] ranks) {
        for (int r = 0; r < ranks.length; r++) {
            ranks[r] = toDouble(ofRank[r]);
        }
        return toDouble(ofReplica);
    }

    private static double toDouble(long most) {
        return most == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : most;
    }
}
