// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.bench.peer.BackendChoice;
import io.lplb.bench.peer.Peers;
import io.lplb.report.Quality;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where something else is better than what this library would rather show, in sentences made from the results so that
 * nobody has to remember to write them: a general solver that is faster, the CPU where it beats the GPU, a greedy rule
 * that is faster and what it costs.
 */
final class Findings {
    private static final String EXACT = "interior-point";
    private static final String FAST = "relaxation";

    private Findings() {}

    /** Returns the sentences. */
    static List<String> of(ResultFile file) {
        List<Timing> timings = Tables.averages(file.timings());
        List<Timing> solves = Tables.of(timings, Tables.SOLVE);
        boolean loads =
                solves.stream().map(t -> t.param(Tables.LOAD)).distinct().count() > 1;
        List<String> findings = new ArrayList<>();
        findings.addAll(fasterPrograms(solves, loads));
        findings.addAll(fasterCpu(timings, loads));
        findings.addAll(greedy(solves, loads, file.quality()));
        return findings;
    }

    private static List<String> fasterPrograms(List<Timing> solves, boolean loads) {
        List<String> findings = new ArrayList<>();
        int compared = 0;
        for (Timing own : solves) {
            for (Timing other : solves) {
                if (Tables.name(own).equals(EXACT)
                        && same(own, other, Tables.TOPOLOGY, Tables.LOAD, Tables.BATCH)
                        && Peers.programs().contains(other.param(Tables.SOLVER))) {
                    compared++;
                    if (other.nanos() < own.nanos()) {
                        findings.add(other.param(Tables.SOLVER) + " is " + times(own, other) + " as fast as " + EXACT
                                + " on " + place(own, loads) + ".");
                    }
                }
            }
        }
        if (findings.isEmpty() && compared > 0) {
            findings.add("No general solver was faster than " + EXACT + " anywhere here.");
        }
        return findings;
    }

    private static boolean same(Timing a, Timing b, String... params) {
        return List.of(params).stream().allMatch(p -> a.param(p).equals(b.param(p)));
    }

    private static String place(Timing t, boolean loads) {
        return t.param(Tables.TOPOLOGY) + (loads ? " (" + t.param(Tables.LOAD) + ")" : "");
    }

    private static String times(Timing slow, Timing fast) {
        return String.format(Locale.ROOT, "%.1f times", slow.nanos() / fast.nanos());
    }

    /** All that was measured on the CPU and on a GPU, a sentence for each kind of operation, size and solver. */
    private static List<String> fasterCpu(List<Timing> timings, boolean loads) {
        Map<String, List<String>> places = new LinkedHashMap<>();
        int compared = 0;
        for (Timing gpu : timings) {
            for (Timing cpu : timings) {
                if (BackendChoice.isGpu(gpu.param(Tables.BACKEND))
                        && cpu.param(Tables.BACKEND).equals("cpu")
                        && gpu.benchmark().equals(cpu.benchmark())
                        && Tables.withoutBackend(gpu).equals(Tables.withoutBackend(cpu))) {
                    compared++;
                    if (cpu.nanos() < gpu.nanos()) {
                        places.computeIfAbsent(
                                        gpu.operation() + size(gpu) + " by " + gpu.param(Tables.SOLVER)
                                                + ": one core of the CPU is faster than "
                                                + gpu.param(Tables.BACKEND),
                                        key -> new ArrayList<>())
                                .add(machine(gpu, loads) + " (" + times(gpu, cpu) + ")");
                    }
                }
            }
        }
        List<String> findings = new ArrayList<>();
        places.forEach((what, where) -> findings.add(what + " on " + String.join(", ", where) + "."));
        if (findings.isEmpty() && compared > 0) {
            findings.add("One core of the CPU was faster than the GPU nowhere here.");
        }
        if (compared > 0) {
            findings.add("The CPU's " + EXACT + " goes on to a gap of 1e-9 of the mean load, the GPU's to 1e-4.");
        }
        return findings;
    }

    private static String size(Timing t) {
        String batch = t.param(Tables.BATCH);
        return batch.isEmpty() ? "" : " of " + Cells.groups(batch);
    }

    /** The machine by name, or by its size in the benchmark of growth. */
    private static String machine(Timing t, boolean loads) {
        return t.param(Tables.TOPOLOGY).isEmpty()
                ? t.param("ranks") + " ranks, " + t.param("replicas") + " replicas, " + t.param("hosts") + " hosts"
                : place(t, loads);
    }

    private static List<String> greedy(List<Timing> solves, boolean loads, List<Quality> quality) {
        List<String> findings = new ArrayList<>();
        for (String rule : Peers.greedy()) {
            List<Quality> answers =
                    quality.stream().filter(q -> q.solver().equals(rule)).toList();
            List<String> faster = new ArrayList<>();
            for (Timing own : solves) {
                for (Timing other : solves) {
                    if (Tables.name(own).equals(FAST)
                            && other.param(Tables.SOLVER).equals(rule)
                            && same(own, other, Tables.TOPOLOGY, Tables.LOAD, Tables.BATCH)
                            && other.nanos() < own.nanos()) {
                        faster.add(place(other, loads));
                    }
                }
            }
            if (!faster.isEmpty() && !answers.isEmpty()) {
                findings.add(String.format(
                        Locale.ROOT,
                        "%s is faster than %s on %s; its busiest rank is %.2f %% of the mean load above the optimum on"
                                + " average, %.1f %% at worst.",
                        rule,
                        FAST,
                        String.join(", ", faster),
                        100 * QualityTables.mean(answers, Quality::gapMean),
                        100 * QualityTables.max(answers, Quality::gapMax)));
            }
        }
        return findings;
    }
}
