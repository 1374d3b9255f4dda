// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tables of a file of results. Those for which the file has nothing are left out. */
public final class Tables {
    static final String SOLVE = "SolveBenchmark.solve";
    private static final String TOPOLOGY = "topology";
    private static final String LOAD = "load";
    private static final String BATCH = "batch";
    private static final String NOTHING = "-";
    private static final double NANOS_PER_MICRO = 1000;

    private Tables() {}

    /** Returns all tables of a file. */
    public static List<Grid> of(ResultFile file) {
        List<Timing> timings = averages(file.timings());
        List<Grid> grids = new ArrayList<>();
        List<Timing> solves = of(timings, SOLVE);
        List<Timing> base = base(timings);
        if (!base.isEmpty()) {
            String load = base.getFirst().param(LOAD);
            String batch = base.getFirst().param(BATCH);
            grids.add(byTopology("Solve, microseconds a batch of " + groups(batch) + ", " + load + " loads", base));
            List<Timing> others = solves.stream().filter(t -> !base.contains(t)).toList();
            if (!others.isEmpty()) {
                grids.add(pivot(
                        "Solve with other loads and batches, microseconds a batch",
                        others,
                        t -> name(t) + ", " + t.param(LOAD) + ", " + groups(t.param(BATCH)),
                        TOPOLOGY,
                        NANOS_PER_MICRO));
            }
        }
        addLatencies(grids, file.timings());
        addByTopology(grids, "Plan, from counts to whole tokens, microseconds", of(timings, "PlanBenchmark.plan"));
        addByTopology(
                grids,
                "From routed ids to physical ids (count, plan, route), microseconds for 32,768 ids",
                of(timings, "PipelineBenchmark.pipeline"));
        List<Timing> perId = timings.stream()
                .filter(t -> t.benchmark().matches("(Count|Route)Benchmark\\..*"))
                .toList();
        if (!perId.isEmpty()) {
            grids.add(pivot(
                    "Count and route, nanoseconds an id",
                    perId,
                    t -> t.benchmark().replaceFirst(".*\\.", ""),
                    LOAD,
                    1));
        }
        if (!file.quality().isEmpty()) {
            grids.add(quality(file.quality()));
        }
        if (!file.scaling().isEmpty()) {
            grids.add(scaling(file.scaling()));
        }
        return grids;
    }

    /** Returns those in which operations were not timed one by one. */
    static List<Timing> averages(List<Timing> timings) {
        return timings.stream().filter(t -> !t.mode().equals(Timing.SAMPLE)).toList();
    }

    private static void addLatencies(List<Grid> grids, List<Timing> timings) {
        List<List<String>> rows = timings.stream()
                .filter(t -> t.mode().equals(Timing.SAMPLE))
                .map(t -> List.of(
                        name(t) + ", " + t.param(TOPOLOGY),
                        number(t.nanos() / NANOS_PER_MICRO),
                        number(t.p99() / NANOS_PER_MICRO),
                        number(t.p999() / NANOS_PER_MICRO)))
                .toList();
        if (!rows.isEmpty()) {
            grids.add(
                    new Grid("Latency of single solves, microseconds", List.of("", "median", "99 %", "99.9 %"), rows));
        }
    }

    private static List<Timing> of(List<Timing> timings, String benchmark) {
        return timings.stream().filter(t -> t.benchmark().equals(benchmark)).toList();
    }

    /** Solves with the load and batch that were measured first, which is where all contenders are. */
    static List<Timing> base(List<Timing> timings) {
        List<Timing> solves = of(timings, SOLVE);
        return solves.stream()
                .filter(t -> t.param(LOAD).equals(solves.getFirst().param(LOAD))
                        && t.param(BATCH).equals(solves.getFirst().param(BATCH)))
                .toList();
    }

    private static void addByTopology(List<Grid> grids, String title, List<Timing> timings) {
        if (!timings.isEmpty()) {
            grids.add(byTopology(title, timings));
        }
    }

    /** Rows by contender, columns by machine, and the most that an operation allocates on any machine. */
    private static Grid byTopology(String title, List<Timing> timings) {
        Grid times = pivot(title, timings, Tables::name, TOPOLOGY, NANOS_PER_MICRO);
        Map<String, Double> bytes = new LinkedHashMap<>();
        timings.forEach(t -> bytes.merge(name(t), t.bytes(), Math::max));
        List<String> columns = new ArrayList<>(times.columns());
        columns.add("allocated");
        List<List<String>> rows = new ArrayList<>();
        for (List<String> row : times.rows()) {
            List<String> longer = new ArrayList<>(row);
            longer.add(bytes(bytes.getOrDefault(row.getFirst(), Double.NaN)));
            rows.add(longer);
        }
        return new Grid(title, columns, rows);
    }

