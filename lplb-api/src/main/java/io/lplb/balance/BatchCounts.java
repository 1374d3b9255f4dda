// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.count.TokenBuffer;

/**
 * Checked tokens per expert of one batch.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class BatchCounts {
    private final long[] tokens;
    private final int[] copied;

    BatchCounts(int experts) {
        tokens = new long[experts];
        copied = new int[experts];
    }

    /** Returns the counts taken last, {@code [experts]}. */
    long[] tokens() {
        return tokens;
    }

    /**
     * Takes counts.
     *
     * @param batchCounts {@code [experts]}
     * @throws IllegalArgumentException if the length is wrong or a count is negative; the counts taken last are then undefined
     */
    void take(int[] batchCounts) {
        int signs = batchCounts.length == tokens.length ? 0 : -1;
        for (int e = 0; signs >= 0 && e < tokens.length; e++) {
            signs |= batchCounts[e];
            tokens[e] = batchCounts[e];
        }
        if (signs < 0) {
            require(batchCounts, tokens.length);
        }
    }

    /** Copies counts of any form to an array, which the next call overwrites. */
    int[] copy(TokenBuffer batchCounts) {
        batchCounts.copyCounts("", copied);
        return copied;
    }

    /** Refuses counts of another length, and negative ones. */
    static void require(int[] batchCounts, int experts) {
        if (batchCounts.length != experts) {
            throw new IllegalArgumentException(
                    "counts: got length " + batchCounts.length + ", expected " + experts + " experts");
        }
        for (int e = 0; e < experts; e++) {
            if (batchCounts[e] < 0) {
                throw new IllegalArgumentException(
                        "counts[" + e + "]: got " + batchCounts[e] + ", expected at least 0 tokens");
            }
        }
    }
}
