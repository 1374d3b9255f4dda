// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

import java.util.Arrays;

/**
 * Capacities of the ranks at a level: speed times level, in whole tokens rounded down, and no more than the rank's limit. A
 * level rises to what a set of ranks needs.
 *
 * <p>Not thread-safe: an instance is a workspace on the arrays of a {@link LevelFlow}.
 */
final class Capacities {
    /**
     * Fractional capacities are this much above what the level says: room for rounding errors, which otherwise no rank could
     * take.
     */
    private static final double ABOVE_ROUNDING = 1 + 0x1p-51;

    /**
     * Ranks count as overfull from this much above their fractional capacity, more than sums of a few hundred loads differ by
     * when they are added in another order. With less, errors of rounding move from rank to rank and raise the level bit by bit.
     */
    static final double OVERFULL = 1 + 0x1p-48;

    /** Below the rounding errors of a quotient of sums. */
    private static final double BELOW_ROUNDING = 1 - 0x1p-48;

    private final double[] speed;
    private final double[] limit;
    private final double[] capacity;
    private boolean whole;
    private boolean equalSpeeds;
    private boolean limited;
    private double total;
    private double level;
    private boolean exceedLimits;

    Capacities(double[] speed, double[] limit, double[] capacity) {
        this.speed = speed;
        this.limit = limit;
        this.capacity = capacity;
    }

    /** Turns to a group. */
    void begin(boolean whole, boolean equalSpeeds, boolean limited) {
        this.whole = whole;
        this.equalSpeeds = equalSpeeds;
        this.limited = limited;
    }

    /**
     * Sets the capacities to a level that no split is below.
     *
     * @param total all loads
     * @param active number of active ranks
     * @param least the level, at least that of all loads on all active ranks
     */
    void start(double total, int active, double least) {
        this.total = total;
        level = least;
        if (whole && equalSpeeds && !limited && active > 0) {
            level = Math.max((double) Math.ceilDiv((long) total, active), Math.ceil(least * BELOW_ROUNDING));
            Arrays.fill(capacity, level);
        } else if (whole) {
            for (int r = 0; r < capacity.length; r++) {
                capacity[r] = Math.min(total, Math.floor(speed[r] * (level * BELOW_ROUNDING)));
            }
        } else {
            fillFractional();
        }
        for (int r = 0; limited && r < capacity.length; r++) {
            capacity[r] = Math.min(capacity[r], limit[r]);
        }
    }

    private void fillFractional() {
        for (int r = 0; r < capacity.length; r++) {
            double c = speed[r] * level * ABOVE_ROUNDING;
            capacity[r] = limited ? Math.min(c, limit[r]) : c;
        }
    }

    /**
     * Returns the least level at which a set of ranks holds what must stay inside, without rounding to whole tokens: discrete
     * Newton on the ranks that are at their limit. If they are all at their limits before, {@link #exceedLimits} is true.
     */
    double forcedLevel(int[] set, int count, double inside) {
        exceedLimits = false;
        double t = 0;
        while (true) {
            double atLimit = 0;
            double speeds = 0;
            for (int k = 0; k < count; k++) {
                int r = set[k];
                if (limited && limit[r] <= speed[r] * t) {
                    atLimit += limit[r];
                } else {
                    speeds += speed[r];
                }
            }
            if (speeds == 0) {
                exceedLimits = inside > atLimit;
                return t;
            }
            double next = (inside - atLimit) / speeds;
            if (!limited || next <= t) {
                return Math.max(t, next);
            }
            t = next;
        }
    }

    /** Returns whether what had to stay inside the set of the last {@link #forcedLevel} exceeds its limits. */
    boolean exceedLimits() {
        return exceedLimits;
    }

    /**
     * Raises the level to what a set of ranks forces.
     *
     * @param set the ranks, of which the first {@code count} count; left in another order
     * @param inside the load that must stay inside
     * @param forced the set's {@link #forcedLevel}
     * @return false if that is what the level is, up to rounding
     */
    boolean raise(int[] set, int count, double inside, double forced) {
        if (!whole) {
            if (forced <= level) {
                return false;
            }
            level = forced;
            fillFractional();
        } else if (equalSpeeds && !limited) {
            level = Math.ceilDiv((long) inside, count);
            Arrays.fill(capacity, level);
        } else {
            raiseWhole(set, count, inside, forced);
        }
        return true;
    }

    /**
     * Raises capacities in whole tokens: to the smallest level {@code c / s[r]}, c whole, at which the set has room for what is
     * inside.
     */
    private void raiseWhole(int[] set, int count, double inside, double forced) {
        double room = 0;
        int size = 0;
        for (int k = 0; k < count; k++) {
            int r = set[k];
            double c = Math.min(total, Math.floor(speed[r] * (forced * BELOW_ROUNDING)));
            capacity[r] = Math.min(most(r), Math.max(capacity[r], c));
            room += capacity[r];
            if (capacity[r] < most(r)) {
                set[k] = set[size];
                set[size++] = r;
            }
        }
        for (int k = size / 2 - 1; k >= 0; k--) {
            siftDown(set, k, size);
        }
        double tokens = 0;
        double perSpeed = 1;
        while (room < inside && size > 0) {
            int r = set[0];
            tokens = ++capacity[r];
            perSpeed = speed[r];
            room++;
            if (capacity[r] >= most(r)) {
                set[0] = set[--size];
                set[size] = r;
            }
            siftDown(set, 0, size);
        }
        for (int r = 0; r < capacity.length && tokens > 0; r++) {
            if (speed[r] > 0) {
                capacity[r] = Math.max(capacity[r], Fractions.most(tokens, perSpeed, speed[r], most(r)));
            }
        }
    }

    /** Returns the most whole tokens of a rank at any level. */
    private double most(int rank) {
        return limited ? Math.min(limit[rank], total) : total;
    }

    /** The set as a heap: the rank that has room for one more token at the lowest level comes first. */
    private void siftDown(int[] set, int at, int size) {
        if (at >= size) {
            return;
        }
        int moved = set[at];
        int k = at;
        int child = 2 * k + 1;
        while (child < size) {
            if (child + 1 < size && isLower(set[child + 1], set[child])) {
                child++;
            }
            if (!isLower(set[child], moved)) {
                break;
            }
            set[k] = set[child];
            k = child;
            child = 2 * k + 1;
        }
        set[k] = moved;
    }

    private boolean isLower(int rank, int other) {
        return Fractions.compare(capacity[rank] + 1, speed[rank], capacity[other] + 1, speed[other]) < 0;
    }
}
