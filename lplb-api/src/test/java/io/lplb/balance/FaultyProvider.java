// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendException.Code;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SolverProvider;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend {@code gpu} that computes on the CPU and goes wrong in the way that a test says. */
public final class FaultyProvider implements SolverProvider {
    /** Ways to go wrong. */
    public enum Fault {
        NONE,
        /** Not a fault: it says that it has no solver for the problem. */
        REFUSES,
        PROBE_THROWS,
        PROBE_LACKS_A_CLASS,
        CREATE_THROWS,
        CREATE_LACKS_A_LIBRARY,
        CREATE_RUNS_OUT_OF_MEMORY,
        CREATE_NEVER_RETURNS,
        SOLVE_THROWS,
        SOLVE_LACKS_A_CLASS,
        SOLVE_RUNS_OUT_OF_MEMORY,
        SOLVE_OVERFLOWS_THE_STACK,
        SOLVE_ASSERTS,
        SOLVE_INTERNAL_ERROR,
        SOLVE_AND_CLOSE_THROW,
        /** Solves well, but cannot be closed. */
        CLOSE_THROWS,
        NOT_A_NUMBER,
        INFINITE,
        NO_ANSWER,
        WRONG_SHARES,
        NEGATIVE_SHARES,
        MAXIMUM_TOO_LOW,
        BOUND_ABOVE_THE_OPTIMUM,
        NEVER_RETURNS
    }

    private static volatile Fault fault = Fault.NONE;
    private static volatile int goodSolves;
    private static volatile CountDownLatch gate = new CountDownLatch(0);
    private static volatile CountDownLatch hanging = new CountDownLatch(1);
    private static final AtomicInteger OPEN = new AtomicInteger();

    /** From now on solvers go wrong after so many good solves; those that hang do so until {@link #release}. */
    public static void plan(Fault next, int solvesBefore) {
        release();
        fault = next;
        goodSolves = solvesBefore;
        gate = new CountDownLatch(1);
        hanging = new CountDownLatch(1);
    }

    /** Lets those that hang return. */
    public static void release() {
        gate.countDown();
    }

    /** Waits until one hangs. */
    public static void awaitHanging() throws InterruptedException {
        hanging.await();
    }

    /** Returns the number of solvers made and not closed. */
    public static int open() {
        return OPEN.get();
    }

    @Override
    public String backend() {
        return "gpu";
    }

    @Override
    public Availability probe() {
        if (fault == Fault.PROBE_THROWS) {
            throw new IllegalStateException("the probe broke");
        }
        if (fault == Fault.PROBE_LACKS_A_CLASS) {
            throw new NoClassDefFoundError("a/driver/Class");
        }
        return new Availability(true, "A device that may fail.", "");
    }

    @Override
    public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
        switch (fault) {
            case CREATE_THROWS -> throw new UnsupportedOperationException("no memory on the device");
            case CREATE_RUNS_OUT_OF_MEMORY -> throw new OutOfMemoryError("Direct buffer memory");
            case CREATE_LACKS_A_LIBRARY -> throw new UnsatisfiedLinkError("libcuda.so.1");
            case REFUSES ->
                throw new BackendException("gpu", Code.NOT_AVAILABLE, "No kernel for this problem.", "", null);
            case CREATE_NEVER_RETURNS -> hang();
            default -> {}
        }
        return new Faulty(Solvers.create(name, problem, tolerance));
    }

    private static void hang() {
        hanging.countDown();
        boolean waiting = true;
        while (waiting) {
            try {
                gate.await();
                waiting = false;
            } catch (InterruptedException e) {
                // As native code, it cannot be interrupted.
            }
        }
    }

    @Override
    public int worthwhileGroups(String name, MinMaxProblem problem) {
        return 1;
    }

    private static final class Faulty implements MinMaxSolver {
        private final MinMaxSolver cpu;
        private final Fault own = fault;
        private int left = goodSolves;

        Faulty(MinMaxSolver cpu) {
            this.cpu = cpu;
            OPEN.incrementAndGet();
        }

        @Override
        public void solve(MinMaxBatch batch, SplitBatch split) {
            if (left-- > 0) {
                cpu.solve(batch, split);
                return;
            }
            switch (own) {
                case SOLVE_THROWS -> throw new IllegalArgumentException("CUDA_ERROR_LAUNCH_FAILED (719)");
                case SOLVE_LACKS_A_CLASS -> throw new NoClassDefFoundError("a/kernel/Class");
                case SOLVE_RUNS_OUT_OF_MEMORY -> throw new OutOfMemoryError("Direct buffer memory");
                case SOLVE_OVERFLOWS_THE_STACK -> deeper(0);
                case SOLVE_ASSERTS -> throw new AssertionError("stream is null");
                case SOLVE_INTERNAL_ERROR -> throw new InternalError("a fault in an access of mapped memory");
                case SOLVE_AND_CLOSE_THROW -> throw new IllegalStateException("context is destroyed");
                case NO_ANSWER -> {
                    return;
                }
                case NEVER_RETURNS -> hang();
                default -> {}
            }
            cpu.solve(batch, split);
            spoil(batch, split);
        }

        private static int deeper(int depth) {
            return depth < 0 ? 0 : deeper(depth + 1) + 1;
        }

        private void spoil(MinMaxBatch batch, SplitBatch split) {
            double[] share = split.share();
            int last = share.length - 1;
            int group = split.groups() - 1;
            double max = split.maxLoad(group);
            double bound = split.lowerBound(group);
            switch (own) {
                case NOT_A_NUMBER -> share[last] = Double.NaN;
                case INFINITE -> share[last] = Double.POSITIVE_INFINITY;
                case WRONG_SHARES -> share[last] += 1 + batch.meanLoad(group);
                case NEGATIVE_SHARES -> {
                    share[last] -= 1e6;
                    share[last - 1] += 1e6;
                }
                case MAXIMUM_TOO_LOW -> max *= 0.9;
                case BOUND_ABOVE_THE_OPTIMUM -> {
                    // A split far from the optimum, called optimal by a bound far above it.
                    for (int i = 0; i < batch.problem().items(); i++) {
                        int first = group * batch.problem().entries()
                                + batch.problem().firstEntry(i);
                        int end = group * batch.problem().entries()
                                + batch.problem().firstEntry(i + 1);
                        Arrays.fill(share, first, end, 0);
                        share[first] = batch.load()[group * batch.problem().items() + i];
                    }
                    max = largest(batch, split, group);
                    bound = max;
                }
                default -> {}
            }
            split.report(group, max, bound, split.iterations(group), SolveStatus.OPTIMAL);
        }

        private static double largest(MinMaxBatch batch, SplitBatch split, int group) {
            MinMaxProblem problem = batch.problem();
            double[] loads = Arrays.copyOfRange(batch.fixed(), group * problem.ranks(), (group + 1) * problem.ranks());
            for (int e = 0; e < problem.entries(); e++) {
                loads[problem.host(e)] += split.share()[group * problem.entries() + e];
            }
            return Arrays.stream(loads).max().orElseThrow();
        }

        @Override
        public String name() {
            return InteriorPointSolver.NAME;
        }

        @Override
        public MinMaxProblem problem() {
            return cpu.problem();
        }

        @Override
        public double tolerance() {
            return cpu.tolerance();
        }

        @Override
        public void close() {
            OPEN.decrementAndGet();
            if (own == Fault.CLOSE_THROWS || own == Fault.SOLVE_AND_CLOSE_THROW) {
                throw new IllegalStateException("the context is gone");
            }
        }
    }
}
