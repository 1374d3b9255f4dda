// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One of JMH's own records, as far as tables need it.
 *
 * @param benchmark class and method, without the package
 * @param params parameters by name
 * @param nanos median of the iterations, nanoseconds an operation
 * @param spread half the distance between the slowest and the fastest iteration, nanoseconds
 * @param bytes allocated an operation; NaN if not measured
 */
public record Timing(String benchmark, Map<String, String> params, double nanos, double spread, double bytes) {
    private static final Map<String, Double> NANOS = Map.of("ns/op", 1.0, "us/op", 1e3, "ms/op", 1e6, "s/op", 1e9);

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException if it is not one of JMH's with an average time
     */
    static Timing of(JsonNode record) {
        String name = record.path("benchmark").asText();
        JsonNode metric = record.path("primaryMetric");
        Double unit = NANOS.get(metric.path("scoreUnit").asText());
        List<Double> iterations = new ArrayList<>();
        for (JsonNode fork : metric.path("rawData")) {
            fork.forEach(value -> iterations.add(value.asDouble()));
        }
        if (name.isEmpty() || unit == null || iterations.isEmpty()) {
            throw new IllegalArgumentException("record of JMH: got benchmark '" + name + "' in '"
                    + metric.path("scoreUnit").asText() + "' with " + iterations.size()
                    + " iterations, expected an average time");
        }
        Collections.sort(iterations);
        Map<String, String> params = new LinkedHashMap<>();
        record.path("params")
                .properties()
                .forEach(p -> params.put(p.getKey(), p.getValue().asText()));
        return new Timing(
                name.replaceFirst(".*\\.([^.]+\\.[^.]+)$", "$1"),
                Collections.unmodifiableMap(params),
                median(iterations) * unit,
                (iterations.getLast() - iterations.getFirst()) / 2 * unit,
                record.path("secondaryMetrics")
                        .path("gc.alloc.rate.norm")
                        .path("score")
                        .asDouble(Double.NaN));
    }

    private static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** Returns a parameter, or an empty text if the benchmark does not have it. */
    String param(String name) {
        return params.getOrDefault(name, "");
    }
}
