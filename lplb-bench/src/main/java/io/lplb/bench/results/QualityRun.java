// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import io.lplb.bench.jmh.BenchProblem;
import io.lplb.bench.jmh.TraceLoad;
import io.lplb.bench.peer.Contenders;
import io.lplb.problem.MinMaxBatch;
import io.lplb.report.Quality;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.Solvers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts the same seeded problems to every contender and judges the answers. The optimum of a problem is the best lower
 * bound that any answer proves, so nobody's own claims count; the interior point is always among those who prove.
 *
 * <p>Of a trace every layer is put to them, each with the placement that its history gives. A contender that does not
 * take a machine's problems is left out there.
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
     * @param problems of each machine and load, and of each layer of a trace as far as it reaches; at least 1
     */
    public QualityRun(List<String> solvers, List<String> backends, int problems) {
        this.solvers = List.copyOf(solvers);
        this.backends = List.copyOf(backends);
        this.problems = problems;
    }

    /**
     * Solves and judges.
     *
     * @param missing hears of what throws, which then is left out; if it is null, an exception ends the run
     * @param progress hears of each machine and load before its turn
     * @throws IOException if a trace cannot be read
     */
    public List<Quality> run(
            List<String> topologies, List<String> loads, @Nullable Consumer<Missing> missing, Consumer<String> progress)
            throws IOException {
        List<Quality> results = new ArrayList<>();
        for (String topology : topologies) {
            for (String load : loads) {
                String what = "quality " + topology + " " + TraceLoad.label(load);
                progress.accept(what);
                try {
                    results.addAll(run(topology, load));
                } catch (RuntimeException e) {
                    if (missing == null) {
                        throw e;
                    }
                    missing.accept(new Missing(what, String.valueOf(e.getMessage())));
                }
            }
        }
        return results;
    }

    private List<Quality> run(String topology, String load) throws IOException {
        List<MinMaxBatch[]> placements = new ArrayList<>();
        for (String part : BenchProblem.parts(load)) {
            BenchProblem problem = new BenchProblem(topology, part);
            placements.add(problem.batches(Math.min(problems, problem.distinct()), 1));
        }
        double[] mean = placements.stream()
                .flatMap(Arrays::stream)
                .mapToDouble(batch -> batch.meanLoad(0))
                .toArray();
        double[] optimum = new double[mean.length];
        QualityTally plan = new QualityTally(mean.length, false, true);
        answer(Solvers.names().getFirst(), CPU, placements, plan);
        plan.raise(optimum);
        Map<Entrant, QualityTally> tallies = new LinkedHashMap<>();
        for (Entrant entrant : entrants(placements)) {
            QualityTally tally = new QualityTally(mean.length, entrant.solver.equals(Contenders.REFERENCE), false);
            answer(entrant.solver, entrant.backend, placements, tally);
            tally.raise(optimum);
            tallies.put(entrant, tally);
        }
        String label = TraceLoad.label(load);
        List<Quality> results = new ArrayList<>();
        results.add(plan.result(Quality.PLAN, CPU, topology, label, optimum, mean));
        tallies.forEach((entrant, tally) ->
                results.add(tally.result(entrant.solver, entrant.backend, topology, label, optimum, mean)));
        return results;
    }

    private record Entrant(String solver, String backend) {}

    private List<Entrant> entrants(List<MinMaxBatch[]> placements) {
        List<Entrant> entrants = new ArrayList<>();
        for (String solver : solvers) {
            for (String backend : Contenders.backendsOf(solver, backends)) {
                if (placements.stream().allMatch(p -> Contenders.takes(solver, backend, p[0].problem()))) {
                    entrants.add(new Entrant(solver, backend));
                }
            }
        }
        return entrants;
    }

    private static void answer(String solver, String backend, List<MinMaxBatch[]> placements, QualityTally tally) {
        int at = 0;
        for (MinMaxBatch[] batches : placements) {
            try (MinMaxSolver contender = Contenders.create(solver, backend, batches[0].problem(), 1)) {
                tally.add(at, batches, contender::solve);
            }
            at += batches.length;
        }
    }
}
