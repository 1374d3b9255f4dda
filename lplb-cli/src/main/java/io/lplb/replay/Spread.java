// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import org.HdrHistogram.Histogram;

/**
 * Mean, percentiles and largest value of a sample. Percentiles come from a histogram with three significant digits.
 *
 * @param count size of the sample
 * @param mean arithmetic mean; this and the others are NaN for an empty sample
 * @param median 50th percentile
 * @param p90 90th percentile
 * @param p99 99th percentile
 * @param max largest value
 */
public record Spread(long count, double mean, double median, double p90, double p99, double max) {

    /** Collects a sample in memory that does not grow with its size. Not thread-safe. */
    static final class Builder {
        private final double offset;
        private final double unit;
        private final Histogram histogram = new Histogram(3);
        private long count;
        private double sum;
        private double max = Double.NEGATIVE_INFINITY;

        /**
         * A sample of values at least {@code offset}.
         *
         * @param offset least value; percentiles have three digits above it
         * @param unit resolution
         */
        Builder(double offset, double unit) {
            this.offset = offset;
            this.unit = unit;
        }

        /** Adds a value; one that is not finite is left out. */
        void add(double value) {
            if (Double.isFinite(value)) {
                count++;
                sum += value;
                max = Math.max(max, value);
                histogram.recordValue(Math.max(0, Math.round((value - offset) / unit)));
            }
        }

        /** Returns the sum of all values. */
        double sum() {
            return sum;
        }

        Spread build() {
            return count == 0
                    ? new Spread(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN)
                    : new Spread(count, sum / count, percentile(50), percentile(90), percentile(99), max);
        }

        private double percentile(double percent) {
            return Math.min(max, offset + unit * histogram.getValueAtPercentile(percent));
        }
    }
}
