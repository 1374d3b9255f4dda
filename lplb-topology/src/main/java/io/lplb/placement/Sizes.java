// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Objects;

/** Checks of arguments that the placements share. */
final class Sizes {
    private Sizes() {}

    static void requirePositive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + ": got " + value + ", expected at least 1");
        }
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
