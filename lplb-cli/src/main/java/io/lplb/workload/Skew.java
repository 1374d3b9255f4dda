// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.workload;

import java.util.Arrays;
import java.util.function.DoubleConsumer;
import java.util.random.RandomGenerator;

/**
 * Skewed weights with a given ratio of the largest to the mean. The ratio of log-normal and Zipf weights grows with
 * their one parameter from 1 towards the number of experts, so bisection finds the parameter for the drawn sample; a
 * parameter fitted to the distribution instead would miss the ratio by the luck of the draw.
 */
final class Skew {
    private static final int BISECTIONS = 80;
    /** Large, for samples whose two largest draws are close: they part only at a large spread. */
    private static final double LARGEST_PARAMETER = 1 << 20;

    private Skew() {}

    /** Fills {@code weight} with {@code exp(sigma * z)}, z standard normal, sigma such that max / mean is as asked. */
    static void logNormal(RandomGenerator random, double[] weight, double maxOverMean) {
        double[] z = new double[weight.length];
        for (int e = 0; e < z.length; e++) {
            z[e] = random.nextGaussian();
        }
        double top = Arrays.stream(z).max().orElse(0);
        bisect(weight, maxOverMean, sigma -> {
            for (int e = 0; e < z.length; e++) {
                weight[e] = Math.exp(sigma * (z[e] - top));
            }
        });
    }

    /** Fills {@code weight} with {@code k^-s}, k = 1, 2, ... in random order, s such that max / mean is as asked. */
    static void zipf(RandomGenerator random, double[] weight, double maxOverMean) {
        int[] order = permutation(random, weight.length);
        bisect(weight, maxOverMean, s -> {
            for (int k = 0; k < order.length; k++) {
                weight[order[k]] = Math.pow(k + 1, -s);
            }
        });
    }

    /** Ends with the weights of the largest parameter tried that stays at or below the ratio. */
    private static void bisect(double[] weight, double maxOverMean, DoubleConsumer fill) {
        double low = 0;
        double high = LARGEST_PARAMETER;
        for (int k = 0; k < BISECTIONS; k++) {
            double middle = (low + high) / 2;
            fill.accept(middle);
            if (maxOverMean(weight) > maxOverMean) {
                high = middle;
            } else {
                low = middle;
            }
        }
        fill.accept(low);
    }

    static double maxOverMean(double[] weight) {
        return Arrays.stream(weight).max().orElse(0)
                / Arrays.stream(weight).average().orElse(1);
    }

    /** A random order of 0..n-1 (Fisher-Yates). */
    static int[] permutation(RandomGenerator random, int n) {
        int[] order = new int[n];
        for (int k = 0; k < n; k++) {
            int j = random.nextInt(k + 1);
            order[k] = order[j];
            order[j] = k;
        }
        return order;
    }
}
