// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException.Code;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The backend of one user, such as a balancer, and what happens when it fails. Its solvers' answers are checked on the
 * host before anybody uses them (see {@link BackendException.Code} for what is found), and a fault means:
 *
 * <ul>
 *   <li>GPU: the {@link BackendException} is thrown; the next solve tries again.
 *   <li>AUTO: the same batch is solved on the CPU, one WARN says why, {@link #recoveries()} counts it, and this guard
 *       stays on the CPU, for later solvers too. With {@code -Dlplb.requireBackend=gpu} it is thrown instead.
 *   <li>CPU: its solvers are this library's own; nothing is checked, and no time is spent on it.
 * </ul>
 *
 * <p>Not thread-safe.
 */
public final class BackendGuard {
    private static final Logger LOG = LogManager.getLogger(BackendGuard.class);

    private final Backend backend;
    private final @Nullable Duration timeLimit;
    private int recoveries;
    private @Nullable BackendException lastFault;
    private boolean accelerated;

    /**
     * A guard.
     *
     * @param timeLimit what a solve on a GPU is given, and the making of its solver; null for no limit. A limit costs a
     *     thread per solver and two thread switches per solve.
     * @throws IllegalArgumentException if the limit is not positive
     */
    public BackendGuard(Backend backend, @Nullable Duration timeLimit) {
        if (timeLimit != null && (timeLimit.isNegative() || timeLimit.isZero())) {
            throw new IllegalArgumentException("time limit: got " + timeLimit + ", expected a positive duration");
        }
        this.backend = backend;
        this.timeLimit = timeLimit;
    }

    /**
     * Makes a solver, as {@link Backends#create} does.
     *
     * @throws BackendException if the backend is GPU and not available
     */
    public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int groups) {
        accelerated = false;
        if (backend == Backend.CPU || recoveries > 0) {
            return Backends.create(Backend.CPU, name, problem, tolerance, groups);
        }
        Backends.Loaded loaded = Backends.load();
        return Backends.create(backend, name, problem, tolerance, groups, loaded, this);
    }

    /** Has a provider make a solver, and guards it. */
    MinMaxSolver make(SolverProvider provider, String name, MinMaxProblem problem, double tolerance, int groups) {
        MinMaxSolver made = timeLimit == null
                ? provider.create(name, problem, tolerance, groups)
                : new TimedSolver(
                        provider.backend(),
                        TimeUnit.NANOSECONDS.convert(timeLimit),
                        () -> provider.create(name, problem, tolerance, groups));
        accelerated = true;
        return new GuardedSolver(this, provider.backend(), name, made, tolerance);
    }

    /** Takes note of a fault; throws it unless the CPU may take over. */
    void recover(BackendException fault) {
        lastFault = fault;
        if (backend != Backend.AUTO || !Backends.isAllowed(Backends.CPU)) {
            throw fault;
        }
        recoveries++;
        accelerated = false;
        LOG.warn("The CPU takes over for good. {}", fault.getMessage());
    }

    /** The faults of providers that could not be loaded, made or asked count as one. */
    void recover(String backendName, List<String> faults) {
        recover(new BackendException(backendName, Code.NOT_MADE, String.join(" ", faults), "", null));
    }

    /** Returns the name of the backend that the solver made last runs on now. */
    public String backendName() {
        return accelerated ? Backends.GPU : Backends.CPU;
    }

    /** Returns how often the CPU took over: 0 or 1. */
    public int recoveries() {
        return recoveries;
    }

    /** Returns the last fault, or null. */
    public @Nullable BackendException lastFault() {
        return lastFault;
    }
}
