// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

/**
 * Time of a rank's grouped GEMM as a function of active experts and tiles, for batches up to a mean number of tokens per
 * slot. A kernel library chooses another tile for larger batches, so a cost has one regime per tile.
 *
 * <pre>
 *   time = curve(tiles) + expertUs * active experts,      tiles = sum over experts of ceil(tokens / tile)
 * </pre>
 *
 * The curve never falls. Beyond its last point it grows by {@code slope} per tile.
 */
final class CostRegime {
    private final long mostTokensPerSlot;
    private final int tile;
    private final double expertUs;
    private final double[] curve;
    private final double slope;

    /**
     * A regime.
     *
     * @param mostTokensPerSlot largest mean number of tokens per slot, rounded down, that the regime serves
     * @param tile tokens per tile
     * @param expertUs microseconds per active expert
     * @param curve {@code [tiles]}, microseconds of 0, 1, 2, ... tiles
     * @param slope microseconds per tile beyond the curve
     */
    CostRegime(long mostTokensPerSlot, int tile, double expertUs, double[] curve, double slope) {
        this.mostTokensPerSlot = mostTokensPerSlot;
        this.tile = tile;
        this.expertUs = expertUs;
        this.curve = curve;
        this.slope = slope;
    }

    long mostTokensPerSlot() {
        return mostTokensPerSlot;
    }

    int tile() {
        return tile;
    }

    double expertUs() {
        return expertUs;
    }

    double fixedUs() {
        return curve[0];
    }

    int curveLength() {
        return curve.length;
    }

    double slope() {
        return slope;
    }

    /** Returns the time of a rank with some active experts and tiles; 0 without an active expert. */
    double micros(long tiles, long active) {
        if (active == 0) {
            return 0;
        }
        int last = curve.length - 1;
        double base = tiles <= last ? curve[(int) tiles] : curve[last] + slope * (tiles - last);
        return base + expertUs * active;
    }

    long tiles(long tokens) {
        return Math.ceilDiv(tokens, tile);
    }
}
