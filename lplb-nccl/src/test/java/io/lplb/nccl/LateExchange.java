// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;

/** A rank's place in an exchange, as a process finds it that was started anew: the others are at work. */
record LateExchange(WorkloadExchange place) implements WorkloadExchange {
    @Override
    public boolean joinedLate() {
        return true;
    }

    @Override
    public int ranks() {
        return place.ranks();
    }

    @Override
    public int self() {
        return place.self();
    }

    @Override
    public int experts() {
        return place.experts();
    }

    @Override
    public RoundStatus gather(long round, int layer, long fingerprint, int[] own, int[] all, long timeoutNanos) {
        return place.gather(round, layer, fingerprint, own, all, timeoutNanos);
    }

    @Override
    public boolean heard(int rank) {
        return place.heard(rank);
    }

    @Override
    public long nextRound() {
        return place.nextRound();
    }

    @Override
    public String transport() {
        return place.transport();
    }

    @Override
    public void close() {
        place.close();
    }
}
