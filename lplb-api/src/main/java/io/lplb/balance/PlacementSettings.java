// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.placement.Coverage;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementPlanner;
import io.lplb.placement.PlacementPlannerBuilder;
import io.lplb.placement.PlacementUpdate;
import io.lplb.replica.ReplicaSettings;
import io.lplb.topology.ReplicaTopology;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Options of a {@link LoadBalancerBuilder} for where experts live; places the experts by them. */
final class PlacementSettings implements Cloneable {
    /** Value of a number that was not given. */
    static final int NOTHING = Integer.MIN_VALUE;

    private static final int DEFAULT_RANKS_PER_NODE = 8;

    /** Ways to state the number of slots. */
    enum Slots {
        REPLICAS_PER_RANK,
        PER_RANK,
        REDUNDANT
    }

    int experts = NOTHING;
    int ranks = NOTHING;
    int expertGroups = 1;
    int surviveRanks;
    int surviveNodes;
    double @Nullable [] speeds;
    private int ranksPerNode = NOTHING;
    private int nodes = NOTHING;
    private Slots slotsGivenAs = Slots.REPLICAS_PER_RANK;
    private int slots = NOTHING;
    private @Nullable ReplicaTopology topology;
    private @Nullable ExpertPlacement fixed;
    private @Nullable ReplicaSettings perBatch;

