// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/**
 * Proves how good a split is, from the split alone.
 *
 * <p>For any set S of ranks, the load that cannot leave S, spread perfectly over S, is a lower bound:
 *
 * <pre>
 *   (f(S) + sum of w[i] with all hosts of i inside S) / s(S)  &lt;=  optimum
 * </pre>
 *
 * and some S attains it: this is the weighted densest-subgraph bound (Goldberg 1984; Charikar, APPROX 2000). A split
 * suggests the candidates: S_k, the k most loaded ranks, for k = 1..G. Near the optimum the bottleneck ranks are level
 * with each other and above the others, so one of the S_k is the attaining set and the bound is tight to rounding.
 *
 * <p>Cost: O(G log G + entries), no allocation. All G bounds come from one pass: an item is inside S_k exactly if k
 * exceeds the position of its least loaded host.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
public final class Certificate {
    private final int ranks;
    private final int items;
    private final int[] offset;
    private final int[] host;
    private final double[] speed;

    private final double[] rankLoad;
    private final int[] order;
    private final int[] position;
    private final double[] captured;
    private double maxLoad;
    private double lowerBound;

    /** A workspace for splits of one problem. */
    public Certificate(MinMaxProblem problem) {
        ranks = problem.ranks();
        items = problem.items();
        offset = problem.offsets();
        host = problem.hosts();
        speed = problem.speeds();
        rankLoad = new double[ranks];
        order = new int[ranks];
        position = new int[ranks];
        captured = new double[ranks];
        for (int r = 0; r < ranks; r++) {
            order[r] = r;
        }
    }

    /**
     * Evaluates a split; the results are read from {@link #maxLoad()} and {@link #lowerBound()}.
     *
     * @param fixed fixed loads, those of this group starting at {@code fixedAt}
     * @param load item loads, those of this group starting at {@code loadAt}
     * @param share tokens per entry, those of this group starting at {@code shareAt}
     */
    public void evaluate(double[] fixed, int fixedAt, double[] load, int loadAt, double[] share, int shareAt) {
        System.arraycopy(fixed, fixedAt, rankLoad, 0, ranks);
        for (int e = 0; e < host.length; e++) {
            rankLoad[host[e]] += share[shareAt + e];
        }
        double max = 0;
        for (int r = 0; r < ranks; r++) {
            rankLoad[r] /= speed[r];
            max = Math.max(max, rankLoad[r]);
        }
        maxLoad = max;
        lowerBound = Math.min(max, boundFromSets(fixed, fixedAt, load, loadAt));
    }

    private double boundFromSets(double[] fixed, int fixedAt, double[] load, int loadAt) {
        sortByFallingLoad();
        for (int k = 0; k < ranks; k++) {
            int r = order[k];
            position[r] = k;
            captured[k] = fixed[fixedAt + r];
        }
        for (int i = 0; i < items; i++) {
            int last = 0;
            for (int e = offset[i]; e < offset[i + 1]; e++) {
                last = Math.max(last, position[host[e]]);
            }
            captured[last] += load[loadAt + i];
        }
        double best = 0;
        double inside = 0;
        double speeds = 0;
        for (int k = 0; k < ranks; k++) {
            inside += captured[k];
            speeds += speed[order[k]];
            best = Math.max(best, inside / speeds);
        }
        return best;
    }

    /** Insertion sort: the order of the last evaluation is nearly the order of this one. */
    private void sortByFallingLoad() {
        for (int k = 1; k < ranks; k++) {
            int r = order[k];
            double v = rankLoad[r];
            int j = k - 1;
            while (j >= 0 && rankLoad[order[j]] < v) {
                order[j + 1] = order[j];
                j--;
            }
            order[j + 1] = r;
        }
    }

    /** Returns the largest load / speed of the split evaluated last. */
    public double maxLoad() {
        return maxLoad;
    }

    /** Returns the best lower bound of the split evaluated last, at most {@link #maxLoad()}. */
    public double lowerBound() {
        return lowerBound;
    }

    @Override
    public String toString() {
        return "Certificate[maxLoad=" + maxLoad + ", lowerBound=" + lowerBound + ", loads=" + Arrays.toString(rankLoad)
                + "]";
    }
}
