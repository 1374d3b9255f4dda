// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * The exact optimum of small problems, without a linear program: the largest, over all sets S of ranks, of
 *
 * <pre>
 *   (f(S) + sum of w[i] with all hosts of i inside S) / s(S)
 * </pre>
 *
 * over the active ranks (weighted densest subgraph; Goldberg 1984, Charikar 2000). Shares no code with any solver. A set is a bit mask; the
 * sums over subsets come from one pass for each bit. The sums only add numbers that are not negative, so they are exact
 * to rounding, and exact altogether where loads are integers (up to 2^53).
 */
public final class SubsetOracle {
    /** The largest number of ranks for which the sets are enumerated. */
    public static final int MAX_RANKS = 16;

    private SubsetOracle() {}

    /** Returns the optimum of one group of a batch whose problem has at most {@link #MAX_RANKS} ranks. */
    public static double optimum(MinMaxBatch batch, int group) {
        MinMaxProblem problem = batch.problem();
        if (problem.ranks() > MAX_RANKS) {
            throw new IllegalArgumentException(
                    "ranks: got " + problem.ranks() + ", expected at most " + MAX_RANKS + " for enumeration");
        }
        double[] inside = insideOfSets(batch, group);
        double best = 0;
        for (int set = 1; set < inside.length; set++) {
            double speed = speedOf(batch, group, set);
            best = speed > 0 ? Math.max(best, inside[set] / speed) : best;
        }
        return best;
    }

    /** Returns for every set of ranks the load that cannot leave it. */
    private static double[] insideOfSets(MinMaxBatch batch, int group) {
        MinMaxProblem problem = batch.problem();
        double[] inside = new double[1 << problem.ranks()];
        for (int r = 0; r < problem.ranks(); r++) {
            if (batch.speed()[group * problem.ranks() + r] > 0) {
                inside[1 << r] += batch.fixed()[group * problem.ranks() + r];
            }
        }
        for (int i = 0; i < problem.items(); i++) {
            int hosts = 0;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                if (batch.speed()[group * problem.ranks() + problem.host(e)] > 0) {
                    hosts |= 1 << problem.host(e);
                }
            }
            if (hosts != 0) {
                inside[hosts] += batch.load()[group * problem.items() + i];
            }
        }
        for (int bit = 1; bit < inside.length; bit <<= 1) {
            for (int set = 0; set < inside.length; set++) {
                if ((set & bit) != 0) {
                    inside[set] += inside[set ^ bit];
                }
            }
        }
        return inside;
    }

    private static double speedOf(MinMaxBatch batch, int group, int set) {
        double sum = 0;
        for (int rest = set; rest != 0; rest &= rest - 1) {
            sum += batch.speed()[group * batch.problem().ranks() + Integer.numberOfTrailingZeros(rest)];
        }
        return sum;
    }
}
