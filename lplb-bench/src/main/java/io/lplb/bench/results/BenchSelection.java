// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.bench.jmh.BenchProblem;
import io.lplb.bench.jmh.TraceLoad;
import io.lplb.bench.peer.BackendChoice;
import io.lplb.bench.peer.Contenders;
import io.lplb.workload.Workload;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Selection of the cases to measure.
 *
 * @param filter only benchmarks in whose class and method, such as SolveBenchmark.solve, this is found
 * @param solvers names as in {@link Contenders}
 * @param backends names as in {@link BackendChoice}
 * @param topologies machines as in {@link BenchProblem}
 * @param loads workloads by name and traces as in {@link TraceLoad}; the first one is the one on which everything is
 *     measured, traces are measured with every contender
 * @param batches groups in a batch; the first one is the one at which everything is measured
 */
public record BenchSelection(
        Pattern filter,
        List<String> solvers,
        List<String> backends,
        List<String> topologies,
        List<String> loads,
        List<Integer> batches) {

    /**
     * A selection of known names.
     *
     * @throws IllegalArgumentException if a list is empty or names something unknown, with what there is
     */
    public BenchSelection {
        solvers = known("solvers", solvers, Contenders.names());
        backends = known("backends", backends, BackendChoice.names());
        topologies = known("topologies", topologies, BenchProblem.MACHINES);
        if (loads.isEmpty()) {
            throw new IllegalArgumentException("loads: got none, expected at least one");
        }
        loads.stream().filter(load -> !TraceLoad.isTrace(load)).forEach(Workload::requireName);
        if (loads.stream().map(TraceLoad::label).distinct().count() < loads.size()) {
            throw new IllegalArgumentException(
                    "loads: got " + String.join(", ", loads) + ", expected each once, traces with names of their own");
        }
        loads = List.copyOf(loads);
        for (int batch : batches) {
            if (batch < 1) {
                throw new IllegalArgumentException("batches: got " + batch + ", expected at least 1 group");
            }
        }
        if (batches.isEmpty()) {
            throw new IllegalArgumentException("batches: got none, expected at least one");
        }
        batches = List.copyOf(batches);
    }

    private static List<String> known(String what, List<String> got, List<String> names) {
        if (got.isEmpty()) {
            throw new IllegalArgumentException(what + ": got none, expected some of " + String.join(", ", names));
        }
        for (String name : got) {
            if (!names.contains(name)) {
                throw new IllegalArgumentException(
                        what + ": got " + name + ", expected some of " + String.join(", ", names));
            }
        }
        return List.copyOf(got);
    }

    /**
     * A pattern of the user's.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Pattern filter(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "filter: got '" + regex + "', expected a regular expression: " + e.getDescription(), e);
        }
    }
}
