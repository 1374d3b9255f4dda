// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.LoadLimits;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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
 * Inactive ranks and uncovered items take no part; a share on an inactive rank makes the largest load infinite.
 *
 * <p>The bound is rounded down: it is never above the optimum of the loads and speeds as they are. It is exact to one
 * rounding where loads are whole and speeds have few digits, and to three otherwise.
 *
 * <p>With limits C of ranks and c of entries ({@link io.lplb.problem.LoadLimits}) less is forced into S, and S holds less at a
 * level t: every split needs a t with
 *
 * <pre>
 *   f(S) + sum of max(0, w[i] - sum of c[i,h] over hosts h outside S)  &lt;=  sum over r in S of min(C[r], s[r] t)
 * </pre>
 *
 * <p>Equally loaded ranks are in the order of their indices, so the result depends on the arguments alone, not on the
 * evaluations before.
 *
 * <p>Cost: O(G log G + entries) for splits that resemble the one before, O(G^2) otherwise; no allocation. All G bounds come
 * from one pass: an item is inside S_k exactly if k exceeds the position of its least loaded host.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
public final class Certificate {
    /** Loads beyond the limits by less than this part of them are rounding errors. */
    private static final double ROUNDING_OF_SUMS = 0x1p-40;

    /** Sums of whole numbers below this one are exact. */
    private static final double LARGEST_EXACT = 0x1p52;

    /** Sums of speeds that are whole in this unit are exact for any number of ranks. */
    private static final double SPEED_STEPS = 0x1p20;

    private final int ranks;
    private final int items;
    private final int[] offset;
    private final int[] host;
    private final double[] problemSpeed;
    private final double problemUnit;

    private double[] fixed;
    private int fixedAt;
    private double[] load;
    private int loadAt;
    private final double[] speed;
    private double unit;
    private boolean exact;
    private @Nullable LoadLimits limits;
    private int group;

    private final double[] rankLoad;
    private final int[] order;
    private final int[] position;
    private final double[] captured;
    private double maxLoad;
    private double lowerBound;

    /**
     * A workspace for splits of one problem.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public Certificate(MinMaxProblem problem) {
        ranks = problem.ranks();
        items = problem.items();
        offset = problem.offsets();
        host = problem.hosts();
        problemSpeed = problem.speeds();
        problemUnit = new MinMaxBatch(problem, 1).speedUnit(0);
        fixed = new double[0];
        load = new double[0];
        speed = new double[ranks];
        rankLoad = new double[ranks];
        order = new int[ranks];
        position = new int[ranks];
        captured = new double[ranks];
        for (int r = 0; r < ranks; r++) {
            order[r] = r;
        }
    }

    /**
     * Evaluates a split of a group of a batch; the results are read from {@link #maxLoad()} and {@link #lowerBound()}.
     *
     * @param batch loads and speeds
     * @param group from 0 to {@code groups - 1}
     * @param share tokens per entry, those of this group starting at {@code shareAt}
     * @param shareAt where the group starts in {@code share}
     */
    public void evaluate(MinMaxBatch batch, int group, double[] share, int shareAt) {
        begin(batch, group);
        evaluate(share, shareAt);
    }

    /**
     * Evaluates a split of loads that are not in a batch, at the speeds of the problem.
     *
     * @param fixed fixed loads, those of this group starting at {@code fixedAt}
     * @param fixedAt where the group starts in {@code fixed}
     * @param load item loads, those of this group starting at {@code loadAt}
     * @param loadAt where the group starts in {@code load}
     * @param share tokens per entry, those of this group starting at {@code shareAt}
     * @param shareAt where the group starts in {@code share}
     */
    public void evaluate(double[] fixed, int fixedAt, double[] load, int loadAt, double[] share, int shareAt) {
        begin(fixed, fixedAt, load, loadAt, problemSpeed, 0, problemUnit);
        evaluate(share, shareAt);
    }

    /** Turns to a group, whose splits {@link #evaluate(double[], int)} then takes. */
    void begin(MinMaxBatch batch, int group) {
        int at = group * ranks;
        begin(batch.fixed(), at, batch.load(), group * items, batch.speed(), at, batch.speedUnit(group));
        if (batch.limits().isSet(group)) {
            this.group = group;
            limits = batch.limits();
        }
    }

