// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;

/** The exchange of rank 2, whose answers a test writes: the other ranks' counts and how rounds end. */
final class ScriptedExchange implements WorkloadExchange {
    private static final int SELF = 2;

    final int[] others;
    RoundStatus status = RoundStatus.COMPLETE;
    /** Whether the other ranks send in every round after the first of a pair what this one does, as equal plans do. */
    boolean echo;

    int differing = -1;
    long planned;

    long next;
    long fingerprint;
    private final int ranks;
    private final int experts;

    ScriptedExchange(int ranks, int experts) {
        this.ranks = ranks;
        this.experts = experts;
        others = new int[ranks * experts];
    }

    @Override
    public int ranks() {
        return ranks;
    }

    @Override
    public int self() {
        return SELF;
    }

    @Override
    public int experts() {
        return experts;
    }

    @Override
    public RoundStatus gather(long round, int layer, long fingerprint, int[] own, int[] all, long timeoutNanos) {
        this.fingerprint = fingerprint;
        next = round + 1;
        for (int r = 0; r < ranks; r++) {
            boolean same = r == SELF || (echo && round % 2 == 1);
            System.arraycopy(same ? own : others, same ? 0 : r * experts, all, r * experts, experts);
        }
        if (echo && round % 2 == 1) {
            for (int k = 0; k < others.length; k++) {
                all[k] += others[k];
            }
        }
        return status;
    }

    @Override
    public void planned(long hash) {
        planned = hash;
    }

    @Override
    public int differingRank() {
        return differing;
    }

    @Override
    public boolean heard(int rank) {
        return true;
    }

    @Override
    public long nextRound() {
        return next;
    }

    @Override
    public String transport() {
        return "a script";
    }

    @Override
    public void close() {}
}
