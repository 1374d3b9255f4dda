// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.flow.LevelFlow;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * Parametric maximum flow: a few sweeps of relaxation, then augmenting paths, with no tolerance and no iteration limit; see
 * {@link LevelFlow}. Any structure and any speeds; the last minimum cut is the certificate, so the gap is a rounding error.
 *
 * <p>Groups with limits ({@link io.lplb.problem.LoadLimits}) are solved as exactly; the other solvers hand them over to this one.
 *
 * <p>{@code iterations} counts paths and cuts. Not thread-safe; allocates nothing per solve.
 */
public final class ExactSolver extends AbstractMinMaxSolver {
    /** Name for reports and the command line. */
    public static final String NAME = "exact";

    /** Default gap, as a fraction of the mean load, for the status; it stops nothing. */
    public static final double DEFAULT_TOLERANCE = 1e-9;

    private final LevelFlow flow;
    private final Certificate certificate;

    /**
     * A solver with the default tolerance of 1e-9 of the mean load.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public ExactSolver(MinMaxProblem problem) {
        this(problem, DEFAULT_TOLERANCE);
    }

    /**
     * A solver.
     *
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load
     */
    public ExactSolver(MinMaxProblem problem, double tolerance) {
        super(NAME, problem, tolerance);
        flow = new LevelFlow(problem);
        certificate = new Certificate(problem);
    }

    @Override
    protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
        flow.begin(batch, group, false);
        flow.pour();
        flow.minimise();
        int at = group * problem().entries();
        flow.copyShares(split.share(), at);
        certificate.begin(batch, group);
        double max = certificate.largestLoad(split.share(), at);
        double bound = flow.cutSize() > 0 ? certificate.boundOf(flow.cut(), flow.cutSize(), flow.fits()) : 0;
        SolveStatus status = status(batch, group, max - bound, max);
        if (!flow.fits()) {
            split.reportMisfit(group, flow.misfits());
            status = SolveStatus.INFEASIBLE;
        }
        split.report(group, max, Math.min(bound, max), flow.steps(), status);
    }

    @Override
    boolean takesLimits() {
        return true;
    }
}
