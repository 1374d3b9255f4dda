// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.bench.jmh.BenchProblem;
import io.lplb.bench.jmh.ScalingBenchmark;
import io.lplb.bench.jmh.TraceLoad;
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
    private static final String EMULATOR = "emulator";
    private static final List<String> SAMPLED = List.of("interior-point", "relaxation", "glop-reused");

    /** The CPU takes one group after the other, so that larger batches tell nothing new there and take seconds. */
    private static final int LARGEST_CPU_BATCH = 1024;

    private static final List<Integer> RANKS = List.of(8, 16, 32, 64, 128, 256);

    /** Where the four lines meet. */
    private static final int BASE_RANKS = 16;

    private static final int BASE_REPLICAS = 2;
    private static final int BASE_HOSTS = 2;

    private final BenchSelection selection;
    private final List<JmhCase> cases = new ArrayList<>();

    private BenchCases(BenchSelection selection) {
        this.selection = selection;
    }

    /**
     * Times: every contender on every machine with the first load and batch, and with every trace; this library's solvers
     * with the other loads and batches, too; latencies of some on the first machine; count, route, plan and the whole way.
     * Cases that a contender or a GPU's launcher does not take are left out.
     */
    static List<JmhCase> times(BenchSelection selection) {
        BenchCases times = new BenchCases(selection);
        selection.topologies().forEach(times::addSolves);
        times.add(JmhCase.of("CountBenchmark.count").with("load", selection.loads()));
        times.add(JmhCase.of("RouteBenchmark.route").with("load", selection.loads()));
        for (String benchmark : List.of(Tables.PLAN, Tables.PIPELINE)) {
            selection.topologies().forEach(topology -> times.addPlans(benchmark, topology));
        }
        return times.cases;
    }

    /**
     * Scaling: ranks for this library's solvers and GLOP, and replicas, hosts and batch for this library's, on every backend
     * but the emulator.
     */
    static List<JmhCase> scaling(BenchSelection selection) {
        BenchCases scaling = new BenchCases(selection);
        for (String solver : selection.solvers()) {
            for (String backend : Contenders.backendsOf(solver, selection.backends())) {
                if (SAMPLED.contains(solver) && !backend.equals(EMULATOR)) {
                    scaling.addGrowth(solver, backend);
                }
            }
        }
        return scaling.cases;
    }

    private void add(JmhCase one) {
        if (selection.filter().matcher(one.benchmark()).find()
                && one.params().values().stream().noneMatch(List::isEmpty)) {
            cases.add(one);
        }
    }

    private List<String> loadsOf(boolean all) {
        List<String> loads = selection.loads();
        return loads.stream()
                .filter(load -> all || load.equals(loads.getFirst()) || TraceLoad.isTrace(load))
                .toList();
    }

    private void addSolves(String topology) {
        String load = selection.loads().getFirst();
        int batch = selection.batches().getFirst();
        MinMaxProblem problem = new BenchProblem(topology, load).placed().problem();
        for (String solver : selection.solvers()) {
            for (String backend : Contenders.backendsOf(solver, selection.backends())) {
                if (!Contenders.takes(solver, backend, problem)) {
                    continue;
                }
                // The emulator takes a second where a GPU takes microseconds.
                boolean more = Contenders.hasKernels(solver) && !backend.equals(EMULATOR);
                JmhCase solve = contest(Tables.SOLVE, solver, backend, topology);
                add(solve.with("load", loadsOf(more)).with("batch", batch));
                JmhCase first = solve.with("load", load);
                if (SAMPLED.contains(solver) && isFirst(topology)) {
                    add(first.with("batch", batch).eachByItself());
                }
                if (more) {
                    List<Integer> others =
                            selection.batches().subList(1, selection.batches().size());
                    add(first.with(
                            "batch",
                            others.stream().filter(b -> b <= largest(backend)).toList()));
                }
            }
        }
    }

    private static int largest(String backend) {
        return BackendChoice.isGpu(backend) ? Integer.MAX_VALUE : LARGEST_CPU_BATCH;
    }

    private boolean isFirst(String topology) {
        return topology.equals(selection.topologies().getFirst());
    }

    private void addPlans(String benchmark, String topology) {
        String load = selection.loads().getFirst();
        MinMaxProblem problem = new BenchProblem(topology, load).placed().problem();
        for (String solver : selection.solvers()) {
            for (String backend : selection.backends()) {
                // The emulator is no balancer's backend.
                if (Contenders.hasKernels(solver)
                        && !backend.equals(EMULATOR)
                        && Contenders.takes(solver, backend, problem)) {
                    JmhCase plan = contest(benchmark, solver, backend, topology);
                    if (benchmark.equals(Tables.PLAN)) {
                        add(plan.with("load", loadsOf(false)));
                        if (isFirst(topology)) {
                            add(plan.with("load", load).eachByItself());
                        }
                    } else if (!TraceLoad.isTrace(load)) {
                        // A trace has other numbers of ids, whose times do not compare.
                        add(plan.with("load", load));
                    }
                }
            }
        }
    }

    private static JmhCase contest(String benchmark, String solver, String backend, String topology) {
        return JmhCase.of(benchmark)
                .onGpu(BackendChoice.isGpu(backend))
                .with("solver", solver)
                .with("backend", backend)
                .with("topology", topology);
    }

    private void addGrowth(String solver, String backend) {
        List<Integer> ranks = RANKS.stream()
                .filter(n -> takes(solver, backend, n, BASE_REPLICAS, BASE_HOSTS))
                .toList();
        addGrowth(solver, backend, ranks, List.of(BASE_REPLICAS), List.of(BASE_HOSTS), List.of(1));
        if (Contenders.hasKernels(solver)) {
            List<Integer> base = List.of(BASE_RANKS);
            List<Integer> replicas = List.of(1, 4, 8).stream()
                    .filter(n -> takes(solver, backend, BASE_RANKS, n, BASE_HOSTS))
                    .toList();
            addGrowth(solver, backend, base, replicas, List.of(BASE_HOSTS), List.of(1));
            List<Integer> hosts = List.of(4, 8, 16).stream()
                    .filter(n -> takes(solver, backend, BASE_RANKS, BASE_REPLICAS, n))
                    .toList();
            addGrowth(solver, backend, base, List.of(BASE_REPLICAS), hosts, List.of(1));
            List<Integer> batches = BackendChoice.isGpu(backend) ? List.of(8, 64, 512, 4096) : List.of(8, 64, 512);
            addGrowth(solver, backend, base, List.of(BASE_REPLICAS), List.of(BASE_HOSTS), batches);
        }
    }

    private static boolean takes(String solver, String backend, int ranks, int replicas, int hosts) {
        return Contenders.takes(solver, backend, ScalingBenchmark.problem(ranks, replicas, hosts));
    }

    private void addGrowth(
            String solver,
            String backend,
            List<Integer> ranks,
            List<Integer> replicas,
            List<Integer> hosts,
            List<Integer> batches) {
        add(JmhCase.of("ScalingBenchmark.solve")
                .onGpu(BackendChoice.isGpu(backend))
                .with("solver", solver)
                .with("backend", backend)
                .with("ranks", ranks)
                .with("replicas", replicas)
                .with("hosts", hosts)
                .with("batch", batches));
    }
}
