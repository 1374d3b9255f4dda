// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.balance.LoadBalancer;
import io.lplb.cost.ExpertCost;
import io.lplb.placement.Eplb;
import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaSettings;
import io.lplb.topology.ReplicaTopology;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * On what machine a trace is replayed.
 *
 * @param experts number of logical experts, a multiple of the ranks
 * @param ranks number of ranks, a multiple of the topology's group
 * @param topology who may copy whose experts, inside groups of consecutive ranks
 * @param replicas replica slots on each rank, a multiple of the topology's replicas per rank
 * @param solver this library's solver, by name
 * @param speeds speed of every rank, 0 for one that gets no token; empty for 1 everywhere
 */
public record ReplaySetup(
        int experts, int ranks, ReplicaTopology topology, int replicas, String solver, List<Double> speeds) {

    /** A machine whose ranks all have speed 1. */
    public ReplaySetup(int experts, int ranks, ReplicaTopology topology, int replicas, String solver) {
        this(experts, ranks, topology, replicas, solver, List.of());
    }

    /**
     * @throws IllegalArgumentException if the numbers do not fit together, with what was got and expected
     */
    public ReplaySetup {
        Objects.requireNonNull(solver, "solver");
        speeds = List.copyOf(speeds);
        int groupSize = topology.groupSize();
        if (ranks < 1 || ranks % groupSize != 0) {
            throw new IllegalArgumentException("ranks: got " + ranks + ", expected a multiple of the " + groupSize
                    + " ranks of topology " + topology.name());
        }
        if (experts < 1 || experts % ranks != 0) {
            throw new IllegalArgumentException(
                    "experts: got " + experts + ", expected a positive multiple of the " + ranks + " ranks");
        }
        int perRank = topology.replicasPerRank();
        if (replicas < 1 || replicas % perRank != 0) {
            throw new IllegalArgumentException("replicas: got " + replicas + " a rank, expected a positive multiple of "
                    + perRank + " as topology " + topology.name() + " has");
        }
        if (replicas > experts / ranks) {
            throw new IllegalArgumentException("replicas: got " + replicas + " a rank, expected at most the "
                    + experts / ranks + " experts that live on a rank");
        }
    }

    /** The speed of every rank, {@code [ranks]}. */
    double[] speedArray() {
        double[] array = new double[ranks];
        Arrays.setAll(array, r -> speeds.isEmpty() ? 1 : speeds.get(r));
        return array;
    }

    /** A balancer on the topology. */
    LoadBalancer onTopology() {
        return LoadBalancer.builder()
                .experts(experts)
                .ranks(ranks)
                .topology(topology)
                .replicas(replicas)
                .solver(solver)
                .speeds(speedArray())
                .cost(ExpertCost.tokens())
                .build();
    }

    /** A balancer with as many slots, placed by EPLB as published; null is no history. */
    LoadBalancer onEplb(double @Nullable [] history) {
        return LoadBalancer.builder()
                .placement(eplb(history, experts + ranks * replicas))
                .solver(solver)
                .speeds(speedArray())
                .cost(ExpertCost.tokens())
                .build();
    }

    /** A balancer that chooses as many replicas anew for every batch, on homes packed by EPLB; null is no history. */
    LoadBalancer perBatch(double @Nullable [] history) {
        return LoadBalancer.builder()
                .replicasPerBatch(ReplicaSettings.builder(eplb(history, experts), replicas)
                        .build())
                .speeds(speedArray())
                .cost(ExpertCost.tokens())
                .build();
    }

    private ExpertPlacement eplb(double @Nullable [] history, int slots) {
        double[] weight = history == null ? new double[experts] : history;
        return Eplb.place(new double[][] {weight}, slots, 1, 1, ranks).layers().get(0);
    }
}
