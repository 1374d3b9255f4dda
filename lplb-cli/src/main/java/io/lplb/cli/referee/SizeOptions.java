// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.referee;

import io.lplb.cli.SlotOptions;
import io.lplb.cost.ExpertCost;
import io.lplb.policy.PolicySetup;
import io.lplb.solver.Solvers;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.topology.TopologyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options for ranks, slots, nodes, topology, solver and cost. */
final class SizeOptions {
    private static final String DEFAULT_TOPOLOGY = "cube";

    @Option(names = "--ranks", paramLabel = "N", description = "Ranks; ${DEFAULT-VALUE} if absent.")
    private int ranks = 8;

    @Option(
            names = "--topology",
            paramLabel = "NAME",
            description = "A name as in 'lplb topology list', or a file; cube if absent and if it fits.")
    private @Nullable String topology;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            description = "Replica slots per rank, beyond its share of the experts; 2 if no slots are given.")
    private @Nullable Integer replicas;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private SlotOptions slotOptions;

    @Option(names = "--solver", paramLabel = "NAME", description = "This library's solver; ${DEFAULT-VALUE} if absent.")
    private String solver = "exact";

    @Option(
            names = "--cost",
            paramLabel = "COST",
            description = "Cost that predicts times: tokens, a profile's file or name, or"
                    + " tiles:TILE:US_PER_TILE:FIXED_US; ${DEFAULT-VALUE} if absent.")
    private String cost = "deepseek-v3-h200";

    int ranks() {
        return ranks;
    }

    /** Returns whether the user chose the topology. */
    boolean hasTopology() {
        return topology != null;
    }

    /** Returns the topology's file, or nothing if it is a name. */
    List<Path> files() {
        return topology != null && Files.isRegularFile(Path.of(topology)) ? List.of(Path.of(topology)) : List.of();
    }

    /**
     * Returns the sizes for a number of experts.
     *
     * @throws IllegalArgumentException if they do not fit together
     * @throws IOException if a file cannot be read
     */
    PolicySetup setup(int experts, List<Double> speeds) throws IOException {
        if (!Solvers.names().contains(solver)) {
            throw new IllegalArgumentException("solver: got '" + solver + "', expected one of " + Solvers.names());
        }
        Integer slotsPerRank = slotOptions.slotsPerRank();
        Integer redundant = slotOptions.redundant();
        Integer nodes = slotOptions.nodes();
        Integer groups = slotOptions.groups();
        int given = (replicas == null ? 0 : 1) + (slotsPerRank == null ? 0 : 1) + (redundant == null ? 0 : 1);
        if (given > 1) {
            throw new IllegalArgumentException(
                    "got several of --replicas, --slots-per-rank and --redundant, expected at most one");
        }
        if (ranks < 1) {
            throw new IllegalArgumentException("ranks: got " + ranks + ", expected at least 1");
        }
        int slots = Math.ceilDiv(experts, ranks) + (replicas == null ? 2 : atLeastZero("replicas", replicas));
        long copies = (long) slots * ranks;
        if (slotsPerRank != null) {
            slots = slotsPerRank;
            copies = (long) slots * ranks;
        }
        if (redundant != null) {
            copies = (long) experts + redundant;
            slots = (int) Math.ceilDiv(copies, ranks);
        }
        if (copies > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "slots: got " + copies + " in all, expected at most " + Integer.MAX_VALUE);
        }
        return new PolicySetup(
                experts,
                ranks,
                slots,
                (int) copies,
                nodes == null ? 1 : nodes,
                groups == null ? 1 : groups,
                openTopology(),
                solver,
                speeds,
                ExpertCost.parse(cost));
    }

    private static int atLeastZero(String option, int value) {
        if (value < 0 || value > 1 << 20) {
            throw new IllegalArgumentException(option + ": got " + value + ", expected 0.." + (1 << 20));
        }
        return value;
    }

    private ReplicaTopology openTopology() throws IOException {
        String name = topology == null ? DEFAULT_TOPOLOGY : topology;
        Path file = Path.of(name);
        return Files.isRegularFile(file) ? TopologyFile.read(file) : Topologies.parse(name);
    }
}
