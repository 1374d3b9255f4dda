// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange;

/**
 * How the ranks of an expert-parallel group learn of each other's tokens. Each rank counts its own tokens; every rank
 * needs all counts, per source, to make the same plan and to route its own tokens alone with exact quotas.
 *
 * <p>Implementations say whether they may be used by several threads; {@link #local()} may.
 */
public interface WorkloadExchange extends AutoCloseable {

    /** {@return the number of sources, at least 1} */
    int sources();

    /** {@return this source's number, 0 to {@code sources() - 1}} */
    int self();

    /**
     * Gathers one round of counts.
     *
     * @param own {@code [experts]}, this source's counts
     * @param all {@code [sources * experts]}, source after source, overwritten; the same on every source
     */
    void gather(int[] own, int[] all);

    /** Frees connections; the local exchange has none. */
    @Override
    default void close() {}

    /** {@return the exchange of a single process, which sees all tokens itself} */
    static WorkloadExchange local() {
        return LocalExchange.INSTANCE;
    }
}
