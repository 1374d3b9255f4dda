// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import java.util.List;

/**
 * Figures of all policies on one batch of one layer; none of a batch without a token.
 *
 * @param figures by policy
 * @param rankLoads tokens of every rank by policy, {@code [ranks]} each
 */
public record PlayedBatch(List<BatchFigures> figures, List<long[]> rankLoads) {
    /** A batch without a token. */
    static final PlayedBatch EMPTY = new PlayedBatch(List.of(), List.of());

    /** Returns whether the batch had a token that an active rank could take. */
    public boolean hasTokens() {
        return !figures.isEmpty() && !Double.isNaN(figures.getFirst().imbalance());
    }
}
