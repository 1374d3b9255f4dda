// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.HostileFamily;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import org.junit.jupiter.api.Test;

class ExactSolverTest extends MinMaxSolverContract {

    @Override
    protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
        return new ExactSolver(problem, tolerance);
    }

    @Test
    void theGapOfWholeLoadsIsARounding() {
        for (HostileFamily family : HostileFamily.values()) {
            if (family.hasUnitSpeeds()) {
                for (long seed = 0; seed < 100; seed++) {
                    MinMaxBatch batch = family.draw(seed, 32);
                    SplitBatch split = solve(batch);
                    assertTrue(split.gap(0) <= 16 * Math.ulp(split.maxLoad(0)), family + ", seed " + seed);
                }
            }
        }
    }

    @Test
    void speedsWhoseSumOverflowsAreDividedEvenly() {
        MinMaxProblem problem = MinMaxProblem.of(2, new double[] {1e308, 1e308}, new int[][] {{0, 1}});
        SplitBatch split = solve(MinMaxBatch.of(problem, new double[2], new double[] {10}));
        assertArrayEquals(new double[] {5, 5}, split.share());
        assertEquals(SolveStatus.OPTIMAL, split.status(0));
    }

    @Test
    void manyRanksWithFewItemsTakeNoQuadraticRoom() {
        MinMaxProblem problem = MinMaxProblem.of(65_536, new int[][] {{0, 65_535}, {1, 2}});
        SplitBatch split = solve(MinMaxBatch.of(problem, new double[65_536], new double[] {10, 7}));
        assertEquals(5, split.maxLoad(0));
        assertEquals(5, split.lowerBound(0));
    }

    private static SplitBatch solve(MinMaxBatch batch) {
        SplitBatch split = new SplitBatch(batch.problem(), 1);
        new ExactSolver(batch.problem()).solve(batch, split);
        return split;
    }
}
