// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Base of the solvers on the CPU: checks arguments and loops over groups. A subclass solves one group without limits;
 * groups with {@link io.lplb.problem.LoadLimits} are handed over to the solver {@code exact}.
 *
 * <p>Not thread-safe, like every {@link MinMaxSolver}.
 */
public abstract class AbstractMinMaxSolver implements MinMaxSolver {
    /** Gaps of so many largest loads are rounding. */
    static final double ROUNDING = 0x1p-45;

    private final String name;
    private final MinMaxProblem problem;
    private final double tolerance;
    private @Nullable ExactSolver withLimits;
    private boolean closed;

    /**
     * A solver of one problem.
     *
     * @param name short name in lower case
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load; positive and finite
     * @throws IllegalArgumentException if the tolerance is not positive and finite
     */
    protected AbstractMinMaxSolver(String name, MinMaxProblem problem, double tolerance) {
        this.name = Objects.requireNonNull(name, "name");
        this.problem = Objects.requireNonNull(problem, "problem");
        if (!(tolerance > 0) || tolerance == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(
                    "tolerance: got " + tolerance + ", expected a positive fraction of the mean load");
        }
        this.tolerance = tolerance;
    }

    /**
     * Solves one group of checked loads: writes its shares and calls {@link SplitBatch#report}.
     *
     * @param batch loads that have been checked
     * @param group from 0 to {@code groups - 1}
     * @param split receives the answer
     */
    protected abstract void solveGroup(MinMaxBatch batch, int group, SplitBatch split);

    @Override
    public final void solve(MinMaxBatch batch, SplitBatch split) {
        if (closed) {
            throw new IllegalStateException(name + " solver: got a solve after close, expected an open solver");
        }
        requireMatching(problem, batch, split);
        for (int g = 0; g < batch.groups(); g++) {
            if (batch.limits().isSet(g) && !takesLimits()) {
                withLimits().solveGroup(batch, g, split);
            } else {
                solveGroup(batch, g, split);
            }
        }
    }

    /** Whether {@link #solveGroup} takes groups with limits; the exact solver has those of other solvers. */
    boolean takesLimits() {
        return false;
    }

    private ExactSolver withLimits() {
        ExactSolver solver = withLimits;
        if (solver == null) {
            solver = new ExactSolver(problem, tolerance);
            withLimits = solver;
        }
        return solver;
    }

    /**
     * The checks that {@link MinMaxSolver#solve} promises, for every implementation.
     *
     * @param problem the problem of the solver
     * @param batch what {@code solve} was given
     * @param split what {@code solve} was given
     * @throws IllegalArgumentException if the arguments do not belong together or a load is not a valid number
     */
    public static void requireMatching(MinMaxProblem problem, MinMaxBatch batch, SplitBatch split) {
        requireSameProblem(problem, batch, split);
        batch.requireValid();
    }

    /**
     * The checks of {@link #requireMatching} but for the loads, for implementations that look at these while they copy them.
     *
     * @param problem the problem of the solver
     * @param batch what {@code solve} was given
     * @param split what {@code solve} was given
     * @throws IllegalArgumentException if the arguments do not belong together
     */
    public static void requireSameProblem(MinMaxProblem problem, MinMaxBatch batch, SplitBatch split) {
        requireSame("batch", batch.problem(), problem);
        requireSame("split", split.problem(), problem);
        if (split.groups() != batch.groups()) {
            throw new IllegalArgumentException(
                    "split: got " + split.groups() + " groups, expected the batch's " + batch.groups());
        }
    }

    private static void requireSame(String what, MinMaxProblem got, MinMaxProblem expected) {
        if (!got.equals(expected)) {
            throw new IllegalArgumentException(what + ": got " + got + ", expected the solver's " + expected
                    + ", which differs in " + got.difference(expected));
        }
    }

    /**
     * {@return OPTIMAL for a gap within the tolerance, or within the rounding of sums that make up the largest load, which is
     * more where speeds differ by many powers of ten; NUMERICAL_FAILURE otherwise}
     *
     * @param batch loads and speeds
     * @param group from 0 to {@code groups - 1}
     * @param gap largest load less lower bound
     * @param maxLoad largest load
     */
    protected final SolveStatus status(MinMaxBatch batch, int group, double gap, double maxLoad) {
        boolean optimal = gap <= tolerance * batch.meanLoad(group) || gap <= ROUNDING * maxLoad;
        return optimal ? SolveStatus.OPTIMAL : SolveStatus.NUMERICAL_FAILURE;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final MinMaxProblem problem() {
        return problem;
    }

    @Override
    public final double tolerance() {
        return tolerance;
    }

    @Override
    public void close() {
        closed = true;
    }
}
