// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/**
 * Levels the ranks below the maximum in whole tokens: turns quotas into some whose ranks' loads / speeds, in falling order,
 * are lexicographically least (decreasingly minimal; Frank and Murota, "Decreasing minimization on M-convex sets", 2022).
 * The maximum is then the least possible one, too.
 *
 * <p>The loads of all plans form an M-convex set, on which a local optimum is a global one: a plan is least if no single
 * token can move along a path of items so that the pair of loads at its ends gets less. So the highest rank gives tokens to
 * the lowest rank that they can reach until none is left to gain from. Then the rank is settled, and with it every rank
 * that its tokens can reach: none of them is low enough to gain from, neither for one of them nor for a lower rank outside.
 *
 * <p>Equal quotas to start from give equal results. Not thread-safe: an instance is a workspace. Allocates nothing per
 * call.
 */
public final class LevelQuotas {
    private static final int SWEEPS = 32;

    private final int[] offset;
    private final int[] host;
    private final int[] itemOf;
    private final int[] firstOfRank;
    private final int[] entriesOfRank;

    private final double[] speed;
    private final long[] load;
    private final double[] level;
    private final double[] wall;
    private final boolean[] settled;
    private final int[] queue;
    private final int[] arriving;
    private final int[] leaving;
    private final boolean[] reached;
    private int reachedRanks;
    private boolean equalSpeeds;

    /**
     * A workspace for quotas of one problem.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public LevelQuotas(MinMaxProblem problem) {
        int ranks = problem.ranks();
        offset = problem.offsets();
        host = problem.hosts();
        itemOf = new int[host.length];
        firstOfRank = new int[ranks + 1];
        for (int i = 0; i < problem.items(); i++) {
            for (int e = offset[i]; e < offset[i + 1]; e++) {
                itemOf[e] = i;
                firstOfRank[host[e] + 1]++;
            }
        }
        for (int r = 0; r < ranks; r++) {
            firstOfRank[r + 1] += firstOfRank[r];
        }
        entriesOfRank = new int[host.length];
        int[] next = firstOfRank.clone();
        for (int e = 0; e < host.length; e++) {
            entriesOfRank[next[host[e]]++] = e;
        }
        speed = new double[ranks];
        load = new long[ranks];
        level = new double[ranks];
        wall = new double[ranks];
        settled = new boolean[ranks];
        queue = new int[ranks];
        arriving = new int[ranks];
        leaving = new int[ranks];
        reached = new boolean[ranks];
    }

    /**
     * Levels one group.
     *
     * @param fixed whole tokens per rank, those of this group starting at {@code rankAt}; at most 2^50 tokens together
     *     with all quotas
     * @param speeds {@code s}, 0 for an inactive rank, those of this group starting at {@code rankAt}
     * @param rankAt where the group starts in {@code fixed} and {@code speeds}
     * @param quota whole tokens per entry, 0 on inactive ranks, those of this group starting at {@code quotaAt}; sums per
     *     item are kept
     * @param quotaAt where the group starts in {@code quota}
     */
    public void level(long[] fixed, double[] speeds, int rankAt, long[] quota, int quotaAt) {
        start(fixed, speeds, rankAt, quota, quotaAt);
        boolean moved = true;
        for (int k = 0; k < SWEEPS && moved; k++) {
            moved = sweep(quota, quotaAt);
        }
        moved = true;
        while (moved) {
            // Loads at different speeds can tie, and a tie can open a path that an earlier search did not find.
            moved = pass(quota, quotaAt) && !equalSpeeds;
        }
    }

    /**
     * Copies the ranks' tokens after the last {@link #level}.
     *
     * @param to receives {@code [ranks]} tokens, 0 for inactive ranks
     * @param at where they start in {@code to}
     */
    public void copyRankLoads(long[] to, int at) {
        System.arraycopy(load, 0, to, at, load.length);
    }

    private void start(long[] fixed, double[] speeds, int rankAt, long[] quota, int quotaAt) {
        System.arraycopy(fixed, rankAt, load, 0, load.length);
        System.arraycopy(speeds, rankAt, speed, 0, speed.length);
        for (int e = 0; e < host.length; e++) {
            load[host[e]] += quota[quotaAt + e];
        }
        double one = 0;
        equalSpeeds = true;
        for (int r = 0; r < load.length; r++) {
            if (speed[r] > 0) {
                one = one > 0 ? one : speed[r];
                equalSpeeds &= speed[r] == one;
                level[r] = load[r] / speed[r];
            } else {
                load[r] = 0;
                level[r] = 0;
            }
        }
    }

