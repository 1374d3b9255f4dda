// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link MinMaxSolver} does with wrong use: an exception that names what was got and what was expected,
 * thrown before the outputs change.
 */
public abstract class MinMaxSolverMisuse {
    private static final MinMaxProblem PAIR = MinMaxProblem.of(2, new int[][] {{0, 1}});

    /** For subclasses. */
    protected MinMaxSolverMisuse() {}

    /** Makes the solver under test. */
    protected abstract MinMaxSolver newSolver(MinMaxProblem problem, double tolerance);

    /** Returns the tolerance that the solver is tested at, a fraction of the mean load. */
    protected double tolerance() {
        return 1e-9;
    }

    private MinMaxSolver pairSolver() {
        return newSolver(PAIR, tolerance());
    }

    @ParameterizedTest(name = "load {0} is refused")
    @ValueSource(
            doubles = {Double.NaN, -1, -Double.MIN_VALUE, 1e308, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    public void wrongLoadsLeaveTheOutputUntouched(double wrong) {
        MinMaxBatch wrongFixed = new MinMaxBatch(PAIR, 2);
        wrongFixed.fixed()[3] = wrong;
        assertRefused(wrongFixed, "fixed load of group 1, rank 1: got " + wrong);
        MinMaxBatch wrongLoad = new MinMaxBatch(PAIR, 2);
        wrongLoad.load()[1] = wrong;
        assertRefused(wrongLoad, "load of group 1, item 0: got " + wrong);
    }

    private void assertRefused(MinMaxBatch batch, String got) {
        SplitBatch split = new SplitBatch(PAIR, batch.groups());
        Arrays.fill(split.share(), 7);
        for (int g = 0; g < batch.groups(); g++) {
            split.report(g, 8, 9, 10, SolveStatus.ITERATION_LIMIT);
        }
        try (MinMaxSolver solver = pairSolver()) {
            assertGotAndExpected(assertThrows(IllegalArgumentException.class, () -> solver.solve(batch, split)), got);
        }
        double[] sevens = new double[split.share().length];
        Arrays.fill(sevens, 7);
        assertArrayEquals(sevens, split.share(), "shares after a refused solve");
        for (int g = 0; g < batch.groups(); g++) {
            assertEquals(8, split.maxLoad(g), "maxLoad after a refused solve");
            assertEquals(9, split.lowerBound(g), "lowerBound after a refused solve");
            assertEquals(10, split.iterations(g), "iterations after a refused solve");
            assertEquals(SolveStatus.ITERATION_LIMIT, split.status(g), "status after a refused solve");
        }
    }

    private static void assertGotAndExpected(IllegalArgumentException e, String got) {
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(got), () -> "got message '" + message + "', expected it to contain '" + got + "'");
        assertTrue(message.contains("expected"), () -> "message without 'expected': " + message);
    }

    @Test
    public void batchOfAnotherProblemIsRefused() {
        MinMaxProblem other = MinMaxProblem.of(3, new int[][] {{0, 1}});
        try (MinMaxSolver solver = pairSolver()) {
            SplitBatch split = new SplitBatch(PAIR, 1);
            assertGotAndExpected(
                    assertThrows(IllegalArgumentException.class, () -> solver.solve(new MinMaxBatch(other, 1), split)),
                    "batch: got MinMaxProblem[ranks=3");
            assertSame(SolveStatus.INVALID, split.status(0));
        }
    }

    @Test
    public void splitOfAnotherProblemIsRefused() {
        MinMaxProblem other = MinMaxProblem.of(2, new int[][] {{1, 0}});
        try (MinMaxSolver solver = pairSolver()) {
            SplitBatch split = new SplitBatch(other, 1);
            assertGotAndExpected(
                    assertThrows(IllegalArgumentException.class, () -> solver.solve(new MinMaxBatch(PAIR, 1), split)),
                    "split: got MinMaxProblem[ranks=2, items=1, entries=2], expected the solver's"
                            + " MinMaxProblem[ranks=2, items=1, entries=2], which differs in hosts of item 0:"
                            + " got [1, 0], expected [0, 1]");
            assertSame(SolveStatus.INVALID, split.status(0));
        }
    }

    @ParameterizedTest(name = "{0} groups in the split, 2 in the batch")
    @ValueSource(ints = {0, 1, 3})
    public void otherGroupCountIsRefused(int groups) {
        try (MinMaxSolver solver = pairSolver()) {
            SplitBatch split = new SplitBatch(PAIR, groups);
            assertGotAndExpected(
                    assertThrows(IllegalArgumentException.class, () -> solver.solve(new MinMaxBatch(PAIR, 2), split)),
                    "got " + groups + " groups");
        }
    }

    @Test
    public void equalProblemOfAnotherInstanceIsAccepted() {
        MinMaxProblem equal = MinMaxProblem.of(2, new int[][] {{0, 1}});
        try (MinMaxSolver solver = pairSolver()) {
            SplitBatch split = new SplitBatch(equal, 1);
            solver.solve(MinMaxBatch.of(equal, new double[] {1, 1}, new double[] {2}), split);
            assertEquals(2, split.maxLoad(0), 1e-3, "maxLoad");
        }
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    public void nullIsRefused() {
        try (MinMaxSolver solver = pairSolver()) {
            SplitBatch split = new SplitBatch(PAIR, 1);
            assertThrows(NullPointerException.class, () -> solver.solve(null, split));
            assertThrows(NullPointerException.class, () -> solver.solve(new MinMaxBatch(PAIR, 1), null));
            assertSame(SolveStatus.INVALID, split.status(0));
        }
        assertThrows(NullPointerException.class, () -> newSolver(null, tolerance()));
    }

    @ParameterizedTest(name = "tolerance {0} is refused")
    @ValueSource(doubles = {0, -1e-9, Double.NaN, Double.POSITIVE_INFINITY})
    public void wrongToleranceIsRefused(double tolerance) {
        assertGotAndExpected(
                assertThrows(IllegalArgumentException.class, () -> newSolver(PAIR, tolerance)),
                "tolerance: got " + tolerance);
    }

    @Test
    public void closedSolverIsRefused() {
        MinMaxSolver solver = pairSolver();
        solver.close();
        solver.close();
        SplitBatch split = new SplitBatch(PAIR, 1);
        assertThrows(IllegalStateException.class, () -> solver.solve(new MinMaxBatch(PAIR, 1), split));
        assertSame(SolveStatus.INVALID, split.status(0));
    }

    @Test
    public void describesItself() {
        try (MinMaxSolver solver = pairSolver()) {
            assertEquals(PAIR, solver.problem());
            assertEquals(tolerance(), solver.tolerance());
            assertFalse(solver.name().isBlank());
            assertEquals(solver.name().toLowerCase(Locale.ROOT), solver.name());
        }
    }
}
