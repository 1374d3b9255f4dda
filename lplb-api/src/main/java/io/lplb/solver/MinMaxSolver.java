// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * Solves batches of one {@link MinMaxProblem}. A solver allocates its workspace when it is made and nothing per solve;
 * outputs are the caller's.
 *
 * <p>Every answer is a split (the shares of an item are not negative and sum to its load up to rounding) together with
 * its certificate: {@code maxLoad} and {@code lowerBound} are computed from the split itself, never from what the
 * iteration believes. Loads too hard for a solver give a status, never an exception; exceptions are for misuse, and
 * are thrown before the output is touched.
 *
 * <p>Where a group has limits ({@link io.lplb.problem.LoadLimits}), the answer keeps them, up to rounding, or has the status
 * INFEASIBLE. Solvers whose method takes no limits hand such a group over to the solver {@code exact} on the CPU.
 *
 * <p>Not thread-safe: one instance, one thread at a time. Instances are independent of each other.
 */
public interface MinMaxSolver extends AutoCloseable {

    /** {@return a short name in lower case, such as {@code interior-point}, for reports and for the command line} */
    String name();

    /** {@return the problem that this solver was made for} */
    MinMaxProblem problem();

    /**
     * The gap at which a group counts as OPTIMAL, as a fraction of the group's mean load (all tokens / all speeds).
     *
     * @return the tolerance
     */
    double tolerance();

    /**
     * Solves every group of a batch at the speeds that the batch has for it. Inactive ranks get no share, and items without
     * an active host take no part: their shares are 0 (see {@link MinMaxBatch}). The answer of a group depends on that
     * group alone: equal loads and speeds give equal bits, whatever the solver has solved before.
     *
     * @param batch the loads, only read
     * @param split receives the answers; must have as many groups as the batch
     * @throws IllegalArgumentException if the batch or the split belongs to another problem, their group counts
     *     differ, or a load is NaN, infinite or negative; the message names what was got and what was expected
     * @throws IllegalStateException if the solver is closed
     */
    void solve(MinMaxBatch batch, SplitBatch split);

    /** Frees what the solver holds outside the heap; calling it twice is harmless. */
    @Override
    void close();
}
