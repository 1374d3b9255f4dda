// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.bench.peer.GlopPeer;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every benchmark does what it says, called by hand; no times. */
class BenchmarkSmokeTest {

    @ParameterizedTest
    @ValueSource(strings = {"interior-point", "relaxation", "ejml", "lplb-reference", "glop", "glop-reused"})
    void solversSolve(String solver) {
        SolveBenchmark benchmark = new SolveBenchmark();
        benchmark.solver = solver;
        benchmark.topology = "cube";
        benchmark.load = "normal";
        benchmark.setup();
        double mean = 512 * 8;
        for (int k = 0; k < 3; k++) {
            double max = benchmark.solve();
            assertTrue(max >= mean * (1 - 1e-6) && max < 1.3 * mean, solver + ": " + max);
        }
        benchmark.close();
    }

    @ParameterizedTest
    @CsvSource({"cube,normal", "hypercube,zipf", "torus8x4,lognormal", "eplb64,normal"})
    void glopAndTheCertificateAgree(String machine, String load) {
        MinMaxBatch[] ring = new BenchProblem(machine, load).batches();
        assertEquals(BenchProblem.RING, ring.length);
        MinMaxProblem problem = ring[0].problem();
        SplitBatch split = new SplitBatch(problem, 1);
        double[] share = new double[problem.entries()];
        try (MinMaxSolver solver = Solvers.create("interior-point", problem, 1e-9);
                GlopPeer fresh = new GlopPeer(problem, false);
                GlopPeer reused = new GlopPeer(problem, true)) {
            for (int b = 0; b < 4; b++) {
                solver.solve(ring[b], split);
                double mean = ring[b].meanLoad(0);
                String where = machine + ", " + load + ", batch " + b;
                assertEquals(split.lowerBound(0), fresh.solve(ring[b], 0, share), 1e-6 * mean, where);
                assertEquals(split.lowerBound(0), reused.solve(ring[b], 0, share), 1e-6 * mean, where);
            }
        }
    }

    @Test
    void countingCountsEveryId() {
        CountBenchmark benchmark = new CountBenchmark();
        benchmark.load = "normal";
        benchmark.setup();
        assertEquals(CountBenchmark.IDS, Arrays.stream(benchmark.count()).sum());
    }

    @Test
    void routingRoutesEveryId() {
        RouteBenchmark benchmark = new RouteBenchmark();
        benchmark.load = "normal";
        benchmark.setup();
        int[] slots = benchmark.route();
        assertEquals(CountBenchmark.IDS, slots.length);
        assertTrue(Arrays.stream(slots).allMatch(s -> s >= 0 && s < 256 + 64));
        benchmark.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"cube", "hypercube", "torus8x4", "eplb64"})
    void plansPlanAllTokens(String machine) {
        PlanBenchmark benchmark = new PlanBenchmark();
        benchmark.solver = "interior-point";
        benchmark.topology = machine;
        benchmark.load = "normal";
        benchmark.setup();
        long experts = machine.equals("cube") ? 64 : machine.equals("hypercube") ? 128 : 256;
        assertEquals(512 * experts, Arrays.stream(benchmark.plan().rankLoads()).sum());
        benchmark.close();
    }
}
