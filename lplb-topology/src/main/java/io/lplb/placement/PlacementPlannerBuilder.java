// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link PlacementPlanner}: experts, ranks, and either the slots of each rank or the redundant experts. Ranks
 * need not divide the experts.
 *
 * <p>Not thread-safe.
 */
public final class PlacementPlannerBuilder {
    private static final int NOTHING = Integer.MIN_VALUE;

    private int experts = NOTHING;
    private int ranks = NOTHING;
    private int slotsPerRank = NOTHING;
    private int redundantExperts = NOTHING;
    private int expertGroups = 1;
    private int nodes = 1;
    private int surviveRanks;
    private int surviveNodes;
    private double @Nullable [] speeds;

    PlacementPlannerBuilder() {}

    /**
     * Number of logical experts.
     *
     * @param experts at least 1
     * @return this builder
     */
    public PlacementPlannerBuilder experts(int experts) {
        this.experts = experts;
        return this;
    }

    /**
     * Number of ranks.
     *
     * @param ranks at least 1
     * @return this builder
     */
    public PlacementPlannerBuilder ranks(int ranks) {
        this.ranks = ranks;
        return this;
    }

    /**
     * Physical slots on each rank; replaces {@link #redundantExperts}.
     *
     * @param slotsPerRank together with the ranks at least as many as there are experts
     * @return this builder
     */
    public PlacementPlannerBuilder slotsPerRank(int slotsPerRank) {
        this.slotsPerRank = slotsPerRank;
        this.redundantExperts = NOTHING;
        return this;
    }

    /**
     * Copies beside the originals, over all ranks; replaces {@link #slotsPerRank}. Every rank gets slots for its share,
     * rounded up; those beyond the copies stay empty.
     *
     * @param redundantExperts at least 0
     * @return this builder
     */
    public PlacementPlannerBuilder redundantExperts(int redundantExperts) {
        this.redundantExperts = redundantExperts;
        this.slotsPerRank = NOTHING;
        return this;
    }

    /**
     * Groups of consecutive experts; 1 unless said otherwise. If they are a multiple of the nodes, and there are several
     * nodes, all copies of a group's experts stay on one node (group-limited routing); otherwise they have no effect, as
     * in EPLB.
     *
     * @param expertGroups a divisor of the number of experts
     * @return this builder
     */
    public PlacementPlannerBuilder expertGroups(int expertGroups) {
        this.expertGroups = expertGroups;
        return this;
    }

    /**
     * Nodes of consecutive ranks; 1 unless said otherwise. The copies of an expert are spread evenly over them unless
     * {@link #expertGroups} confines it to one.
     *
     * @param nodes a divisor of the number of ranks
     * @return this builder
     */
    public PlacementPlannerBuilder nodes(int nodes) {
        this.nodes = nodes;
        return this;
    }

    /**
     * How many ranks may fail, whichever they are, with every expert still on another one; 0 unless said otherwise.
     *
     * @param ranks at least 0; every expert then has at least {@code ranks + 1} copies
     * @return this builder
     */
    public PlacementPlannerBuilder surviveRanks(int ranks) {
        this.surviveRanks = ranks;
        return this;
    }

    /**
     * How many nodes may fail, whichever they are, with every expert still on another one; 0 unless said otherwise.
     *
     * @param nodes at least 0; every expert then has copies on at least {@code nodes + 1} nodes
     * @return this builder
     */
    public PlacementPlannerBuilder surviveNodes(int nodes) {
        this.surviveNodes = nodes;
        return this;
    }

    /**
     * Speeds of the ranks; 1 everywhere unless said otherwise.
     *
     * @param speeds {@code [ranks]}, positive and finite; null for 1 everywhere
     * @return this builder
     */
    public PlacementPlannerBuilder speeds(double @Nullable [] speeds) {
        this.speeds = speeds == null ? null : speeds.clone();
        return this;
    }

    /**
     * Makes the planner.
     *
     * @return a planner
     * @throws IllegalArgumentException if a size is missing or does not fit; if failures are to be survived for which
     *     there are too few slots, the message says how many it takes
     */
    public PlacementPlanner build() {
        requireAtLeast("experts", experts, 1);
        requireAtLeast("ranks", ranks, 1);
        requireDivisor("expertGroups", expertGroups, experts, "experts");
        requireDivisor("nodes", nodes, ranks, "ranks");
        requireSurvivable("surviveRanks", surviveRanks, ranks, "ranks");
        requireSurvivable("surviveNodes", surviveNodes, nodes, "nodes");
        boolean confined = PlacementSizes.isConfined(expertGroups, nodes);
        if (confined && surviveNodes > 0) {
            throw new IllegalArgumentException("surviveNodes: got " + surviveNodes
                    + " with experts confined to nodes by expertGroups, expected 0");
        }
        if (confined && surviveRanks >= ranks / nodes) {
            throw new IllegalArgumentException("surviveRanks: got " + surviveRanks
                    + " with experts confined to nodes of " + ranks / nodes + " ranks, expected fewer");
        }
        int slots = slots();
        long copies = redundantExperts == NOTHING ? (long) slots * ranks : (long) experts + redundantExperts;
        int least = Math.max(surviveRanks, surviveNodes) + 1;
        long perDomain = confined ? copies / nodes * nodes : copies;
        if (perDomain < (long) experts * least) {
            long needed = (long) experts * least;
            throw new IllegalArgumentException((redundantExperts == NOTHING
                            ? "slotsPerRank: got " + slots
                            : "redundantExperts: got " + redundantExperts)
                    + ", " + copies + " slots, expected at least " + needed + " slots, "
                    + (needed + ranks - 1) / ranks + " per rank, for " + experts + " experts on " + least
                    + (least == 1 ? " rank" : " ranks") + " each");
        }
        return new PlacementPlanner(new PlacementSizes(
                experts, ranks, slots, (int) copies, expertGroups, nodes, least, Sizes.speeds(speeds, ranks)));
    }

    private int slots() {
        if (slotsPerRank == NOTHING && redundantExperts == NOTHING) {
            throw new IllegalArgumentException(
                    "planner: got no number of slots, expected slotsPerRank or redundantExperts");
        }
        if (redundantExperts != NOTHING) {
            requireAtLeast("redundantExperts", redundantExperts, 0);
        } else {
            requireAtLeast("slotsPerRank", slotsPerRank, 1);
        }
        long slots =
                redundantExperts != NOTHING ? ((long) experts + redundantExperts + ranks - 1) / ranks : slotsPerRank;
        if (slots * ranks > MOST_SLOTS) {
            throw new IllegalArgumentException("slots: got " + slots + " on each of " + ranks
                    + " ranks, expected at most " + MOST_SLOTS + " in all");
        }
        return (int) slots;
    }

    private static final int MOST_SLOTS = 1 << 24;

    private static void requireAtLeast(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    what + ": got " + (value == NOTHING ? "nothing" : value) + ", expected at least " + least);
        }
    }

    private static void requireDivisor(String what, int value, int of, String ofWhat) {
        if (value < 1 || of % value != 0) {
            throw new IllegalArgumentException(
                    what + ": got " + value + ", expected a divisor of the " + of + " " + ofWhat);
        }
    }

    private static void requireSurvivable(String what, int value, int of, String ofWhat) {
        if (value < 0 || value >= of) {
            throw new IllegalArgumentException(
                    what + ": got " + value + ", expected 0.." + (of - 1) + " of the " + of + " " + ofWhat);
        }
    }
}
