// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.trace;

import io.lplb.trace.Trace;
import io.lplb.trace.engine.BalanceLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Sums over a trace, taken step by step, and how they are printed. */
final class TraceTally {
    private final Trace trace;
    private long steps;
    private BigInteger sum = BigInteger.ZERO;
    private long largest;
    private long padding;

    TraceTally(Trace trace) {
        this.trace = trace;
    }

    /** Adds the current step of the trace. */
    void add() {
        steps++;
        padding += trace.padding();
        for (long[] layer : trace.counts()) {
            long partial = 0;
            for (long count : layer) {
                if (partial + count < 0) {
                    sum = sum.add(BigInteger.valueOf(partial));
                    partial = 0;
                }
                partial += count;
                largest = Math.max(largest, count);
            }
            sum = sum.add(BigInteger.valueOf(partial));
        }
    }

    /** Returns the size of the trace in words. */
    String size() {
        return steps + " steps of " + trace.layers() + " layers and " + trace.experts() + " experts";
    }

    /** Returns the fields of {@code trace info --json}. */
    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", trace.kind());
        fields.put("shape", shape(steps, trace.layers(), trace.experts(), trace.sources()));
        fields.put("sum", sum);
        fields.put("largest", largest);
        fields.put("padding", padding);
        return fields;
    }

    private static Map<String, Object> shape(long steps, int layers, int experts, int sources) {
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("steps", steps);
        shape.put("layers", layers);
        shape.put("experts", experts);
        shape.put("sources", sources);
        return shape;
    }

    /** Returns the fields of a file that has lines of vLLM's balance log, none of another file. */
    static Map<String, Object> ofBalanceLog(Path file) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (Files.isRegularFile(file) && BalanceLog.isText(file)) {
            BalanceLog.read(file).ifPresent(log -> {
                fields.put("kind", "vLLM log of balance, without loads of experts");
                fields.put("shape", shape(log.steps(), 0, 0, 0));
                fields.put("models", log.models());
                fields.put("meanTokens", log.meanTokens());
                fields.put("largest", log.largest());
                fields.put("meanBalance", log.meanBalance());
                fields.put("leastBalance", log.leastBalance());
            });
        }
        return fields;
    }

    /** Prints fields as a line each. */
    static void print(PrintWriter out, Map<String, Object> fields) {
        fields.forEach((name, value) -> out.printf(Locale.ROOT, "%-9s %s%n", name + ":", text(name, value)));
    }

    private static String text(String name, Object value) {
        if (value instanceof Map<?, ?> shape) {
            StringBuilder text = new StringBuilder();
            shape.forEach((what, number) -> text.append(text.isEmpty() ? "" : ", ")
                    .append(number)
                    .append(' ')
                    .append(what));
            return text.toString();
        }
        return switch (name) {
            case "largest" -> value + " tokens";
            case "padding" -> value + " ids";
            default -> value instanceof Double number ? String.format(Locale.ROOT, "%.4f", number) : value.toString();
        };
    }
}
