// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import java.util.List;

/**
 * How a time grows with a size.
 *
 * @param axis what grows
 * @param series whose time it is
 * @param unit of the times
 * @param x sizes, positive
 * @param y times, positive, one for each size
 * @param exponent of the power law that fits best; NaN if there is none
 */
record ScalingResult(String axis, String series, String unit, List<Double> x, List<Double> y, double exponent) {

    /** The factor c of y = c * x^exponent that passes through the middle of the points, in logarithms. */
    double factor() {
        double sum = 0;
        for (int k = 0; k < x.size(); k++) {
            sum += Math.log(y.get(k)) - exponent * Math.log(x.get(k));
        }
        return Math.exp(sum / x.size());
    }

    /** The slope of the least-squares line through (log x, log y); NaN with fewer than two different sizes. */
    static double fit(List<Double> x, List<Double> y) {
        double meanX = x.stream().mapToDouble(Math::log).average().orElse(0);
        double meanY = y.stream().mapToDouble(Math::log).average().orElse(0);
        double xy = 0;
        double xx = 0;
        for (int k = 0; k < x.size(); k++) {
            double dx = Math.log(x.get(k)) - meanX;
            xy += dx * (Math.log(y.get(k)) - meanY);
            xx += dx * dx;
        }
        return xx > 0 ? xy / xx : Double.NaN;
    }
}
