// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.bench.jmh.BenchProblem;
import io.lplb.bench.peer.BackendChoice;
import io.lplb.bench.peer.Contenders;
import io.lplb.problem.MinMaxProblem;
import java.util.ArrayList;
import java.util.List;

/**
 * The sets of cases that a run is made of. They are no full product: all solvers on all machines with all loads and
 * batches would take an hour.
 */
final class BenchCases {
    private static final List<String> SCALED = List.of("interior-point", "relaxation");
    private static final List<String> SAMPLED = List.of("interior-point", "relaxation", "glop-reused");

    private final BenchSelection selection;
    private final List<JmhCase> cases = new ArrayList<>();

    private BenchCases(BenchSelection selection) {
        this.selection = selection;
    }

    /**
     * Times: every contender on every machine with the first load and batch; this library's solvers with the other loads
     * and batches, too; latencies of some on the first machine; count, route, plan and the whole way. What a contender or
     * a GPU's launcher does not take is left out.
     */
    static List<JmhCase> times(BenchSelection selection) {
        BenchCases times = new BenchCases(selection);
        selection.topologies().forEach(times::addSolves);
        times.add(JmhCase.of("CountBenchmark.count").with("load", selection.loads()));
        times.add(JmhCase.of("RouteBenchmark.route").with("load", selection.loads()));
        for (String benchmark : List.of("PlanBenchmark.plan", "PipelineBenchmark.pipeline")) {
            selection.topologies().forEach(topology -> times.addPlans(benchmark, topology));
        }
        return times.cases;
    }

    /**
     * Scaling on the CPU: ranks for this library's solvers and GLOP, and replicas, hosts and batch for this library's.
     */
    static List<JmhCase> scaling(BenchSelection selection) {
        BenchCases scaling = new BenchCases(selection);
        List<Integer> one = List.of(1);
        List<Integer> two = List.of(2);
        // The point where the four lines meet, 16 ranks, is among the first.
        List<Integer> ranks = List.of(16);
        scaling.addGrowth(SAMPLED, List.of(8, 16, 32, 64, 128, 256), two, two, one);
        scaling.addGrowth(SCALED, ranks, List.of(1, 4, 8), two, one);
        scaling.addGrowth(SCALED, ranks, two, List.of(4, 8, 16), one);
        scaling.addGrowth(SCALED, ranks, two, two, List.of(8, 64, 512));
        return scaling.cases;
    }

    private void add(JmhCase one) {
        if (selection.filter().matcher(one.benchmark()).find()) {
            cases.add(one);
        }
    }

    private void addSolves(String topology) {
        List<String> loads = selection.loads();
        List<Integer> batches = selection.batches();
        MinMaxProblem problem =
                new BenchProblem(topology, loads.getFirst()).placed().problem();
        for (String solver : selection.solvers()) {
            for (String backend : Contenders.backendsOf(solver, selection.backends())) {
                if (!Contenders.takes(solver, backend, problem)) {
                    continue;
                }
                // The emulator takes a second where a GPU takes microseconds.
                boolean more = SCALED.contains(solver) && !backend.equals("emulator");
                JmhCase solve = contest("SolveBenchmark.solve", solver, backend, topology);
                add(solve.with("load", more ? loads : loads.subList(0, 1)).with("batch", batches.getFirst()));
                JmhCase first = solve.with("load", loads.getFirst());
                if (SAMPLED.contains(solver)
                        && topology.equals(selection.topologies().getFirst())) {
                    add(first.with("batch", batches.getFirst()).eachByItself());
                }
                if (more && batches.size() > 1) {
                    add(first.with("batch", batches.subList(1, batches.size())));
                }
            }
        }
    }

    private void addPlans(String benchmark, String topology) {
        String load = selection.loads().getFirst();
        MinMaxProblem problem = new BenchProblem(topology, load).placed().problem();
        for (String solver : selection.solvers()) {
            for (String backend : selection.backends()) {
                // The emulator is no balancer's backend.
                if (SCALED.contains(solver)
                        && !backend.equals("emulator")
                        && Contenders.takes(solver, backend, problem)) {
                    add(contest(benchmark, solver, backend, topology).with("load", load));
                }
            }
        }
    }

    private static JmhCase contest(String benchmark, String solver, String backend, String topology) {
        return JmhCase.of(benchmark)
                .onGpu(BackendChoice.named(backend).isGpu())
                .with("solver", solver)
                .with("backend", backend)
                .with("topology", topology);
    }

    private void addGrowth(
            List<String> solvers,
            List<Integer> ranks,
            List<Integer> replicas,
            List<Integer> hosts,
            List<Integer> batches) {
        List<String> selected =
                solvers.stream().filter(selection.solvers()::contains).toList();
        if (!selected.isEmpty()) {
            add(JmhCase.of("ScalingBenchmark.solve")
                    .with("solver", selected)
                    .with("ranks", ranks)
                    .with("replicas", replicas)
                    .with("hosts", hosts)
                    .with("batch", batches));
        }
    }
}
