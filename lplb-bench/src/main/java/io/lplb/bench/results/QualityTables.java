// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.report.Quality;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** Tables about the quality of answers, and the figures in them. */
final class QualityTables {
    private QualityTables() {}

    /** Over everything, then by machine and load if there are several. */
    static List<Grid> of(List<Quality> all) {
        List<Grid> grids = new ArrayList<>(summary(all));
        if (all.stream().map(QualityTables::where).distinct().count() > 1) {
            grids.addAll(
                    by("Gap to the optimum, mean, percent of the mean load", all, q -> Cells.percent(q.gapMean())));
            grids.addAll(by(
                    "Tokens of the busiest rank / mean after rounding, mean",
                    all,
                    q -> Cells.ratio(q.imbalanceMean())));
        }
        return grids;
    }

    private static List<Grid> summary(List<Quality> all) {
        Pivot table = new Pivot(
                "Quality over all machines and loads: gap to the optimum in percent of the mean load; tokens of the busiest"
                        + " rank / mean after rounding",
                "");
        byName(all)
                .forEach((name, some) -> table.put(name, "problems", count(some, Quality::problems))
                        .put(name, "failed", count(some, Quality::failed))
                        .put(name, "rejected", count(some, Quality::rejected))
                        .put(name, "gap, mean", Cells.percent(mean(some, Quality::gapMean)))
                        .put(name, "gap, max", Cells.percent(max(some, Quality::gapMax)))
                        .put(name, "busiest, mean", Cells.ratio(mean(some, Quality::imbalanceMean)))
                        .put(name, "busiest, max", Cells.ratio(max(some, Quality::imbalanceMax))));
        return table.grid();
    }

    private static List<Grid> by(String title, List<Quality> all, Function<Quality, String> cell) {
        Pivot table = new Pivot(title, "machine, load");
        all.forEach(q -> table.put(where(q), name(q), cell.apply(q)));
        return table.grid();
    }

    private static String where(Quality q) {
        return q.topology() + ", " + q.load();
    }

    static String name(Quality q) {
        return Cells.name(q.solver(), q.backend());
    }

    static Map<String, List<Quality>> byName(List<Quality> all) {
        return all.stream()
                .collect(Collectors.groupingBy(QualityTables::name, LinkedHashMap::new, Collectors.toList()));
    }

    private static String count(List<Quality> some, ToIntFunction<Quality> number) {
        return Integer.toString(some.stream().mapToInt(number).sum());
    }

    /** The mean over problems, those of a trace being more than those of a workload; NaN if none was answered. */
    static double mean(Collection<Quality> some, ToDoubleFunction<Quality> value) {
        double sum = 0;
        long problems = 0;
        for (Quality q : some) {
            if (!Double.isNaN(value.applyAsDouble(q))) {
                sum += q.problems() * value.applyAsDouble(q);
                problems += q.problems();
            }
        }
        return problems == 0 ? Double.NaN : sum / problems;
    }

    static double max(Collection<Quality> some, ToDoubleFunction<Quality> value) {
        return some.stream()
                .mapToDouble(value)
                .filter(v -> !Double.isNaN(v))
                .max()
                .orElse(Double.NaN);
    }
}
