// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The turns of a caller and the thread of its solver; what that thread does waits for what the caller is seen to do. */
@Timeout(60)
class TimedSolverTest {
    private static final MinMaxProblem PAIR = MinMaxProblem.of(2, new int[][] {{0, 1}});
    private static final long LONG = TimeUnit.MINUTES.toNanos(10);
    /** A limit that passes, and still is above any pause of a busy machine. */
    private static final long SHORT = TimeUnit.SECONDS.toNanos(3);

    private final Thread caller = Thread.currentThread();
    private final Scripted scripted = new Scripted();

    @AfterEach
    void leaveNothingBehind() {
        scripted.gate.countDown();
        assertFalse(Thread.interrupted());
    }

    private TimedSolver timed(long limitNanos) {
        return new TimedSolver("gpu", "", limitNanos, () -> scripted);
    }

    private static MinMaxBatch batch(int groups) {
        MinMaxBatch batch = new MinMaxBatch(PAIR, groups);
        for (int g = 0; g < groups; g++) {
            batch.set(g, new double[] {1, 3}, new double[] {4 + 2 * g});
        }
        return batch;
    }

    @Test
    void itDescribesItsSolver() {
        try (TimedSolver timed = timed(LONG)) {
            assertEquals(scripted.name(), timed.name());
            assertEquals(scripted.tolerance(), timed.tolerance());
            assertEquals(PAIR, timed.problem());
        }
    }

    @Test
    void answersAreThoseOfTheBatchWhateverItsSize() {
        try (TimedSolver timed = timed(LONG)) {
            for (int groups : new int[] {2, 2, 3, 1, 1}) {
                SplitBatch split = new SplitBatch(PAIR, groups);
                timed.solve(batch(groups), split);
                for (int g = 0; g < groups; g++) {
                    assertEquals(SolveStatus.OPTIMAL, split.status(g));
                    assertEquals(4 + g, split.maxLoad(g), 1e-6);
                    assertEquals(3 + g, split.share()[2 * g], 1e-6);
                }
            }
        }
        assertSame(scripted.seen.get(0), scripted.seen.get(1), "copies are made once for a size");
        assertNotSame(scripted.seen.get(1), scripted.seen.get(2));
        assertSame(scripted.seen.get(3), scripted.seen.get(4));
    }

    @Test
    void aSolveThatLeavesAGroupOutDoesNotGetItsLastAnswer() {
        try (TimedSolver timed = timed(LONG)) {
            SplitBatch split = new SplitBatch(PAIR, 2);
            timed.solve(batch(2), split);
            scripted.duringSolve = () -> {};
            timed.solve(batch(2), split);
            assertSame(SolveStatus.INVALID, split.status(1));
            assertArrayEquals(new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN}, split.share());
        }
    }

    /** The solve that was left alone goes on; the next one waits for it and gets an answer of its own. */
    @Test
    void interruptEndsTheWaitAndIsKeptForTheCaller() {
        CountDownLatch interrupted = new CountDownLatch(1);
        scripted.duringSolve = () -> {
            caller.interrupt();
            try {
                interrupted.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        try (TimedSolver timed = timed(LONG)) {
            SplitBatch split = new SplitBatch(PAIR, 1);
            BackendException e = assertThrows(BackendException.class, () -> timed.solve(batch(1), split));
            assertTrue(Thread.interrupted());
            assertEquals(Code.INTERRUPTED, e.code());
            assertSame(SolveStatus.INVALID, split.status(0));
            interrupted.countDown();
            scripted.duringSolve = null;
            timed.solve(batch(1), split);
            assertEquals(4, split.maxLoad(0), 1e-6);
        }
    }

    @Test
    void nextSolveAfterAnInterruptWaitsNoLongerThanTheLimit() {
        scripted.duringSolve = () -> {
            caller.interrupt();
            scripted.await();
        };
        try (TimedSolver timed = timed(SHORT)) {
            SplitBatch split = new SplitBatch(PAIR, 1);
            assertEquals(
                    Code.INTERRUPTED,
                    assertThrows(BackendException.class, () -> timed.solve(batch(1), split))
                            .code());
            assertTrue(Thread.interrupted());
            assertEquals(
                    Code.TIME_LIMIT,
                    assertThrows(BackendException.class, () -> timed.solve(batch(1), split))
                            .code());
        }
        assertEquals(1, scripted.seen.size());
    }

    @Test
    void closeWaitsForTheSolverToBeClosed() {
        TimedSolver timed = timed(LONG);
        scripted.duringClose = () -> {
            // Until the caller waits for this thread, or has gone on without it.
            while (caller.getState() == Thread.State.RUNNABLE && scripted.gate.getCount() > 0) {
                Thread.onSpinWait();
            }
        };
        timed.close();
        assertTrue(scripted.closed);
    }

    @Test
    void closeWaitsNoLongerThanTheLimit() {
        scripted.duringClose = scripted::await;
        timed(SHORT).close();
        assertFalse(scripted.closed);
    }

    @Test
    void anInterruptEndsTheWaitForTheCloseAndIsKept() {
        scripted.duringClose = scripted::await;
        TimedSolver timed = timed(LONG);
        caller.interrupt();
        timed.close();
        assertTrue(Thread.interrupted());
        assertFalse(scripted.closed);
    }

    @Test
    void afterTheLimitItIsLeftToItself() {
        scripted.duringSolve = scripted::await;
        try (TimedSolver timed = timed(SHORT)) {
            SplitBatch split = new SplitBatch(PAIR, 1);
            for (int again = 0; again < 2; again++) {
                BackendException e = assertThrows(BackendException.class, () -> timed.solve(batch(1), split));
                assertEquals(Code.TIME_LIMIT, e.code());
                assertTrue(e.reason().startsWith("No answer within 3000 ms; lplb-solver-"), e.reason());
                assertSame(SolveStatus.INVALID, split.status(0), "nothing is written into the caller's split");
            }
        }
        assertEquals(1, scripted.seen.size(), "it is not asked again");
    }

    /** A CPU's solver that does what a test says, on the thread that it belongs to. */
    private static final class Scripted implements MinMaxSolver {
        private final MinMaxSolver cpu = new InteriorPointSolver(PAIR, 0.25e-9);
        final CountDownLatch gate = new CountDownLatch(1);
        final List<MinMaxBatch> seen = new ArrayList<>();
        volatile @Nullable Runnable duringSolve;
        volatile Runnable duringClose = () -> {};
        volatile boolean closed;

        /** As native code, it cannot be interrupted. */
        void await() {
            boolean waiting = true;
            while (waiting) {
                try {
                    gate.await();
                    waiting = false;
                } catch (InterruptedException e) {
                    // On.
                }
            }
        }

        @Override
        public String name() {
            return cpu.name();
        }

        @Override
        public MinMaxProblem problem() {
            return cpu.problem();
        }

        @Override
        public double tolerance() {
            return cpu.tolerance();
        }

        @Override
        public void solve(MinMaxBatch batch, SplitBatch split) {
            seen.add(batch);
            Runnable script = duringSolve;
            if (script == null) {
                cpu.solve(batch, split);
            } else {
                script.run();
            }
        }

        @Override
        public void close() {
            duringClose.run();
            closed = true;
        }
    }
}
