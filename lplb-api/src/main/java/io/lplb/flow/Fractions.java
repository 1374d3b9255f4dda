// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

/**
 * Exact arithmetic on levels {@code c / s}, where c is a whole number below 2^53 and s a speed of at least 1e-250 and at
 * most 2. A product of two such numbers is the sum of its rounded value and an error that a fused multiply-add gives
 * exactly.
 */
final class Fractions {
    private Fractions() {}

    /** Compares {@code c1 / s1} with {@code c2 / s2}. */
    static int compare(double c1, double s1, double c2, double s2) {
        double left = c1 * s2;
        double right = c2 * s1;
        if (left != right) { // rounding is monotonic
            return left < right ? -1 : 1;
        }
        double leftError = Math.fma(c1, s2, -left);
        double rightError = Math.fma(c2, s1, -right);
        return leftError < rightError ? -1 : leftError > rightError ? 1 : 0;
    }

    /** Returns the largest whole number {@code n <= limit} with {@code n / speed <= c / s}. */
    static double most(double c, double s, double speed, double limit) {
        double n = Math.min(Math.floor(c * speed / s), limit);
        while (n > 0 && compare(n, speed, c, s) > 0) {
            n--;
        }
        while (n < limit && compare(n + 1, speed, c, s) <= 0) {
            n++;
        }
        return n;
    }
}