    private static Grid pivot(
            String title, List<Timing> timings, Function<Timing, String> row, String column, double unit) {
        Set<String> columns =
                timings.stream().map(t -> t.param(column)).collect(Collectors.toCollection(LinkedHashSet::new));
        Map<String, Map<String, String>> cells = new LinkedHashMap<>();
        for (Timing t : timings) {
            cells.computeIfAbsent(row.apply(t), key -> new TreeMap<>()).put(t.param(column), number(t.nanos() / unit));
        }
        List<String> titles = new ArrayList<>(List.of(""));
        titles.addAll(columns);
        List<List<String>> rows = new ArrayList<>();
        cells.forEach((name, values) -> {
            List<String> line = new ArrayList<>(List.of(name));
            columns.forEach(c -> line.add(values.getOrDefault(c, NOTHING)));
            rows.add(line);
        });
        return new Grid(title, titles, rows);
    }

    /** The contender, with the backend unless it is the CPU. */
    static String name(Timing t) {
        return name(t.param("solver"), t.param("backend"));
    }

    private static String name(String solver, String backend) {
        return backend.isEmpty() || backend.equals("cpu") ? solver : solver + " (" + backend + ")";
    }

    private static String groups(String batch) {
        return batch.equals("1") ? "one group" : batch + " groups";
    }

    private static Grid quality(List<Quality> all) {
        Map<String, List<Quality>> byName = all.stream()
                .collect(Collectors.groupingBy(
                        q -> name(q.solver(), q.backend()), LinkedHashMap::new, Collectors.toList()));
        List<List<String>> rows = new ArrayList<>();
        byName.forEach((name, some) -> rows.add(List.of(
                name,
                Integer.toString(some.stream().mapToInt(Quality::problems).sum()),
                Integer.toString(some.stream().mapToInt(Quality::failed).sum()),
                Integer.toString(some.stream().mapToInt(Quality::rejected).sum()),
                percent(meanGap(some)),
                percent(some.stream().mapToDouble(Quality::gapMax).max().orElse(Double.NaN)),
                ratio(some.stream()
                        .mapToDouble(Quality::imbalanceMean)
                        .average()
                        .orElse(Double.NaN)),
                ratio(some.stream().mapToDouble(Quality::imbalanceMax).max().orElse(Double.NaN)))));
        return new Grid(
                "Quality over all machines and loads: gap to the optimum in percent of the mean load; tokens of the busiest"
                        + " rank / mean after rounding",
                List.of("", "problems", "failed", "rejected", "gap, mean", "gap, max", "busiest, mean", "busiest, max"),
                rows);
    }

    /** The mean gap of records that all have as many problems. */
    static double meanGap(Collection<Quality> some) {
        return some.stream().mapToDouble(Quality::gapMean).average().orElse(Double.NaN);
    }

    private static Grid scaling(List<Scaling> laws) {
        Set<String> axes = laws.stream().map(Scaling::axis).collect(Collectors.toCollection(LinkedHashSet::new));
        Map<String, Map<String, String>> cells = new LinkedHashMap<>();
        for (Scaling law : laws) {
            cells.computeIfAbsent(law.series(), key -> new TreeMap<>())
                    .put(law.axis(), String.format(Locale.ROOT, "%.2f", law.exponent()));
        }
        List<String> titles = new ArrayList<>(List.of(""));
        titles.addAll(axes);
        List<List<String>> rows = new ArrayList<>();
        cells.forEach((series, values) -> {
            List<String> line = new ArrayList<>(List.of(series));
            axes.forEach(axis -> line.add(values.getOrDefault(axis, NOTHING)));
            rows.add(line);
        });
        return new Grid("Scaling, exponent p of time = c * size^p", titles, rows);
    }

    /** Three digits that tell something, four above 1,000. */
    static String number(double value) {
        String format = value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, value);
    }

    private static String bytes(double value) {
        // JMH's own bookkeeping shows as a fraction of a byte.
        return Double.isNaN(value) ? NOTHING : value < 1 ? "0 B" : String.format(Locale.ROOT, "%,.0f B", value);
    }

    private static String percent(double fraction) {
        if (Double.isNaN(fraction)) {
            return NOTHING;
        }
        double percent = 100 * fraction;
        return percent < 5e-8 ? "0" : String.format(Locale.ROOT, percent < 0.001 ? "%.0e" : "%.3f", percent);
    }

    private static String ratio(double value) {
        return Double.isNaN(value) ? NOTHING : String.format(Locale.ROOT, "%.4f", value);
    }
}
