// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Chooses a backend and makes its solver.
 *
 * <p>GPU takes the first provider of that name that is available and fails otherwise. AUTO takes it if it is available
 * and the batch has at least {@link SolverProvider#worthwhileGroups} groups, and says at INFO what it chose and why, the
 * first time; at WARN if a provider is broken, not merely missing or not made for the problem. A backend asked for by name
 * fails with what its provider throws. {@link BackendGuard} also checks what solvers answer.
 * {@code -Dlplb.requireBackend=gpu} turns every other choice into an exception, for tests and benchmarks that must not
 * measure the wrong thing.
 *
 * <p>Stateless, hence safe for use by several threads.
 */
public final class Backends {
    /** System property that names the only backend allowed. */
    public static final String REQUIRE_PROPERTY = "lplb.requireBackend";

    private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

    /** Names of backends. */
    static final String GPU = "gpu";

    static final String CPU = "cpu";

    private static final double FLOAT_TOLERANCE = 1e-4;

    /** From so many ranks on relaxation is faster than the interior point by far (320 ranks: 35 us and 5.1 ms). */
    private static final int MANY_RANKS = 128;

    private Backends() {}

    /**
     * Providers and faults that ServiceLoader found.
     *
     * @param providers those that could be loaded
     * @param failures a sentence for each that could not
     */
    record Loaded(List<SolverProvider> providers, List<String> failures) {}

    /**
     * {@return the providers on the class path} One that cannot even be loaded is left out with a warning, the first time.
     */
    public static List<SolverProvider> providers() {
        Loaded loaded = load();
        loaded.failures.forEach(failure -> sayOnce(Level.WARN, failure));
        return loaded.providers;
    }

    static Loaded load() {
        List<SolverProvider> providers = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        var iterator = ServiceLoader.load(SolverProvider.class).iterator();
        while (true) {
            try {
                if (!iterator.hasNext()) {
                    return new Loaded(providers, failures);
                }
                providers.add(iterator.next());
            } catch (ServiceConfigurationError | LinkageError e) {
                failures.add("A solver provider could not be loaded: " + e
                        + (e.getCause() == null ? "" : ", " + e.getCause()) + ".");
            } catch (RuntimeException | Error e) {
                // Nothing says that the iterator moves on after this one.
                failures.add("Solver providers could not be looked for: " + e + ".");
                return new Loaded(providers, failures);
            }
        }
    }

    /** A process has many balancers, which all come to the same end. */
    private static void sayOnce(Level level, String text) {
        Log.LOG.log(SAID.add(text) ? level : Level.DEBUG, text);
    }

    /**
     * Makes a solver on a backend.
     *
     * @param backend GPU fails where AUTO takes the CPU, now or after a fault; see {@link BackendGuard}
     * @param name one of {@link Solvers#names()}
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap that counts as OPTIMAL, as a fraction of the mean load
     * @param groups the batch size that decides for AUTO, and the largest one the solver will be given
     * @return a solver; the caller closes it
     * @throws BackendException if the backend asked for is not available; the message gives reason and remedy
     * @throws IllegalStateException if {@value #REQUIRE_PROPERTY} does not allow it
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
     * @throws BackendException if it is not available; the message gives reason and remedy
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

    /**
     * {@return the name of the solver to use on a backend unless told otherwise} On the CPU that is {@code exact}, the fastest
     * there at any size. Elsewhere it is the interior point, and {@code relaxation} for more ranks than kernels take.
     *
     * @param backend as for {@link #createNamed}
     * @param ranks ranks of a group
     */
    public static String defaultSolver(String backend, int ranks) {
        if (backend.equalsIgnoreCase(CPU)) {
            return ExactSolver.NAME;
        }
        return ranks < MANY_RANKS ? InteriorPointSolver.NAME : RelaxationSolver.NAME;
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
                    throw new BackendException(wanted, Code.NOT_AVAILABLE, found.reason(), found.remedy(), null);
                }
                requireAllowed(required(), wanted, "It was asked for by name.");
                sayOnce(Level.INFO, "Backend " + wanted + ": " + found.reason());
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
        BackendGuard guard = backend == Backend.AUTO ? new BackendGuard(backend, null) : null;
        return create(backend, name, problem, tolerance, groups, new Loaded(providers, List.of()), guard);
    }

    /** Makes a solver, guarded if there is a guard. */
    static MinMaxSolver create(
            Backend backend,
            String name,
            MinMaxProblem problem,
            double tolerance,
            int groups,
            Loaded loaded,
            @Nullable BackendGuard guard) {
        if (backend == Backend.CPU) {
            requireAllowed(required(), CPU, "the CPU was asked for");
            return Solvers.create(name, problem, tolerance);
        }
        List<String> faults = new ArrayList<>(loaded.failures);
        List<String> reasons = new ArrayList<>();
        for (SolverProvider provider : loaded.providers) {
            if (!provider.backend().equals(GPU)) {
                continue;
            }
            SolverProvider.Availability found = probe(provider, faults);
            if (!found.available()) {
                reasons.add(found.text());
            } else if (backend == Backend.AUTO && groups < provider.worthwhileGroups(name, problem)) {
                reasons.add("A batch of " + groups + " groups is faster on the CPU; the GPU pays from "
                        + provider.worthwhileGroups(name, problem) + " on.");
            } else {
                requireAllowed(required(), GPU, found.reason());
                try {
                    MinMaxSolver solver = guard == null
                            ? provider.create(name, problem, tolerance, groups)
                            : guard.make(provider, name, problem, tolerance, groups);
                    sayOnce(Level.INFO, "Backend gpu: " + found.reason());
                    return solver;
                } catch (RuntimeException | Error e) {
                    if ((backend == Backend.GPU && guard == null) || isInterrupt(e)) {
                        throw e;
                    }
                    if (backend == Backend.GPU) {
                        throw notMade(e);
                    }
                    (isRefusal(e) ? reasons : faults).add(sentence("The GPU's solver could not be made: " + e));
                }
            }
        }
        return onCpu(backend, name, problem, tolerance, faults, reasons, guard);
    }

    /** No GPU: the CPU for AUTO, with a warning if something is broken rather than missing. */
    private static MinMaxSolver onCpu(
            Backend backend,
            String name,
            MinMaxProblem problem,
            double tolerance,
            List<String> faults,
            List<String> reasons,
            @Nullable BackendGuard guard) {
        List<String> all = new ArrayList<>(faults);
        reasons.stream().filter(reason -> !all.contains(reason)).forEach(all::add);
        String why = all.isEmpty() ? "No GPU provider is on the class path." : String.join(" ", all);
        if (backend == Backend.GPU) {
            throw new BackendException(GPU, Code.NOT_AVAILABLE, why, "", null);
        }
        requireAllowed(required(), CPU, why);
        if (!faults.isEmpty() && guard != null) {
            guard.recover(GPU, faults);
        } else {
            sayOnce(faults.isEmpty() ? Level.INFO : Level.WARN, "Backend cpu: " + why);
        }
        return Solvers.create(name, problem, tolerance);
    }

    /** Whether a provider says that it is not made for the problem, rather than fails. */
    private static boolean isRefusal(Throwable e) {
        return e instanceof IllegalArgumentException
                || (e instanceof BackendException refusal && refusal.code() == Code.NOT_AVAILABLE);
    }

    private static boolean isInterrupt(Throwable e) {
        return e instanceof BackendException fault && fault.code() == Code.INTERRUPTED;
    }

    private static String sentence(String text) {
        return text.endsWith(".") ? text : text + ".";
    }

    /** Returns an exception of a provider with a code; errors of arguments and states are rethrown. */
    private static RuntimeException notMade(Throwable e) {
        if (e instanceof BackendException || e instanceof IllegalArgumentException) {
            return (RuntimeException) e;
        }
        return new BackendException(GPU, Code.NOT_MADE, "The provider threw " + e + ".", "", e);
    }

    /** Whether {@value #REQUIRE_PROPERTY} lets a backend be used. */
    static boolean isAllowed(String backend) {
        String required = required();
        return required.isEmpty() || required.equals(backend);
    }

    private static String required() {
        return System.getProperty(REQUIRE_PROPERTY, "").toLowerCase(Locale.ROOT);
    }

    /**
     * {@return what a provider's probe says; a probe that fails itself says no}
     *
     * @param provider asked once
     */
    public static SolverProvider.Availability probe(SolverProvider provider) {
        return probe(provider, new ArrayList<>());
    }

    private static SolverProvider.Availability probe(SolverProvider provider, List<String> faults) {
        try {
            return provider.probe();
        } catch (RuntimeException | Error e) {
            String failure = "The probe of the " + provider.backend() + " failed: " + e + ".";
            faults.add(failure);
            return new SolverProvider.Availability(false, failure, "");
        }
    }

    private static void requireAllowed(String required, String chosen, String why) {
        if (!required.isEmpty() && !required.equals(chosen)) {
            throw new IllegalStateException(
                    "backend: got " + chosen + ", expected " + required + " as " + REQUIRE_PROPERTY + " says. " + why);
        }
    }

    /** Opened by the first message: without a logging provider, Log4j complains when it is opened. */
    private static final class Log {
        static final Logger LOG = LogManager.getLogger(Backends.class);
    }
}
