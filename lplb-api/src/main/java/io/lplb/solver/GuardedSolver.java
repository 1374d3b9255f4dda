// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException.Code;
import org.jspecify.annotations.Nullable;

/**
 * A provider's solver whose answers are checked, and which the CPU's solver replaces for good at the first fault if its
 * {@link BackendGuard} recovers; otherwise the fault is thrown.
 *
 * <p>Not thread-safe. Allocates nothing while there is no fault.
 */
final class GuardedSolver implements MinMaxSolver {
    private final BackendGuard guard;
    private final String backend;
    private final SplitAudit audit;
    private final String name;
    private final double tolerance;
    private MinMaxSolver solver;
    private boolean onCpu;
    private boolean closed;

    GuardedSolver(BackendGuard guard, String backend, String name, MinMaxSolver solver, double tolerance) {
        this.guard = guard;
        this.backend = backend;
        this.name = name;
        this.solver = solver;
        this.tolerance = tolerance;
        audit = new SplitAudit(solver.problem());
    }

    @Override
    public void solve(MinMaxBatch batch, SplitBatch split) {
        if (closed) {
            throw new IllegalStateException(name + " solver: got a solve after close, expected an open solver");
        }
        AbstractMinMaxSolver.requireMatching(problem(), batch, split);
        if (!onCpu) {
            BackendException fault = attempt(batch, split);
            if (fault == null) {
                return;
            }
            split.invalidate();
            recover(fault);
        }
        solver.solve(batch, split);
    }

    private @Nullable BackendException attempt(MinMaxBatch batch, SplitBatch split) {
        split.invalidate();
        try {
            solver.solve(batch, split);
        } catch (BackendException e) {
            return e;
        } catch (RuntimeException | LinkageError e) {
            return new BackendException(
                    backend,
                    Code.SOLVE_FAILED,
                    "The solver threw " + e + ".",
                    "bin/lplb doctor looks for the cause.",
                    e);
        }
        return audit.check(backend, batch, split);
    }

    private void recover(BackendException fault) {
        guard.recover(fault);
        MinMaxSolver broken = solver;
        solver = Solvers.create(name, broken.problem(), tolerance);
        onCpu = true;
        closeQuietly(broken, fault);
    }

    private static void closeQuietly(MinMaxSolver broken, BackendException fault) {
        try {
            broken.close();
        } catch (RuntimeException | LinkageError e) {
            fault.addSuppressed(e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public MinMaxProblem problem() {
        return solver.problem();
    }

    @Override
    public double tolerance() {
        return tolerance;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            solver.close();
        }
    }
}
