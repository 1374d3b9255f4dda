// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;

/**
 * Factory of a CPU solver that another module brings, found by {@link java.util.ServiceLoader}. Solvers that need libraries stay
 * out of this module that way; {@link Solvers} lists them after its own.
 *
 * <p>Implementations are stateless.
 */
public interface SolverFactory {

    /** {@return the solver's name in lower case, as {@link MinMaxSolver#name()}} */
    String name();

    /** {@return the gap at which it stops unless told otherwise, as a fraction of the mean load} */
    double defaultTolerance();

    /**
     * Makes a solver.
     *
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap that counts as OPTIMAL, as a fraction of the mean load; positive and finite
     * @return a solver; the caller closes it
     * @throws IllegalArgumentException if the tolerance is not positive and finite
     */
    MinMaxSolver create(MinMaxProblem problem, double tolerance);
}
