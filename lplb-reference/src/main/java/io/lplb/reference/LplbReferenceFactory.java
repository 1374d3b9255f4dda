// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolverFactory;

/** Factory of {@link LplbReferenceSolver} with the step length of the published code. */
public final class LplbReferenceFactory implements SolverFactory {
    /** Makes the factory; called by {@link java.util.ServiceLoader}. */
    public LplbReferenceFactory() {}

    @Override
    public String name() {
        return LplbReferenceSolver.NAME;
    }

    @Override
    public double defaultTolerance() {
        return LplbReferenceSolver.DEFAULT_TOLERANCE;
    }

    @Override
    public MinMaxSolver create(MinMaxProblem problem, double tolerance) {
        return new LplbReferenceSolver(problem, tolerance, LplbReferenceSolver.StepLength.LAST_32_VARIABLES);
    }
}
