// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.flow.ItemOrder;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * Primal-dual interior point on the structure of the min-max problem, in double.
 *
 * <p>With loads scaled so that a lower bound is 1 ({@code ActiveItems}), the problem and its dual are
 *
 * <pre>
 *   minimise t            q[r] = s[r] t - f[r] - sum of a[i,r]  &gt;= 0    (slack of rank r,   dual y[r] &gt;= 0)
 *                         sum over h of a[i,h] = w[i]                     (item i,            dual u[i] free)
 *                         a[i,h] &gt;= 0                                    (share,             dual z[i,h] = y[h] - u[i])
 *                         sum of s[r] y[r] = 1                            (t)
 * </pre>
 *
 * <p>Method: Mehrotra's predictor-corrector (Mehrotra, SIAM J. Optim. 2, 1992; Wright, Primal-Dual Interior-Point
 * Methods, 1997, ch. 10), started from a point that is feasible for both sides: the even split, a t above its maximum,
 * equal y, and z chosen so that every product a z is the same. Newton steps keep a feasible point feasible, so only the
 * complementarity products have to go to zero; the rounding left in the primal rows is put back into each step. Near the
 * boundary the corrector can go round in circles (a star of 32 ranks, 1 in 300,000); a step towards equal products ends that.
 *
 * <p>Eliminating a, z and the item rows leaves one symmetric positive definite system of size G = number of ranks,
 * where LPLB factors one of size G + items:
 *
 * <pre>
 *   M = diag(q / y) + sum over i of [ D_i - D_i 1 1' D_i / (1' D_i 1) ],   D_i = diag(a / z) over the hosts of i
 *   M dy + s dt = rhs,   s' dy = 0
 * </pre>
 *
 * <p>{@link PrimalDualPoint} holds the iterate and takes the steps. Once the products are small enough for it to matter,
 * the split is cleaned (negative shares cut, item sums restored) and certified, and the best one is kept. Where rounding in
 * the linear systems ends the progress just above the tolerance, a few sweeps of relaxation take the last digits. A step costs
 * O(G^3 / 6 + entries).
 *
 * <p>Not thread-safe; allocates nothing per solve.
 */
public final class InteriorPointSolver extends AbstractMinMaxSolver {
    /** Name for reports and the command line. */
    public static final String NAME = "interior-point";

    /** Default gap, as a fraction of the mean load. */
    public static final double DEFAULT_TOLERANCE = 1e-9;

    private static final int DEFAULT_MAX_ITERATIONS = 50;

    /** The matrix has the square of this many numbers: 0.5 GB. */
    private static final int LARGEST_RANKS = 8192;

    /** Most groups need fewer iterations; from there on every iterate is certified, so that a good one is not lost. */
    private static final int USUAL_ITERATIONS = 12;

    /** The split is certified once the sum of all products is below this many tolerances. */
    private static final double CERTIFY_BELOW = 1e4;

    /** Sweeps of relaxation over the best split where rounding has kept the steps from the tolerance. */
    private static final int LAST_SWEEPS = 16;

    private final int maxIterations;
    private final ActiveItems items;
    private final PrimalDualPoint point;
    private final BestSplit best;
    private final RelaxationSweeps sweeps;

    /**
     * A solver with the default tolerance of 1e-9 of the mean load.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public InteriorPointSolver(MinMaxProblem problem) {
        this(problem, DEFAULT_TOLERANCE);
    }

    /**
     * A solver with the given tolerance and at most 50 iterations.
     *
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load
     */
    public InteriorPointSolver(MinMaxProblem problem, double tolerance) {
        this(problem, tolerance, DEFAULT_MAX_ITERATIONS);
    }

    /**
     * A solver.
     *
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load
     * @param maxIterations at least 1
     */
    public InteriorPointSolver(MinMaxProblem problem, double tolerance, int maxIterations) {
        super(NAME, problem, tolerance);
        if (maxIterations < 1) {
            throw new IllegalArgumentException("maxIterations: got " + maxIterations + ", expected at least 1");
        }
        if (ActiveItems.mostRanks(problem) > LARGEST_RANKS) {
            throw new IllegalArgumentException("ranks: got " + problem.ranks() + " that share items, expected at most "
                    + LARGEST_RANKS + " for the interior point; exact and relaxation take more");
        }
        this.maxIterations = maxIterations;
        items = new ActiveItems(problem, ItemOrder.of(problem));
        point = new PrimalDualPoint(problem, items);
        best = new BestSplit(problem);
        sweeps = new RelaxationSweeps(problem, items);
    }

    @Override
    protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
        items.select(batch, group);
        point.start();
        best.begin(batch, group, items, split);
        double allowed = tolerance();
        double certifiable =
                items.levelScale() > 0 ? CERTIFY_BELOW * allowed * items.meanLoad() / items.levelScale() : 0;
        double products = point.complementarity();
        int iteration = 0;
        boolean certified = items.count() == 0 && best.offer(items, point.shares()) <= allowed;
        boolean healthy = true;
        while (!certified && healthy && iteration < maxIterations) {
            products = point.step(products);
            iteration++;
            healthy = products > 0 && products < Double.POSITIVE_INFINITY;
            if (products < certifiable || iteration > USUAL_ITERATIONS) {
                certified = best.offer(items, point.shares()) <= allowed;
            }
        }
        if (!certified) {
            certified = best.offer(items, point.shares()) <= allowed;
        }
        if (best.isEmpty()) {
            items.evenSplit(point.shares());
            certified = best.offer(items, point.shares()) <= allowed;
        }
        for (int k = 0; k < LAST_SWEEPS && !certified && iteration < maxIterations; k++) {
            certified = polish(k == 0) <= allowed;
            iteration++;
        }
        SolveStatus failure = healthy ? SolveStatus.ITERATION_LIMIT : SolveStatus.NUMERICAL_FAILURE;
        best.report(iteration, certified ? SolveStatus.OPTIMAL : failure);
    }

    /** Sweeps over the best split, which never raises the largest load; returns the gap. */
    private double polish(boolean first) {
        if (first) {
            best.copyTo(items, sweeps.shares());
            sweeps.startFromShares();
        }
        sweeps.sweep(1);
        return best.offer(items, sweeps.shares());
    }
}
