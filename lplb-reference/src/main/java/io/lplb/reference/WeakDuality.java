// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * The oracle's own view of an answer: the largest load of a split, and lower bounds by weak duality. For weights
 * {@code y >= 0} of the ranks, not all zero,
 *
 * <pre>
 *   D(y) = (sum y[r] f[r] + sum w[i] * min over hosts h of y[h]) / sum s[r] y[r]  &lt;=  optimum
 * </pre>
 *
 * The dual of this problem has an optimum that is constant on a set of ranks and zero elsewhere, so the level sets of a
 * nearly optimal y, as weights of 0 and 1, give bounds that are free of y's rounding errors.
 *
 * <p>Written apart from {@link io.lplb.solver.Certificate} on purpose: an error in one of them shows against the other.
 */
final class WeakDuality {
    private static final double ROUNDING = 0x1p-51;

    private final MinMaxProblem problem;
    private final double[] rankLoad;
    private final double[] level;

    WeakDuality(MinMaxProblem problem) {
        this.problem = problem;
        this.rankLoad = new double[problem.ranks()];
        this.level = new double[problem.ranks()];
    }

    /** Returns the largest load / speed under the shares, {@code [entries]} from {@code at} on. */
    double maxLoad(MinMaxBatch batch, int group, double[] share, int at) {
        double max = 0;
        for (double load : rankLoads(batch, group, share, at)) {
            max = Math.max(max, load);
        }
        return max;
    }

    /** Returns load / speed of every rank under the shares; overwritten by the next call. */
    double[] rankLoads(MinMaxBatch batch, int group, double[] share, int at) {
        int ranks = problem.ranks();
        System.arraycopy(batch.fixed(), group * ranks, rankLoad, 0, ranks);
        for (int e = 0; e < problem.entries(); e++) {
            rankLoad[problem.host(e)] += share[at + e];
        }
        for (int r = 0; r < ranks; r++) {
            double speed = batch.speed()[group * ranks + r];
            rankLoad[r] = speed > 0 ? rankLoad[r] / speed : 0;
        }
        return rankLoad;
    }

    /** Returns the best of D(y) and D of the level sets of y; 0 if y has no positive entry. */
    double bound(MinMaxBatch batch, int group, double[] y) {
        double best = dual(batch, group, y);
        for (double threshold : y) {
            if (threshold > 0) {
                for (int r = 0; r < level.length; r++) {
                    level[r] = y[r] >= threshold ? 1 : 0;
                }
                best = Math.max(best, dual(batch, group, level));
            }
        }
        return best;
    }

    private double dual(MinMaxBatch batch, int group, double[] y) {
        double value = 0;
        double scale = 0;
        for (int r = 0; r < problem.ranks(); r++) {
            double speed = batch.speed()[group * problem.ranks() + r] / batch.speedUnit(group);
            if (speed > 0) {
                double weight = Math.max(y[r], 0);
                value += weight * batch.fixed()[group * problem.ranks() + r];
                scale += weight * speed;
            }
        }
        for (int i = 0; i < problem.items(); i++) {
            double least = Double.POSITIVE_INFINITY;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                int r = problem.host(e);
                if (batch.speed()[group * problem.ranks() + r] > 0) {
                    least = Math.min(least, Math.max(y[r], 0));
                }
            }
            value += least < Double.POSITIVE_INFINITY ? least * batch.load()[group * problem.items() + i] : 0;
        }
        // Sums of n terms are off by less than n roundings, so this bound is rounded down.
        double bound =
                value / scale * (1 - (problem.ranks() + problem.items() + 4) * ROUNDING) / batch.speedUnit(group);
        return bound > 0 && bound < Double.POSITIVE_INFINITY ? bound : 0;
    }
}
