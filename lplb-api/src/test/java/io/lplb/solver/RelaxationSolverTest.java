// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.flow.ItemOrder;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RelaxationSolverTest extends MinMaxSolverContract {

    @Override
    protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
        return new RelaxationSolver(problem, tolerance);
    }

    @Test
    void aLongChainIsHandedOverToTheFlow() {
        // Fixed loads fall along 64 ranks in a row, and a sweep moves load by one rank: a few sweeps are not enough.
        int[][] hosts = new int[63][];
        Arrays.setAll(hosts, i -> new int[] {i, i + 1});
        MinMaxProblem chain = MinMaxProblem.of(64, hosts);
        double[] load = new double[63];
        Arrays.fill(load, 2000);
        double[] fixed = new double[64];
        Arrays.setAll(fixed, r -> 63 - r);
        MinMaxBatch batch = MinMaxBatch.of(chain, fixed, load);
        SplitBatch split = new SplitBatch(chain, 1);
        new RelaxationSolver(chain, 1e-9).solve(batch, split);
        assertEquals(SolveStatus.OPTIMAL, split.status(0));
        assertTrue(split.iterations(0) > 6, "sweeps count, too: " + split.iterations(0));
    }

    @Test
    void theAnswerAfterTheHandOverIsNotWorseThanThatBefore() {
        int[][] star = new int[255][];
        Arrays.setAll(star, i -> new int[] {0, i + 1});
        MinMaxProblem problem = MinMaxProblem.of(256, star);
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            MinMaxBatch batch = new MinMaxBatch(problem, 1);
            Arrays.setAll(batch.load(), i -> random.nextInt(1000));
            Arrays.setAll(batch.fixed(), r -> random.nextInt(500));
            double loosest = Double.POSITIVE_INFINITY;
            for (double tolerance : new double[] {1e-1, 1e-2, 1e-4, 1e-9}) {
                SplitBatch split = new SplitBatch(problem, 1);
                new RelaxationSolver(problem, tolerance).solve(batch, split);
                assertEquals(SolveStatus.OPTIMAL, split.status(0));
                assertTrue(split.gap(0) <= tolerance * batch.meanLoad(0), "gap " + split.gap(0));
                assertTrue(split.maxLoad(0) <= loosest * (1 + 1e-14), "tolerance " + tolerance);
                loosest = split.maxLoad(0);
            }
        }
    }

    @Test
    void sweepsVisitPairsFirstAndColourByColour() {
        MinMaxProblem problem = MinMaxProblem.of(5, new int[][] {{0, 1, 2}, {0, 1}, {1, 2}, {3, 4}, {2, 3}});
        int[] colour = ItemOrder.colours(problem);
        assertArrayEquals(new int[] {0, 1, 2, 0, 1}, colour);
        assertArrayEquals(new int[] {3, 1, 4, 2, 0}, ItemOrder.of(problem));
        assertTrue(Arrays.stream(colour).max().orElseThrow() < 3);
    }
}
