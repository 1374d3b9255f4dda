// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.util.List;
import org.hipparchus.stat.regression.SimpleRegression;

/**
 * How a time grows with a size: the points, and the exponent p of the power law {@code time = c * size^p} that fits them
 * best, least squares of the logarithms.
 *
 * @param axis what grows: ranks, replicas, hosts or batch
 * @param series whose time it is
 * @param unit of the times
 * @param x sizes, rising
 * @param y times, one for each size
 * @param exponent NaN with fewer than two points
 * @param exponentError standard error of the exponent; NaN with fewer than three points
 * @param rSquared how much of the times' spread the law explains, 1 for all; NaN with fewer than two points
 */
public record Scaling(
        String axis,
        String series,
        String unit,
        List<Double> x,
        List<Double> y,
        double exponent,
        double exponentError,
        double rSquared) {

    /**
     * Fits a power law.
     *
     * @throws IllegalArgumentException if there are not as many times as sizes
     */
    public static Scaling fit(String axis, String series, String unit, List<Double> x, List<Double> y) {
        if (x.size() != y.size()) {
            throw new IllegalArgumentException("y: got " + y.size() + " times, expected " + x.size());
        }
        SimpleRegression line = new SimpleRegression();
        for (int k = 0; k < x.size(); k++) {
            line.addData(Math.log(x.get(k)), Math.log(y.get(k)));
        }
        return new Scaling(
                axis,
                series,
                unit,
                List.copyOf(x),
                List.copyOf(y),
                line.getSlope(),
                line.getSlopeStdErr(),
                line.getRSquare());
    }
}
