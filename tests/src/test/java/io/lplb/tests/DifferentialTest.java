// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.ProblemCase;
import io.lplb.solver.RandomProblems;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import io.lplb.solver.SplitChecks;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same 10,000 random problems for every solver: each pair of them proves the other right or wrong. */
class DifferentialTest {
    private static final int PER_BLOCK = 1_000;

    @ParameterizedTest(name = "seeds from {0} thousand on")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void solversAgree(int thousand) {
        for (long seed = (long) thousand * PER_BLOCK; seed < (thousand + 1L) * PER_BLOCK; seed++) {
            // Every eighth problem may be large; the small ones also have an exact optimum.
            check(RandomProblems.next(seed, seed % 8 == 0 ? 48 : 12));
        }
    }

    private static void check(ProblemCase test) {
        double mean = test.meanLoad();
        SplitBatch interior = solve("interior-point", test, 1e-9);
        SplitBatch relaxed = solve("relaxation", test, 1e-4);
        SplitBatch oracle = solve("ejml", test, 1e-9);
        assertEquals(SolveStatus.OPTIMAL, interior.status(0), test.id());
        assertEquals(SolveStatus.OPTIMAL, relaxed.status(0), test.id());
        assertEquals(oracle.maxLoad(0), interior.maxLoad(0), 1e-7 * mean, test.id());
        assertTrue(relaxed.maxLoad(0) <= oracle.maxLoad(0) + 1.001e-4 * mean, test.id());
        // A bound proved by one solver binds the splits of all.
        double best = Math.min(oracle.maxLoad(0), Math.min(interior.maxLoad(0), relaxed.maxLoad(0)));
        for (SplitBatch split : new SplitBatch[] {interior, relaxed, oracle}) {
            assertTrue(split.lowerBound(0) <= best + 1e-12 * mean, test.id());
        }
        if (!Double.isNaN(test.optimum())) {
            assertEquals(test.optimum(), interior.maxLoad(0), 2e-9 * Math.max(mean, test.optimum()), test.id());
        }
    }

    private static SplitBatch solve(String solver, ProblemCase test, double tolerance) {
        MinMaxProblem problem = test.problem();
        SplitBatch split = new SplitBatch(problem, 1);
        try (MinMaxSolver made = Solvers.create(solver, problem, tolerance)) {
            made.solve(test.batch(), split);
        }
        SplitChecks.assertTrueSplit(solver + ", " + test.id(), test.batch(), split, 0, 1e-9);
        return split;
    }
}
