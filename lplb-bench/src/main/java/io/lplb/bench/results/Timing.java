// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One of JMH's own records, as far as tables need it.
 *
 * @param benchmark class and method, without the package
 * @param mode avgt: operations of an iteration in one; sample: each by itself
 * @param params parameters by name
 * @param nanos median of the iterations, or of the operations in sample mode, nanoseconds an operation
 * @param p99 99th percentile of the same
 * @param p999 99.9th percentile of the same
 * @param bytes allocated an operation; NaN if not measured
 */
public record Timing(
        String benchmark,
        String mode,
        Map<String, String> params,
        double nanos,
        double p99,
        double p999,
        double bytes) {
    static final String AVERAGE = "avgt";
    static final String SAMPLE = "sample";

    private static final Map<String, Double> NANOS = Map.of("ns/op", 1.0, "us/op", 1e3, "ms/op", 1e6, "s/op", 1e9);

    /**
     * Reads a record.
     *
     * @throws IllegalArgumentException if it is not one of JMH's with a time
     */
    static Timing of(JsonNode record) {
        String name = record.path("benchmark").asText();
        JsonNode metric = record.path("primaryMetric");
        Double unit = NANOS.get(metric.path("scoreUnit").asText());
        JsonNode percentiles = metric.path("scorePercentiles");
        if (name.isEmpty() || unit == null || !percentiles.path("50.0").isNumber()) {
            throw new IllegalArgumentException("record of JMH: got benchmark '" + name + "' in '"
                    + metric.path("scoreUnit").asText() + "', expected a time and its percentiles");
        }
        Map<String, String> params = new LinkedHashMap<>();
        record.path("params")
                .properties()
                .forEach(p -> params.put(p.getKey(), p.getValue().asText()));
        return new Timing(
                name.replaceFirst(".*\\.([^.]+\\.[^.]+)$", "$1"),
                record.path("mode").asText(AVERAGE),
                Collections.unmodifiableMap(params),
                percentiles.path("50.0").asDouble() * unit,
                percentiles.path("99.0").asDouble() * unit,
                percentiles.path("99.9").asDouble() * unit,
                record.path("secondaryMetrics")
                        .path("gc.alloc.rate.norm")
                        .path("score")
                        .asDouble(Double.NaN));
    }

    /** Returns what is timed in a word, such as Solve. */
    String operation() {
        return benchmark.replaceFirst("Benchmark\\..*", "");
    }

    /** Returns a parameter, or an empty text if the benchmark does not have it. */
    String param(String name) {
        return params.getOrDefault(name, "");
    }
}
