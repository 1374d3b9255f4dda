// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import java.util.Arrays;

/**
 * Result of one rank's last round, and counters since its {@link RankBalancer} was made. A view that the balancer overwrites
 * with every round.
 *
 * <p>Not thread-safe, like its balancer.
 */
public final class RankReport {
    final PlanReport plan;
    private final int rank;
    final boolean[] heard;
    final boolean[] active;
    final int[] uncovered;
    int uncoveredExperts;
    long uncoveredTokens;
    private long agreed;
    private long partial;
    private long byLastPlan;
    private long byOriginals;
    long round = -1;
    RoundOutcome outcome = RoundOutcome.ORIGINALS;
    long exchangeNanos;
    long planNanos;
    long tokensOnOwnRank;
    long tokensOnOwnNode;
    long tokensOffNode;
    double tokensOffNodeIfSpread;
    double savedOffNode;
    long skippedRounds;
    long comparedPlans;
    long differingPlans;
    String firstDifference = "";

    RankReport(PlanReport plan, int rank) {
        this.plan = plan;
        this.rank = rank;
        heard = new boolean[plan.rankLoads.length];
        active = new boolean[heard.length];
        uncovered = new int[plan.uncovered.length];
        Arrays.fill(active, true);
    }

    /** Takes over the round of a group and which ranks get tokens, before anything is routed by it. */
    void begin(RankGroup group, PlanStations stations) {
        long next = group.lastRound();
        skippedRounds += round < 0 ? 0 : (next - round) / group.layers() - 1;
        round = next;
        for (int r = 0; r < active.length; r++) {
            heard[r] = group.heard(r);
            active[r] = stations.speed(r) > 0;
        }
        uncoveredExperts = stations.uncoveredExperts();
        stations.copyUncovered(uncovered);
        uncoveredTokens = 0;
        for (int k = 0; k < uncoveredExperts; k++) {
            uncoveredTokens += group.own()[uncovered[k]];
        }
    }

    void count() {
        switch (outcome) {
            case AGREED -> agreed++;
            case PARTIAL -> partial++;
            case LAST_PLAN -> byLastPlan++;
            case ORIGINALS -> byOriginals++;
        }
    }

    /** {@return the last plan; after a round without one, still the one before} */
    public PlanReport plan() {
        return plan;
    }

    /** {@return the name of the balancer, empty if it has none} */
    public String name() {
        return plan.name();
    }

    /** {@return the layer of the balancer} */
    public int layer() {
        return plan.layer();
    }

    /** {@return the number of this rank} */
    public int rank() {
        return rank;
    }

    /**
     * {@return whether the round has the counts of a rank}
     *
     * @param rank from 0 to {@code ranks - 1}
     */
    public boolean heard(int rank) {
        return heard[rank];
    }

    /** {@return the number of ranks whose counts the round does not have} */
    public int missingRanks() {
        return count(heard, false);
    }

    /**
     * {@return whether the batch may be routed to a rank: neither set inactive, nor missing for as many rounds as
     * {@link LoadBalancerBuilder#deadAfter} says}
     *
     * @param rank from 0 to {@code ranks - 1}
     */
    public boolean isActive(int rank) {
        return active[rank];
    }

    /** {@return the number of ranks that the batch may be routed to} */
    public int activeRanks() {
        return count(active, true);
    }

    private static int count(boolean[] flags, boolean value) {
        int count = 0;
        for (boolean flag : flags) {
            count += flag == value ? 1 : 0;
        }
        return count;
    }

    /** {@return the experts all of whose slots are on inactive ranks, in rising order; their tokens get the slot -1} */
    public int[] uncovered() {
        return Arrays.copyOf(uncovered, uncoveredExperts);
    }

    /** {@return this rank's tokens of the round whose expert has no slot on an active rank, which get the slot -1} */
    public long uncoveredTokens() {
        return uncoveredTokens;
    }

    /** {@return the number of the round, -1 before the first} */
    public long round() {
        return round;
    }

    /** {@return what the batch is routed by} */
    public RoundOutcome outcome() {
        return outcome;
    }

    /** {@return the time of the exchange of counts in nanoseconds, waiting for other ranks included} */
    public long exchangeNanos() {
        return exchangeNanos;
    }

    /** {@return the time from all counts to the loaded router in nanoseconds; 0 after a round without a plan} */
    public long planNanos() {
        return planNanos;
    }

    /** {@return the tokens of all ranks that the last plan keeps on their own rank; 0 where tokens are spread} */
    public long tokensOnOwnRank() {
        return tokensOnOwnRank;
    }

    /** {@return the tokens of all ranks that the last plan keeps on their own node; 0 where tokens are spread} */
    public long tokensOnOwnNode() {
        return tokensOnOwnNode;
    }

    /** {@return the tokens of all ranks that the last plan sends to another node; 0 where tokens are spread} */
    public long tokensOffNode() {
        return tokensOffNode;
    }

    /** {@return the tokens of all ranks that would leave their node if every rank spread its tokens over all replicas} */
    public double tokensOffNodeIfSpread() {
        return tokensOffNodeIfSpread;
    }

    /** {@return how many tokens of all ranks were kept from leaving their node, over all plans so far} */
    public long savedOffNode() {
        return Math.round(savedOffNode);
    }

    /**
     * {@return how many rounds ended so}
     *
     * @param outcome what the batch was routed by
     */
    public long rounds(RoundOutcome outcome) {
        return switch (outcome) {
            case AGREED -> agreed;
            case PARTIAL -> partial;
            case LAST_PLAN -> byLastPlan;
            case ORIGINALS -> byOriginals;
        };
    }

    /** {@return the number of rounds without a plan of their own} */
    public long fellBack() {
        return rounds(RoundOutcome.LAST_PLAN) + rounds(RoundOutcome.ORIGINALS);
    }

    /** {@return the number of rounds that this rank has left out to catch up with the others} */
    public long skippedRounds() {
        return skippedRounds;
    }

    /** {@return the number of plans that were compared with those of other ranks} */
    public long comparedPlans() {
        return comparedPlans;
    }

    /** {@return the number of plans that differed from another rank's} */
    public long differingPlans() {
        return differingPlans;
    }

    /** {@return where plans differed first, in words; empty if they never did} */
    public String firstDifference() {
        return firstDifference;
    }

    @Override
    public String toString() {
        return "RankReport[round=" + round + ", outcome=" + outcome + ", agreed=" + agreed + ", partial=" + partial
                + ", byLastPlan=" + byLastPlan + ", byOriginals=" + byOriginals + ", skippedRounds=" + skippedRounds
                + ", differingPlans=" + differingPlans + ", missingRanks=" + missingRanks() + ", activeRanks="
                + activeRanks() + ", uncoveredTokens=" + uncoveredTokens + ", plan=" + plan + "]";
    }
}
