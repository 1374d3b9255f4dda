// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;

/**
 * Way to balance the experts of one layer: it places the experts by their past loads, and divides the tokens of every batch over ranks.
 *
 * <pre>
 *   history --&gt; place --&gt; placement         now and then
 *   counts  --&gt; plan  --&gt; {@link Dispatch}          every batch
 * </pre>
 *
 * <p>A policy that gives tokens of an expert to a rank that does not hold it in the placement copies the expert's weights there for this
 * batch. Not thread-safe.
 */
public interface Policy extends AutoCloseable {

    /** Takes where the tokens of all batches come from, before the first placement; most policies need not know. */
    default void sources(SourceTokens sources) {}

    /**
     * Places the experts, first and at every update.
     *
     * @param history {@code [experts]}, past loads in any one unit; finite, not negative
     * @return the placement in force until the next call
     */
    ExpertPlacement place(double[] history);

    /**
     * Divides a batch.
     *
     * @param counts {@code [experts]}, tokens of every expert, not negative
     * @param out receives the tokens of every expert on every rank; empty before. Tokens of an expert without an active rank are left out
     * @return false if the policy's solver rejected its own answer and something cruder was used
     */
    boolean plan(long[] counts, Dispatch out);

    /**
     * Returns a proven lower bound on the largest load of the last batch, for every dispatch that the policy could have chosen; NaN if
     * the policy has none.
     */
    default double lowerBound() {
        return Double.NaN;
    }

    /** Frees what the policy holds; most hold nothing. */
    @Override
    default void close() {}
}
