// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.layer;

import io.lplb.replay.TextTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Tables of a {@link LayerFile}: mean time of the slowest rank by batch size and plan, and how well it was predicted. */
public final class LayerTable {
    private static final double DIFFERENT = 1.03;

    private final LayerFile file;

    /** Tables of a file, measured or not. */
    public LayerTable(LayerFile file) {
        this.file = file;
    }

    /**
     * Returns a line per number of ranks, task and tokens: the time as placed and the others' difference to it, and for
     * predicted times the lower bounds of plans that have one.
     */
    public String times(boolean measured) {
        Set<String> names = new LinkedHashSet<>();
        Map<String, List<LayerFile.Case>> cells = new LinkedHashMap<>();
        for (LayerFile.Case c : file.cases) {
            names.addAll(c.plans.keySet());
            String cell = c.ranks + " ranks, " + (c.sameTask ? "same task, " : "other task, ") + c.tokens;
            cells.computeIfAbsent(cell, k -> new ArrayList<>()).add(c);
        }
        List<String> titles = new ArrayList<>(List.of("tokens", "batches"));
        titles.addAll(names);
        List<String> bounded = measured
                ? List.of()
                : names.stream()
                        .filter(n -> file.cases.stream().allMatch(c -> bound(c.plans.get(n)) >= 0))
                        .toList();
        bounded.forEach(name -> titles.add("bound of " + name));
        TextTable table = new TextTable(titles.toArray(String[]::new));
        cells.forEach((cell, cases) -> {
            List<String> row = new ArrayList<>(List.of(cell, String.valueOf(cases.size())));
            double asPlaced = Double.NaN;
            for (String name : names) {
                double mean = mean(cases, c -> time(c.plans.get(name), measured));
                row.add(Double.isNaN(asPlaced) ? String.format(Locale.ROOT, "%.0f us", mean) : against(mean, asPlaced));
                asPlaced = Double.isNaN(asPlaced) ? mean : asPlaced;
            }
            for (String name : bounded) {
                row.add(against(mean(cases, c -> bound(c.plans.get(name))), asPlaced));
            }
            table.row(row.toArray(String[]::new));
        });
        return table.format();
    }

    private static double mean(List<LayerFile.Case> cases, ToDoubleFunction<LayerFile.Case> value) {
        return cases.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    private static String against(double mean, double asPlaced) {
        return String.format(Locale.ROOT, "%.0f (%+.1f %%)", mean, 100 * (mean / asPlaced - 1));
    }

    private static double bound(LayerFile.@Nullable Plan plan) {
        return plan == null || plan.bound == null ? Double.NaN : plan.bound;
    }

    private static double time(LayerFile.@Nullable Plan plan, boolean measured) {
        if (plan == null) {
            return Double.NaN;
        }
        if (!measured) {
            return plan.predicted;
        }
        return plan.measured == null ? Double.NaN : plan.measured;
    }

    /** Returns how far predicted and measured times of plans are apart, and how often two plans were ranked rightly. */
    public String accuracy() {
        List<Double> errors = new ArrayList<>();
        int pairs = 0;
        int right = 0;
        for (LayerFile.Case c : file.cases) {
            List<LayerFile.Plan> plans = new ArrayList<>(c.plans.values());
            for (int i = 0; i < plans.size(); i++) {
                double m = time(plans.get(i), true);
                errors.add(Math.abs(plans.get(i).predicted / m - 1));
                for (int j = 0; j < i; j++) {
                    double other = time(plans.get(j), true);
                    if (Math.max(m, other) > DIFFERENT * Math.min(m, other)) {
                        pairs++;
                        right += (plans.get(i).predicted - plans.get(j).predicted) * (m - other) > 0 ? 1 : 0;
                    }
                }
            }
        }
        double[] sorted =
                errors.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            return "no plan was measured";
        }
        return String.format(
                Locale.ROOT,
                "predicted against measured, %d plans: median error %.1f %%, 90th percentile %.1f %%; %d of %d pairs of "
                        + "plans of one batch that differ by more than 3 %% ranked rightly",
                sorted.length,
                100 * sorted[sorted.length / 2],
                100 * sorted[Math.min(sorted.length - 1, sorted.length * 9 / 10)],
                right,
                pairs);
    }

    @Override
    public String toString() {
        return "LayerTable[" + Arrays.asList(file.cost, file.cases.size()) + "]";
    }
}
