// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.dense.DenseInteriorPointSolver;
import io.lplb.solver.dense.LplbReferenceSolver;
import java.util.List;

/** The CPU solvers by name. */
public final class Solvers {
    private static final List<String> NAMES = List.of(
            InteriorPointSolver.NAME, RelaxationSolver.NAME, DenseInteriorPointSolver.NAME, LplbReferenceSolver.NAME);

    private Solvers() {}

    /** {@return the names: the solver to use first} */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * {@return the gap at which the named solver stops unless told otherwise, as a fraction of the mean load}
     *
     * @param name one of {@link #names()}
     */
    public static double defaultTolerance(String name) {
        return switch (requireName(name)) {
            case RelaxationSolver.NAME -> RelaxationSolver.DEFAULT_TOLERANCE;
            case LplbReferenceSolver.NAME -> LplbReferenceSolver.DEFAULT_TOLERANCE;
            default -> InteriorPointSolver.DEFAULT_TOLERANCE;
        };
    }

    /**
     * Makes a CPU solver.
     *
     * @param name one of {@link #names()}
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap that counts as OPTIMAL, as a fraction of the mean load
     * @return a solver
     * @throws IllegalArgumentException if there is no solver of that name
     */
    public static MinMaxSolver create(String name, MinMaxProblem problem, double tolerance) {
        return switch (requireName(name)) {
            case InteriorPointSolver.NAME -> new InteriorPointSolver(problem, tolerance);
            case RelaxationSolver.NAME -> new RelaxationSolver(problem, tolerance);
            case DenseInteriorPointSolver.NAME ->
                new DenseInteriorPointSolver(problem, tolerance, DenseInteriorPointSolver.DEFAULT_MAX_ITERATIONS);
            default -> new LplbReferenceSolver(problem, tolerance, LplbReferenceSolver.StepLength.LAST_32_VARIABLES);
        };
    }

    private static String requireName(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("solver: got '" + name + "', expected one of " + NAMES);
        }
        return name;
    }
}
