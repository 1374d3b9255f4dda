// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.bench.jmh.TraceLoad;
import io.lplb.bench.peer.Contenders;
import io.lplb.bench.peer.Peers;
import io.lplb.report.Quality;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The few tables of a file of results with which the README can do: contenders beside each other, batches, loads,
 * traces, the whole way of a batch, and the exponents of growth. What a file has nothing of is left out; everything
 * stands in {@link Tables}.
 */
final class Summary {
    private static final List<String> SHOWN =
            List.of(Quality.PLAN, Contenders.REFERENCE, "greedy-llep", "greedy-moonep");

    private Summary() {}

    static List<Grid> of(ResultFile file) {
        List<Timing> timings = Tables.averages(file.timings());
        List<Timing> solves = Tables.of(timings, Tables.SOLVE);
        List<Timing> base = Tables.base(timings);
        List<Grid> grids = new ArrayList<>();
        if (!base.isEmpty() && TraceLoad.isTrace(base.getFirst().param(Tables.LOAD))) {
            grids.addAll(traces(solves, base.getFirst(), file.quality()));
        } else {
            if (base.stream().anyMatch(Summary::isOfOthersOrElsewhere)) {
                grids.addAll(contenders(base, file.quality()));
            }
            grids.addAll(loads(solves, base, file.quality()));
        }
        grids.addAll(batches(solves, base));
        grids.addAll(wholeWay(timings));
        grids.addAll(ScalingTables.exponents(file.scaling()));
        return grids;
    }

    /** A general solver, or not on the CPU: where there is neither, other tables tell what there is. */
    private static boolean isOfOthersOrElsewhere(Timing t) {
        return Peers.programs().contains(t.param(Tables.SOLVER))
                || !t.param(Tables.BACKEND).equals("cpu");
    }

    private static List<Grid> contenders(List<Timing> base, List<Quality> quality) {
        Timing first = base.getFirst();
        String load = first.param(Tables.LOAD);
        List<Quality> same = quality.stream().filter(q -> q.load().equals(load)).toList();
        Pivot table = new Pivot(
                "Solve, microseconds a batch of " + Cells.groups(first.param(Tables.BATCH)) + ", " + load + " loads"
                        + (same.isEmpty() ? "" : "; gap of the answers to the optimum in percent of the mean load"),
                "");
        base.forEach(t -> table.put(Tables.name(t), t.param(Tables.TOPOLOGY), Cells.micros(t.nanos())));
        QualityTables.byName(same).forEach((name, some) -> {
            if (table.hasRow(name)) {
                int refused =
                        some.stream().mapToInt(q -> q.failed() + q.rejected()).sum();
                table.put(name, "gap, mean", Cells.percent(QualityTables.mean(some, Quality::gapMean)))
                        .put(name, "gap, max", Cells.percent(QualityTables.max(some, Quality::gapMax)))
                        .put(name, "no answer", Integer.toString(refused));
            }
        });
        return table.grid();
    }

    /** Times of this library and quality of all by load, on the machine measured first. */
    private static List<Grid> loads(List<Timing> solves, List<Timing> base, List<Quality> quality) {
        if (base.isEmpty()
                || solves.stream().map(t -> t.param(Tables.LOAD)).distinct().count() < 2) {
            return List.of();
        }
        Timing first = base.getFirst();
        String machine = first.param(Tables.TOPOLOGY);
        Pivot table = new Pivot(
                "By load on " + machine + ": solve, microseconds a batch of " + Cells.groups(first.param(Tables.BATCH))
                        + "; tokens of the busiest rank / mean after rounding, mean",
                "");
        solves.stream()
                .filter(t -> on(machine, t) && t.param(Tables.BATCH).equals(first.param(Tables.BATCH)))
                .filter(t -> Contenders.hasKernels(t.param(Tables.SOLVER)))
                .forEach(t -> table.put(t.param(Tables.LOAD), Tables.name(t), Cells.micros(t.nanos())));
        quality.stream()
                .filter(q -> q.topology().equals(machine) && SHOWN.contains(q.solver()) && table.hasRow(q.load()))
                .forEach(q -> table.put(q.load(), "busiest, " + QualityTables.name(q), Cells.ratio(q.imbalanceMean())));
        return table.grid();
    }

