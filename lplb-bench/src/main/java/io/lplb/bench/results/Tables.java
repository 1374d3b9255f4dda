// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All tables of a file of results. Those for which the file has nothing are left out. */
public final class Tables {
    static final String SOLVE = "SolveBenchmark.solve";
    static final String PLAN = "PlanBenchmark.plan";
    static final String PIPELINE = "PipelineBenchmark.pipeline";
    static final String SOLVER = "solver";
    static final String BACKEND = "backend";
    static final String TOPOLOGY = "topology";
    static final String LOAD = "load";
    static final String BATCH = "batch";

    private Tables() {}

    /** Returns all tables of a file. */
    public static List<Grid> of(ResultFile file) {
        List<Timing> timings = averages(file.timings());
        List<Grid> grids = new ArrayList<>();
        List<Timing> base = base(timings);
        if (!base.isEmpty()) {
            String load = base.getFirst().param(LOAD);
            String batch = base.getFirst().param(BATCH);
            grids.addAll(
                    byTopology("Solve, microseconds a batch of " + Cells.groups(batch) + ", " + load + " loads", base));
        }
        Pivot others = new Pivot("Solve with other loads and batches, microseconds a batch", "");
        of(timings, SOLVE).stream()
                .filter(t -> !base.contains(t))
                .forEach(t -> others.put(
                        name(t) + ", " + t.param(LOAD) + ", " + Cells.groups(t.param(BATCH)),
                        t.param(TOPOLOGY),
                        Cells.micros(t.nanos())));
        grids.addAll(others.grid());
        grids.addAll(latencies(file.timings()));
        grids.addAll(byTopology("Plan, from counts to whole tokens, microseconds", of(timings, PLAN)));
        grids.addAll(byTopology(
                "From routed ids to physical ids (count, plan, route), microseconds for 32,768 ids",
                of(timings, PIPELINE)));
        Pivot perId = new Pivot("Count and route, nanoseconds an id", "");
        timings.stream()
                .filter(t -> t.benchmark().matches("(Count|Route)Benchmark\\..*"))
                .forEach(t ->
                        perId.put(t.benchmark().replaceFirst(".*\\.", ""), t.param(LOAD), Cells.number(t.nanos())));
        grids.addAll(perId.grid());
        grids.addAll(QualityTables.of(file.quality()));
        grids.addAll(ScalingTables.exponents(file.scaling()));
        grids.addAll(ScalingTables.points(file.scaling()));
        return grids;
    }

    /** Returns those in which operations were not timed one by one. */
    static List<Timing> averages(List<Timing> timings) {
        return timings.stream().filter(t -> !t.mode().equals(Timing.SAMPLE)).toList();
    }

    private static List<Grid> latencies(List<Timing> timings) {
        Pivot table = new Pivot("Latency of single operations, microseconds", "");
        for (Timing t : timings) {
            if (t.mode().equals(Timing.SAMPLE)) {
                String row = t.operation() + ", " + name(t) + ", " + t.param(TOPOLOGY);
                table.put(row, "median", Cells.micros(t.nanos()))
                        .put(row, "99 %", Cells.micros(t.p99()))
                        .put(row, "99.9 %", Cells.micros(t.p999()));
            }
        }
        return table.grid();
    }

    static List<Timing> of(List<Timing> timings, String benchmark) {
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

    /** Rows by contender, with the load where there are several, columns by machine, and the most that is allocated. */
    static List<Grid> byTopology(String title, List<Timing> timings) {
        boolean loads = timings.stream().map(t -> t.param(LOAD)).distinct().count() > 1;
        Pivot table = new Pivot(title, "");
        Map<String, Double> bytes = new LinkedHashMap<>();
        for (Timing t : timings) {
            String row = name(t) + (loads ? ", " + t.param(LOAD) : "");
            table.put(row, t.param(TOPOLOGY), Cells.micros(t.nanos()));
            bytes.merge(row, t.bytes(), Math::max);
        }
        bytes.forEach((row, most) -> table.put(row, "allocated", Cells.bytes(most)));
        return table.grid();
    }

    /** The values of all parameters but the backend. */
    static Map<String, String> withoutBackend(Timing t) {
        Map<String, String> params = new HashMap<>(t.params());
        params.remove(BACKEND);
        return params;
    }

    static String name(Timing t) {
        return Cells.name(t.param(SOLVER), t.param(BACKEND));
    }
}
