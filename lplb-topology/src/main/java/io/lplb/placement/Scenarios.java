// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;
import java.util.Random;

/**
 * Loads that a placement is judged by: the history, which has half of the weight, and others that share the other half,
 * recorded batches or noisy copies of the history. In a noisy copy every load is multiplied by its own log-normal factor;
 * seeds are fixed, so that every rank of a group draws the same.
 *
 * @param loads {@code [scenarios][experts]}; the first is the history
 * @param weight {@code [scenarios]}, sum 1
 */
@SuppressWarnings("ArrayRecordComponent") // Stays inside the package, and is never compared.
record Scenarios(double[][] loads, double[] weight) {
    private static final double[] NOISE = {0.1, 0.3, 0.1, 0.3};

    /** The history and noisy copies of it. */
    static Scenarios noisy(double[] history) {
        double[][] copies = new double[NOISE.length][];
        for (int k = 0; k < NOISE.length; k++) {
            Random random = new Random(k + 1L);
            double[] noisy = new double[history.length];
            for (int e = 0; e < noisy.length; e++) {
                noisy[e] = history[e] * StrictMath.exp(NOISE[k] * random.nextGaussian());
            }
            copies[k] = noisy;
        }
        return of(history, copies);
    }

    /** The history and other loads. */
    static Scenarios of(double[] history, double[][] others) {
        double[][] loads = new double[others.length + 1][];
        loads[0] = history;
        System.arraycopy(others, 0, loads, 1, others.length);
        double[] weight = new double[loads.length];
        Arrays.fill(weight, 0.5 / others.length);
        weight[0] = 0.5;
        return new Scenarios(loads, weight);
    }

    double[] history() {
        return loads[0];
    }

    /** The mean of max/mean over the loads, each split exactly. */
    double imbalance(ExactSplit split) {
        double sum = 0;
        for (int k = 0; k < loads.length; k++) {
            sum += weight[k] * split.bottleneck(loads[k]).imbalance();
        }
        return sum;
    }
}
