// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.flow.ItemOrder;
import io.lplb.flow.LevelFlow;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

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
 * the sweeps allowed are used up, {@link LevelFlow} makes the best split exact. {@code iterations} then counts sweeps,
 * paths and cuts together.
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

    /** Sweeps before the interior point takes over: about what its solve costs. */
    private static final int MAX_SWEEPS = 32;

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
    private final double[] speed;
    private final double[] a;
    private final double[] b;
    private final double[] inverseSpeed;
    private final double[] next;

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
        speed = new double[problem.ranks()];
        inverseSpeed = new double[problem.ranks()];
        a = new double[problem.entries()];
        b = new double[problem.ranks()];
        next = new double[problem.ranks()];
    }

    @Override
    protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
        items.select(batch, group);
        best.begin(batch, group, items, split);
        items.copySpeeds(speed);
        for (int r = 0; r < items.ranks(); r++) {
            inverseSpeed[r] = 1 / speed[r];
        }
        firstPour();
        int sweeps = 0;
        double gap = 0;
        boolean certified = false;
        while (!certified && sweeps < MAX_SWEEPS) {
            int untilCheck = gap > FAR * tolerance() ? 2 * SWEEPS_PER_CHECK : SWEEPS_PER_CHECK;
            for (int k = 0; k < untilCheck; k++) {
                sweep(sweeps < PLAIN_SWEEPS ? 1 : OVER_RELAXATION);
            }
            sweeps += untilCheck;
            gap = best.offer(items, a);
            certified = gap <= tolerance();
        }
        if (certified) {
            best.report(sweeps, SolveStatus.OPTIMAL);
        } else {
            finish(batch, group, split, sweeps);
        }
    }

    /** Makes the best split so far exact. */
    private void finish(MinMaxBatch batch, int group, SplitBatch split, int sweeps) {
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
        double bound = Math.min(max, certificate.boundOf(flow.cut(), flow.cutSize()));
        split.report(group, max, bound, sweeps + flow.steps(), status(batch, group, max - bound, max));
    }

    /** Pours each item into ranks that hold their fixed loads and the items before it. */
    private void firstPour() {
        Arrays.fill(a, 0, items.entries(), 0);
        items.rankSums(a, b);
        for (int i = 0; i < items.count(); i++) {
            pour(
                    items.first(i),
                    items.end(i),
                    levelAmongLowest(items.load(i), items.first(i), items.end(i), Double.POSITIVE_INFINITY));
        }
    }

    private void sweep(double relaxation) {
        sweepPairs(relaxation);
        int n = items.count();
        for (int i = items.pairs(); i < n; i++) {
            int first = items.first(i);
            int end = items.end(i);
            double water = items.load(i);
            double width = 0;
            for (int e = first; e < end; e++) {
                int r = items.host(e);
                b[r] -= a[e];
                water += b[r];
                width += speed[r];
            }
            double level = water / width;
            if (!poured(first, end, level, relaxation)) {
                pour(first, end, levelAmongLowest(items.load(i), first, end, level));
            }
        }
    }

    /** Items with two hosts: what would level the two, times the relaxation, clipped to what is there to move. */
    private void sweepPairs(double relaxation) {
        int end = 2 * items.pairs();
        for (int e = 0; e < end; e += 2) {
            int from = items.host(e);
            int to = items.host(e + 1);
            double perToken = inverseSpeed[from] + inverseSpeed[to];
            double moved = relaxation * (b[from] * inverseSpeed[from] - b[to] * inverseSpeed[to]) / perToken;
            if (moved > a[e]) {
                moved = a[e];
            } else if (moved < -a[e + 1]) {
                moved = -a[e + 1];
            }
            a[e] -= moved;
            a[e + 1] += moved;
            b[from] -= moved;
            b[to] += moved;
        }
    }

    /** Moves an item towards a level that floods all of its hosts; false, and nothing moved, if it does not. */
    private boolean poured(int first, int end, double level, double relaxation) {
        double least = 0;
        for (int e = first; e < end; e++) {
            int r = items.host(e);
            double v = a[e] + relaxation * (speed[r] * level - b[r] - a[e]);
            next[e - first] = v;
            least = Math.min(least, v);
        }
        if (least < 0) {
            return false;
        }
        for (int e = first; e < end; e++) {
            a[e] = next[e - first];
            b[items.host(e)] += a[e];
        }
        return true;
    }

    private void pour(int first, int end, double level) {
        for (int e = first; e < end; e++) {
            int r = items.host(e);
            a[e] = Math.max(0, speed[r] * level - b[r]);
            b[r] += a[e];
        }
    }

    /**
     * The water level when some hosts stand above it. Each pass leaves out the hosts above the last level, which lowers
     * the level; it ends when a pass leaves out no more, so after at most as many passes as there are hosts.
     */
    private double levelAmongLowest(double load, int first, int end, double tooHigh) {
        double level = tooHigh;
        int wet = end - first + 1;
        int before;
        do {
            before = wet;
            wet = 0;
            double water = load;
            double width = 0;
            for (int e = first; e < end; e++) {
                int r = items.host(e);
                if (b[r] < speed[r] * level) {
                    water += b[r];
                    width += speed[r];
                    wet++;
                }
            }
            level = water / width;
        } while (wet < before);
        return level;
    }
}
