// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.placement.Eplb;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.replica.ReplicaSettings;
import io.lplb.topology.ReplicaTopology;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of a {@link LoadBalancerBuilder} that says where experts live, and places them by it. */
final class PlacementSettings implements Cloneable {
    /** What was not said. */
    static final int NOTHING = Integer.MIN_VALUE;

    int experts = NOTHING;
    int ranks = NOTHING;
    int replicas = NOTHING;
    int ranksPerNode = 8;
    private boolean eplb;
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
        this.topology = topology;
        this.eplb = false;
        this.fixed = null;
        this.perBatch = null;
    }

    void byEplb() {
        this.eplb = true;
        this.topology = null;
        this.fixed = null;
        this.perBatch = null;
    }

    void fixed(ExpertPlacement placement) {
        this.fixed = placement;
        this.topology = null;
        this.eplb = false;
        this.perBatch = null;
    }

    void perBatch(ReplicaSettings settings) {
        fixed(settings.homes());
        perBatch = settings;
    }

    /** Returns the limits of replicas that are chosen per batch, or null. */
    @Nullable ReplicaSettings perBatch() {
        return perBatch;
    }

    /** Returns in words how replicas are placed. */
    String placedBy() {
        if (topology != null) {
            return topology.name();
        }
        if (perBatch != null) {
            return "replicas chosen per batch (" + perBatch + ")";
        }
        return eplb ? "EPLB" : "a placement of the caller's own";
    }

    /** Returns the placement to begin with: as if all experts had the same history. */
    ExpertPlacement first() {
        return fixed != null ? fixed : place(null);
    }

    /** Returns the placements to begin with of several layers. */
    List<ExpertPlacement> firstOfLayers(int layers) {
        return Collections.nCopies(layers, first());
    }

    /** Places the experts by their history, or at their natural places without one. */
    ExpertPlacement place(double @Nullable [] history) {
        if (fixed != null) {
            throw new IllegalStateException(
                    "updatePlacement: got a balancer with a placement of the caller's own, expected topology or eplb");
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
        if (eplb) {
            return anywhere(history);
        }
        throw new IllegalArgumentException(
                "builder: got no way to place replicas, expected topology, eplb or placement");
    }

    private ExpertPlacement alongTopology(ReplicaTopology along, double @Nullable [] history) {
        int slots = replicas == NOTHING ? along.replicasPerRank() : replicas;
        LplbPlacement shape = new LplbPlacement(along, ranks, experts, slots);
        return history == null ? shape.natural() : shape.reordered(history, ranksPerNode);
    }

    private ExpertPlacement anywhere(double @Nullable [] history) {
        int slots = replicas == NOTHING ? 1 : replicas;
        double[] weight = history;
        if (weight == null) {
            weight = new double[experts];
            Arrays.fill(weight, 1);
        }
        long physical = experts + (long) ranks * slots;
        if (physical > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("replicas: got " + slots + " a rank, expected at most "
                    + (Integer.MAX_VALUE - experts) / ranks + " for " + ranks + " ranks and " + experts + " experts");
        }
        return Eplb.place(new double[][] {weight}, (int) physical, 1, 1, ranks)
                .layers()
                .get(0);
    }

    private static void require(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    name + ": got " + (value == NOTHING ? "nothing" : value) + ", expected at least 1");
        }
    }
}
