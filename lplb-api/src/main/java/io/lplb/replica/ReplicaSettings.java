// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import io.lplb.array.ArrayLength;
import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;
import java.util.Objects;

/**
 * Limits under which a {@link ReplicaPlanner} chooses replicas: home ranks of the experts, spare slots per rank, and what a
 * replica must be worth.
 *
 * <pre>
 *   slots of a rank    | home experts, in the order of the placement | spare slots |
 *   local index          0 ........................ homeSlots - 1      homeSlots .. homeSlots + spareSlots - 1
 *
 *   physical slot = rank * (homeSlots + spareSlots) + local index
 * </pre>
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class ReplicaSettings {
    private final ExpertPlacement homes;
    private final int ranks;
    private final int experts;
    private final int homeSlots;
    private final int spareSlots;
    private final int[] homeSlot;
    private final boolean[] replicated;
    private final long minTokens;
    private final long cost;
    private final int maxReplicas;
    private final int domain;
    private final double tolerance;

    private ReplicaSettings(Builder builder) {
        homes = builder.homes;
        ranks = homes.ranks();
        experts = homes.experts();
        homeSlots = homes.slotsPerRank();
        spareSlots = builder.spareSlots;
        homeSlot = new int[experts];
        for (int e = 0; e < experts; e++) {
            int slot = homes.slotOf(e, 0);
            homeSlot[e] = slot / homeSlots * (homeSlots + spareSlots) + slot % homeSlots;
        }
        replicated = builder.replicated.clone();
        minTokens = builder.minTokens;
        cost = builder.cost;
        maxReplicas = builder.maxReplicas;
        domain = builder.domain;
        tolerance = builder.tolerance;
    }

    /**
     * Starts a description.
     *
     * @param homes home rank of every expert: a placement in which every expert has one slot
     * @param spareSlots slots per rank that a batch may fill with replicas, at least 0
     * @return a builder whose other values are at their defaults
     * @throws IllegalArgumentException if an expert has several slots, or {@code spareSlots} is negative
     */
    public static Builder builder(ExpertPlacement homes, int spareSlots) {
        return new Builder(homes, spareSlots);
    }

    /** {@return the home rank of every expert, as a placement without replicas} */
    public ExpertPlacement homes() {
        return homes;
    }

    /** {@return the number of ranks} */
    public int ranks() {
        return ranks;
    }

    /** {@return the number of logical experts} */
    public int experts() {
        return experts;
    }

    /** {@return the number of home experts per rank} */
    public int homeSlots() {
        return homeSlots;
    }

    /** {@return the number of spare slots per rank} */
    public int spareSlots() {
        return spareSlots;
    }

    /** {@return the number of physical slots per rank: home experts and spare slots} */
    public int slotsPerRank() {
        return homeSlots + spareSlots;
    }

    /** {@return the number of physical slots of all ranks} */
    public int physicalExperts() {
        return ranks * slotsPerRank();
    }

    /**
     * {@return the physical slot of an expert on its home rank}
     *
     * @param expert from 0 to {@code experts - 1}
     */
    public int homeSlot(int expert) {
        return homeSlot[expert];
    }

    /** Returns the physical slot of a spare slot, counted over all ranks. */
    int physicalSlot(int spareSlot) {
        return spareSlot / spareSlots() * slotsPerRank() + homeSlots() + spareSlot % spareSlots();
    }

    /**
     * {@return the home rank of an expert}
     *
     * @param expert from 0 to {@code experts - 1}
     */
    public int homeRank(int expert) {
        return homeSlot[expert] / slotsPerRank();
    }

    /**
     * {@return whether an expert may get replicas}
     *
     * @param expert from 0 to {@code experts - 1}
     */
    public boolean isReplicated(int expert) {
        return replicated[expert];
    }

    /** {@return the least number of tokens of a replica, at least 1} */
    public long minTokens() {
        return minTokens;
    }

    /** {@return the cost of one new copy in tokens: what a rank computes while it waits for the weights of an expert} */
    public long cost() {
        return cost;
    }

    /** {@return the largest number of replicas of one batch} */
    public int maxReplicas() {
        return maxReplicas;
    }

    /** {@return the number of consecutive ranks that form a domain; replicas stay in the domain of their home rank} */
    public int domain() {
        return domain;
    }

    /** {@return the fraction above the lower bound at which no more replicas are added; 0 goes on to the end} */
    public double tolerance() {
        return tolerance;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(spareSlots + " spare slots per rank, at least " + minTokens + " tokens");
        text.append(maxReplicas == Integer.MAX_VALUE ? "" : ", at most " + maxReplicas + " replicas");
        text.append(domain == ranks ? "" : ", domains of " + domain + " ranks");
        text.append(cost == 0 ? "" : ", cost " + cost);
        text.append(tolerance == 0 ? "" : ", tolerance " + tolerance);
        for (int e = 0; e < experts; e++) {
            text.append(replicated[e] ? "" : ", not expert " + e);
        }
        return text.toString();
    }

    /** Describes {@link ReplicaSettings}. Not thread-safe. */
    public static final class Builder {
        private final ExpertPlacement homes;
        private final int spareSlots;
        private final boolean[] replicated;
        private long minTokens = 1;
        private long cost;
        private int maxReplicas = Integer.MAX_VALUE;
        private int domain;
        private double tolerance;

        private Builder(ExpertPlacement homes, int spareSlots) {
            this.homes = Objects.requireNonNull(homes, "homes");
            for (int e = 0; e < homes.experts(); e++) {
                if (homes.replicaCount(e) != 1) {
                    throw new IllegalArgumentException("homes: got " + homes.replicaCount(e) + " slots of expert " + e
                            + ", expected one home slot per expert");
                }
            }
            this.spareSlots = (int) atLeast(0, "spareSlots", spareSlots);
            if (spareSlots > Integer.MAX_VALUE - homes.slotsPerRank()) {
                throw new IllegalArgumentException("spareSlots: got " + spareSlots + " beside " + homes.slotsPerRank()
                        + " home slots per rank, expected at most " + Integer.MAX_VALUE + " together");
            }
            ArrayLength.of(homes.ranks(), "ranks", homes.slotsPerRank() + spareSlots, "slots per rank");
            this.domain = homes.ranks();
            this.replicated = new boolean[homes.experts()];
            Arrays.fill(replicated, true);
        }

        /**
         * Least number of tokens of a replica: below it, its grouped GEMM is not worth having. 1 unless set.
         *
         * @param tokens at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder minTokens(long tokens) {
            minTokens = atLeast(1, "minTokens", tokens);
            return this;
        }

        /**
         * Cost of a new copy in tokens: bytes of an expert / bandwidth of a link * tokens per second of a rank. A copy that
         * takes fewer tokens is not made. Copies that are present cost nothing. 0 unless set.
         *
         * @param tokens at least 0
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder cost(long tokens) {
            cost = atLeast(0, "cost", tokens);
            return this;
        }

        /**
         * Largest number of replicas that take tokens in a batch; all spare slots unless set.
         *
         * @param replicas at least 0
         * @return this builder
         * @throws IllegalArgumentException if it is negative
         */
        public Builder maxReplicas(int replicas) {
            maxReplicas = (int) atLeast(0, "maxReplicas", replicas);
            return this;
        }

        /**
         * Consecutive ranks of a domain, such as a node or an NVLink domain; replicas do not leave the domain of their home
         * rank. All ranks unless set; the last domain may have fewer.
         *
         * @param ranks at least 1
         * @return this builder
         * @throws IllegalArgumentException if it is less
         */
        public Builder domain(int ranks) {
            domain = (int) Math.min(atLeast(1, "domain", ranks), homes.ranks());
            return this;
        }

        /**
         * Fraction above the lower bound at which growth stops: 0.01 ends where the largest load is within one percent. 0
         * unless set.
         *
         * @param fraction finite, at least 0
         * @return this builder
         * @throws IllegalArgumentException if it is not
         */
        public Builder tolerance(double fraction) {
            if (!(fraction >= 0) || fraction == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException(
                        "tolerance: got " + fraction + ", expected a finite number of at least 0");
            }
            tolerance = fraction;
            return this;
        }

        /**
         * Excludes experts from replication.
         *
         * @param experts each from 0 to the number of experts - 1
         * @return this builder
         * @throws IllegalArgumentException if one does not exist
         */
        public Builder notReplicated(int... experts) {
            for (int e : experts) {
                if (e < 0 || e >= replicated.length) {
                    throw new IllegalArgumentException(
                            "notReplicated: got expert " + e + ", expected 0.." + (replicated.length - 1));
                }
            }
            for (int e : experts) {
                replicated[e] = false;
            }
            return this;
        }

        /** {@return the settings} */
        public ReplicaSettings build() {
            return new ReplicaSettings(this);
        }

        private static long atLeast(long least, String name, long value) {
            if (value < least) {
                throw new IllegalArgumentException(name + ": got " + value + ", expected at least " + least);
            }
            return value;
        }
    }
}