    /** Moves tokens of every item from its highest host to its lowest one; false if none moved. */
    private boolean sweep(long[] quota, int quotaAt) {
        boolean moved = false;
        for (int i = 0; i + 1 < offset.length; i++) {
            int high = -1;
            int low = -1;
            for (int e = offset[i]; e < offset[i + 1]; e++) {
                int r = host[e];
                if (speed[r] > 0) {
                    high = quota[quotaAt + e] > 0 && (high < 0 || level[r] > level[host[high]]) ? e : high;
                    low = low < 0 || level[r] < level[host[low]] ? e : low;
                }
            }
            if (high >= 0 && gains(host[high], host[low])) {
                long amount = Math.min(quota[quotaAt + high], halfway(host[high], host[low]));
                quota[quotaAt + high] -= amount;
                quota[quotaAt + low] += amount;
                move(host[high], host[low], amount);
                moved = true;
            }
        }
        return moved;
    }

    /** Settles every rank once, the highest first; false if no token moved. */
    private boolean pass(long[] quota, int quotaAt) {
        Arrays.fill(settled, false);
        Arrays.fill(wall, 0);
        boolean moved = false;
        for (int a = highest(); a >= 0; a = highest()) {
            int b = lowestToGain(a, quota, quotaAt);
            if (b >= 0) {
                push(a, b, quota, quotaAt);
                moved = true;
            } else {
                settle(a);
            }
        }
        return moved;
    }

    /** Returns the highest rank with a load that is not settled, or -1. */
    private int highest() {
        int best = -1;
        double most = 0;
        for (int r = 0; r < level.length; r++) {
            if (level[r] > most && !settled[r]) {
                best = r;
                most = level[r];
            }
        }
        return best;
    }

    /** Searches breadth first; returns the lowest rank whose pair with a gets less by a token of a, or -1. */
    private int lowestToGain(int a, long[] quota, int quotaAt) {
        Arrays.fill(reached, false);
        reached[a] = true;
        queue[0] = a;
        reachedRanks = 1;
        int best = -1;
        for (int k = 0; k < reachedRanks; k++) {
            int r = queue[k];
            for (int x = firstOfRank[r]; x < firstOfRank[r + 1]; x++) {
                int e = entriesOfRank[x];
                if (quota[quotaAt + e] == 0) {
                    continue;
                }
                int i = itemOf[e];
                for (int to = offset[i]; to < offset[i + 1]; to++) {
                    int h = host[to];
                    if (!reached[h] && speed[h] > 0 && wall[h] <= level[a]) {
                        reached[h] = true;
                        arriving[h] = to;
                        leaving[h] = e;
                        queue[reachedRanks++] = h;
                        if (gains(a, h) && (best < 0 || level[h] < level[best])) {
                            best = h;
                        }
                    }
                }
            }
        }
        return best;
    }

    private boolean gains(int a, int b) {
        double raised = (load[b] + 1) / speed[b];
        return raised < level[a] || (raised == level[a] && (load[a] - 1) / speed[a] < level[b]);
    }

    private void push(int from, int to, long[] quota, int quotaAt) {
        long amount = halfway(from, to);
        for (int r = to; r != from; r = host[leaving[r]]) {
            amount = Math.min(amount, quota[quotaAt + leaving[r]]);
        }
        for (int r = to; r != from; r = host[leaving[r]]) {
            quota[quotaAt + leaving[r]] -= amount;
            quota[quotaAt + arriving[r]] += amount;
        }
        move(from, to, amount);
    }

    /** Returns how many tokens level two ranks, of which one at least gains. */
    private long halfway(int from, int to) {
        long amount = Math.max(1, (long) ((level[from] - level[to]) / (1 / speed[from] + 1 / speed[to])));
        while (amount > 1 && (load[to] + amount) / speed[to] >= (load[from] - amount + 1) / speed[from]) {
            amount--;
        }
        return amount;
    }

    private void move(int from, int to, long amount) {
        load[from] -= amount;
        load[to] += amount;
        level[from] = load[from] / speed[from];
        level[to] = load[to] / speed[to];
    }

    /** Settles a rank and those that its tokens can reach; searches from lower ranks stop there. */
    private void settle(int a) {
        for (int k = 0; k < reachedRanks; k++) {
            int r = queue[k];
            // At unequal speeds, ranks as high as this one can still gain by a tie.
            settled[r] |= r == a || equalSpeeds || level[r] < level[a];
            wall[r] = equalSpeeds ? Double.POSITIVE_INFINITY : Math.max(wall[r], level[a]);
        }
    }
}
