// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;

/**
 * The moving point of the interior point and the step that moves it: shares a and slacks q on the primal side, their
 * duals z and y on the other. The method, the letters and the system solved in each step are explained at
 * {@link InteriorPointSolver}.
 *
 * <p>The building blocks of a step: matrix update ({@code assemble}), Gaussian elimination ({@link BorderedSystem}), aim
 * and expand (the right-hand side, and from its solution to the whole direction), ratio test, advance. Items with two
 * hosts, which come first, have their loops written out; the formulas are the same.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class PrimalDualPoint {
    /** Share of the distance to the boundary that a step may go, far from the optimum. */
    private static final double STEP_RATIO = 0.99;

    /** A step that leaves more than this part of the products has stalled: the corrector can go round in circles. */
    private static final double STALLED = 0.8;

    /** The step after one that stalled aims at equal products, this part of their mean, without a corrector. */
    private static final double CENTRING = 0.3;

    /** How far t starts above the largest load, in mean loads. */
    private static final double START_MARGIN = 0.5;

    private int ranks;
    private final double[] speed;
    private final ActiveItems items;
    private final BorderedSystem system;

    // The iterate: shares and their duals per active entry, slacks and their duals per rank.
    private final double[] a;
    private final double[] z;
    private final double[] q;
    private final double[] y;
    private double t;
    private boolean stalled;

    // The step, and what is computed once per iteration.
    private final double[] da;
    private final double[] dz;
    private final double[] dq;
    private final double[] dy;
    private double dt;
    private final double[] d;
    private final double[] inverseA;
    private final double[] inverseZ;
    private final double[] inverseQ;
    private final double[] inverseY;
    private final double[] inverseSumD;
    private final double[] rankResidual;
    private final double[] itemResidual;

    /** A workspace for groups of one problem, whose loads stand in {@code items}. */
    PrimalDualPoint(MinMaxProblem problem, ActiveItems items) {
        this.items = items;
        int mostRanks = ActiveItems.mostRanks(problem);
        speed = new double[mostRanks];
        system = new BorderedSystem(mostRanks);
        int entries = problem.entries();
        a = new double[entries];
        z = new double[entries];
        q = new double[mostRanks];
        y = new double[mostRanks];
        da = new double[entries];
        dz = new double[entries];
        dq = new double[mostRanks];
        dy = new double[mostRanks];
        d = new double[entries];
        inverseA = new double[entries];
        inverseZ = new double[entries];
        inverseQ = new double[mostRanks];
        inverseY = new double[mostRanks];
        inverseSumD = new double[problem.items()];
        rankResidual = new double[mostRanks];
        itemResidual = new double[problem.items()];
    }

    /** Returns the shares of the active entries themselves, in mean loads. */
    double[] shares() {
        return a;
    }

    /** Sets the first iterate, feasible on both sides. */
    void start() {
        ranks = items.ranks();
        stalled = false;
        items.copySpeeds(speed);
        system.setBorder(speed, ranks);
        items.evenSplit(a);
        items.rankSums(a, q);
        double max = 0;
        for (int r = 0; r < ranks; r++) {
            max = Math.max(max, q[r] / speed[r]);
        }
        t = max + START_MARGIN;
        double equalY = 1 / items.totalSpeed();
        double mu = 0;
        for (int r = 0; r < ranks; r++) {
            q[r] = speed[r] * t - q[r];
            y[r] = equalY;
            mu += q[r] * equalY;
        }
        mu /= ranks;
        for (int e = 0; e < items.entries(); e++) {
            z[e] = mu / a[e];
        }
    }

    /** One predictor-corrector step from an iterate with this sum of products; returns the new sum. */
    double step(double products) {
        int terms = ranks + items.entries();
        double mu = products / terms;
        invert();
        residuals();
        assemble();
        aim(stalled ? CENTRING * mu : 0, false);
        dt = system.factorAndSolve(dy);
        expand();
        if (!stalled) {
            double ratio = complementarity(primalLength(), dualLength()) / products;
            aim(ratio * ratio * ratio * mu, true);
            dt = system.solve(dy);
            expand();
        }
        double keep = Math.max(STEP_RATIO, 1 - mu);
        advance(Math.min(1, keep * primalLength()), Math.min(1, keep * dualLength()));
        double after = complementarity();
        stalled = after > STALLED * products;
        return after;
    }

    private void invert() {
        for (int r = 0; r < ranks; r++) {
            inverseQ[r] = 1 / q[r];
            inverseY[r] = 1 / y[r];
        }
        for (int e = 0; e < items.entries(); e++) {
            inverseA[e] = 1 / a[e];
        }
        for (int e = 0; e < items.entries(); e++) {
            inverseZ[e] = 1 / z[e];
            d[e] = a[e] * inverseZ[e];
        }
    }

    /** Residuals of the primal rows by rounding; each step removes them. */
    private void residuals() {
        items.rankSums(a, rankResidual);
        for (int r = 0; r < ranks; r++) {
            rankResidual[r] += q[r] - speed[r] * t;
        }
        items.itemSums(a, itemResidual);
        for (int i = 0; i < items.count(); i++) {
            itemResidual[i] = items.load(i) - itemResidual[i];
        }
    }

    /** Matrix update: M from the shares, the duals and the host lists, added up for its factorisation. */
    private void assemble() {
        system.clear();
        for (int r = 0; r < ranks; r++) {
            system.addDiagonal(r, q[r] * inverseY[r]);
        }
        items.itemSums(d, inverseSumD);
        for (int i = 0; i < items.count(); i++) {
            inverseSumD[i] = 1 / inverseSumD[i];
        }
        // D - dd'/sum has rows that sum to zero, so it is made of edges between the item's hosts: nothing is
        // subtracted from anything alike, so nothing cancels.
        int pairs = items.pairs();
        for (int i = 0; i < pairs; i++) {
            int e = 2 * i;
            system.addEdge(items.host(e), items.host(e + 1), d[e] * d[e + 1] * inverseSumD[i]);
        }
        for (int i = pairs; i < items.count(); i++) {
            int end = items.end(i);
            for (int e = items.first(i); e < end; e++) {
                double scaled = d[e] * inverseSumD[i];
                for (int o = e + 1; o < end; o++) {
                    system.addEdge(items.host(e), items.host(o), scaled * d[o]);
                }
            }
        }
    }

    /**
     * Aims at products equal to {@code target}: the right-hand side of the system, in dy, and on the way the part of dq
     * and da that does not depend on dy.
     *
     * @param corrects whether the products of the direction computed before are corrected for
     */
    private void aim(double target, boolean corrects) {
        for (int r = 0; r < ranks; r++) {
            double c = corrects ? target - dq[r] * dy[r] : target;
            dq[r] = c * inverseY[r] - q[r];
            dy[r] = dq[r] + rankResidual[r];
        }
        int n = items.entries();
        for (int e = 0; e < n; e++) {
            double c = corrects ? target - da[e] * dz[e] : target;
            da[e] = c * inverseZ[e] - a[e];
        }
        int pairs = items.pairs();
        for (int i = 0; i < pairs; i++) {
            int e = 2 * i;
            double mean = (da[e] + da[e + 1] - itemResidual[i]) * inverseSumD[i];
            dy[items.host(e)] += da[e] - d[e] * mean;
            dy[items.host(e + 1)] += da[e + 1] - d[e + 1] * mean;
        }
        for (int i = pairs; i < items.count(); i++) {
            int first = items.first(i);
            int end = items.end(i);
            double sum = -itemResidual[i];
            for (int e = first; e < end; e++) {
                sum += da[e];
            }
            double mean = sum * inverseSumD[i];
            for (int e = first; e < end; e++) {
                dy[items.host(e)] += da[e] - d[e] * mean;
            }
        }
    }

    /** From dy, the system's solution, to the rest of the direction. */
    private void expand() {
        for (int r = 0; r < ranks; r++) {
            dq[r] -= q[r] * inverseY[r] * dy[r];
        }
        int pairs = items.pairs();
        for (int i = 0; i < pairs; i++) {
            int e = 2 * i;
            double y0 = dy[items.host(e)];
            double y1 = dy[items.host(e + 1)];
            double du = (itemResidual[i] + d[e] * y0 - da[e] + d[e + 1] * y1 - da[e + 1]) * inverseSumD[i];
            dz[e] = y0 - du;
            dz[e + 1] = y1 - du;
            da[e] -= d[e] * dz[e];
            da[e + 1] -= d[e + 1] * dz[e + 1];
        }
        for (int i = pairs; i < items.count(); i++) {
            int first = items.first(i);
            int end = items.end(i);
            double sum = itemResidual[i];
            for (int e = first; e < end; e++) {
                dz[e] = dy[items.host(e)];
                sum += d[e] * dz[e] - da[e];
            }
            double du = sum * inverseSumD[i];
            for (int e = first; e < end; e++) {
                dz[e] -= du;
                da[e] -= d[e] * dz[e];
            }
        }
    }

    /** Returns the sum of all products a z and q y: 0 at the optimum. */
    double complementarity() {
        double sum = 0;
        for (int r = 0; r < ranks; r++) {
            sum += q[r] * y[r];
        }
        for (int e = 0; e < items.entries(); e++) {
            sum += a[e] * z[e];
        }
        return sum;
    }

    /** The sum of all products after a step of the given lengths. */
    private double complementarity(double primal, double dual) {
        double sum = 0;
        for (int r = 0; r < ranks; r++) {
            sum += (q[r] + primal * dq[r]) * (y[r] + dual * dy[r]);
        }
        for (int e = 0; e < items.entries(); e++) {
            sum += (a[e] + primal * da[e]) * (z[e] + dual * dz[e]);
        }
        return sum;
    }

    private double primalLength() {
        return 1 / ratioTest(da, inverseA, items.entries(), ratioTest(dq, inverseQ, ranks, 1));
    }

    private double dualLength() {
        return 1 / ratioTest(dz, inverseZ, items.entries(), ratioTest(dy, inverseY, ranks, 1));
    }

    /** Ratio test: the largest of {@code atLeast} and all -d/v, the inverse of the step that reaches the boundary. */
    private static double ratioTest(double[] d, double[] inverseV, int n, double atLeast) {
        double largest = atLeast;
        for (int k = 0; k < n; k++) {
            double v = -d[k] * inverseV[k];
            if (v > largest) {
                largest = v;
            }
        }
        return largest;
    }

    private void advance(double primal, double dual) {
        t += primal * dt;
        for (int r = 0; r < ranks; r++) {
            q[r] += primal * dq[r];
            y[r] += dual * dy[r];
        }
        for (int e = 0; e < items.entries(); e++) {
            a[e] += primal * da[e];
            z[e] += dual * dz[e];
        }
    }
}
