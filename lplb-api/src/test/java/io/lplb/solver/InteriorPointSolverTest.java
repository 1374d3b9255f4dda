// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;

class InteriorPointSolverTest extends MinMaxSolverContract {

    @Override
    protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
        return new InteriorPointSolver(problem, tolerance);
    }
}
