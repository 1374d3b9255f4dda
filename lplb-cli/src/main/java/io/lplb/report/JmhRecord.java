// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.lplb.trace.FormatException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads one of JMH's own records, as its option {@code -rf json} writes them. */
final class JmhRecord {
    private JmhRecord() {}

    /**
     * Reads a record.
     *
     * @param origin name of the run or file that it comes from
     * @throws FormatException if it is not one of JMH's, with the field
     */
    static JmhResult read(JsonField record, String origin) throws FormatException {
        String name = record.field("benchmark").requiredText();
        JsonField metric = record.field("primaryMetric");
        String unit = metric.field("scoreUnit").requiredText();
        double nanos = nanos(unit);
        String mode = record.field("mode").text();
        Map<Double, Double> percentiles = percentiles(metric.field("scorePercentiles"), nanos);
        double score = nanos * metric.field("score").requiredNumber();
        Map<String, String> params = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : record.field("params").node().properties()) {
            params.put(
                    entry.getKey(), record.field("params").field(entry.getKey()).text());
        }
        JsonField bytes =
                record.field("secondaryMetrics").field("gc.alloc.rate.norm").field("score");
        return new JmhResult(
                origin,
                name.replaceFirst(".*\\.([^.]+\\.[^.]+)$", "$1"),
                mode,
                params,
                nanos == 1 && !unit.equals("ns/op") ? unit : JmhResult.NANOS,
                percentiles.getOrDefault(50.0, score),
                percentiles.getOrDefault(0.0, score),
                percentiles.getOrDefault(100.0, score),
                bytes.number(),
                mode.equals(JmhResult.SAMPLE) ? percentiles : Map.of(),
                mode.equals(JmhResult.SAMPLE) ? samples(metric.field("rawDataHistogram")) : 0);
    }

    /** How many nanoseconds a unit of time an operation has; 1 for any other unit. */
    private static double nanos(String unit) {
        return switch (unit) {
            case "us/op" -> 1e3;
            case "ms/op" -> 1e6;
            case "s/op" -> 1e9;
            default -> 1;
        };
    }

    private static Map<Double, Double> percentiles(JsonField field, double nanos) throws FormatException {
        Map<Double, Double> percentiles = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : field.node().properties()) {
            double value = nanos * field.field(entry.getKey()).number();
            try {
                double percent = Double.parseDouble(entry.getKey());
                if (!Double.isNaN(value)) {
                    percentiles.put(percent, value);
                }
            } catch (NumberFormatException e) {
                throw field.field(entry.getKey()).unexpected("percentages as names of the values");
            }
        }
        return percentiles;
    }

    /** The histogram of sample mode: forks, iterations, pairs of value and count. */
    private static long samples(JsonField histogram) throws FormatException {
        long samples = 0;
        if (!histogram.isMissing()) {
            for (JsonField fork : histogram.elements()) {
                for (JsonField iteration : fork.elements()) {
                    for (JsonField pair : iteration.elements()) {
                        samples += (long) pair.element(1).requiredNumber();
                    }
                }
            }
        }
        return samples;
    }
}
