// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/**
 * From fractions to whole tokens: {@link #round} gives every entry a whole number of tokens close to its share, and
 * {@link #repair} moves single tokens until the plan is the best one that whole tokens allow.
 *
 * <p>With speeds of 1 the best whole-token plan has maximum exactly {@code ceil(optimum)} (integrality of flows). Repair
 * finds it for any start. It gives every rank a capacity, {@code floor(s[r] t)} for a level t that is a lower bound, and
 * pushes tokens along augmenting paths from ranks above their capacity to ranks below it; a path goes from rank to rank
 * through items that both host. If no path leaves an overfull rank, the ranks that its tokens can reach hold more than
 * their capacities together, whatever the split: that proves that t is too low, and t rises to the next value that
 * matters. So the level at the end is the integer optimum, certified by the last set that forced it up.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
public final class QuotaRounder {
    private final MinMaxProblem problem;
    private final int[] offset;
    private final int[] host;
    private final double[] problemSpeed;
    private final int[] item;
    private final int[] entriesFrom;
    private final int[] entriesOf;

    private final double[] speed;
    private boolean unitSpeeds;
    private double totalSpeed;
    private long total;
    private final long[] rankLoad;
    private final long[] capacity;
    private final int[] queue;
    private final int[] reachedBy;
    private final int[] leftBy;
    private final double[] remainder;
    private int reached;
    private double maxLoad;

    /**
     * A workspace for splits of one problem.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public QuotaRounder(MinMaxProblem problem) {
        this.problem = problem;
        offset = problem.offsets();
        host = problem.hosts();
        problemSpeed = problem.speeds();
        speed = problem.speeds();
        int ranks = problem.ranks();
        item = new int[host.length];
        entriesFrom = new int[ranks + 1];
        for (int i = 0; i < problem.items(); i++) {
            for (int e = offset[i]; e < offset[i + 1]; e++) {
                item[e] = i;
                entriesFrom[host[e] + 1]++;
            }
        }
        for (int r = 0; r < ranks; r++) {
            entriesFrom[r + 1] += entriesFrom[r];
        }
        entriesOf = new int[host.length];
        int[] next = entriesFrom.clone();
        for (int e = 0; e < host.length; e++) {
            entriesOf[next[host[e]]++] = e;
        }
        rankLoad = new long[ranks];
        capacity = new long[ranks];
        queue = new int[ranks];
        reachedBy = new int[ranks];
        leftBy = new int[ranks];
        remainder = new double[ranks];
    }

    /**
     * Rounds one group's shares by largest remainder: every item's quotas sum to its load, and each differs from its
     * share by less than one token where the shares sum to the load.
     *
     * @param load whole tokens per item, those of this group starting at {@code loadAt}
     * @param loadAt where the group starts in {@code load}
     * @param share tokens per entry, those of this group starting at {@code shareAt}; a NaN or negative share counts as 0
     * @param shareAt where the group starts in {@code share} and in {@code quota}
     * @param quota whole tokens per entry, those of this group starting at {@code shareAt}, overwritten
     */
    public void round(long[] load, int loadAt, double[] share, int shareAt, long[] quota) {
        round(load, loadAt, problemSpeed, 0, share, shareAt, quota);
    }

    /**
     * Rounds one group's shares at speeds that need not be the problem's: an inactive host gets no token, and an item
     * without an active host has quotas of 0.
     *
     * @param load whole tokens per item, those of this group starting at {@code loadAt}
     * @param loadAt where the group starts in {@code load}
     * @param speeds speed per rank, 0 where inactive, those of this group starting at {@code speedAt}
     * @param speedAt where the group starts in {@code speeds}
     * @param share tokens per entry, those of this group starting at {@code shareAt}; a NaN or negative share counts as 0
     * @param shareAt where the group starts in {@code share} and in {@code quota}
     * @param quota whole tokens per entry, those of this group starting at {@code shareAt}, overwritten
     */
    public void round(
            long[] load, int loadAt, double[] speeds, int speedAt, double[] share, int shareAt, long[] quota) {
        System.arraycopy(speeds, speedAt, speed, 0, speed.length);
        for (int i = 0; i < problem.items(); i++) {
            roundItem(i, load[loadAt + i], share, shareAt, quota);
        }
    }

    private void roundItem(int item, long load, double[] share, int shareAt, long[] quota) {
        long left = load;
        int hosts = offset[item + 1] - offset[item];
        int from = shareAt + offset[item];
        boolean covered = false;
        for (int k = 0; k < hosts; k++) {
            boolean active = speed[host[offset[item] + k]] > 0;
            // Casting turns NaN into 0; the bounds keep any other nonsense within the load.
            long whole = active ? Math.clamp((long) share[from + k], 0L, left) : 0;
            quota[from + k] = whole;
            left -= whole;
            double rest = share[from + k] - whole;
            remainder[k] = active ? (rest > -1 ? rest : -1) : Double.NEGATIVE_INFINITY;
            covered |= active;
        }
        while (covered && left > 0) {
            int best = 0;
            for (int k = 1; k < hosts; k++) {
                if (remainder[k] > remainder[best]) {
                    best = k;
                }
            }
            // One token each in turn; what is still left then was not part of the shares, and goes to one host.
            long given = remainder[best] > 0 ? 1 : left;
            quota[from + best] += given;
            left -= given;
            remainder[best] = -1;
        }
    }

    /**
     * Makes one group's quotas the best that whole tokens allow, at the speeds of the problem. The largest load is read
     * from {@link #maxLoad()}.
     *
     * @param fixed whole tokens per rank, those of this group starting at {@code fixedAt}
     * @param fixedAt where the group starts in {@code fixed}
     * @param quota whole tokens per entry, those of this group starting at {@code quotaAt}; sums per item are kept
     * @param quotaAt where the group starts in {@code quota}
     */
    public void repair(long[] fixed, int fixedAt, long[] quota, int quotaAt) {
        repair(fixed, fixedAt, problemSpeed, 0, quota, quotaAt);
    }

    /**
     * Makes one group's quotas the best that whole tokens allow, at speeds that need not be the problem's. Fixed tokens of
     * inactive ranks take no part.
     *
     * @param fixed whole tokens per rank, those of this group starting at {@code fixedAt}
     * @param fixedAt where the group starts in {@code fixed}
     * @param speeds speed per rank, 0 where inactive, those of this group starting at {@code speedAt}
     * @param speedAt where the group starts in {@code speeds}
     * @param quota whole tokens per entry, 0 on inactive ranks, those of this group starting at {@code quotaAt}; sums per
     *     item are kept
     * @param quotaAt where the group starts in {@code quota}
     */
    public void repair(long[] fixed, int fixedAt, double[] speeds, int speedAt, long[] quota, int quotaAt) {
        sumLoads(fixed, fixedAt, speeds, speedAt, quota, quotaAt);
        startCapacities();
        for (int r = 0; r < rankLoad.length; r++) {
            while (rankLoad[r] > capacity[r]) {
                int end = search(r, quota, quotaAt);
                if (end >= 0) {
                    push(r, end, quota, quotaAt);
                } else {
                    raiseCapacities();
                }
            }
        }
        maxLoad = largestLoad();
    }

    /**
     * Computes {@link #maxLoad()} of quotas as they are, at the speeds of the problem.
     *
     * @param fixed whole tokens per rank
     * @param fixedAt where the group starts in {@code fixed}
     * @param quota whole tokens per entry
     * @param quotaAt where the group starts in {@code quota}
     */
    public void evaluate(long[] fixed, int fixedAt, long[] quota, int quotaAt) {
        evaluate(fixed, fixedAt, problemSpeed, 0, quota, quotaAt);
    }

    /**
     * Computes {@link #maxLoad()} of quotas as they are, at speeds that need not be the problem's: the largest load of the
     * active ranks.
     *
     * @param fixed whole tokens per rank
     * @param fixedAt where the group starts in {@code fixed}
     * @param speeds speed per rank, 0 where inactive
     * @param speedAt where the group starts in {@code speeds}
     * @param quota whole tokens per entry
     * @param quotaAt where the group starts in {@code quota}
     */
    public void evaluate(long[] fixed, int fixedAt, double[] speeds, int speedAt, long[] quota, int quotaAt) {
        sumLoads(fixed, fixedAt, speeds, speedAt, quota, quotaAt);
        maxLoad = largestLoad();
    }

    /** {@return the largest load / speed after the last {@link #repair} or {@link #evaluate}} */
    public double maxLoad() {
        return maxLoad;
    }

    /**
     * Copies the ranks' tokens after the last {@link #repair} or {@link #evaluate}.
     *
     * @param to receives {@code [ranks]} tokens
     * @param at where they start in {@code to}
     */
    public void copyRankLoads(long[] to, int at) {
        System.arraycopy(rankLoad, 0, to, at, rankLoad.length);
    }

    /** Takes over the speeds, and sums the tokens of every active rank. */
    private void sumLoads(long[] fixed, int fixedAt, double[] speeds, int speedAt, long[] quota, int quotaAt) {
        System.arraycopy(fixed, fixedAt, rankLoad, 0, rankLoad.length);
        for (int e = 0; e < host.length; e++) {
            rankLoad[host[e]] += quota[quotaAt + e];
        }
        unitSpeeds = true;
        totalSpeed = 0;
        total = 0;
        for (int r = 0; r < rankLoad.length; r++) {
            double s = speeds[speedAt + r];
            speed[r] = s;
            unitSpeeds &= s == 1;
            totalSpeed += s;
            rankLoad[r] = s > 0 ? rankLoad[r] : 0;
            total += rankLoad[r];
        }
    }

    private double largestLoad() {
        double max = 0;
        for (int r = 0; r < rankLoad.length; r++) {
            max = speed[r] > 0 ? Math.max(max, rankLoad[r] / speed[r]) : max;
        }
        return max;
    }

    /** Capacities at the mean load, the bound that every group has. */
    private void startCapacities() {
        for (int r = 0; r < capacity.length; r++) {
            capacity[r] = unitSpeeds ? Math.ceilDiv(total, capacity.length) : (long) (speed[r] * (total / totalSpeed));
        }
    }

    /** Breadth-first search for a rank below its capacity; returns it, or -1 with the reached ranks in the queue. */
    private int search(int from, long[] quota, int quotaAt) {
        Arrays.fill(reachedBy, -1);
        reachedBy[from] = host.length;
        queue[0] = from;
        reached = 1;
        for (int k = 0; k < reached; k++) {
            int r = queue[k];
            for (int x = entriesFrom[r]; x < entriesFrom[r + 1]; x++) {
                int leaving = entriesOf[x];
                if (quota[quotaAt + leaving] == 0) {
                    continue;
                }
                int i = item[leaving];
                for (int arriving = offset[i]; arriving < offset[i + 1]; arriving++) {
                    int h = host[arriving];
                    if (reachedBy[h] < 0) {
                        reachedBy[h] = arriving;
                        leftBy[h] = leaving;
                        if (rankLoad[h] < capacity[h]) {
                            return h;
                        }
                        queue[reached++] = h;
                    }
                }
            }
        }
        return -1;
    }

    private void push(int from, int to, long[] quota, int quotaAt) {
        long amount = Math.min(rankLoad[from] - capacity[from], capacity[to] - rankLoad[to]);
        for (int r = to; r != from; r = host[leftBy[r]]) {
            amount = Math.min(amount, quota[quotaAt + leftBy[r]]);
        }
        for (int r = to; r != from; r = host[leftBy[r]]) {
            quota[quotaAt + leftBy[r]] -= amount;
            quota[quotaAt + reachedBy[r]] += amount;
        }
        rankLoad[from] -= amount;
        rankLoad[to] += amount;
    }

    /** The reached ranks hold more than their capacities: raises the level to where they can hold it. */
    private void raiseCapacities() {
        if (unitSpeeds) {
            Arrays.fill(capacity, capacity[0] + Math.ceilDiv(excessOfReached(), reached));
            return;
        }
        double load = 0;
        double speeds = 0;
        for (int k = 0; k < reached; k++) {
            load += rankLoad[queue[k]];
            speeds += speed[queue[k]];
        }
        // No plan has a lower level than this. Rounding must not lift it, so it gives way by a few units in the last
        // place.
        raiseTo(load / speeds * (1 - 1e-15));
        while (excessOfReached() > 0) {
            double level = Double.POSITIVE_INFINITY;
            for (int k = 0; k < reached; k++) {
                int r = queue[k];
                level = Math.min(level, (capacity[r] + 1) / speed[r]);
            }
            raiseTo(level);
        }
    }

    /** Raises every capacity to the most tokens whose load is at most the level. */
    private void raiseTo(double level) {
        for (int r = 0; r < capacity.length; r++) {
            long most = Math.min(total, (long) (speed[r] * level));
            while (most < total && (most + 1) / speed[r] <= level) {
                most++;
            }
            capacity[r] = Math.max(capacity[r], most);
        }
    }

    private long excessOfReached() {
        long excess = 0;
        for (int k = 0; k < reached; k++) {
            excess += rankLoad[queue[k]] - capacity[queue[k]];
        }
        return excess;
    }
}
