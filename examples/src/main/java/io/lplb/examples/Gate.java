// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import java.util.Random;

/**
 * A made-up gate that the examples route with: it prefers some experts to others, as gates do.
 *
 * <p>Not thread-safe.
 */
final class Gate {
    private final double[] cumulative;
    private final Random random;

    Gate(int experts, long seed) {
        random = new Random(seed);
        cumulative = new double[experts];
        double sum = 0;
        for (int e = 0; e < experts; e++) {
            sum += Math.exp(0.6 * random.nextGaussian());
            cumulative[e] = sum;
        }
    }

    /** The past load of each expert, {@code [experts]}: here the gate's own preferences. */
    double[] history() {
        double[] history = cumulative.clone();
        for (int e = history.length - 1; e > 0; e--) {
            history[e] -= history[e - 1];
        }
        return history;
    }

    /** Chooses an expert for every entry of a batch. */
    void choose(int[] ids) {
        for (int k = 0; k < ids.length; k++) {
            double at = random.nextDouble() * cumulative[cumulative.length - 1];
            int e = 0;
            while (cumulative[e] <= at) {
                e++;
            }
            ids[k] = e;
        }
    }
}