    /** Times and quality of every contender on each trace, on the machine measured first. */
    private static List<Grid> traces(List<Timing> solves, Timing first, List<Quality> quality) {
        List<Grid> grids = new ArrayList<>();
        String machine = first.param(Tables.TOPOLOGY);
        List<String> traces =
                solves.stream().map(t -> t.param(Tables.LOAD)).distinct().toList();
        for (String trace : traces) {
            Pivot table = new Pivot(
                    trace.substring(TraceLoad.PREFIX.length()) + " on " + machine
                            + ": solve, microseconds; gap to the optimum in percent of the mean load; tokens of the busiest"
                            + " rank / mean after rounding",
                    "");
            solves.stream()
                    .filter(t -> on(machine, t) && t.param(Tables.LOAD).equals(trace))
                    .filter(t -> t.param(Tables.BATCH).equals(first.param(Tables.BATCH)))
                    .forEach(t -> table.put(Tables.name(t), "solve", Cells.micros(t.nanos())));
            quality.stream()
                    .filter(q -> q.topology().equals(machine) && q.load().equals(trace))
                    .forEach(q -> {
                        String name = QualityTables.name(q);
                        table.put(name, "problems", Integer.toString(q.problems()))
                                .put(name, "no answer", Integer.toString(q.failed() + q.rejected()))
                                .put(name, "gap, mean", Cells.percent(q.gapMean()))
                                .put(name, "gap, max", Cells.percent(q.gapMax()))
                                .put(name, "busiest, mean", Cells.ratio(q.imbalanceMean()))
                                .put(name, "busiest, max", Cells.ratio(q.imbalanceMax()));
                    });
            grids.addAll(table.grid());
        }
        return grids;
    }

    private static boolean on(String machine, Timing t) {
        return t.param(Tables.TOPOLOGY).equals(machine);
    }

    /** This library's solvers by the size of the batch, the backends under each other. */
    private static List<Grid> batches(List<Timing> solves, List<Timing> base) {
        if (base.isEmpty()
                || solves.stream().map(t -> t.param(Tables.BATCH)).distinct().count() < 2) {
            return List.of();
        }
        String load = base.getFirst().param(Tables.LOAD);
        List<String> machines =
                solves.stream().map(t -> t.param(Tables.TOPOLOGY)).distinct().toList();
        List<String> solvers =
                solves.stream().map(t -> t.param(Tables.SOLVER)).distinct().toList();
        Pivot table = new Pivot("Solve, microseconds a batch of so many groups, " + load + " loads", "");
        solves.stream()
                .filter(t -> t.param(Tables.LOAD).equals(load) && Contenders.hasKernels(t.param(Tables.SOLVER)))
                .sorted(Comparator.<Timing>comparingInt(t -> machines.indexOf(t.param(Tables.TOPOLOGY)))
                        .thenComparingInt(t -> solvers.indexOf(t.param(Tables.SOLVER))))
                .forEach(t -> table.put(
                        t.param(Tables.TOPOLOGY) + ", " + Tables.name(t),
                        t.param(Tables.BATCH),
                        Cells.micros(t.nanos())));
        return table.grid();
    }

    /** Plans, and the way from ids to ids, by machine. */
    private static List<Grid> wholeWay(List<Timing> timings) {
        List<Timing> plans = Tables.of(timings, Tables.PLAN);
        String load = plans.isEmpty() ? "" : plans.getFirst().param(Tables.LOAD);
        boolean ids = !Tables.of(timings, Tables.PIPELINE).isEmpty();
        Pivot table = new Pivot(
                "Whole plan from counts to whole tokens" + (ids ? ", and from 32,768 routed ids to physical ids" : "")
                        + ", microseconds, " + load + " loads",
                "");
        for (String benchmark : List.of(Tables.PLAN, Tables.PIPELINE)) {
            Tables.of(timings, benchmark).stream()
                    .filter(t -> t.param(Tables.LOAD).equals(load))
                    .forEach(t -> table.put(
                            (benchmark.equals(Tables.PLAN) ? "plan, " : "ids to ids, ") + Tables.name(t),
                            t.param(Tables.TOPOLOGY),
                            Cells.micros(t.nanos())));
        }
        return table.grid();
    }
}
