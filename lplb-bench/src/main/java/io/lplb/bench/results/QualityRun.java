// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.bench.jmh.BenchProblem;
import io.lplb.bench.peer.Contenders;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Puts the same seeded problems to every contender and judges the answers. The optimum of a problem is the best lower
 * bound that any answer proves, so nobody's own claims count; the interior point is always among those who prove.
 *
 * <p>A contender that does not take a machine's problem is left out there.
 */
public final class QualityRun {
    private static final String CPU = "cpu";

    private final List<String> solvers;
    private final List<String> backends;
    private final int problems;

    /**
     * A run.
     *
     * @param solvers names as in {@link Contenders}
     * @param backends names as in {@link io.lplb.bench.peer.BackendChoice}; peers, LPLB's algorithm and the oracle run on
     *     the CPU whatever stands here
     * @param problems of each machine and load, at least 1
     */
    public QualityRun(List<String> solvers, List<String> backends, int problems) {
        this.solvers = List.copyOf(solvers);
        this.backends = List.copyOf(backends);
        this.problems = problems;
    }

    /**
     * Solves and judges.
     *
     * @param progress hears of each machine and load before its turn
     */
    public List<Quality> run(List<String> topologies, List<String> loads, Consumer<String> progress) {
        List<Quality> results = new ArrayList<>();
        for (String topology : topologies) {
            for (String load : loads) {
                progress.accept("quality " + topology + " " + load);
                results.addAll(run(topology, load));
            }
        }
        return results;
    }

    private List<Quality> run(String topology, String load) {
        MinMaxBatch[] batches = new BenchProblem(topology, load).batches(problems, 1);
        MinMaxProblem problem = batches[0].problem();
        double[] optimum = new double[problems];
        double[] mean = new double[problems];
        for (int k = 0; k < problems; k++) {
            mean[k] = batches[k].meanLoad(0);
        }
        QualityTally plan = answers(Solvers.names().getFirst(), CPU, true, problem, batches);
        plan.raise(optimum);
        Map<Entrant, QualityTally> tallies = new LinkedHashMap<>();
        for (Entrant entrant : entrants(problem)) {
            QualityTally tally = answers(entrant.solver, entrant.backend, false, problem, batches);
            tally.raise(optimum);
            tallies.put(entrant, tally);
        }
        List<Quality> results = new ArrayList<>();
        results.add(plan.result(Quality.PLAN, CPU, topology, load, optimum, mean));
        tallies.forEach((entrant, tally) ->
                results.add(tally.result(entrant.solver, entrant.backend, topology, load, optimum, mean)));
        return results;
    }

    private record Entrant(String solver, String backend) {}

    private List<Entrant> entrants(MinMaxProblem problem) {
        List<Entrant> entrants = new ArrayList<>();
        for (String solver : solvers) {
            for (String backend : Contenders.backendsOf(solver, backends)) {
                if (Contenders.takes(solver, backend, problem)) {
                    entrants.add(new Entrant(solver, backend));
                }
            }
        }
        return entrants;
    }

    private static QualityTally answers(
            String solver, String backend, boolean repair, MinMaxProblem problem, MinMaxBatch[] batches) {
        QualityTally tally = new QualityTally(problem, batches.length, solver.equals(Contenders.REFERENCE), repair);
        SplitBatch split = new SplitBatch(problem, 1);
        try (MinMaxSolver contender = Contenders.create(solver, backend, problem, 1)) {
            for (int k = 0; k < batches.length; k++) {
                split.invalidate();
                contender.solve(batches[k], split);
                tally.add(k, batches[k], split);
            }
        }
        return tally;
    }
}
