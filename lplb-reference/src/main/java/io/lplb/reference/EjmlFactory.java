// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverFactory;

/** Factory of {@link DenseInteriorPointSolver}. */
public final class EjmlFactory implements SolverFactory {
    /** Makes the factory; called by {@link java.util.ServiceLoader}. */
    public EjmlFactory() {}

    @Override
    public String name() {
        return DenseInteriorPointSolver.NAME;
    }

    @Override
    public double defaultTolerance() {
        return DenseInteriorPointSolver.DEFAULT_TOLERANCE;
    }

    @Override
    public MinMaxSolver create(MinMaxProblem problem, double tolerance) {
        return new DenseInteriorPointSolver(problem, tolerance, DenseInteriorPointSolver.DEFAULT_MAX_ITERATIONS);
    }
}
