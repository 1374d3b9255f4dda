// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException.Code;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A solver on a thread of its own, so that its caller can stop waiting. A thread that runs native code cannot be stopped;
 * after the limit it is left to itself, a daemon that touches nothing of the caller's: loads are copied in and answers
 * copied out. If it ever returns, it closes its solver and ends.
 *
 * <p>An interrupt of the caller ends its wait at once, too, with {@link Code#INTERRUPTED}; the next solve then first waits
 * for the one that was left alone.
 *
 * <p>Caller and owner take turns by a ticket: the caller raises {@code asked} and wakes the owner, the owner answers by
 * raising {@code answered} to it and wakes the caller. Handing over costs two wake-ups (about 10 to 50 us), and nothing is
 * allocated unless the number of groups changes.
 *
 * <p>Not thread-safe: one thread at a time calls it.
 */
final class TimedSolver implements MinMaxSolver {
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final String REMEDY =
            "Make the limit longer if the machine is slow; a GPU that hangs needs its process restarted (nvidia-smi).";

    private final String backend;
    private final String prefix;
    private final long limitNanos;
    private final Thread owner;
    private final Supplier<MinMaxSolver> maker;

    // Written by the caller before asked, read by the owner after it; written by the owner before answered.
    private @Nullable MinMaxSolver solver;
    private @Nullable MinMaxBatch batch;
    private @Nullable SplitBatch split;
    private @Nullable Throwable failure;
    private volatile @Nullable Thread caller;
    private volatile int asked;
    private volatile int answered;
    private volatile boolean ended;
    private boolean abandoned;

    /**
     * Starts the thread, which makes the solver; within the limit, too.
     *
     * @throws BackendException if that takes longer; what the maker throws comes through
     */
    TimedSolver(String backend, String prefix, long limitNanos, Supplier<MinMaxSolver> maker) {
        this.backend = backend;
        this.prefix = prefix;
        this.limitNanos = limitNanos;
        this.maker = maker;
        owner = new Thread(this::own, "lplb-solver-" + THREADS.incrementAndGet());
        owner.setDaemon(true);
        owner.start();
        try {
            ask();
        } catch (RuntimeException | Error e) {
            end();
            throw e;
        }
    }

    /** The owner's life: makes the solver at the first ticket, solves at every later one. */
    private void own() {
        int done = 0;
        while (true) {
            while (asked == done && !ended) {
                LockSupport.park(this);
            }
            if (ended) {
                break;
            }
            done++;
            try {
                if (solver == null) {
                    solver = maker.get();
                } else {
                    solver.solve(Objects.requireNonNull(batch), Objects.requireNonNull(split));
                }
            } catch (Throwable e) {
                failure = e;
            }
            answered = done;
            LockSupport.unpark(caller);
        }
        try {
            if (solver != null) {
                solver.close();
            }
        } catch (Throwable e) {
            Log.LOG.warn("{}A solver on the {} could not be closed. {}", prefix, backend, e.toString());
        }
    }

    /** Hands the turn to the owner and waits for it; throws what it threw. */
    private void ask() {
        failure = null;
        caller = Thread.currentThread();
        int ticket = asked + 1;
        asked = ticket;
        LockSupport.unpark(owner);
        awaitAnswer(ticket);
        Throwable thrown = failure;
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown != null) {
            throw new IllegalStateException(thrown);
        }
    }

    /**
     * Waits until the owner has answered a ticket.
     *
     * @throws BackendException if it does not within the limit, or an interrupt ends the wait, which leaves the thread's
     *     flag set
     */
    private void awaitAnswer(int ticket) {
        long start = System.nanoTime();
        long left = limitNanos;
        while (answered != ticket && left > 0) {
            if (Thread.currentThread().isInterrupted()) {
                throw interrupted();
            }
            LockSupport.parkNanos(this, left);
            left = limitNanos - (System.nanoTime() - start);
        }
        if (answered != ticket) {
            abandoned = true;
            throw late();
        }
    }

    /** A solve that an interrupt left alone still has the copies of loads and answers until it ends. */
    private void awaitLeftAlone() {
        if (answered != asked) {
            caller = Thread.currentThread();
            awaitAnswer(asked);
        }
    }

    private BackendException interrupted() {
        return new BackendException(
                backend,
                Code.INTERRUPTED,
                "The wait for " + owner.getName() + " was interrupted.",
                "Clear the thread's interrupt flag and plan again.",
                null);
    }

    private BackendException late() {
        return new BackendException(
                backend,
                Code.TIME_LIMIT,
                "No answer within " + limitNanos / 1_000_000 + " ms; " + owner.getName() + " is left to itself.",
                REMEDY,
                null);
    }

    @Override
    public void solve(MinMaxBatch loads, SplitBatch answers) {
        if (abandoned) {
            throw late();
        }
        awaitLeftAlone();
        MinMaxBatch in = batch;
        SplitBatch out = split;
        if (in == null || out == null || in.groups() != loads.groups()) {
            in = new MinMaxBatch(loads.problem(), loads.groups());
            out = new SplitBatch(loads.problem(), loads.groups());
            batch = in;
            split = out;
        }
        for (int g = 0; g < loads.groups(); g++) {
            in.set(g, loads, g);
        }
        out.invalidate();
        ask();
        System.arraycopy(out.share(), 0, answers.share(), 0, out.share().length);
        for (int g = 0; g < out.groups(); g++) {
            answers.report(g, out);
        }
    }

    private MinMaxSolver made() {
        return Objects.requireNonNull(solver, "solver");
    }

    @Override
    public String name() {
        return made().name();
    }

    @Override
    public MinMaxProblem problem() {
        return made().problem();
    }

    @Override
    public double tolerance() {
        return made().tolerance();
    }

    private void end() {
        ended = true;
        LockSupport.unpark(owner);
    }

    /** Has the owner close the solver and waits for that, at most the time limit. */
    @Override
    public void close() {
        end();
        if (abandoned) {
            return;
        }
        try {
            owner.join(Math.max(1, limitNanos / 1_000_000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Opened by the first message: without a logging provider, Log4j complains when it is opened. */
    private static final class Log {
        static final Logger LOG = LogManager.getLogger(TimedSolver.class);
    }
}
