// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.cost.ExpertCost;
import io.lplb.cost.TimeReport;
import io.lplb.solver.SolveStatus;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Results of the last plan. A view that its {@link LoadBalancer} overwrites with every plan, so that planning
 * allocates nothing; {@link #copy()} keeps one. Loads are tokens / speed, tokens where speeds are 1.
 *
 * <p>Not thread-safe, like its balancer.
 */
public final class PlanReport {
    final String name;
    final int layer;
    /** A number of tokens that the plan did not need to count. */
    public static final long UNKNOWN = -1;

    final long[] rankLoads;
    final int[] uncovered;
    final int[] misfitRank;
    final int[] misfitExpert;
    int misfitRanks;
    int misfitExperts;
    long misfitTokens;
    int uncoveredExperts;
    long uncoveredTokens;
    int activeRanks;
    long tokens;
    double maxLoad;
    double meanLoad;
    double identityMaxLoad;
    double splitMaxLoad;
    double lowerBound;
    int groups;
    int iterations;
    int groupsNotOptimal;
    SolveStatus status = SolveStatus.INVALID;
    long solveNanos;
    long quotaNanos;
    long secondNanos;
    long tokensOffNode = UNKNOWN;
    long tokensOffNodeUnbalanced = UNKNOWN;
    String backend = "";
    int recoveries;
    private @Nullable TimeReport time;

    PlanReport(String name, int layer, int ranks, int experts) {
        this.name = name;
        this.layer = layer;
        rankLoads = new long[ranks];
        uncovered = new int[experts];
        misfitRank = new int[ranks];
        misfitExpert = new int[experts];
    }

    /** Resets what a plan sums over groups. */
    void clear(int ofGroups) {
        tokens = 0;
        maxLoad = 0;
        identityMaxLoad = 0;
        splitMaxLoad = 0;
        lowerBound = 0;
        groups = ofGroups;
        iterations = 0;
        groupsNotOptimal = 0;
        secondNanos = 0;
        tokensOffNode = UNKNOWN;
        tokensOffNodeUnbalanced = UNKNOWN;
        status = SolveStatus.OPTIMAL;
        misfitTokens = 0;
        misfitRanks = 0;
        misfitExperts = 0;
    }

    /** Returns the report of predicted times, to be filled after a plan under a cost. The first plan makes it. */
    TimeReport timeUnder(ExpertCost cost) {
        TimeReport report = time;
        if (report == null) {
            report = new TimeReport(cost);
            time = report;
        }
        return report;
    }

    /** {@return a copy that later plans leave alone} */
    public PlanReport copy() {
        PlanReport copy = new PlanReport(name, layer, rankLoads.length, uncovered.length);
        System.arraycopy(rankLoads, 0, copy.rankLoads, 0, rankLoads.length);
        System.arraycopy(uncovered, 0, copy.uncovered, 0, uncovered.length);
        System.arraycopy(misfitRank, 0, copy.misfitRank, 0, misfitRanks);
        System.arraycopy(misfitExpert, 0, copy.misfitExpert, 0, misfitExperts);
        copy.misfitRanks = misfitRanks;
        copy.misfitExperts = misfitExperts;
        copy.misfitTokens = misfitTokens;
        copy.uncoveredExperts = uncoveredExperts;
        copy.uncoveredTokens = uncoveredTokens;
        copy.activeRanks = activeRanks;
        copy.tokens = tokens;
        copy.maxLoad = maxLoad;
        copy.meanLoad = meanLoad;
        copy.identityMaxLoad = identityMaxLoad;
        copy.splitMaxLoad = splitMaxLoad;
        copy.lowerBound = lowerBound;
        copy.groups = groups;
        copy.iterations = iterations;
        copy.groupsNotOptimal = groupsNotOptimal;
        copy.status = status;
        copy.solveNanos = solveNanos;
        copy.quotaNanos = quotaNanos;
        copy.secondNanos = secondNanos;
        copy.tokensOffNode = tokensOffNode;
        copy.tokensOffNodeUnbalanced = tokensOffNodeUnbalanced;
        copy.backend = backend;
        copy.recoveries = recoveries;
        copy.time = time == null ? null : time.copy();
        return copy;
    }

    /** {@return the name of the balancer, see {@link LoadBalancerBuilder#name}; empty if it has none} */
    public String name() {
        return name;
    }

    /** {@return the layer of the balancer, see {@link LoadBalancerBuilder#layer}; 0 unless said otherwise} */
    public int layer() {
        return layer;
    }

    /** {@return the tokens of the batch over all sources, {@link #uncoveredTokens} included} */
    public long tokens() {
        return tokens;
    }

    /** {@return the experts all of whose slots are on inactive ranks, in rising order; their tokens get the slot -1} */
    public int[] uncovered() {
        return Arrays.copyOf(uncovered, uncoveredExperts);
    }

    /** {@return the number of experts all of whose slots are on inactive ranks} */
    public int uncoveredExperts() {
        return uncoveredExperts;
    }

    /** {@return the tokens of the batch that no active rank can compute, which get the slot -1} */
    public long uncoveredTokens() {
        return uncoveredTokens;
    }

    /**
     * {@return how many tokens have no room within the limits of the balancer; 0 unless the status is INFEASIBLE} The plan is then
     * the best one without limits. See {@link LoadBalancerBuilder#replicaLimit} and {@link LoadBalancerBuilder#rankLimits}.
     */
    public long misfitTokens() {
        return misfitTokens;
    }

    /**
     * {@return the ranks that must take more than their limits together, in rising order} Empty if the replicas of one expert may
     * take less than its tokens.
     */
    public int[] misfitRanks() {
        return Arrays.copyOf(misfitRank, misfitRanks);
    }

    /** {@return the experts whose tokens are forced into {@link #misfitRanks}, or the one expert, in rising order} */
    public int[] misfitExperts() {
        return Arrays.copyOf(misfitExpert, misfitExperts);
    }

    /** {@return the number of ranks that the plan may send tokens to} */
    public int activeRanks() {
        return activeRanks;
    }

    /** {@return the largest load of a rank under the plan, in whole tokens / speed} */
    public double maxLoad() {
        return maxLoad;
    }

    /** {@return the mean load: all tokens but the uncovered ones / the speeds of all active ranks} */
    public double meanLoad() {
        return meanLoad;
    }

    /** {@return {@code maxLoad / meanLoad}, at least 1 up to rounding; 1 for a batch without tokens} */
    public double imbalance() {
        return meanLoad > 0 ? maxLoad / meanLoad : 1;
    }

    /**
     * {@return the largest load if every token stayed at the original of its expert or, where that is on an inactive rank, at
     * the active replica of the lowest rank} The plan is never worse, but
     * under a cost other than tokens it may be: it is never slower then.
     */
    public double identityMaxLoad() {
        return identityMaxLoad;
    }

    /** {@return the largest load of the solver's split, before rounding; the plan's where the solver splits whole tokens} */
    public double splitMaxLoad() {
        return splitMaxLoad;
    }

    /** {@return a proven lower bound on the largest load of any split, in fractions of tokens} */
    public double lowerBound() {
        return lowerBound;
    }

    /**
     * {@return {@code maxLoad - lowerBound}: how far the plan can be from the best division into fractions of tokens} With equal
     * speeds a plan with a gap below 1 is the best that whole tokens allow.
     */
    public double gap() {
        return maxLoad - lowerBound;
    }

    /** {@return {@code splitMaxLoad - lowerBound}: how far from optimal the solver's split can be, before rounding} */
    public double splitGap() {
        return splitMaxLoad - lowerBound;
    }

    /** {@return the number of groups solved} */
    public int groups() {
        return groups;
    }

    /** {@return the iterations of all groups together} */
    public int iterations() {
        return iterations;
    }

    /** {@return how many groups the solver ended with another status than OPTIMAL} */
    public int groupsNotOptimal() {
        return groupsNotOptimal;
    }

    /** {@return OPTIMAL if all groups were, otherwise the status of the first group that was not} */
    public SolveStatus status() {
        return status;
    }

    /** {@return the time of the solve in nanoseconds} */
    public long solveNanos() {
        return solveNanos;
    }

    /** {@return the time of rounding and distributing quotas in nanoseconds} */
    public long quotaNanos() {
        return quotaNanos;
    }

    /**
     * {@return the predicted times of the plan, or null without a cost; overwritten by the next plan} See
     * {@link LoadBalancerBuilder#cost}.
     */
    public @Nullable TimeReport time() {
        return time;
    }

    /**
     * {@return the time of {@link LoadBalancerBuilder#secondObjective} in nanoseconds, a part of {@link #quotaNanos}; 0
     * without one}
     */
    public long secondNanos() {
        return secondNanos;
    }

    /**
     * {@return the tokens that go to another node if every source keeps as many as it can, which is the least number at this
     * largest load; {@link #UNKNOWN} unless the second objective is LOCALITY}
     */
    public long tokensOffNode() {
        return tokensOffNode;
    }

    /**
     * {@return the tokens that would go to another node at least on this placement if the loads did not matter;
     * {@link #UNKNOWN} unless the second objective is LOCALITY} The difference to {@link #tokensOffNode} is what the balance
     * costs.
     */
    public long tokensOffNodeUnbalanced() {
        return tokensOffNodeUnbalanced;
    }

    /** {@return the backend that solved this plan's problem: {@code cpu} or {@code gpu}} */
    public String backend() {
        return backend;
    }

    /** {@return how often the balancer's backend has failed and the CPU has taken over, up to this plan: 0 or 1} */
    public int recoveries() {
        return recoveries;
    }

    /**
     * {@return the number of tokens that the plan sends to a rank}
     *
     * @param rank from 0 to {@code ranks - 1}
     */
    public long rankLoad(int rank) {
        return rankLoads[rank];
    }

    /** {@return a copy of the tokens that the plan sends to each rank, {@code [ranks]}} */
    public long[] rankLoads() {
        return rankLoads.clone();
    }

    @Override
    public String toString() {
        return "PlanReport[tokens=" + tokens + ", maxLoad=" + maxLoad + ", meanLoad=" + meanLoad + ", identityMaxLoad="
                + identityMaxLoad + ", lowerBound=" + lowerBound + ", status=" + status + ", rankLoads="
                + Arrays.toString(rankLoads)
                + (misfitTokens == 0
                        ? ""
                        : ", misfitTokens=" + misfitTokens + ", misfitRanks=" + Arrays.toString(misfitRanks())
                                + ", misfitExperts=" + Arrays.toString(misfitExperts()))
                + (uncoveredExperts == 0
                        ? ""
                        : ", uncovered=" + Arrays.toString(uncovered()) + ", uncoveredTokens=" + uncoveredTokens)
                + "]";
    }
}
