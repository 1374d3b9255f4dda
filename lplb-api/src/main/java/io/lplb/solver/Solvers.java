// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * The CPU solvers by name: those of this module, then those that a {@link SolverFactory} on the class path or module path brings
 * (module {@code lplb-reference}: {@code ejml}, {@code lplb-reference}).
 *
 * <p>Stateless, hence safe for use by several threads.
 */
public final class Solvers {
    private static final Map<String, SolverFactory> FOUND = found();
    private static final List<String> NAMES = Stream.concat(
                    Stream.of(InteriorPointSolver.NAME, RelaxationSolver.NAME, ExactSolver.NAME),
                    FOUND.keySet().stream())
            .toList();

    private Solvers() {}

    private static Map<String, SolverFactory> found() {
        Map<String, SolverFactory> found = new LinkedHashMap<>();
        ServiceLoader.load(SolverFactory.class).forEach(factory -> found.putIfAbsent(factory.name(), factory));
        return found;
    }

    /** {@return the names: the solver to use first} */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * {@return the gap at which the named solver stops unless told otherwise, as a fraction of the mean load}
     *
     * @param name one of {@link #names()}
     * @throws IllegalArgumentException if there is no solver of that name
     */
    public static double defaultTolerance(String name) {
        return switch (name) {
            case InteriorPointSolver.NAME -> InteriorPointSolver.DEFAULT_TOLERANCE;
            case RelaxationSolver.NAME -> RelaxationSolver.DEFAULT_TOLERANCE;
            case ExactSolver.NAME -> ExactSolver.DEFAULT_TOLERANCE;
            default -> factory(name).defaultTolerance();
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
        return switch (name) {
            case InteriorPointSolver.NAME -> new InteriorPointSolver(problem, tolerance);
            case RelaxationSolver.NAME -> new RelaxationSolver(problem, tolerance);
            case ExactSolver.NAME -> new ExactSolver(problem, tolerance);
            default -> factory(name).create(problem, tolerance);
        };
    }

    private static SolverFactory factory(String name) {
        SolverFactory factory = FOUND.get(name);
        if (factory == null) {
            throw new IllegalArgumentException("solver: got '" + name + "', expected one of " + NAMES);
        }
        return factory;
    }
}
