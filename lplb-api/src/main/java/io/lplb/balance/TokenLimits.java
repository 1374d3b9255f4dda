// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The most tokens of a replica and of each rank, which a balancer's plans keep.
 *
 * <p>Safe for use by several threads. A change holds from the next plan on.
 */
final class TokenLimits {
    private final boolean limitsReplicas;
    private final String refusal;
    private final long[] ofRank;
    private long ofReplica;
    private volatile int version;

    /**
     * Limits of a group of ranks.
     *
     * @param ofReplica the most of every replica; null if replicas have no limit and will not get one
     * @param ofRank the most of each rank; null for no limits
     * @param refusal what the balancer has that takes no limits; empty if it has nothing like that
     * @throws IllegalArgumentException if there are limits and a refusal, or a number or length is wrong
     */
    TokenLimits(int ranks, @Nullable Long ofReplica, long @Nullable [] ofRank, String refusal) {
        this.refusal = refusal;
        if ((ofReplica != null || ofRank != null) && !refusal.isEmpty()) {
            throw new IllegalArgumentException("limits: got some beside " + refusal + ", expected none");
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

    synchronized void updateReplicas(long most) {
        if (!limitsReplicas) {
            throw new IllegalStateException(
                    "replicaLimit: got a limit for a balancer built without, expected replicaLimit at the builder");
        }
        requireLimit("replicaLimit", most);
        ofReplica = most;
        version++;
    }

    synchronized void updateRanks(long[] most) {
        if (!refusal.isEmpty()) {
            throw new IllegalStateException("rankLimits: got some for a balancer with " + refusal + ", expected none");
        }
        if (most.length != ofRank.length) {
            throw new IllegalArgumentException(
                    "rankLimits: got length " + most.length + ", expected " + ofRank.length + " ranks");
        }
        requireLimits(most);
        System.arraycopy(most, 0, ofRank, 0, most.length);
        version++;
    }

    static void requireLimits(long[] most) {
        for (int r = 0; r < most.length; r++) {
            if (most[r] < 0) {
                requireLimit("rankLimits[" + r + "]", most[r]);
            }
        }
    }

    static void requireLimit(String what, long most) {
        if (most < 0) {
            throw new IllegalArgumentException(what + ": got " + most + ", expected at least 0 tokens");
        }
    }

    /** Whether replicas have a limit or can get one: experts with the same hosts then are items of their own. */
    boolean limitsReplicas() {
        return limitsReplicas;
    }

    /** Returns a number that changes with the limits; 0 if there never were any. */
    int version() {
        return version;
    }

    /** Returns the most of a replica, infinite if it has no limit. */
    synchronized double ofReplica() {
        return toDouble(ofReplica);
    }

    /** Returns the most of a rank, infinite if it has no limit. */
    synchronized double ofRank(int rank) {
        return toDouble(ofRank[rank]);
    }

    private static double toDouble(long most) {
        return most == Long.MAX_VALUE ? Double.POSITIVE_INFINITY : most;
    }
}
