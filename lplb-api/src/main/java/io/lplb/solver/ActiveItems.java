// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/**
 * The part of one group that leaves a solver a choice, scaled so that a lower bound is 1, and packed without gaps, so that loops
 * over its ranks and entries are loops over plain ranges.
 *
 * <pre>
 *   item   of the problem  |  0  | 1 (zero) |  2  |          active item   |  0  |  1  |
 *   entry  of the problem  | 0 1 |   2 3    | 4 5 |          active entry  | 0 1 | 2 3 |
 *   rank   of the problem  |  0  | 1 (inactive) | 2 |        active rank   |  0  |  1  |
 * </pre>
 *
 * <p>Left out are inactive ranks and, as hosts, every mention of them; items of zero load and uncovered items, whose
 * shares are 0; items with one active host, whose whole load is part of that rank's fixed load; and then ranks without an
 * item, but for the highest one if it can be the bottleneck. An item so small that it does not change the last digit of any
 * level is assigned whole to its fastest host, too.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class ActiveItems {
    /** An item below this many mean loads does not change a level in its last digit. */
    private static final double NEGLIGIBLE = 0x1p-62;

    private final int problemRanks;
    private final int[] offset;
    private final int[] host;
    private final int[] order;

    private final double[] rankSpeed;
    private final double[] rankFixed;
    private final int[] activeRank;
    private final double[] speed;
    private final double[] fixed;
    private final int[] activeOffset;
    private final int[] activeHost;
    private final int[] problemEntry;
    private final double[] load;
    private final int[] wholeEntry;
    private final double[] wholeLoad;
    private int ranks;
    private int count;
    private int pairs;
    private int wholes;
    private double scale;
    private double level;
    private double meanLoad;
    private double totalSpeed;

    /**
     * A workspace.
     *
     * @param order the order in which the items of the problem are packed; those with two hosts stand first
     */
    ActiveItems(MinMaxProblem problem, int[] order) {
        this.order = order;
        problemRanks = problem.ranks();
        offset = problem.offsets();
        host = problem.hosts();
        rankSpeed = new double[problemRanks];
        rankFixed = new double[problemRanks];
        activeRank = new int[problemRanks];
        speed = new double[problemRanks];
        fixed = new double[problemRanks];
        activeOffset = new int[problem.items() + 1];
        activeHost = new int[host.length];
        problemEntry = new int[host.length];
        load = new double[problem.items()];
        wholeEntry = new int[problem.items()];
        wholeLoad = new double[problem.items()];
    }

    /** The most active ranks that a group of a problem can have: those with an item that has a choice, and one more. */
    static int mostRanks(MinMaxProblem problem) {
        boolean[] hosts = new boolean[problem.ranks()];
        int count = 0;
        for (int i = 0; i < problem.items(); i++) {
            for (int e = problem.firstEntry(i); problem.hostCount(i) > 1 && e < problem.firstEntry(i + 1); e++) {
                count += hosts[problem.host(e)] ? 0 : 1;
                hosts[problem.host(e)] = true;
            }
        }
        return Math.min(count + 1, problem.ranks());
    }

    /** Takes over a group's loads and speeds. */
    void select(MinMaxBatch batch, int group) {
        meanLoad = batch.meanLoad(group);
        double unit = batch.speedUnit(group);
        int at = group * problemRanks;
        for (int r = 0; r < problemRanks; r++) {
            rankSpeed[r] = batch.speed()[at + r] / unit;
            rankFixed[r] = batch.fixed()[at + r];
            activeRank[r] = -1;
        }
        selectItems(batch.load(), group * order.length, meanLoad * unit);
        selectRanks();
        level = scale / unit;
    }

    /** Packs items with a choice of hosts; a rank that is a host of one is marked as active. */
    private void selectItems(double[] loads, int loadAt, double mean) {
        int to = 0;
        count = 0;
        pairs = 0;
        wholes = 0;
        for (int i : order) {
            double w = loads[loadAt + i];
            if (w > 0) {
                int first = to;
                for (int e = offset[i]; e < offset[i + 1]; e++) {
                    if (rankSpeed[host[e]] > 0) {
                        problemEntry[to] = e;
                        activeHost[to++] = host[e];
                    }
                }
                int hosts = to - first;
                if (hosts < 2 || w < 2 * NEGLIGIBLE * mean) {
                    int fastest = fastestHost(first, to);
                    if (hosts < 2 || w < NEGLIGIBLE * mean * rankSpeed[activeHost[fastest]]) {
                        takeWhole(fastest, hosts, w);
                        to = first;
                        continue;
                    }
                }
                for (int e = first; e < to; e++) {
                    activeRank[activeHost[e]] = 0;
                }
                load[count++] = w;
                activeOffset[count] = to;
                pairs += offset[i + 1] - offset[i] == 2 ? 1 : 0;
            }
        }
    }

    /**
     * Packs the ranks that are hosts of active items, and scales all loads by a lower bound. Of the other ranks, whose loads
     * are settled, the highest one stays if it is above that bound.
     */
    private void selectRanks() {
        ranks = 0;
        totalSpeed = 0;
        double total = 0;
        double bound = 0;
        double settled = 0;
        int highest = -1;
        for (int r = 0; r < problemRanks; r++) {
            double s = rankSpeed[r];
            if (activeRank[r] == 0) {
                total += rankFixed[r];
                bound = Math.max(bound, rankFixed[r] / s);
                addRank(r);
            } else if (s > 0 && rankFixed[r] > settled * s) {
                settled = rankFixed[r] / s;
                highest = r;
            }
        }
        for (int i = 0; i < count; i++) {
            total += load[i];
        }
        bound = Math.max(bound, totalSpeed > 0 ? total / totalSpeed : 0);
        if (settled > bound) {
            addRank(highest);
            bound = settled;
        }
        scale = bound;
        double inverse = bound > 0 ? 1 / bound : 0;
        for (int r = 0; r < ranks; r++) {
            fixed[r] *= inverse;
        }
        for (int i = 0; i < count; i++) {
            load[i] *= inverse;
        }
        for (int e = 0; e < activeOffset[count]; e++) {
            activeHost[e] = activeRank[activeHost[e]];
        }
    }

    private void addRank(int rank) {
        speed[ranks] = rankSpeed[rank];
        fixed[ranks] = rankFixed[rank];
        totalSpeed += rankSpeed[rank];
        activeRank[rank] = ranks++;
    }

    private int fastestHost(int first, int end) {
        int fastest = first;
        for (int e = first + 1; e < end; e++) {
            if (rankSpeed[activeHost[e]] > rankSpeed[activeHost[fastest]]) {
                fastest = e;
            }
        }
        return fastest;
    }

    private void takeWhole(int entry, int hosts, double tokens) {
        if (hosts > 0) {
            rankFixed[activeHost[entry]] += tokens;
            wholeEntry[wholes] = problemEntry[entry];
            wholeLoad[wholes++] = tokens;
        }
    }

    /** Number of active ranks. */
    int ranks() {
        return ranks;
    }

    /** Speed of an active rank, in units of {@link MinMaxBatch#speedUnit}. */
    double speed(int rank) {
        return speed[rank];
    }

    /** Copies the speeds of the active ranks, {@code to[ranks]}. */
    void copySpeeds(double[] to) {
        System.arraycopy(speed, 0, to, 0, ranks);
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

    /** Active rank of an active entry. */
    int host(int entry) {
        return activeHost[entry];
    }

    /** Scaled load of an active item. */
    double load(int item) {
        return load[item];
    }

    /** The problem's entry of an active entry. */
    int problemEntry(int entry) {
        return problemEntry[entry];
    }

    /** Tokens per scaled load; 0 if all loads are zero. */
    double scale() {
        return scale;
    }

    /** The mean load of the group; 0 if all loads are zero. */
    double meanLoad() {
        return meanLoad;
    }

    /** Lower bound in loads of the group that a level of 1 stands for; 0 if all loads are zero. */
    double levelScale() {
        return level;
    }

    double totalSpeed() {
        return totalSpeed;
    }

    /** Writes the shares of the items that leave no choice, {@code share[entries of the problem]}, and 0 elsewhere. */
    void writeWholes(double[] share) {
        Arrays.fill(share, 0);
        for (int k = 0; k < wholes; k++) {
            share[wholeEntry[k]] = wholeLoad[k];
        }
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

    /** Fixed load plus shares of every active rank, {@code to[ranks]}. */
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
