// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxBatch;

/**
 * Another way to split the same loads, put to the same problems as this library's solvers: a general solver of linear
 * programs, or a greedy rule. It gives what it gives, a maximum and the shares, but no certificate.
 *
 * <p>Not thread-safe.
 */
public interface Peer extends AutoCloseable {

    /** Returns the name for reports. */
    String name();

    /**
     * Splits one group, to the peer's own tolerance if it has one.
     *
     * @param share receives tokens per entry of the problem, {@code [entries]}
     * @return the maximum of load / speed that the peer states: the smallest possible one if it solves the program
     * @throws IllegalStateException if the peer says that it found no optimum
     */
    double solve(MinMaxBatch batch, int group, double[] share);

    /** Frees what the peer holds; most hold nothing. */
    @Override
    default void close() {}
}
