// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.report.chart.Numbers;
import io.lplb.report.chart.XyPlot;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * Times by percentile, to be drawn stretched towards the slowest: the position of a fraction p is 1 / (1 - p), on a
 * logarithmic axis, so that 90 %, 99 % and 99.9 % are equally far apart. The largest value stands where the smallest
 * part of the sample that one value can be stands.
 *
 * <p>Not thread-safe.
 */
final class Distribution {
    private static final int TICKS_PER_HALF = 10;

    private final TreeMap<Double, Double> points = new TreeMap<>();

    /** Of recorded values. */
    static Distribution of(Histogram histogram) {
        Distribution distribution = new Distribution();
        double end = Math.max(2, histogram.getTotalCount());
        for (HistogramIterationValue value : histogram.percentiles(TICKS_PER_HALF)) {
            distribution.add(value.getPercentileLevelIteratedTo(), (double) value.getValueIteratedTo(), end);
        }
        return distribution;
    }

    /** Of values by percentile; more than the given number of values were not seen. */
    static Distribution of(Map<Double, Double> valueOfPercent, long values) {
        Distribution distribution = new Distribution();
        valueOfPercent.forEach((percent, value) -> distribution.add(percent, value, (double) Math.max(2, values)));
        return distribution;
    }

    private void add(double percent, double value, double end) {
        double position = 1 / Math.max(1 / end, 1 - percent / 100);
        points.merge(position, value, Math::max);
    }

    void addTo(XyPlot plot, String cssClass) {
        plot.line(
                cssClass,
                points.keySet().stream().mapToDouble(p -> p).toArray(),
                points.values().stream().mapToDouble(v -> v).toArray());
    }

    /** The percentage at a position. */
    static String label(double position) {
        return position < 1.5 ? "0 %" : Numbers.tick(100 - 100 / position) + " %";
    }
}