    private void begin(
            double[] fixed, int fixedAt, double[] load, int loadAt, double[] speeds, int speedAt, double unit) {
        this.fixed = fixed;
        this.fixedAt = fixedAt;
        this.load = load;
        this.loadAt = loadAt;
        this.unit = unit;
        limits = null;
        double fraction = 0;
        double total = 0;
        for (int r = 0; r < ranks; r++) {
            double s = speeds[speedAt + r] / unit;
            speed[r] = s;
            double steps = s * SPEED_STEPS;
            double f = fixed[fixedAt + r];
            fraction += Math.abs(steps - Math.rint(steps)) + Math.abs(f - Math.rint(f));
            total += f;
        }
        for (int i = loadAt; i < loadAt + items; i++) {
            double w = load[i];
            fraction += Math.abs(w - Math.rint(w));
            total += w;
        }
        exact = fraction == 0 && total < LARGEST_EXACT;
    }

    /** Evaluates a split of the group that {@link #begin(MinMaxBatch, int)} has turned to. */
    void evaluate(double[] share, int shareAt) {
        maxLoad = largestLoad(share, shareAt);
        lowerBound = Math.min(maxLoad, limits == null ? boundFromSets() : boundFromSets(limits));
    }

    /** Returns the largest load of a split, without a bound. */
    double largestLoad(double[] share, int shareAt) {
        for (int r = 0; r < ranks; r++) {
            rankLoad[r] = speed[r] > 0 ? fixed[fixedAt + r] : 0;
        }
        for (int e = 0; e < host.length; e++) {
            rankLoad[host[e]] += share[shareAt + e];
        }
        double max = 0;
        for (int r = 0; r < ranks; r++) {
            if (speed[r] > 0) {
                rankLoad[r] /= speed[r];
            } else if (rankLoad[r] > 0) {
                rankLoad[r] = Double.POSITIVE_INFINITY;
            } else {
                rankLoad[r] = -1;
            }
            max = Math.max(max, rankLoad[r]);
        }
        return max / unit;
    }

    private double boundFromSets() {
        sortByFallingLoad();
        for (int k = 0; k < ranks; k++) {
            int r = order[k];
            boolean active = speed[r] > 0;
            position[r] = active ? k : -1;
            captured[k] = active ? fixed[fixedAt + r] : 0;
        }
        for (int i = 0; i < items; i++) {
            int last = -1;
            for (int e = offset[i]; e < offset[i + 1]; e++) {
                last = Math.max(last, position[host[e]]);
            }
            if (last >= 0) {
                captured[last] += load[loadAt + i];
            }
        }
        double best = 0;
        double bestInside = 0;
        double bestSpeeds = 1;
        int bestLast = 0;
        double inside = 0;
        double speeds = 0;
        for (int k = 0; k < ranks; k++) {
            inside += captured[k];
            speeds += speed[order[k]];
            double bound = inside / speeds;
            if (bound > best) {
                best = bound;
                bestInside = inside;
                bestSpeeds = speeds;
                bestLast = k;
            }
        }
        return (exact ? quotientBelow(bestInside, 0, bestSpeeds, 0) : boundInTwoParts(bestLast)) / unit;
    }

    /**
     * Computes the bound of one set of ranks, rounded down, for the group of the last evaluation.
     *
     * @param set active ranks, of which the first {@code count} count
     * @param count at least 1
     * @param withLimits whether the limits of the group count
     * @return the least level at which the set holds the load that cannot leave it; infinite if its limits do not
     */
    double boundOf(int[] set, int count, boolean withLimits) {
        for (int r = 0; r < ranks; r++) {
            position[r] = speed[r] > 0 ? 1 : -1;
        }
        for (int k = 0; k < count; k++) {
            position[set[k]] = 0;
        }
        LoadLimits most = limits;
        return (most != null && withLimits ? boundInTwoParts(0, most) : boundInTwoParts(0)) / unit;
    }

    /** The best bound of the k most loaded ranks, for k = 1..G, under limits. */
    private double boundFromSets(LoadLimits most) {
        sortByFallingLoad();
        double best = 0;
        for (int k = 0; k < ranks; k++) {
            position[order[k]] = speed[order[k]] > 0 ? k : -1;
        }
        for (int k = 0; k < ranks; k++) {
            best = Math.max(best, boundInTwoParts(k, most));
        }
        return best / unit;
    }

    /** The bound of the ranks whose position is from 0 to {@code last} under limits; sums carry their rounding errors. */
    private double boundInTwoParts(int last, LoadLimits most) {
        double forced = 0;
        double forcedError = 0;
        for (int r = 0; r < ranks; r++) {
            if (position[r] >= 0 && position[r] <= last) {
                double sum = forced + fixed[fixedAt + r];
                forcedError += errorOfSum(forced, fixed[fixedAt + r], sum);
                forced = sum;
            }
        }
        for (int i = 0; i < items; i++) {
            double left = load[loadAt + i];
            double leftError = 0;
            boolean covered = false;
            for (int e = offset[i]; e < offset[i + 1]; e++) {
                covered |= position[host[e]] >= 0;
                if (position[host[e]] > last) {
                    double limit = most.ofEntry(group, e);
                    double rest = left - limit;
                    leftError += limit < Double.POSITIVE_INFINITY ? errorOfSum(left, -limit, rest) : 0;
                    left = rest;
                }
            }
            if (covered && left > 0) {
                double sum = forced + left;
                forcedError += errorOfSum(forced, left, sum) + leftError;
                forced = sum;
            }
        }
        return levelWithLimits(last, most, forced, forcedError);
    }

