// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lplb.bench.jmh.TraceLoad;
import java.util.TreeMap;

/**
 * Makes JMH's records small enough to be committed: of the profiler's figures the bytes an operation stay; of sample
 * mode's histogram all iterations are put together and values rounded to two digits, as the percentiles stand beside it.
 */
final class JmhRecords {
    private static final String HISTOGRAM = "rawDataHistogram";
    private static final String BYTES = "gc.alloc.rate.norm";

    private JmhRecords() {}

    /** Returns the record, which is changed. */
    static ObjectNode slim(ObjectNode record) {
        // A path of the machine that tells nothing.
        record.remove("jvm");
        if (record.path("params") instanceof ObjectNode params && params.has(Tables.LOAD)) {
            // Of a trace the file's name counts, not the folder on this machine.
            params.put(Tables.LOAD, TraceLoad.label(params.path(Tables.LOAD).asText()));
        }
        if (record.path("secondaryMetrics") instanceof ObjectNode metrics) {
            metrics.retain(BYTES);
        }
        if (record.path("primaryMetric") instanceof ObjectNode metric && metric.has(HISTOGRAM)) {
            TreeMap<Double, Long> counts = new TreeMap<>();
            for (JsonNode fork : metric.path(HISTOGRAM)) {
                for (JsonNode iteration : fork) {
                    iteration.forEach(pair -> counts.merge(
                            twoDigits(pair.path(0).asDouble()), pair.path(1).asLong(), Long::sum));
                }
            }
            ArrayNode merged = metric.putArray(HISTOGRAM).addArray().addArray();
            counts.forEach((value, count) -> merged.addArray().add(value).add(count));
        }
        return record;
    }

    private static double twoDigits(double value) {
        if (!(value > 0)) {
            return value;
        }
        double unit = Math.pow(10, Math.floor(Math.log10(value)) - 1);
        return Math.round(value / unit) * unit;
    }
}
