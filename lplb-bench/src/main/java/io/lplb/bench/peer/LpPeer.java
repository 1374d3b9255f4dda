// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxBatch;

/**
 * A general linear-programming solver of others, put to the same problems as this library's solvers. It gives what
 * they give, the optimum and the shares, but no certificate.
 *
 * <p>Not thread-safe.
 */
public interface LpPeer extends AutoCloseable {

    /** Returns the name for reports. */
    String name();

    /**
     * Solves one group to the peer's own tolerance.
     *
     * @param share receives tokens per entry of the problem, {@code [entries]}
     * @return the smallest possible maximum of load / speed
     * @throws IllegalStateException if the peer says that it found no optimum
     */
    double solve(MinMaxBatch batch, int group, double[] share);

    @Override
    void close();
}
