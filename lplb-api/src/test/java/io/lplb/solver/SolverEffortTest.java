// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How many iterations the solvers take on a fixed set of problems. A solver that has lost one of its ideas still answers
 * right, for it goes on until the certificate says so, or hands over to another; only its effort shows it. The limits are
 * the measured totals and a few percent.
 */
class SolverEffortTest {
    private static final int PROBLEMS = 200;
    private static final int MOST_SWEEPS = 32;

    private static List<MinMaxBatch> batches(String kind) {
        List<MinMaxBatch> batches = new ArrayList<>();
        for (long seed = 0; seed < PROBLEMS; seed++) {
            batches.add(
                    kind.equals("general")
                            ? RandomProblems.next(seed, 12).batch()
                            : gaussian(hosts(kind), new Random(seed)));
        }
        return batches;
    }

    private static int[][] hosts(String kind) {
        return switch (kind) {
            case "cube" -> HostLists.cube();
            case "hypercube" -> HostLists.hypercube();
            case "ring" -> HostLists.ring(8);
            default -> HostLists.torus(8, 4);
        };
    }

    private static MinMaxBatch gaussian(int[][] hosts, Random random) {
        int ranks = Arrays.stream(hosts).flatMapToInt(Arrays::stream).max().orElseThrow() + 1;
        MinMaxBatch batch = new MinMaxBatch(MinMaxProblem.of(ranks, hosts), 1);
        for (double[] loads : new double[][] {batch.fixed(), batch.load()}) {
            Arrays.setAll(loads, k -> Math.max(0, 1 + 0.3 * random.nextGaussian()));
        }
        return batch;
    }

    @ParameterizedTest(name = "relaxation, {0}: {1} sweeps, paths and cuts at most, {2} handed over")
    @CsvSource({"cube, 440, 0", "hypercube, 845, 0", "ring, 1940, 0", "torus, 2500, 9", "general, 690, 0"})
    void relaxation(String kind, int mostSweeps, int mostHandedOver) {
        int sweeps = 0;
        int handedOver = 0;
        for (MinMaxBatch batch : batches(kind)) {
            SplitBatch split = new SplitBatch(batch.problem(), 1);
            new RelaxationSolver(batch.problem()).solve(batch, split);
            sweeps += split.iterations(0);
            handedOver += split.iterations(0) > MOST_SWEEPS ? 1 : 0;
        }
        assertTrue(sweeps <= mostSweeps, sweeps + " sweeps");
        assertTrue(handedOver <= mostHandedOver, handedOver + " handed over");
    }

    @ParameterizedTest(name = "interior point, {0}: {1} iterations at most")
    @CsvSource({"cube, 870", "hypercube, 975", "ring, 1045", "torus, 1080", "general, 1055"})
    void interiorPoint(String kind, int most) {
        int iterations = 0;
        for (MinMaxBatch batch : batches(kind)) {
            SplitBatch split = new SplitBatch(batch.problem(), 1);
            new InteriorPointSolver(batch.problem(), 1e-9).solve(batch, split);
            iterations += split.iterations(0);
        }
        assertTrue(iterations <= most, iterations + " iterations");
    }
}
