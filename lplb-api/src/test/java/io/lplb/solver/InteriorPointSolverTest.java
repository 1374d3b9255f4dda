// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.HostileFamily;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InteriorPointSolverTest extends MinMaxSolverContract {
    private static final double TOLERANCE = 1e-9;

    @Override
    protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
        return new InteriorPointSolver(problem, tolerance);
    }

    private static SplitBatch solve(MinMaxBatch batch, int maxIterations) {
        SplitBatch split = new SplitBatch(batch.problem(), 1);
        new InteriorPointSolver(batch.problem(), TOLERANCE, maxIterations).solve(batch, split);
        return split;
    }

    @Test
    void aLimitOfIterationsGivesTheBestSplitUpToThere() {
        MinMaxProblem problem = MinMaxProblem.of(8, HostLists.cube());
        Random random = new Random(20260901);
        double[] fixed = random.doubles(8, 0, 100).toArray();
        double[] load = random.doubles(16, 0, 100).toArray();
        MinMaxBatch batch = MinMaxBatch.of(problem, fixed, load);
        double optimum = SubsetOracle.optimum(batch, 0);
        int needed = solve(batch, 50).iterations(0);
        assertTrue(needed > 3, needed + " iterations");
        double before = maxLoadOfEvenSplit(batch);
        for (int limit = 1; limit <= needed; limit++) {
            SplitBatch split = solve(batch, limit);
            String what = "at most " + limit + " iterations";
            SplitChecks.assertTrueSplit(what, batch, split, 0, 1e-9);
            SplitChecks.assertEncloses(what, split, 0, optimum, 1e-9);
            assertEquals(limit, split.iterations(0), what);
            assertEquals(limit < needed ? SolveStatus.ITERATION_LIMIT : SolveStatus.OPTIMAL, split.status(0), what);
            assertTrue(split.maxLoad(0) < before || limit == needed, what + ": " + split.maxLoad(0));
            before = split.maxLoad(0);
        }
        assertThrows(IllegalArgumentException.class, () -> new InteriorPointSolver(problem, TOLERANCE, 0));
    }

    private static double maxLoadOfEvenSplit(MinMaxBatch batch) {
        MinMaxProblem problem = batch.problem();
        double[] loads = batch.fixed().clone();
        for (int i = 0; i < problem.items(); i++) {
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                loads[problem.host(e)] += batch.load()[i] / problem.hostCount(i);
            }
        }
        double max = 0;
        for (int r = 0; r < loads.length; r++) {
            max = Math.max(max, loads[r] / problem.speed(r));
        }
        return max;
    }

    /** Without steps towards equal products, the predictor-corrector goes round in circles on this star. */
    @Test
    void aStarThatStallsTheCorrectorIsSolved() {
        MinMaxBatch batch = HostileFamily.STAR.draw(9_159_272, 64);
        SplitBatch split = new SplitBatch(batch.problem(), 1);
        new InteriorPointSolver(batch.problem()).solve(batch, split);
        assertEquals(SolveStatus.OPTIMAL, split.status(0));
        assertTrue(split.iterations(0) <= 20, () -> "iterations: " + split.iterations(0));
    }

    @Test
    void speedsFarApartGiveASplitThatIsCalledOptimalOnlyIfItIs() {
        double[] speed = {6.5e-125, 7.1e24, 5.5e41, 5.5e-103, 1e41};
        MinMaxProblem problem = MinMaxProblem.of(5, speed, new int[][] {{1, 2}, {0, 2}});
        double[] fixed = {3.1e-9, 2.5e-39, 6.7e-14, 9.1, 5.8e115};
        MinMaxBatch batch = MinMaxBatch.of(problem, fixed, new double[] {2e30, 1e95});
        SplitBatch split = solve(batch, 50);
        SplitChecks.assertTrueSplit("speeds far apart", batch, split, 0, 1e-9);
        double rounding = AbstractMinMaxSolver.ROUNDING * split.maxLoad(0);
        boolean close = split.gap(0) <= Math.max(TOLERANCE * batch.meanLoad(0), rounding);
        assertEquals(close, split.status(0) == SolveStatus.OPTIMAL, "status " + split.status(0));
        assertTrue(split.maxLoad(0) <= maxLoadOfEvenSplit(batch), "max load " + split.maxLoad(0));
    }
}
