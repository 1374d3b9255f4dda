// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From JMH's records of {@link io.lplb.bench.jmh.ScalingBenchmark} to fitted power laws: for each parameter that takes
 * several values while the others keep theirs, one law a solver.
 */
final class ScalingFit {
    private static final List<String> AXES = List.of("ranks", "replicas", "hosts", "batch");
    private static final String BENCHMARK = "ScalingBenchmark.solve";
    private static final double NANOS_PER_MICRO = 1000;

    private ScalingFit() {}

    /** Fits what there is to fit. */
    static List<Scaling> of(List<Timing> timings) {
        List<Timing> points =
                timings.stream().filter(t -> t.benchmark().equals(BENCHMARK)).toList();
        List<Scaling> laws = new ArrayList<>();
        for (String axis : AXES) {
            Map<List<String>, List<Timing>> lines = new LinkedHashMap<>();
            for (Timing point : points) {
                lines.computeIfAbsent(others(point, axis), key -> new ArrayList<>())
                        .add(point);
            }
            lines.values().stream().filter(line -> line.size() > 1).forEach(line -> laws.add(fit(axis, line)));
        }
        return laws;
    }

    private static List<String> others(Timing point, String axis) {
        List<String> key = new ArrayList<>(List.of(Tables.name(point)));
        AXES.stream().filter(name -> !name.equals(axis)).map(point::param).forEach(key::add);
        return key;
    }

    private static Scaling fit(String axis, List<Timing> line) {
        List<Timing> rising = line.stream()
                .sorted(Comparator.comparingDouble(point -> size(point, axis)))
                .toList();
        return Scaling.fit(
                axis,
                Tables.name(line.getFirst()),
                "us",
                rising.stream().map(point -> size(point, axis)).toList(),
                rising.stream().map(point -> point.nanos() / NANOS_PER_MICRO).toList());
    }

    private static double size(Timing point, String axis) {
        return Double.parseDouble(point.param(axis));
    }
}