    /** The least t at which the set holds a load: discrete Newton on the ranks that are at their limits. */
    private double levelWithLimits(int last, LoadLimits most, double forced, double forcedError) {
        double level = 0;
        while (true) {
            double left = forced;
            double leftError = forcedError;
            double speeds = 0;
            double speedsError = 0;
            for (int r = 0; r < ranks; r++) {
                if (position[r] >= 0 && position[r] <= last) {
                    double limit = most.ofRank(group, r);
                    if (limit <= speed[r] * level) {
                        double rest = left - limit;
                        leftError += errorOfSum(left, -limit, rest);
                        left = rest;
                    } else {
                        double sum = speeds + speed[r];
                        speedsError += errorOfSum(speeds, speed[r], sum);
                        speeds = sum;
                    }
                }
            }
            if (speeds == 0) {
                // Rounding errors of fractional loads must not look like a proof.
                return left > ROUNDING_OF_SUMS * forced ? Double.POSITIVE_INFINITY : level;
            }
            double next = quotientBelow(left, leftError, speeds, speedsError);
            if (next <= level) {
                return level;
            }
            level = next;
        }
    }

    /** The bound of the ranks whose position is from 0 to {@code last}, with sums whose rounding errors are summed, too. */
    private double boundInTwoParts(int last) {
        double inside = 0;
        double insideError = 0;
        double speeds = 0;
        double speedsError = 0;
        for (int r = 0; r < ranks; r++) {
            if (position[r] >= 0 && position[r] <= last) {
                double sum = inside + fixed[fixedAt + r];
                insideError += errorOfSum(inside, fixed[fixedAt + r], sum);
                inside = sum;
                sum = speeds + speed[r];
                speedsError += errorOfSum(speeds, speed[r], sum);
                speeds = sum;
            }
        }
        for (int i = 0; i < items; i++) {
            int highest = -1;
            for (int e = offset[i]; e < offset[i + 1]; e++) {
                highest = Math.max(highest, position[host[e]]);
            }
            if (highest >= 0 && highest <= last) {
                double sum = inside + load[loadAt + i];
                insideError += errorOfSum(inside, load[loadAt + i], sum);
                inside = sum;
            }
        }
        return speeds > 0 ? quotientBelow(inside, insideError, speeds, speedsError) : 0;
    }

    /** Returns the rounding error of a + b (Knuth, The Art of Computer Programming 2, 4.2.2). */
    private static double errorOfSum(double a, double b, double sum) {
        double part = sum - a;
        return (a - (sum - part)) + (b - part);
    }

    /** A quotient of numbers in two parts, rounded down by at most three units in the last place. */
    private static double quotientBelow(double a, double aError, double b, double bError) {
        double quotient = a / b;
        double remainder = Math.fma(-quotient, b, a) + (aError - quotient * bError);
        boolean inParts = aError != 0 || bError != 0;
        double below = remainder < 0 || inParts ? Math.nextDown(quotient) : quotient;
        return Math.max(0, inParts ? Math.nextDown(Math.nextDown(below)) : below);
    }

    /** Insertion sort: the order of the last evaluation is nearly the order of this one. */
    private void sortByFallingLoad() {
        for (int k = 1; k < ranks; k++) {
            int r = order[k];
            double v = rankLoad[r];
            int j = k - 1;
            while (j >= 0 && isBefore(v, r, order[j])) {
                order[j + 1] = order[j];
                j--;
            }
            order[j + 1] = r;
        }
    }

    private boolean isBefore(double load, int rank, int other) {
        return load > rankLoad[other] || (load == rankLoad[other] && rank < other);
    }

    /** {@return the largest load / speed of the split evaluated last} */
    public double maxLoad() {
        return maxLoad;
    }

    /** {@return the best lower bound of the split evaluated last, at most {@link #maxLoad()}} */
    public double lowerBound() {
        return lowerBound;
    }

    @Override
    public String toString() {
        return "Certificate[maxLoad=" + maxLoad + ", lowerBound=" + lowerBound + ", loads=" + Arrays.toString(rankLoad)
                + "]";
    }
}
