// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.Arrays;

/**
 * Whole tokens that every rank may take at a level t: {@code floor(s[r] t)}, and the smallest levels at which sets of ranks
 * hold their tokens.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class RankCapacities {
    private final double[] speed;
    private final long[] capacity;
    private boolean unit;

    RankCapacities(int ranks) {
        speed = new double[ranks];
        capacity = new long[ranks];
    }

    /**
     * Takes over the speeds of a batch and starts at level 0.
     *
     * @param speeds {@code [ranks]}, 0 for an inactive rank; not checked
     */
    void start(double[] speeds) {
        System.arraycopy(speeds, 0, speed, 0, speed.length);
        Arrays.fill(capacity, 0);
        unit = true;
        for (double s : speeds) {
            unit &= s == 1 || s == 0;
        }
    }

    /** Whether every active rank has speed 1, so that levels are whole tokens. */
    boolean unit() {
        return unit;
    }

    double speed(int rank) {
        return speed[rank];
    }

    long of(int rank) {
        return capacity[rank];
    }

    void copyTo(long[] to) {
        System.arraycopy(capacity, 0, to, 0, capacity.length);
    }

    void copyFrom(long[] from) {
        System.arraycopy(from, 0, capacity, 0, capacity.length);
    }

    /** Raises every capacity to at least that of a level. */
    void raiseTo(double level) {
        for (int r = 0; r < capacity.length; r++) {
            capacity[r] = Math.max(capacity[r], (long) (speed[r] * level));
        }
    }

    /**
     * Raises the level to the smallest at which some ranks hold a number of tokens.
     *
     * @param rank the ranks, from {@code from} to {@code to - 1}, of which at least one is active
     * @param tokens tokens that the ranks must hold together
     */
    void raiseFor(int[] rank, int from, int to, long tokens) {
        double speeds = 0;
        for (int k = from; k < to; k++) {
            speeds += speed[rank[k]];
        }
        if (unit) {
            raiseTo((double) Math.ceilDiv(tokens, (long) speeds));
            return;
        }
        // No plan has a lower level. Rounding must not lift it, so it gives way by a few units in the last place.
        raiseTo(tokens / speeds * (1 - 1e-15));
        while (held(rank, from, to) < tokens) {
            raiseByOne(rank, from, to);
        }
    }

    private long held(int[] rank, int from, int to) {
        long held = 0;
        for (int k = from; k < to; k++) {
            held += capacity[rank[k]];
        }
        return held;
    }

    /** Raises the level until one of the ranks holds one token more. */
    private void raiseByOne(int[] rank, int from, int to) {
        double level = Double.POSITIVE_INFINITY;
        for (int k = from; k < to; k++) {
            int r = rank[k];
            if (speed[r] > 0) {
                level = Math.min(level, (capacity[r] + 1) / speed[r]);
            }
        }
        for (int r = 0; r < capacity.length; r++) {
            while (speed[r] > 0 && (capacity[r] + 1) / speed[r] <= level) {
                capacity[r]++;
            }
        }
    }

    /** Largest load / speed. */
    double level(long[] load) {
        double max = 0;
        for (int r = 0; r < load.length; r++) {
            if (load[r] > 0) {
                max = Math.max(max, load[r] / speed[r]);
            }
        }
        return max;
    }
}
