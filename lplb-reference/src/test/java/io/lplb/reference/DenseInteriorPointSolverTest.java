// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Certificate;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.MinMaxSolverContract;
import io.lplb.solver.ProblemCase;
import io.lplb.solver.RandomProblems;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.solver.SplitChecks;
import org.junit.jupiter.api.Test;

/** The oracle passes the contract at a gap of 1e-9 of the mean load. */
final class DenseInteriorPointSolverTest extends MinMaxSolverContract {
    private static final MinMaxProblem PAIR = MinMaxProblem.of(2, new int[][] {{0, 1}});

    @Override
    protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
        return new DenseInteriorPointSolver(problem, tolerance, DenseInteriorPointSolver.DEFAULT_MAX_ITERATIONS);
    }

    /** The certificate, made by other code from the same shares, says the same. */
    @Test
    void agreesWithTheCertificate() {
        for (long seed = 7_000; seed < 7_200; seed++) {
            ProblemCase test = RandomProblems.next(seed, 40);
            SplitBatch split = new SplitBatch(test.problem(), 1);
            try (MinMaxSolver solver = new DenseInteriorPointSolver(test.problem())) {
                solver.solve(test.batch(), split);
            }
            Certificate certificate = new Certificate(test.problem());
            certificate.evaluate(test.batch().fixed(), 0, test.batch().load(), 0, split.share(), 0);
            double rounding = 1e-12 * split.maxLoad(0);
            assertEquals(certificate.maxLoad(), split.maxLoad(0), rounding, test::id);
            assertTrue(certificate.lowerBound() <= split.maxLoad(0) + rounding, test::id);
            assertTrue(split.lowerBound(0) <= certificate.maxLoad() + rounding, test::id);
        }
    }

    @Test
    void withoutStepsTheEvenSplitIsJudged() {
        SplitBatch split = new SplitBatch(PAIR, 1);
        try (MinMaxSolver solver = new DenseInteriorPointSolver(PAIR, 1e-9, 0)) {
            solver.solve(MinMaxBatch.of(PAIR, new double[] {3, 1}, new double[] {4}), split);
        }
        assertEquals(SolveStatus.ITERATION_LIMIT, split.status(0));
        assertEquals(0, split.iterations(0));
        assertArrayEquals(new double[] {2, 2}, split.share());
        assertEquals(5, split.maxLoad(0));
        assertEquals(4, split.lowerBound(0), 1e-13, "the mean");
    }

    @Test
    void speedsTooFarApartAreANumericalFailure() {
        MinMaxProblem problem = MinMaxProblem.of(2, new double[] {1, 1e240}, new int[][] {{0, 1}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[] {1, 0}, new double[] {1});
        SplitBatch split = new SplitBatch(problem, 1);
        try (MinMaxSolver solver = new DenseInteriorPointSolver(problem)) {
            solver.solve(batch, split);
        }
        assertEquals(SolveStatus.NUMERICAL_FAILURE, split.status(0));
        SplitChecks.assertTrueSplit("speeds too far apart", batch, split, 0, 1e-9);
    }

    @Test
    void negativeLimitIsRefused() {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> new DenseInteriorPointSolver(PAIR, 1e-9, -1))
                        .getMessage());
        assertEquals("maxIterations: got -1, expected at least 0", message);
    }
}
