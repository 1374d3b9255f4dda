// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * The items of one group whose load is not zero, scaled to a mean load of 1 and packed without gaps, so that loops over
 * their entries are loops over a plain range. Items of zero load take no part in a solve: their shares are zero, and an
 * interior point has no interior to start from.
 *
 * <pre>
 *   item   of the problem  |  0  | 1 (zero) |  2  |          active item   |  0  |  1  |
 *   entry  of the problem  | 0 1 |   2 3    | 4 5 |          active entry  | 0 1 | 2 3 |
 * </pre>
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class ActiveItems {
    private final int ranks;
    private final int[] offset;
    private final int[] host;
    private final double totalSpeed;

    private final int[] activeOffset;
    private final int[] activeHost;
    private final int[] firstEntry;
    private final double[] fixed;
    private final double[] load;
    private final int[] order;
    private int count;
    private int pairs;
    private double scale;

    /**
     * A workspace.
     *
     * @param order the order in which the items of the problem are packed; those with two hosts stand first
     */
    ActiveItems(MinMaxProblem problem, int[] order) {
        this.order = order;
        ranks = problem.ranks();
        offset = problem.offsets();
        host = problem.hosts();
        totalSpeed = problem.totalSpeed();
        activeOffset = new int[problem.items() + 1];
        activeHost = new int[host.length];
        firstEntry = new int[problem.items()];
        fixed = new double[ranks];
        load = new double[problem.items()];
    }

    /** Takes over a group's loads. */
    void select(MinMaxBatch batch, int group) {
        count = 0;
        scale = batch.meanLoad(group);
        double inverse = scale > 0 ? 1 / scale : 0;
        int fixedAt = group * ranks;
        for (int r = 0; r < ranks; r++) {
            fixed[r] = batch.fixed()[fixedAt + r] * inverse;
        }
        int loadAt = group * order.length;
        int to = 0;
        pairs = 0;
        for (int i : order) {
            double w = batch.load()[loadAt + i] * inverse;
            if (w > 0) {
                load[count] = w;
                firstEntry[count] = offset[i];
                count++;
                for (int e = offset[i]; e < offset[i + 1]; e++) {
                    activeHost[to++] = host[e];
                }
                activeOffset[count] = to;
                pairs += offset[i + 1] - offset[i] == 2 ? 1 : 0;
            }
        }
    }

    /** Number of active items. */
    int count() {
        return count;
    }

    /** Number of active items with two hosts; they come first, item i with the active entries 2i and 2i + 1. */
    int pairs() {
        return pairs;
    }

    /** Number of active entries. */
    int entries() {
        return activeOffset[count];
    }

    /** First active entry of an active item. */
    int first(int item) {
        return activeOffset[item];
    }

    /** End of an active item's entries. */
    int end(int item) {
        return activeOffset[item + 1];
    }

    /** Rank of an active entry. */
    int host(int entry) {
        return activeHost[entry];
    }

    /** Scaled load of an active item. */
    double load(int item) {
        return load[item];
    }

    /** The problem's entry with which an active item begins. */
    int problemEntry(int item) {
        return firstEntry[item];
    }

    /** The mean load by which everything here has been divided; 0 if all loads are zero. */
    double scale() {
        return scale;
    }

    double totalSpeed() {
        return totalSpeed;
    }

    /** Divides every item evenly among its hosts. */
    void evenSplit(double[] share) {
        for (int i = 0; i < count; i++) {
            double even = load[i] / (activeOffset[i + 1] - activeOffset[i]);
            for (int e = activeOffset[i]; e < activeOffset[i + 1]; e++) {
                share[e] = even;
            }
        }
    }

    /** Fixed load plus shares of every rank, {@code to[ranks]}. */
    void rankSums(double[] share, double[] to) {
        System.arraycopy(fixed, 0, to, 0, ranks);
        int n = entries();
        for (int e = 0; e < n; e++) {
            to[activeHost[e]] += share[e];
        }
    }

    /** Sum of a value over the hosts of every active item, {@code to[count]}. */
    void itemSums(double[] value, double[] to) {
        for (int i = 0; i < pairs; i++) {
            to[i] = value[2 * i] + value[2 * i + 1];
        }
        for (int i = pairs; i < count; i++) {
            double sum = 0;
            for (int e = activeOffset[i]; e < activeOffset[i + 1]; e++) {
                sum += value[e];
            }
            to[i] = sum;
        }
    }
}
