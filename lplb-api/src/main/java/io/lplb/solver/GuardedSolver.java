// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException.Code;
import org.jspecify.annotations.Nullable;

/**
 * A provider's solver whose answers are checked, with a solver of the CPU beside it. If its {@link BackendGuard} recovers,
 * the CPU's solver takes over for good at the first fault, and for one batch if an interrupt ends the wait for the
 * provider's; otherwise the fault is thrown.
 *
 * <p>Not thread-safe. Allocates nothing while there is no fault.
 */
final class GuardedSolver implements MinMaxSolver {
    private final BackendGuard guard;
    private final String backend;
    private final SplitAudit audit;
    private final String name;
    private final double tolerance;
    private final MinMaxSolver cpu;
    private MinMaxSolver solver;
    private boolean onCpu;
    private boolean closed;

    GuardedSolver(BackendGuard guard, String backend, String name, MinMaxSolver solver, double tolerance) {
        this.guard = guard;
        this.backend = backend;
        this.name = name;
        this.solver = solver;
        this.tolerance = tolerance;
        cpu = Solvers.create(name, solver.problem(), tolerance);
        audit = new SplitAudit(solver.problem());
    }

    @Override
    public void solve(MinMaxBatch batch, SplitBatch split) {
        if (closed) {
            throw new IllegalStateException(name + " solver: got a solve after close, expected an open solver");
        }
        AbstractMinMaxSolver.requireMatching(problem(), batch, split);
        if (!onCpu && guard.recoveries() > 0) {
            leave(null);
        }
        if (!onCpu) {
            BackendException fault = attempt(batch, split);
            if (fault == null) {
                guard.solvedOn(backend);
                return;
            }
            split.invalidate();
            recover(fault);
        }
        cpu.solve(batch, split);
        guard.solvedOn(Backends.CPU);
    }

    private @Nullable BackendException attempt(MinMaxBatch batch, SplitBatch split) {
        split.invalidate();
        try {
            solver.solve(batch, split);
            return audit.check(backend, batch, split);
        } catch (BackendException e) {
            return e;
        } catch (Throwable e) {
            // Errors, too: a device's library may be short of memory or stack, or assert, where the CPU's solver is
            // not.
            return new BackendException(
                    backend,
                    Code.SOLVE_FAILED,
                    "The solver threw " + e + ".",
                    "bin/lplb doctor looks for the cause.",
                    e);
        }
    }

    private void recover(BackendException fault) {
        if (guard.recover(fault)) {
            leave(fault);
        }
    }

    private void leave(@Nullable BackendException fault) {
        MinMaxSolver left = solver;
        solver = cpu;
        onCpu = true;
        closeQuietly(left, fault);
    }

    private static void closeQuietly(MinMaxSolver broken, @Nullable BackendException fault) {
        try {
            broken.close();
        } catch (Throwable e) {
            if (fault != null) {
                fault.addSuppressed(e);
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public MinMaxProblem problem() {
        return cpu.problem();
    }

    @Override
    public double tolerance() {
        return tolerance;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            cpu.close();
            solver.close();
        }
    }
}
