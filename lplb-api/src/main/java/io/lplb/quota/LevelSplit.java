// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.SplitBatch;
import java.util.Arrays;

/**
 * Levels the ranks below the maximum of a split that is not bound to whole tokens: loads / speeds in falling order get
 * lexicographically least. {@link LevelQuotas} does the same in whole tokens.
 *
 * <p>The least maximum forces a set of ranks: those that a rank at the maximum can reach through its shares and that are all at
 * the maximum. No split has less on them, so they are settled with the items that have no other host, and the rest is solved
 * without them (the decomposition of Fujishige, "Lexicographically optimal base of a polymatroid with respect to a weight
 * vector", 1980). Every step settles a rank, so there are at most as many solves as ranks.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
public final class LevelSplit {
    /** Relative error of loads, and share of the maximum, that count as none. */
    private static final double EPSILON = 1e-12;

    private final MinMaxProblem problem;
    private final ExactSolver solver;
    private final MinMaxBatch rest;
    private final SplitBatch split;
    private final double[] speed;
    private final double[] level;
    private final int[] firstOfRank;
    private final int[] entriesOfRank;
    private final int[] itemOf;
    private final boolean[] settled;
    private final boolean[] reached;
    private final int[] queue;

    /**
     * A workspace for splits of one problem.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public LevelSplit(MinMaxProblem problem) {
        this.problem = problem;
        solver = new ExactSolver(problem);
        rest = new MinMaxBatch(problem, 1);
        split = new SplitBatch(problem, 1);
        int ranks = problem.ranks();
        speed = new double[ranks];
        level = new double[ranks];
        settled = new boolean[ranks];
        reached = new boolean[ranks];
        queue = new int[ranks];
        itemOf = new int[problem.entries()];
        firstOfRank = new int[ranks + 1];
        for (int i = 0; i < problem.items(); i++) {
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                itemOf[e] = i;
                firstOfRank[problem.host(e) + 1]++;
            }
        }
        for (int r = 0; r < ranks; r++) {
            firstOfRank[r + 1] += firstOfRank[r];
        }
        entriesOfRank = new int[problem.entries()];
        int[] next = firstOfRank.clone();
        for (int e = 0; e < itemOf.length; e++) {
            entriesOfRank[next[problem.host(e)]++] = e;
        }
    }

    /**
     * Replaces the shares of one group by levelled ones; its status, lower bound and iterations stay.
     *
     * @param batch loads and speeds, without limits
     * @param group from 0 to {@code groups - 1}
     * @param answer a split of the group, overwritten
     * @throws IllegalArgumentException if the group has limits; nothing has changed then
     */
    public void level(MinMaxBatch batch, int group, SplitBatch answer) {
        if (batch.limits().isSet(group)) {
            throw new IllegalArgumentException("second objective: got LEVEL beside limits, expected none of both");
        }
        rest.set(0, batch, group);
        System.arraycopy(batch.speed(), group * problem.ranks(), speed, 0, speed.length);
        int shareAt = group * problem.entries();
        double maxLoad = 0;
        for (int left = active(); left > 0; left = active()) {
            rest.setSpeed(0, speed, 0);
            solver.solve(rest, split);
            double highest = levels();
            maxLoad = Math.max(maxLoad, highest);
            if (!settle(highest, answer.share(), shareAt)) {
                Arrays.fill(settled, true);
                takeItems(answer.share(), shareAt);
                break;
            }
        }
        answer.report(
                group,
                maxLoad,
                Math.min(answer.lowerBound(group), maxLoad),
                answer.iterations(group),
                answer.status(group));
    }

    private int active() {
        int count = 0;
        for (double s : speed) {
            count += s > 0 ? 1 : 0;
        }
        return count;
    }

    /** Computes load / speed of the active ranks; returns the largest. */
    private double levels() {
        double highest = 0;
        for (int r = 0; r < level.length; r++) {
            double load = speed[r] > 0 ? rest.fixed()[r] : 0;
            for (int x = firstOfRank[r]; x < firstOfRank[r + 1]; x++) {
                load += split.share()[entriesOfRank[x]];
            }
            level[r] = speed[r] > 0 ? load / speed[r] : 0;
            highest = Math.max(highest, level[r]);
        }
        return highest;
    }

    /** Settles the ranks that the maximum forces; returns false if there are none, or nothing is left to level. */
    private boolean settle(double highest, double[] share, int shareAt) {
        double least = highest * (1 - EPSILON);
        Arrays.fill(settled, false);
        boolean any = false;
        for (int r = 0; r < level.length && highest > 0; r++) {
            if (speed[r] > 0 && !settled[r] && level[r] >= least) {
                int count = reach(r, least, highest * EPSILON);
                for (int k = 0; k < count; k++) {
                    settled[queue[k]] = true;
                }
                any |= count > 0;
            }
        }
        if (!any) {
            return false;
        }
        takeItems(share, shareAt);
        for (int r = 0; r < settled.length; r++) {
            speed[r] = settled[r] ? 0 : speed[r];
        }
        return true;
    }

    /** Returns how many ranks, then at the beginning of the queue, a rank reaches; 0 if one of them is below the maximum. */
    private int reach(int from, double least, double none) {
        Arrays.fill(reached, false);
        reached[from] = true;
        queue[0] = from;
        int count = 1;
        for (int k = 0; k < count; k++) {
            int r = queue[k];
            for (int x = firstOfRank[r]; x < firstOfRank[r + 1]; x++) {
                int entry = entriesOfRank[x];
                if (split.share()[entry] <= none * speed[r]) {
                    continue;
                }
                int item = itemOf[entry];
                for (int e = problem.firstEntry(item); e < problem.firstEntry(item + 1); e++) {
                    int host = problem.host(e);
                    if (!reached[host] && speed[host] > 0) {
                        if (level[host] < least) {
                            return 0;
                        }
                        reached[host] = true;
                        queue[count++] = host;
                    }
                }
            }
        }
        return count;
    }

    /** Takes the shares of the items whose active hosts, at least one, are all settled now. */
    private void takeItems(double[] share, int shareAt) {
        for (int i = 0; i < problem.items(); i++) {
            if (isInside(i)) {
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    share[shareAt + e] = split.share()[e];
                }
            }
        }
    }

    private boolean isInside(int item) {
        boolean any = false;
        for (int e = problem.firstEntry(item); e < problem.firstEntry(item + 1); e++) {
            int host = problem.host(e);
            if (speed[host] > 0 && !settled[host]) {
                return false;
            }
            any |= speed[host] > 0;
        }
        return any;
    }
}
