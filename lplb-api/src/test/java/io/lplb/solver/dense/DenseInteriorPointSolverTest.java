// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver.dense;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.MinMaxSolverContract;

/** The oracle passes the contract at a gap of 1e-9 of the mean load. */
final class DenseInteriorPointSolverTest extends MinMaxSolverContract {

    @Override
    protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
        return new DenseInteriorPointSolver(problem, tolerance, DenseInteriorPointSolver.DEFAULT_MAX_ITERATIONS);
    }
}
