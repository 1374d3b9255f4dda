// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.MinMaxSolverContract;

class TornadoInteriorPointTest extends MinMaxSolverContract {

    @Override
    protected MinMaxSolver newSolver(MinMaxProblem problem, double tolerance) {
        return new GpuSolver(InteriorPointSolver.NAME, problem, tolerance, 8);
    }

    @Override
    protected double tolerance() {
        return GpuSolver.DEFAULT_TOLERANCE;
    }

    @Override
    protected int randomProblems() {
        return 150;
    }
}
