// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.flow.LevelFlow;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

/**
 * Quotas in whole tokens: {@link #solve} makes the best ones from the loads alone, or {@link #round} gives every entry a
 * whole number of tokens close to its share of a given split, and {@link #repair} moves tokens until the plan is the best
 * one that whole tokens allow.
 *
 * <p>With speeds of 1 the best whole-token plan has maximum exactly {@code ceil(optimum)} (integrality of flows). For any
 * start {@link LevelFlow} finds it, and with unequal speeds the smallest level at which whole tokens fit.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
public final class QuotaRounder {
    private final MinMaxProblem problem;
    private final int[] offset;
    private final int[] host;
    private final double[] problemSpeed;
    private final double[] speed;
    private final double[] remainder;
    private final LevelFlow flow;

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
        remainder = new double[problem.ranks()];
        flow = new LevelFlow(problem);
    }

    /**
     * Makes the quotas of one group the best that whole tokens allow, in one step. Inactive hosts get no token, and an item
     * without an active host has quotas of 0.
     *
     * <p>Limits of the batch are kept, rounded down to whole tokens. If no quotas keep them, {@link #fits} is false, and the
     * quotas are the best ones without limits.
     *
     * @param batch loads in whole tokens, below 2^52 in all, speeds and limits
     * @param group from 0 to {@code groups - 1}
     * @param quota whole tokens per entry, those of this group starting at {@code quotaAt}, overwritten
     * @param quotaAt where the group starts in {@code quota}
     */
    public void solve(MinMaxBatch batch, int group, long[] quota, int quotaAt) {
        flow.begin(batch, group, true);
        flow.pour();
        flow.minimise();
        flow.copyQuotas(quota, quotaAt);
    }

    /**
     * Makes one group's quotas the best that whole tokens allow, at the speeds and within the limits of a batch, as
     * {@link #solve} does, but from quotas to start with.
     *
     * @param batch loads in whole tokens, below 2^52 in all, speeds and limits
     * @param group from 0 to {@code groups - 1}
     * @param quota whole tokens per entry, 0 on inactive ranks, those of this group starting at {@code quotaAt}; an item's
     *     quotas sum to its load
     * @param quotaAt where the group starts in {@code quota}
     */
    public void repair(MinMaxBatch batch, int group, long[] quota, int quotaAt) {
        flow.begin(batch, group, true);
        flow.startFrom(quota, quotaAt);
        flow.minimise();
        flow.copyQuotas(quota, quotaAt);
    }

    /** {@return whether there were quotas within the limits in the last {@link #solve} or {@link #repair}} */
    public boolean fits() {
        return flow.fits();
    }

    /**
     * Copies what the limits had no room for in the last {@link #solve} or {@link #repair}, see {@link io.lplb.problem.Misfit}.
     *
     * @param ranks receives whether a rank is in the set that must take too much
     * @param rankAt where the group starts in {@code ranks}
     * @param items receives whether load of an item is forced into it
     * @param itemAt where the group starts in {@code items}
     * @return the tokens that are forced, less those that the limits allow; 0 if all fit
     */
    public long copyMisfit(boolean[] ranks, int rankAt, boolean[] items, int itemAt) {
        flow.misfits().copyTo(ranks, rankAt, items, itemAt);
        return (long) (flow.misfits().forced() - flow.misfits().room());
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
        flow.startFrom(fixed, fixedAt, speeds, speedAt, quota, quotaAt);
        flow.minimise();
        flow.copyQuotas(quota, quotaAt);
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
        flow.startFrom(fixed, fixedAt, speeds, speedAt, quota, quotaAt);
    }

    /** {@return the largest load / speed of the quotas of the last call but {@link #round}} */
    public double maxLoad() {
        return flow.maxLoad();
    }

    /** {@return what no split can be below, whole or not, as the last {@link #solve} or {@link #repair} has proved} */
    public double lowerBound() {
        return flow.lowerBound();
    }

    /** {@return how often the last {@link #solve} or {@link #repair} moved tokens or raised the level} */
    public int steps() {
        return flow.steps();
    }

    /**
     * Copies the active ranks' tokens of the quotas of the last call but {@link #round}, 0 for inactive ranks.
     *
     * @param to receives {@code [ranks]} tokens
     * @param at where they start in {@code to}
     */
    public void copyRankLoads(long[] to, int at) {
        flow.copyRankLoads(to, at);
    }
}
