// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.flow.ItemOrder;
import io.lplb.flow.LevelFlow;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * Relaxation: coordinate descent on the squares of the loads, in double. The fast solver.
 *
 * <p>The split that minimises {@code sum of s[r] L[r]^2} also minimises the maximum, and levels the ranks below it
 * (decreasingly minimal flows, Frank and Murota, Math. Program. 2022). So a sweep goes through the items and pours each
 * one anew, like water, into its hosts as the others have left them:
 *
 * <pre>
 *   b[h] = load of host h without the item;   find the level l with   sum over h of max(0, s[h] l - b[h]) = w
 *   a[i,h] = max(0, s[h] l - b[h])            two hosts: equalise the ends and clip
 * </pre>
 *
 * <p>The first sweep pours into ranks that hold their fixed loads only. A {@link Certificate} is computed every few
 * sweeps; the solve ends when it closes the gap. Convergence is linear, with slow tails on long chains of ranks: when
 * the sweeps allowed are used up, {@link LevelFlow} makes the best split exact.
 * {@code iterations} then counts sweeps, paths and cuts together.
 *
 * <p>A solve depends on its group alone, not on the groups before it, so equal inputs give equal bits.
 *
 * <p>Not thread-safe; allocates nothing per solve.
 */
public final class RelaxationSolver extends AbstractMinMaxSolver {
    /** Name for reports and the command line. */
    public static final String NAME = "relaxation";

    /** Default gap, as a fraction of the mean load. */
    public static final double DEFAULT_TOLERANCE = 1e-4;

    /** Sweeps before augmenting paths take over, where all items have two hosts: such sweeps cost little. */
    private static final int MAX_SWEEPS_OF_PAIRS = 32;

    /** Sweeps before augmenting paths take over; more of them took up to 36 times the median time. */
    private static final int MAX_SWEEPS = 6;

    /** Sweeps between two certificates, each of which costs about as much as one sweep; twice as many while far off. */
    private static final int SWEEPS_PER_CHECK = 2;

    /** A gap of more than this many tolerances takes more than two sweeps to close. */
    private static final double FAR = 4;

    /** Sweeps that pour plainly; most small groups need no more, and over-relaxation would only delay them. */
    private static final int PLAIN_SWEEPS = 2;

    /** How far later sweeps go beyond the level, as in successive over-relaxation (Young 1954); 1.4 by measurement. */
    private static final double OVER_RELAXATION = 1.4;

    private final ActiveItems items;
    private final BestSplit best;
    private final LevelFlow flow;
    private final Certificate certificate;
    private final RelaxationSweeps sweeps;

    /**
     * A solver with the default tolerance of 1e-4 of the mean load.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public RelaxationSolver(MinMaxProblem problem) {
        this(problem, DEFAULT_TOLERANCE);
    }

    /**
     * A solver.
     *
     * @param problem ranks and hosts of all batches to come
     * @param tolerance gap at which an answer counts as OPTIMAL, as a fraction of the mean load
     */
    public RelaxationSolver(MinMaxProblem problem, double tolerance) {
        super(NAME, problem, tolerance);
        items = new ActiveItems(problem, ItemOrder.of(problem));
        best = new BestSplit(problem);
        flow = new LevelFlow(problem);
        certificate = new Certificate(problem);
        sweeps = new RelaxationSweeps(problem, items);
    }

    @Override
    protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
        items.select(batch, group);
        best.begin(batch, group, items, split);
        sweeps.pour();
        int count = 0;
        double gap = 0;
        boolean certified = false;
        int most = items.pairs() == items.count() ? MAX_SWEEPS_OF_PAIRS : MAX_SWEEPS;
        while (!certified && count < most) {
            int untilCheck = gap > FAR * tolerance() ? 2 * SWEEPS_PER_CHECK : SWEEPS_PER_CHECK;
            for (int k = 0; k < untilCheck; k++) {
                sweeps.sweep(count < PLAIN_SWEEPS ? 1 : OVER_RELAXATION);
            }
            count += untilCheck;
            gap = best.offer(items, sweeps.shares());
            certified = gap <= tolerance();
        }
        if (certified) {
            best.report(count, SolveStatus.OPTIMAL);
        } else {
            finish(batch, group, split, count);
        }
    }

    /** Makes the best split so far exact. */
    private void finish(MinMaxBatch batch, int group, SplitBatch split, int sweepCount) {
        int at = group * problem().entries();
        flow.begin(batch, group, false);
        if (best.isEmpty()) {
            flow.pour();
        } else {
            flow.startFrom(split.share(), at);
        }
        flow.minimise();
        flow.copyShares(split.share(), at);
        certificate.begin(batch, group);
        double max = certificate.largestLoad(split.share(), at);
        double bound = Math.min(max, certificate.boundOf(flow.cut(), flow.cutSize(), true));
        split.report(group, max, bound, sweepCount + flow.steps(), status(batch, group, max - bound, max));
    }
}
