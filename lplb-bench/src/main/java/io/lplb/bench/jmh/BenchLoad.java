// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Where the batches of a benchmark come from: a {@link io.lplb.workload.Workload} by name, or a trace of real
 * routing, {@code trace:FILE}. Batches are numbered from 0; each can be made alone and again.
 *
 * <p>Not thread-safe.
 */
interface BenchLoad {

    /**
     * The load of a name.
     *
     * @param name a workload, or a trace as {@link TraceLoad} names it
     * @param experts of a workload; a trace has as many as it names, rounded up to a multiple of the ranks
     * @throws IllegalArgumentException if there is no such load, or it does not fit the ranks
     * @throws UncheckedIOException if a trace cannot be read
     */
    static BenchLoad named(String name, int experts, int ranks, long seed) {
        if (!TraceLoad.isTrace(name)) {
            return new WorkloadLoad(name, experts, ranks, seed);
        }
        try {
            return TraceLoad.open(name, ranks);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the number of experts. */
    int experts();

    /** Returns how many batches of counts there are that share no token. */
    int distinct();

    /** Returns the past load of each expert, {@code [experts]}, from which placements are made; no batch is part of it. */
    double[] history();

    /** Writes how many tokens each expert gets in a batch, {@code [experts]}. */
    void counts(int batch, int[] counts);

    /** Returns the experts of a token. */
    int topK();

    /** Returns the tokens that a batch of ids can have, at most the number wanted. */
    int tokens(int wanted);

    /** Writes the ids of a batch of {@code ids.length / topK} tokens. */
    void ids(int batch, int[] ids);
}
