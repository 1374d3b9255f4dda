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
 *   <li>AUTO: the same batch is solved on the CPU, after an {@link Error} such as OutOfMemoryError, too; one WARN says why, {@link #recoveries()} counts it, and this guard
 *       stays on the CPU, for later solvers too. With {@code -Dlplb.requireBackend=gpu} it is thrown instead.
 *   <li>CPU: its solvers are this library's own; nothing is checked, and no time is spent on it.
 * </ul>
 *
 * <p>Not thread-safe.
 */
public final class BackendGuard {

    private final Backend backend;
    private final @Nullable Duration timeLimit;
    private final String prefix;
    private int recoveries;
    private @Nullable BackendException lastFault;
    private String solvedOn = Backends.CPU;

    /**
     * A guard.
     *
     * @param backend what the user asked for
     * @param timeLimit what a solve on a GPU is given, and the making of its solver; null for no limit. A limit costs a
     *     thread per solver and two thread switches per solve.
     * @throws IllegalArgumentException if the limit is not positive
     */
    public BackendGuard(Backend backend, @Nullable Duration timeLimit) {
        this(backend, timeLimit, "");
    }

    /**
     * A guard whose messages name its user.
     *
     * @param backend as for {@link #BackendGuard(Backend, Duration)}
     * @param timeLimit as there
     * @param user name of the user, put before log lines and messages of faults; empty for none
     * @throws IllegalArgumentException if the limit is not positive
     */
    public BackendGuard(Backend backend, @Nullable Duration timeLimit, String user) {
        if (timeLimit != null && (timeLimit.isNegative() || timeLimit.isZero())) {
            throw new IllegalArgumentException("time limit: got " + timeLimit + ", expected a positive duration");
        }
        this.backend = backend;
        this.timeLimit = timeLimit;
        this.prefix = user.isEmpty() ? "" : user + ": ";
    }

    /**
     * Makes a solver, as {@link Backends#create} does.
     *
     * @param name one of {@link Solvers#names()}
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap that counts as OPTIMAL, as a fraction of the mean load
     * @param groups the batch size that decides for AUTO, and the largest one the solver will be given
     * @return a solver; the caller closes it
     * @throws BackendException if the backend is GPU and not available
     */
    public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int groups) {
        if (backend == Backend.CPU || recoveries > 0) {
            return Backends.create(Backend.CPU, name, problem, tolerance, groups);
        }
        Backends.Loaded loaded = Backends.load();
        MinMaxSolver made = Backends.create(backend, name, problem, tolerance, groups, loaded, this);
        solvedOn = made instanceof GuardedSolver ? Backends.GPU : Backends.CPU;
        return made;
    }

    /** Has a provider make a solver, and guards it. */
    MinMaxSolver make(SolverProvider provider, String name, MinMaxProblem problem, double tolerance, int groups) {
        MinMaxSolver made = timeLimit == null
                ? provider.create(name, problem, tolerance, groups)
                : new TimedSolver(
                        provider.backend(),
                        prefix,
                        TimeUnit.NANOSECONDS.convert(timeLimit),
                        () -> provider.create(name, problem, tolerance, groups));
        return new GuardedSolver(this, provider.backend(), name, made, tolerance);
    }

    /**
     * Takes note of a fault, or throws it unless the CPU may take over. An interrupt is no fault.
     *
     * @return whether the CPU takes over for good, rather than for one batch
     */
    boolean recover(BackendException fault) {
        boolean interrupted = fault.code() == Code.INTERRUPTED;
        BackendException named = fault.named(prefix);
        lastFault = interrupted ? lastFault : named;
        if (backend != Backend.AUTO || !Backends.isAllowed(Backends.CPU)) {
            throw named;
        }
        if (!interrupted) {
            recoveries++;
            solvedOn = Backends.CPU;
            Log.LOG.warn("{}The CPU takes over for good. {}", prefix, fault.getMessage());
        }
        return !interrupted;
    }

    /**
     * Has the CPU take over for good if the backend is AUTO and another one is in use: answers of equal CPU solvers are the
     * same bit for bit on all ranks.
     *
     * @param reason what is wrong, in a sentence
     */
    public void distrust(String reason) {
        if (backend == Backend.AUTO && recoveries == 0 && !solvedOn.equals(Backends.CPU)) {
            recoveries++;
            Log.LOG.warn("{}The CPU takes over for good. {}", prefix, reason);
        }
    }

    /** Takes note of where the last batch was solved. */
    void solvedOn(String backendName) {
        solvedOn = backendName;
    }

    /** The faults of providers that could not be loaded, made or asked count as one. */
    void recover(String backendName, List<String> faults) {
        recover(new BackendException(backendName, Code.NOT_MADE, String.join(" ", faults), "", null));
    }

    /** {@return the name of the backend that solved last; before that, of the one that the solver was made for} */
    public String backendName() {
        return solvedOn;
    }

    /** {@return how often the CPU took over: 0 or 1} */
    public int recoveries() {
        return recoveries;
    }

    /** {@return the last fault, or null} */
    public @Nullable BackendException lastFault() {
        return lastFault;
    }

    /** Opened by the first message: without a logging provider, Log4j complains when it is opened. */
    private static final class Log {
        static final Logger LOG = LogManager.getLogger(BackendGuard.class);
    }
}
