// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.report.chart.Numbers;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Times of one benchmark by solver and topology, where all other parameters are the same, beside those of this library's
 * exact solver: "10.4 x" takes 10.4 times as long, "0.50 x" half as long.
 *
 * <p>Not thread-safe.
 */
final class PeersTable {
    /** The solver that the others are compared with. */
    static final String OURS = "interior-point";

    private static final Set<String> THIS_LIBRARY = Set.of(OURS, "relaxation", "exact", "ejml", "plan");
    private static final Set<String> COMPARED = Set.of("solver", "backend", "topology");
    static final String NONE = "–";

    private final String title;
    private final Map<String, Map<String, JmhResult>> rows = new LinkedHashMap<>();
    private final Set<String> topologies = new LinkedHashSet<>();

    private PeersTable(String title) {
        this.title = title;
    }

    /**
     * One table for each benchmark and values of its other parameters, in the order of the results; average times. Files
     * may come from different machines, so that each has tables of its own.
     */
    static List<PeersTable> of(Collection<JmhResult> results) {
        boolean files = results.stream().map(JmhResult::origin).distinct().count() > 1;
        Map<String, PeersTable> tables = new LinkedHashMap<>();
        for (JmhResult result : results) {
            boolean compared =
                    !result.solver().isEmpty() && !result.param("topology").isEmpty();
            if (compared && result.isTime() && !result.mode().equals(JmhResult.SAMPLE)) {
                String title = title(result, files);
                tables.computeIfAbsent(title, PeersTable::new).add(result);
            }
        }
        return List.copyOf(tables.values());
    }

    /** The benchmark with its parameters other than those compared, and on request the file that it comes from. */
    static String title(JmhResult result, boolean file) {
        String others = result.params().entrySet().stream()
                .filter(p -> !COMPARED.contains(p.getKey()))
                .map(p -> p.getKey() + " " + p.getValue())
                .collect(Collectors.joining(", "));
        return result.shortName()
                + (others.isEmpty() ? "" : ": " + others)
                + (file ? " (" + result.origin() + ")" : "");
    }

    private void add(JmhResult result) {
        topologies.add(result.param("topology"));
        rows.computeIfAbsent(result.solver(), s -> new LinkedHashMap<>()).put(result.param("topology"), result);
    }

    String title() {
        return title;
    }

    Set<String> topologies() {
        return topologies;
    }

    Set<String> solvers() {
        return rows.keySet();
    }

    /** The time of a solver on a topology in nanoseconds, NaN if there is none. */
    double time(String solver, String topology) {
        JmhResult result = rows.getOrDefault(solver, Map.of()).get(topology);
        return result == null ? Double.NaN : result.median();
    }

    /** The time of a solver over that of this library's exact solver, NaN if one is missing. */
    double ratio(String solver, String topology) {
        return time(solver, topology) / time(OURS, topology);
    }

    /** Whether somebody else is in the table. */
    boolean hasOthers() {
        return rows.keySet().stream().anyMatch(solver -> !isOurs(solver));
    }

    private boolean hasOurs() {
        return rows.containsKey(OURS);
    }

    List<String> columns() {
        List<String> columns = new ArrayList<>(List.of("solver"));
        for (String topology : topologies) {
            columns.add(topology);
            if (hasOurs()) {
                columns.add("/ ours");
            }
        }
        columns.add("allocated");
        return columns;
    }

    List<List<String>> cells() {
        List<List<String>> cells = new ArrayList<>();
        rows.forEach((solver, times) -> {
            List<String> row = new ArrayList<>(List.of(solver));
            for (String topology : topologies) {
                row.add(times.containsKey(topology) ? Numbers.time(time(solver, topology)) : NONE);
                if (hasOurs()) {
                    row.add(ratioText(ratio(solver, topology)));
                }
            }
            double bytes = times.values().stream()
                    .mapToDouble(JmhResult::bytes)
                    .filter(b -> !Double.isNaN(b))
                    .max()
                    .orElse(Double.NaN);
            // JMH's own bookkeeping shows as a fraction of a byte.
            row.add(Double.isNaN(bytes) ? NONE : Numbers.whole(bytes < 1 ? 0 : Math.round(bytes)) + " B");
            cells.add(row);
        });
        return cells;
    }

    private static String ratioText(double ratio) {
        return Double.isNaN(ratio) ? NONE : Numbers.decimal(ratio, ratio < 10 ? 2 : 1) + " x";
    }

    /** Returns sentences about solvers that are faster than this library's exact one, or one sentence that none is. */
    List<String> faster() {
        List<String> sentences = new ArrayList<>();
        for (String solver : rows.keySet()) {
            List<String> where = topologies.stream()
                    .filter(t -> ratio(solver, t) < 1)
                    .map(t -> t + " (" + ratioText(ratio(solver, t)) + ")")
                    .toList();
            if (!where.isEmpty()) {
                String whose = isOurs(solver) ? ", also this library's," : "";
                sentences.add(solver + whose + " is faster than " + OURS + " on " + String.join(", ", where) + ".");
            }
        }
        if (sentences.isEmpty() && hasOurs() && rows.size() > 1) {
            sentences.add("Nothing here is faster than " + OURS + ".");
        }
        return sentences;
    }

    static boolean isOurs(String solver) {
        return THIS_LIBRARY.contains(solver.replaceFirst(" \\(.*", ""));
    }

    /** A solver of others for the same problem: neither a greedy rule nor LPLB's few steps. */
    static boolean isGeneral(String solver) {
        return !isOurs(solver) && !solver.startsWith("greedy") && !solver.startsWith("lplb");
    }

    /** On each topology the fastest ratio of some solvers. */
    List<Double> fastest(Predicate<String> which) {
        List<Double> ratios = new ArrayList<>();
        for (String topology : topologies) {
            rows.keySet().stream()
                    .filter(which)
                    .mapToDouble(s -> ratio(s, topology))
                    .filter(r -> !Double.isNaN(r))
                    .min()
                    .ifPresent(ratios::add);
        }
        return ratios;
    }
}
