// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.bench.jmh.BenchProblem;
import io.lplb.bench.peer.BackendChoice;
import io.lplb.bench.peer.Contenders;
import io.lplb.problem.MinMaxProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Mode;

/**
 * One call of JMH's runner: a benchmark with values of its parameters, all of whose combinations are meant. The sets
 * below are made of such calls, since the whole product of solvers, machines, loads and batches would take an hour.
 *
 * @param benchmark class and method
 * @param params values by parameter
 * @param gpu whether it runs on a GPU, where nothing else may run in its place
 * @param mode averages, or each operation by itself for the distribution of latencies
 */
record JmhCase(String benchmark, Map<String, List<String>> params, boolean gpu, Mode mode) {
    private static final List<String> SCALED = List.of("interior-point", "relaxation");
    private static final List<String> SAMPLED = List.of("interior-point", "relaxation", "glop-reused");
    private static final String SOLVE = "SolveBenchmark.solve";
    private static final String SCALING = "ScalingBenchmark.solve";

    private static JmhCase of(String benchmark, boolean gpu, Object... namesAndValues) {
        Map<String, List<String>> params = new LinkedHashMap<>();
        for (int k = 0; k < namesAndValues.length; k += 2) {
            List<?> values = namesAndValues[k + 1] instanceof List<?> list ? list : List.of(namesAndValues[k + 1]);
            params.put(
                    namesAndValues[k].toString(),
                    values.stream().map(Object::toString).toList());
        }
        return new JmhCase(benchmark, params, gpu, Mode.AverageTime);
    }

    private JmhCase eachByItself() {
        return new JmhCase(benchmark, params, gpu, Mode.SampleTime);
    }

    /** How many measurements this is. */
    int size() {
        return params.values().stream().mapToInt(List::size).reduce(1, Math::multiplyExact);
    }

    /**
     * Times: every contender on every machine with the first load and batch; this library's solvers with the other loads
     * and batches, too; latencies of some on the first machine; count, route, plan and the whole way.
     */
    static List<JmhCase> times(BenchSelection selection) {
        List<JmhCase> cases = new ArrayList<>();
        for (String topology : selection.topologies()) {
            MinMaxProblem problem = new BenchProblem(topology, selection.loads().getFirst())
                    .placed()
                    .problem();
            for (String solver : selection.solvers()) {
                if (Contenders.takes(solver, problem)) {
                    addSolves(cases, selection, solver, topology);
                }
            }
        }
        List<String> own = selection.solvers().stream().filter(SCALED::contains).toList();
        cases.add(of("CountBenchmark.count", false, "load", selection.loads()));
        cases.add(of("RouteBenchmark.route", false, "load", selection.loads()));
        for (String benchmark : List.of("PlanBenchmark.plan", "PipelineBenchmark.pipeline")) {
            for (String backend : selection.backends()) {
                // The emulator is no balancer's backend.
                if (!own.isEmpty() && !backend.equals("emulator")) {
                    cases.add(of(
                            benchmark,
                            BackendChoice.named(backend).isGpu(),
                            "solver",
                            own,
                            "backend",
                            backend,
                            "topology",
                            selection.topologies(),
                            "load",
                            selection.loads().getFirst()));
                }
            }
        }
        return filtered(cases, selection);
    }

    private static void addSolves(List<JmhCase> cases, BenchSelection selection, String solver, String topology) {
        List<String> loads = selection.loads();
        List<Integer> batches = selection.batches();
        for (String backend : Contenders.backendsOf(solver, selection.backends())) {
            boolean gpu = BackendChoice.named(backend).isGpu();
            boolean all = SCALED.contains(solver);
            cases.add(of(
                    SOLVE,
                    gpu,
                    "solver",
                    solver,
                    "backend",
                    backend,
                    "topology",
                    topology,
                    "load",
                    all ? loads : loads.getFirst(),
                    "batch",
                    batches.getFirst()));
            if (SAMPLED.contains(solver)
                    && topology.equals(selection.topologies().getFirst())) {
                cases.add(of(
                                SOLVE,
                                gpu,
                                "solver",
                                solver,
                                "backend",
                                backend,
                                "topology",
                                topology,
                                "load",
                                loads.getFirst(),
                                "batch",
                                batches.getFirst())
                        .eachByItself());
            }
            if (all && batches.size() > 1) {
                cases.add(of(
                        SOLVE,
                        gpu,
                        "solver",
                        solver,
                        "backend",
                        backend,
                        "topology",
                        topology,
                        "load",
                        loads.getFirst(),
                        "batch",
                        batches.subList(1, batches.size())));
            }
        }
    }

    /**
     * Scaling on the CPU: ranks for all the selected contenders that scale with them in reasonable time, and replicas, hosts
     * and batch for this library's solvers.
     */
    static List<JmhCase> scaling(BenchSelection selection) {
        List<String> own = selection.solvers().stream().filter(SCALED::contains).toList();
        List<String> ranked = selection.solvers().stream()
                .filter(solver -> SCALED.contains(solver) || solver.equals("glop-reused"))
                .toList();
        List<JmhCase> cases = new ArrayList<>();
        if (!ranked.isEmpty()) {
            cases.add(grow(ranked, List.of(8, 16, 32, 64, 128, 256), List.of(2), List.of(2), List.of(1)));
        }
        if (!own.isEmpty()) {
            // The point where the four lines meet is among those above.
            List<Integer> ranks = List.of(16);
            cases.add(grow(own, ranks, List.of(1, 4, 8), List.of(2), List.of(1)));
            cases.add(grow(own, ranks, List.of(2), List.of(4, 8, 16), List.of(1)));
            cases.add(grow(own, ranks, List.of(2), List.of(2), List.of(8, 64, 512)));
        }
        return filtered(cases, selection);
    }

    private static JmhCase grow(
            List<String> solvers,
            List<Integer> ranks,
            List<Integer> replicas,
            List<Integer> hosts,
            List<Integer> batches) {
        return of(
                SCALING,
                false,
                "solver",
                solvers,
                "ranks",
                ranks,
                "replicas",
                replicas,
                "hosts",
                hosts,
                "batch",
                batches);
    }

    private static List<JmhCase> filtered(List<JmhCase> cases, BenchSelection selection) {
        return cases.stream()
                .filter(c -> selection.filter().matcher(c.benchmark).find())
                .toList();
    }
}
