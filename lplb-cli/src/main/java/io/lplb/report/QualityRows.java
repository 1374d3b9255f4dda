// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.report.chart.Numbers;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Rows of the tables about quality. */
final class QualityRows {
    private QualityRows() {}

    static List<String> columns(String first) {
        return List.of(
                first, "problems", "failed", "rejected", "mean gap", "worst gap", "busiest, mean", "busiest, worst");
    }

    /** One measure as it is. */
    static List<String> one(QualityResult q) {
        String where =
                (q.topology().isEmpty() ? "" : ", " + q.topology()) + (q.load().isEmpty() ? "" : ", " + q.load());
        return row(q.solver() + where, List.of(q));
    }

    /** All measures of one solver: sums, means weighted by the number of problems, and the worst. */
    static List<String> summary(String solver, List<QualityResult> some) {
        return row(solver, some);
    }

    private static List<String> row(String name, List<QualityResult> some) {
        return List.of(
                name,
                count(some, QualityResult::problems),
                count(some, QualityResult::failed),
                count(some, QualityResult::rejected),
                percent(mean(some, QualityResult::gapMean)),
                percent(max(some, QualityResult::gapMax)),
                Numbers.decimal(mean(some, QualityResult::imbalanceMean), 4),
                Numbers.decimal(max(some, QualityResult::imbalanceMax), 4));
    }

    private static String count(List<QualityResult> some, ToDoubleFunction<QualityResult> number) {
        double sum = some.stream().mapToDouble(number).sum();
        return Double.isNaN(sum) ? "n/a" : Numbers.whole(Math.round(sum));
    }

    /** Those without a mean, since no answer came, are left out; those without a number of problems count once. */
    private static double mean(List<QualityResult> some, ToDoubleFunction<QualityResult> number) {
        double sum = 0;
        double weights = 0;
        for (QualityResult q : some) {
            double value = number.applyAsDouble(q);
            double answered = q.problems() - (Double.isNaN(q.failed()) ? 0 : q.failed());
            double weight = answered > 0 ? answered : 1;
            if (!Double.isNaN(value)) {
                sum += weight * value;
                weights += weight;
            }
        }
        return weights == 0 ? Double.NaN : sum / weights;
    }

    private static double max(List<QualityResult> some, ToDoubleFunction<QualityResult> number) {
        return some.stream()
                .mapToDouble(number)
                .filter(v -> !Double.isNaN(v))
                .max()
                .orElse(Double.NaN);
    }

    /** Below a ten-millionth of a percent the doubles' own rounding shows. */
    static String percent(double fraction) {
        return Double.isNaN(fraction) ? "n/a" : Numbers.significant(fraction < 1e-9 ? 0 : 100 * fraction) + " %";
    }
}
