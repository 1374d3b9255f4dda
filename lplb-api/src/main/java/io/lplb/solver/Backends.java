// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * Chooses a backend and makes its solver.
 *
 * <p>GPU takes the first provider of that name that is available and fails otherwise. AUTO takes it if it is available
 * and the batch has at least {@link SolverProvider#worthwhileGroups} groups, and says at INFO what it chose and why;
 * a GPU whose solver cannot be made for this problem is one such reason for the CPU. A backend asked for by name fails
 * with what its provider throws.
 * {@code -Dlplb.requireBackend=gpu} turns every other choice into an exception, for tests and benchmarks that must not
 * measure the wrong thing.
 *
 * <p>Stateless, hence safe for use by several threads.
 */
public final class Backends {
    /** System property that names the only backend allowed. */
    public static final String REQUIRE_PROPERTY = "lplb.requireBackend";

    private static final Logger LOG = LogManager.getLogger(Backends.class);
    private static final String GPU = "gpu";
    private static final String CPU = "cpu";
    private static final double FLOAT_TOLERANCE = 1e-4;

    private Backends() {}

    /**
     * {@return the providers on the class path} One that cannot even be loaded is left out with a warning.
     */
    public static List<SolverProvider> providers() {
        List<SolverProvider> providers = new ArrayList<>();
        var iterator = ServiceLoader.load(SolverProvider.class).iterator();
        while (true) {
            try {
                if (!iterator.hasNext()) {
                    return providers;
                }
                providers.add(iterator.next());
            } catch (ServiceConfigurationError | LinkageError e) {
                LOG.warn("A solver provider could not be loaded and is left out: {}", e.toString());
            }
        }
    }

    /**
     * Makes a solver on a backend.
     *
     * @param backend GPU fails where AUTO takes the CPU
     * @param name one of {@link Solvers#names()}
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap that counts as OPTIMAL, as a fraction of the mean load
     * @param groups the batch size that decides for AUTO, and the largest one the solver will be given
     * @return a solver; the caller closes it
     * @throws IllegalStateException if the backend asked for is not available; the message gives reason and remedy
     */
    public static MinMaxSolver create(
            Backend backend, String name, MinMaxProblem problem, double tolerance, int groups) {
        // The CPU needs no provider, and looking for them reads the class path.
        return create(backend, name, problem, tolerance, groups, backend == Backend.CPU ? List.of() : providers());
    }

    /**
     * Makes a solver on the backend with this name, which may be one that {@link Backend} does not list, such as
     * {@code emulator}.
     *
     * @param backend {@code cpu}, {@code auto} or a provider's name, in any case
     * @param name as for {@link #create}
     * @param problem ranks and hosts of all batches to come
     * @param tolerance as for {@link #create}
     * @param groups as for {@link #create}
     * @return a solver; the caller closes it
     * @throws IllegalArgumentException if no provider has this name
     * @throws IllegalStateException if it is not available; the message gives reason and remedy
     */
    public static MinMaxSolver createNamed(
            String backend, String name, MinMaxProblem problem, double tolerance, int groups) {
        return createNamed(backend, name, problem, tolerance, groups, providers());
    }

    /**
     * {@return the gap at which the named solver stops on a backend unless told otherwise, as a fraction of the mean load:
     * the solver's own on the CPU, where it computes in double, and 1e-4 elsewhere, where kernels compute in float} AUTO
     * may end on either, so it aims at what both reach.
     *
     * @param backend as for {@link #createNamed}
     * @param name one of {@link Solvers#names()}
     */
    public static double defaultTolerance(String backend, String name) {
        double inDouble = Solvers.defaultTolerance(name);
        return backend.equalsIgnoreCase(CPU) ? inDouble : Math.max(inDouble, FLOAT_TOLERANCE);
    }

    static MinMaxSolver createNamed(
            String backend,
            String name,
            MinMaxProblem problem,
            double tolerance,
            int groups,
            List<SolverProvider> providers) {
        String wanted = backend.toLowerCase(Locale.ROOT);
        for (Backend known : Backend.values()) {
            if (known.name().equalsIgnoreCase(wanted)) {
                return create(known, name, problem, tolerance, groups, providers);
            }
        }
        SortedSet<String> names = new TreeSet<>(List.of("auto", CPU, GPU));
        for (SolverProvider provider : providers) {
            names.add(provider.backend());
            if (provider.backend().equals(wanted)) {
                SolverProvider.Availability found = probe(provider);
                if (!found.available()) {
                    throw new IllegalStateException("backend " + wanted + ": not available. " + found.text());
                }
                requireAllowed(required(), wanted, "It was asked for by name.");
                LOG.info("Backend {}: {}", wanted, found.reason());
                return provider.create(name, problem, tolerance, groups);
            }
        }
        throw new IllegalArgumentException("backend: got " + backend + ", expected one of " + String.join(", ", names));
    }

    static MinMaxSolver create(
            Backend backend,
            String name,
            MinMaxProblem problem,
            double tolerance,
            int groups,
            List<SolverProvider> providers) {
        String required = required();
        if (backend == Backend.CPU) {
            requireAllowed(required, CPU, "the CPU was asked for");
            return Solvers.create(name, problem, tolerance);
        }
        List<String> reasons = new ArrayList<>();
        for (SolverProvider provider : providers) {
            if (!provider.backend().equals(GPU)) {
                continue;
            }
            SolverProvider.Availability found = probe(provider);
            if (!found.available()) {
                reasons.add(found.text());
            } else if (backend == Backend.AUTO && groups < provider.worthwhileGroups(problem)) {
                reasons.add("A batch of " + groups + " groups is faster on the CPU; the GPU pays from "
                        + provider.worthwhileGroups(problem) + " on.");
            } else {
                requireAllowed(required, GPU, found.reason());
                if (backend == Backend.GPU) {
                    LOG.info("Backend gpu: {}", found.reason());
                    return provider.create(name, problem, tolerance, groups);
                }
                try {
                    MinMaxSolver solver = provider.create(name, problem, tolerance, groups);
                    LOG.info("Backend gpu: {}", found.reason());
                    return solver;
                } catch (RuntimeException | LinkageError e) {
                    reasons.add("The GPU's solver could not be made: " + e + ".");
                }
            }
        }
        String why = reasons.isEmpty() ? "No GPU provider is on the class path." : String.join(" ", reasons);
        if (backend == Backend.GPU) {
            throw new IllegalStateException("backend gpu: not available. " + why);
        }
        requireAllowed(required, CPU, why);
        LOG.info("Backend cpu: {}", why);
        return Solvers.create(name, problem, tolerance);
    }

    private static String required() {
        return System.getProperty(REQUIRE_PROPERTY, "").toLowerCase(Locale.ROOT);
    }

    /** A probe that fails itself says no. */
    private static SolverProvider.Availability probe(SolverProvider provider) {
        try {
            return provider.probe();
        } catch (RuntimeException | LinkageError e) {
            return new SolverProvider.Availability(
                    false, "The probe of the " + provider.backend() + " failed: " + e + ".", "");
        }
    }

    private static void requireAllowed(String required, String chosen, String why) {
        if (!required.isEmpty() && !required.equals(chosen)) {
            throw new IllegalStateException(
                    "backend: got " + chosen + ", expected " + required + " as " + REQUIRE_PROPERTY + " says. " + why);
        }
    }
}
