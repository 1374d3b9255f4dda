// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.bench.peer.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
        List<String> findings = new ArrayList<>();
        findings.addAll(fasterPrograms(Tables.base(timings)));
        findings.addAll(fasterCpu(timings));
        findings.addAll(greedy(Tables.base(timings), file.quality()));
        return findings;
    }

    private static List<String> fasterPrograms(List<Timing> base) {
        List<String> findings = new ArrayList<>();
        int compared = 0;
        for (Timing own : base) {
            if (!Tables.name(own).equals(EXACT)) {
                continue;
            }
            for (Timing other : base) {
                if (sameMachine(own, other) && Peers.programs().contains(other.param("solver"))) {
                    compared++;
                    if (other.nanos() < own.nanos()) {
                        findings.add(String.format(
                                Locale.ROOT,
                                "%s is %.1f times as fast as %s on %s.",
                                other.param("solver"),
                                own.nanos() / other.nanos(),
                                EXACT,
                                own.param("topology")));
                    }
                }
            }
        }
        if (findings.isEmpty() && compared > 0) {
            findings.add("No general solver was faster than " + EXACT + " on any of these machines.");
        }
        return findings;
    }

    private static boolean sameMachine(Timing a, Timing b) {
        return a.param("topology").equals(b.param("topology"));
    }

    /** Every solve that was measured on the CPU and on a GPU. */
    private static List<String> fasterCpu(List<Timing> timings) {
        List<String> findings = new ArrayList<>();
        for (Timing gpu : timings) {
            for (Timing cpu : timings) {
                if (gpu.param("backend").startsWith("gpu")
                        && cpu.param("backend").equals("cpu")
                        && gpu.benchmark().equals(cpu.benchmark())
                        && List.of("solver", "topology", "load", "batch").stream()
                                .allMatch(p -> gpu.param(p).equals(cpu.param(p)))
                        && cpu.nanos() < gpu.nanos()) {
                    findings.add(String.format(
                            Locale.ROOT,
                            "%s: one core of the CPU is %.1f times as fast as %s (%s, %s%s).",
                            gpu.benchmark().replaceFirst("Benchmark\\..*", ""),
                            gpu.nanos() / cpu.nanos(),
                            gpu.param("backend"),
                            gpu.param("solver"),
                            gpu.param("topology"),
                            gpu.param("batch").isEmpty() ? "" : ", batch " + gpu.param("batch")));
                }
            }
        }
        return findings;
    }

    private static List<String> greedy(List<Timing> base, List<Quality> quality) {
        List<String> findings = new ArrayList<>();
        for (String rule : Peers.greedy()) {
            List<Quality> answers =
                    quality.stream().filter(q -> q.solver().equals(rule)).toList();
            List<String> faster = new ArrayList<>();
            for (Timing own : base) {
                for (Timing other : base) {
                    if (Tables.name(own).equals(FAST)
                            && other.param("solver").equals(rule)
                            && sameMachine(own, other)
                            && other.nanos() < own.nanos()) {
                        faster.add(other.param("topology"));
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
                        100 * Tables.meanGap(answers),
                        100
                                * answers.stream()
                                        .mapToDouble(Quality::gapMax)
                                        .max()
                                        .orElse(Double.NaN)));
            }
        }
        return findings;
    }
}
