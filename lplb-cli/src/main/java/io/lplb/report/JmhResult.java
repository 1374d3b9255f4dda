// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.report.chart.Numbers;
import java.util.Map;

/**
 * One of JMH's results.
 *
 * @param origin name of the run or file that it comes from
 * @param benchmark class and method, without the package
 * @param mode JMH's short name, such as avgt or sample
 * @param params parameters by name
 * @param unit of the following numbers: "ns" if it was any unit of time an operation, else JMH's own
 * @param median of the iterations, or of all operations in sample mode
 * @param fastest smallest of them
 * @param slowest largest of them
 * @param bytes allocated an operation, NaN if not measured
 * @param percentiles value by percentage; empty but in sample mode
 * @param samples number of operations in sample mode, else of iterations
 */
record JmhResult(
        String origin,
        String benchmark,
        String mode,
        Map<String, String> params,
        String unit,
        double median,
        double fastest,
        double slowest,
        double bytes,
        Map<Double, Double> percentiles,
        long samples) {
    static final String NANOS = "ns";
    static final String SAMPLE = "sample";

    /** "Solve" for SolveBenchmark.solve; what has other names keeps them. */
    String shortName() {
        String name = benchmark.replaceFirst("Benchmark\\..*", "");
        return benchmark.equalsIgnoreCase(name + "Benchmark." + name) ? name : benchmark;
    }

    boolean isTime() {
        return unit.equals(NANOS);
    }

    /** Returns a parameter, or an empty text. */
    String param(String name) {
        return params.getOrDefault(name, "");
    }

    /** The solver with its backend unless that is the CPU; empty if the benchmark has no solver. */
    String solver() {
        String backend = param("backend");
        return backend.isEmpty() || backend.equals("cpu") ? param("solver") : param("solver") + " (" + backend + ")";
    }

    /** The value with its unit. */
    String show(double value) {
        return isTime() ? Numbers.time(value) : Numbers.significant(value) + " " + unit;
    }
}
