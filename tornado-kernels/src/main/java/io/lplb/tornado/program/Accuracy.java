// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

/**
 * How good the answers of a launch are to be, as fractions of the mean load.
 *
 * @param tolerance gap at which an answer counts as OPTIMAL, by its certificate in double
 * @param goal gap at which the solver's kernel stops, by what it computes in float
 */
public record Accuracy(double tolerance, float goal) {
    /** Resolution of float in a rank's load after the sums that lead to it. */
    private static final float FLOAT_FLOOR = 1e-6f;

    /** The gap at which the kernel stops, in tolerances: what is computed in double may be a little larger. */
    private static final double DEVICE_GOAL = 0.8;

    /** Returns the goal that serves a tolerance. */
    public static Accuracy of(double tolerance) {
        return new Accuracy(tolerance, Math.max((float) (DEVICE_GOAL * tolerance), FLOAT_FLOOR));
    }
}