    /** Returns a copy, whose settings are its own. */
    PlacementSettings copy() {
        try {
            return (PlacementSettings) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    void alongTopology(ReplicaTopology topology) {
        balanced();
        this.topology = topology;
    }

    void balanced() {
        topology = null;
        fixed = null;
        perBatch = null;
    }

    void fixed(ExpertPlacement placement) {
        balanced();
        fixed = placement;
    }

    void perBatch(ReplicaSettings settings) {
        fixed(settings.homes());
        perBatch = settings;
    }

    /** Returns the limits of replicas that are chosen per batch, or null. */
    @Nullable ReplicaSettings perBatch() {
        return perBatch;
    }

    void slots(Slots givenAs, int number) {
        this.slotsGivenAs = givenAs;
        this.slots = number;
    }

    void ranksPerNode(int number) {
        this.ranksPerNode = number;
        this.nodes = NOTHING;
    }

    void nodes(int number) {
        this.nodes = number;
        this.ranksPerNode = NOTHING;
    }

    /** Returns the ranks that share a node. */
    int ranksPerNode() {
        int all = fixed == null ? ranks : fixed.ranks();
        if (nodes != NOTHING) {
            if (all % nodes != 0) {
                throw new IllegalArgumentException(
                        "nodes: got " + nodes + ", expected a divisor of the " + all + " ranks");
            }
            return all / nodes;
        }
        return ranksPerNode == NOTHING ? DEFAULT_RANKS_PER_NODE : ranksPerNode;
    }

    /** Returns in words how replicas are placed. */
    String placedBy() {
        if (topology != null) {
            return topology.name();
        }
        if (perBatch != null) {
            return "replicas chosen per batch (" + perBatch + ")";
        }
        return fixed == null ? "a balanced placement" : "a placement of the caller's own";
    }

    /** Returns the placement to begin with: as if all experts had the same history. */
    ExpertPlacement first() {
        ExpertPlacement first = fixed != null ? fixed : place(null);
        requireCoverage(first);
        return first;
    }

    /** Returns the placements to begin with of several layers. */
    List<ExpertPlacement> firstOfLayers(int layers) {
        return Collections.nCopies(layers, first());
    }

    /** Places the experts by their history, or as if all had the same without one. */
    ExpertPlacement place(double @Nullable [] history) {
        if (fixed != null) {
            throw new IllegalStateException("updatePlacement: got a balancer with a placement of the caller's own,"
                    + " expected a placement instead of a history");
        }
        require("experts", experts);
        require("ranks", ranks);
        if (history != null && history.length != experts) {
            throw new IllegalArgumentException(
                    "history: got length " + history.length + ", expected " + experts + " experts");
        }
        if (topology != null) {
            return alongTopology(topology, history);
        }
        return planner().place(history == null ? new double[experts] : history);
    }

    /** Returns the placement that a history leads to: anew, or from the one in force with few moves. */
    ExpertPlacement next(@Nullable ExpertPlacement old, double[] history) {
        return old == null || topology != null || fixed != null
                ? place(history)
                : update(old, history, MoveLimits.ifItPays()).placement();
    }

    /** Refuses a placement of other experts or ranks, and any where replicas are chosen per batch. */
    void requireReplaceable(ExpertPlacement old, ExpertPlacement next) {
        Objects.requireNonNull(next, "next");
        requireNotPerBatch();
        if (next.experts() != old.experts() || next.ranks() != old.ranks()) {
            throw new IllegalArgumentException("updatePlacement: got " + next.experts() + " experts on " + next.ranks()
                    + " ranks, expected " + old.experts() + " on " + old.ranks());
        }
    }

    private void requireNotPerBatch() {
        if (perBatch != null) {
            throw new IllegalStateException("updatePlacement: got a balancer that chooses replicas per batch, expected"
                    + " a topology, a balanced placement or one of the caller's own");
        }
    }

    static void requireCurrent(ExpertPlacement placement, PlacementUpdate proposal) {
        if (!proposal.change().from().equals(placement)) {
            throw new IllegalStateException(
                    "commit: got a proposal made for another placement than the one in force, expected a new proposal");
        }
    }

    /** Proposes a placement that moves little, see {@link LoadBalancer#proposePlacement}. */
    PlacementUpdate update(ExpertPlacement old, double[] history, MoveLimits limits) {
        requireNotPerBatch();
        if (topology != null) {
            return PlacementUpdate.between(old, place(history), history, limits, ranksPerNode(), usableSpeeds(ranks));
        }
        PlacementPlannerBuilder builder = options(old.experts(), old.ranks());
        return builder.slotsPerRank(old.slotsPerRank()).build().update(old, history, limits);
    }

    private PlacementPlanner planner() {
        PlacementPlannerBuilder builder = options(experts, ranks);
        int originals = (int) (((long) experts + ranks - 1) / ranks);
        switch (slotsGivenAs) {
            case REPLICAS_PER_RANK ->
                builder.slotsPerRank((int) Math.min(Integer.MAX_VALUE, originals + (slots == NOTHING ? 1L : slots)));
            case PER_RANK -> builder.slotsPerRank(slots);
            case REDUNDANT -> builder.redundantExperts(slots);
        }
        return builder.build();
    }

    private PlacementPlannerBuilder options(int forExperts, int forRanks) {
        return PlacementPlanner.builder()
                .experts(forExperts)
                .ranks(forRanks)
                .expertGroups(expertGroups)
                .nodes(nodesToSpreadOver(forRanks))
                .surviveRanks(surviveRanks)
                .surviveNodes(surviveNodes)
                .speeds(usableSpeeds(forRanks));
    }

    /** Returns the speeds, or null where ranks are slowed down to 0 for now; whoever plans refuses wrong ones. */
    private double @Nullable [] usableSpeeds(int forRanks) {
        if (speeds == null || speeds.length != forRanks) {
            return null;
        }
        for (double speed : speeds) {
            if (!(speed >= Double.MIN_NORMAL && speed < Double.POSITIVE_INFINITY)) {
                return null;
            }
        }
        return speeds;
    }

    /** Returns the nodes that were asked for; 1 if nothing was said, since the default is a guess. */
    private int nodesToSpreadOver(int forRanks) {
        if (nodes != NOTHING) {
            return nodes;
        }
        if (ranksPerNode == NOTHING || ranksPerNode >= forRanks) {
            return 1;
        }
        if (forRanks % ranksPerNode != 0) {
            throw new IllegalArgumentException("ranksPerNode: got " + ranksPerNode + ", expected a divisor of the "
                    + forRanks + " ranks, or at least as many");
        }
        return forRanks / ranksPerNode;
    }

    private ExpertPlacement alongTopology(ReplicaTopology along, double @Nullable [] history) {
        if (expertGroups != 1) {
            throw new IllegalArgumentException("expertGroups: got " + expertGroups + " along topology " + along.name()
                    + ", expected a balanced placement");
        }
        LplbPlacement shape = new LplbPlacement(along, ranks, experts, replicasAlong(along));
        return history == null ? shape.natural() : shape.reordered(history, ranksPerNode());
    }

    private int replicasAlong(ReplicaTopology along) {
        if (slots == NOTHING) {
            return along.replicasPerRank();
        }
        if (slotsGivenAs == Slots.PER_RANK) {
            return slots - experts / ranks;
        }
        if (slotsGivenAs == Slots.REPLICAS_PER_RANK) {
            return slots;
        }
        if (slots % ranks != 0) {
            throw new IllegalArgumentException("redundantExperts: got " + slots + " along topology " + along.name()
                    + ", expected a multiple of the " + ranks + " ranks");
        }
        return slots / ranks;
    }

    /** Refuses a placement along a topology, or of the caller's own, that does not survive what is asked for. */
    private void requireCoverage(ExpertPlacement placement) {
        if (surviveRanks == 0 && surviveNodes == 0) {
            return;
        }
        Coverage coverage = placement.coverage(ranksPerNode());
        requireCoverage("surviveRanks", surviveRanks, coverage.ranks(), placement);
        requireCoverage("surviveNodes", surviveNodes, coverage.nodes(), placement);
    }

    private static void requireCoverage(String what, int wanted, int got, ExpertPlacement placement) {
        if (got < wanted) {
            throw new IllegalArgumentException(what + ": got " + wanted + " for a placement that survives " + got
                    + ", expected at most that, or a balanced placement of at least "
                    + Coverage.slotsToSurvive(placement.experts(), wanted) + " slots");
        }
    }

    private static void require(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    name + ": got " + (value == NOTHING ? "nothing" : value) + ", expected at least 1");
        }
    }
}
