// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException.Code;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A guarded solver takes wrong use as every other does, and leaves nothing of an answer that it does not stand for. */
class GuardedSolverTest extends MinMaxSolverMisuse {
    private static final MinMaxProblem PAIR = MinMaxProblem.of(2, new int[][] {{0, 1}});

    @Override
    protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
        return guarded(Backend.GPU, new InteriorPointSolver(problem, tolerance));
    }

    private static MinMaxSolver guarded(Backend backend, MinMaxSolver inner) {
        return guarded(new BackendGuard(backend, null), inner);
    }

    private static MinMaxSolver guarded(BackendGuard guard, MinMaxSolver inner) {
        return guard.make(new One(inner), inner.name(), inner.problem(), inner.tolerance(), 1);
    }

    @Test
    void aRefusedAnswerIsNotLeftInTheSplit() {
        SplitBatch split = new SplitBatch(PAIR, 1);
        try (MinMaxSolver solver = guarded(Backend.GPU, new Wrong(false))) {
            MinMaxBatch batch = MinMaxBatch.of(PAIR, new double[] {1, 3}, new double[] {4});
            BackendException e = assertThrows(BackendException.class, () -> solver.solve(batch, split));
            assertEquals(Code.WRONG_SHARES, e.code());
        }
        assertSame(SolveStatus.INVALID, split.status(0));
        assertArrayEquals(new double[] {Double.NaN, Double.NaN}, split.share());
        assertEquals(Double.NaN, split.maxLoad(0));
    }

    @Test
    void aSolverThatCannotEvenBeClosedIsReplacedAllTheSame() {
        BackendGuard guard = new BackendGuard(Backend.AUTO, null);
        SplitBatch split = new SplitBatch(PAIR, 1);
        try (MinMaxSolver solver = guarded(guard, new Wrong(true))) {
            solver.solve(MinMaxBatch.of(PAIR, new double[] {1, 3}, new double[] {4}), split);
            assertEquals(4, split.maxLoad(0), 1e-6);
        }
        BackendException fault = Objects.requireNonNull(guard.lastFault(), "the fault");
        assertEquals(Code.WRONG_SHARES, fault.code());
        assertEquals(
                "[java.lang.IllegalStateException: the device is lost]",
                Arrays.toString(fault.getSuppressed()),
                "what the close threw");
        assertTrue(fault.remedy().contains("doctor"), fault.remedy());
        assertTrue(String.valueOf(fault.getMessage()).endsWith(fault.remedy()), fault.getMessage());
    }

    /** Answers with twice the load, and closes or not. */
    private static final class Wrong extends AbstractMinMaxSolver {
        private final boolean failsToClose;

        Wrong(boolean failsToClose) {
            super(InteriorPointSolver.NAME, PAIR, 1e-9);
            this.failsToClose = failsToClose;
        }

        @Override
        protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
            Arrays.fill(split.share(), batch.load()[0]);
            split.report(group, 7, 7, 1, SolveStatus.OPTIMAL);
        }

        @Override
        public void close() {
            super.close();
            if (failsToClose) {
                throw new IllegalStateException("the device is lost");
            }
        }
    }

    /** Provides the solver that it was given. */
    private record One(MinMaxSolver solver) implements SolverProvider {
        @Override
        public String backend() {
            return "gpu";
        }

        @Override
        public Availability probe() {
            return new Availability(true, "A stand-in.", "");
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            return solver;
        }

        @Override
        public int worthwhileGroups(String name, MinMaxProblem problem) {
            return 1;
        }
    }
}
