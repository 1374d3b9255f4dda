// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.AbstractMinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;

/**
 * The oracle: an interior-point method on the whole linear program, with EJML's dense matrices and no use of the
 * problem's structure. It is slow, simple, and shares no code with the other solvers, not even the certificate:
 * {@code maxLoad} comes from the shares it reports, {@code lowerBound} is the best weak-duality bound of all iterates.
 *
 * <p>Works in loads divided by the mean load, on the items that have a load. Every iterate's fractions, clipped and
 * scaled to sum to 1, are judged as a split; the best split is kept.
 *
 * <p>The workspace is made once, for the largest program of the problem: about
 * {@code (items + ranks) * (entries + 3 * (items + ranks))} doubles. Not thread-safe.
 */
public final class DenseInteriorPointSolver extends AbstractMinMaxSolver {
    /** The solver's name. */
    public static final String NAME = "ejml";
    /** The gap at which a group counts as OPTIMAL unless told otherwise, as a fraction of the mean load. */
    public static final double DEFAULT_TOLERANCE = 1e-9;
    /** The most steps a group is given unless told otherwise. */
    public static final int DEFAULT_MAX_ITERATIONS = 100;

    private final int maxIterations;
    private final StandardForm form;
    private final PredictorCorrector iteration;
    private final WeakDuality duality;
    private final double[] candidate;
    private final double[] weights;
    private double maxLoad;
    private double lowerBound;

    /**
     * A solver with the default tolerance and iteration limit.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public DenseInteriorPointSolver(MinMaxProblem problem) {
        this(problem, DEFAULT_TOLERANCE, DEFAULT_MAX_ITERATIONS);
    }

    /**
     * A solver.
     *
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap at which a group counts as OPTIMAL, as a fraction of its mean load
     * @param maxIterations the most steps that a group is given, at least 0; with 0 the even split is judged
     * @throws IllegalArgumentException if the tolerance is not positive and finite, or the limit is negative
     */
    public DenseInteriorPointSolver(MinMaxProblem problem, double tolerance, int maxIterations) {
        super(NAME, problem, tolerance);
        if (maxIterations < 0) {
            throw new IllegalArgumentException("maxIterations: got " + maxIterations + ", expected at least 0");
        }
        this.maxIterations = maxIterations;
        form = new StandardForm(problem);
        iteration = new PredictorCorrector(form);
        duality = new WeakDuality(problem);
        candidate = new double[problem.entries()];
        weights = new double[problem.ranks()];
    }

    @Override
    protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
        double mean = batch.meanLoad(group);
        double limit = tolerance() * mean;
        form.set(batch, group, mean > 0 ? mean * batch.speedUnit(group) : 1);
        iteration.start();
        maxLoad = Double.NaN;
        keepIfBetter(batch, group, split);
        int at = group * problem().entries();
        lowerBound = duality.bound(batch, group, duality.rankLoads(batch, group, split.share(), at));
        int steps = 0;
        boolean sound = true;
        while (!(maxLoad - lowerBound <= limit) && steps < maxIterations && sound) {
            sound = iteration.step();
            if (sound) {
                steps++;
                keepIfBetter(batch, group, split);
                raiseBound(batch, group);
            }
        }
        SolveStatus status = SolveStatus.OPTIMAL;
        if (!(maxLoad - lowerBound <= limit)) {
            status = sound ? SolveStatus.ITERATION_LIMIT : SolveStatus.NUMERICAL_FAILURE;
        }
        split.report(group, maxLoad, Math.min(lowerBound, maxLoad), steps, status);
    }

    private void keepIfBetter(MinMaxBatch batch, int group, SplitBatch split) {
        if (form.toShares(iteration.x, batch, group, candidate, 0)) {
            double candidateMax = duality.maxLoad(batch, group, candidate, 0);
            if (!(candidateMax >= maxLoad)) {
                maxLoad = candidateMax;
                System.arraycopy(candidate, 0, split.share(), group * candidate.length, candidate.length);
            }
        }
    }

    private void raiseBound(MinMaxBatch batch, int group) {
        for (int r = 0; r < weights.length; r++) {
            int row = form.activeRank(r);
            weights[r] = row < 0 ? 0 : iteration.y.data[form.items() + row];
        }
        lowerBound = Math.max(lowerBound, duality.bound(batch, group, weights));
    }
}
