// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import java.util.Arrays;

/** Recorded counts, {@code [layers][experts]}: every layer has one batch. */
public final class CountBatches implements BatchSource {
    private final long[][] counts;
    private final int experts;
    private final History history;

    /**
     * @param counts at least one layer
     * @param experts number of experts; those that have no count get no token
     * @throws IllegalArgumentException if a layer has more experts, a count does not fit an int or the history has
     *     another size
     */
    public CountBatches(long[][] counts, int experts, History history) {
        for (int layer = 0; layer < counts.length; layer++) {
            requireCounts(layer, counts[layer], experts);
        }
        history.requireSize(counts.length, experts);
        this.counts = counts;
        this.experts = experts;
        this.history = history;
    }

    private static void requireCounts(int layer, long[] counts, int experts) {
        if (counts.length > experts) {
            throw new IllegalArgumentException("experts: got " + experts + ", but the trace has " + counts.length);
        }
        for (int e = 0; e < counts.length; e++) {
            if (counts[e] < 0 || counts[e] > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("logical_count[" + layer + "][" + e + "]: got " + counts[e]
                        + ", expected 0.." + Integer.MAX_VALUE + " for a batch");
            }
        }
    }

    @Override
    public int layers() {
        return counts.length;
    }

    @Override
    public int batches() {
        return 1;
    }

    @Override
    public int experts() {
        return experts;
    }

    @Override
    public double[] history(int layer) {
        return history.of(layer);
    }

    @Override
    public void counts(int layer, int batch, int[] out) {
        Arrays.fill(out, 0);
        for (int e = 0; e < counts[layer].length; e++) {
            out[e] = (int) counts[layer][e];
        }
    }

    @Override
    public String historyOrigin() {
        return history.origin();
    }

    @Override
    public String batchOrigin() {
        return "the counts of each layer as one batch";
    }
}
