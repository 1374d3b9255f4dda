// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks of arguments that the placements share. */
final class Sizes {
    private Sizes() {}

    static void requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + ": got " + value + ", expected at least 1");
        }
    }

    /** Returns a copy of the speeds of the ranks, 1 everywhere for null; requires finite ones that are positive and not subnormal. */
    static double[] speeds(double @Nullable [] speed, int ranks) {
        if (speed == null) {
            double[] equal = new double[ranks];
            Arrays.fill(equal, 1);
            return equal;
        }
        if (speed.length != ranks) {
            throw new IllegalArgumentException(
                    "speed: got " + speed.length + " speeds, expected " + ranks + ", one for each rank");
        }
        for (int r = 0; r < ranks; r++) {
            if (!(speed[r] >= Double.MIN_NORMAL && speed[r] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("speed[" + r + "]: got " + speed[r]
                        + ", expected a positive finite number, at least " + Double.MIN_NORMAL);
            }
        }
        return speed.clone();
    }

    /** Returns weights in units of the largest one, so that sums neither overflow nor vanish. */
    static double[] scaled(double[] weight) {
        double largest = Arrays.stream(weight).max().orElse(0);
        double[] scaled = new double[weight.length];
        for (int e = 0; e < scaled.length && largest > 0; e++) {
            scaled[e] = weight[e] / largest;
        }
        return scaled;
    }

    /** Requires one finite weight, not negative, for each expert. */
    static void requireWeights(String what, double[] weight, int experts) {
        Objects.requireNonNull(weight, what);
        if (weight.length != experts) {
            throw new IllegalArgumentException(
                    what + ": got " + weight.length + " weights, expected " + experts + ", one for each expert");
        }
        for (int e = 0; e < weight.length; e++) {
            if (!(weight[e] >= 0 && weight[e] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        what + "[" + e + "]: got " + weight[e] + ", expected a finite number, at least 0");
            }
        }
    }
}
