// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import java.util.Arrays;

/**
 * What is told about a sample. Percentiles are by nearest rank: the smallest value that at least p % of the sample do
 * not exceed, so every one of them was really seen.
 *
 * @param count size of the sample
 * @param mean arithmetic mean; this and the others are NaN for an empty sample
 * @param median 50th percentile
 * @param p99 99th percentile
 * @param max largest value
 */
public record Summary(int count, double mean, double median, double p99, double max) {

    /** Summarises a sample, which is left as it is. */
    public static Summary of(double[] sample) {
        if (sample.length == 0) {
            return new Summary(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        }
        double[] sorted = sample.clone();
        Arrays.sort(sorted);
        double mean = Arrays.stream(sorted).sum() / sorted.length;
        return new Summary(
                sorted.length, mean, nearestRank(sorted, 50), nearestRank(sorted, 99), sorted[sorted.length - 1]);
    }

    private static double nearestRank(double[] sorted, int percent) {
        long rank = ((long) sorted.length * percent + 99) / 100;
        return sorted[(int) rank - 1];
    }
}
