// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/**
 * A way to divide the tokens of each expert among its replicas. Used for one layer at a time: first the layer's
 * placement, then its batches.
 *
 * <p>Not thread-safe.
 */
interface Strategy extends AutoCloseable {

    /** Returns the name for reports. */
    String name();

    /** Begins a layer on ranks of speed 1. */
    default void place(ExpertPlacement placement) {
        double[] speeds = new double[placement.ranks()];
        Arrays.fill(speeds, 1);
        place(placement, speeds);
    }

    /**
     * Begins a layer.
     *
     * @param speeds {@code [ranks]}, 0 for a rank that gets no token; an expert that has no other rank loses its tokens
     */
    void place(ExpertPlacement placement, double[] speeds);

    /**
     * Divides a batch.
     *
     * @param counts tokens of each expert, {@code [experts]}
     * @param rankLoads receives the whole tokens that each rank computes, {@code [ranks]}
     * @return false if the strategy's solver rejected its own answer and something cruder was used
     */
    boolean divide(int[] counts, long[] rankLoads);

    /** Frees what the strategy holds; most hold nothing. */
    @Override
    default void close() {}
}
