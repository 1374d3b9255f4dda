// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import io.lplb.topology.ReplicaTopology;
import java.util.Arrays;
import java.util.Objects;

/**
 * Places experts for a replica topology (LPLB, {@code placement}): every rank has L originals, the first of them
 * replicated as the topology says.
 *
 * <pre>
 *   ranks     groups of groupSize consecutive ranks; the topology holds inside each
 *   slots     rank * (L + R) + local index:      | L originals | R replicas |
 *   R = c * D with D = the topology's replica sets a rank:
 *     original j * D + d  (j &lt; c)  is the j-th expert of set d: its copy lives on rank o2r[o][d] of the group
 *     replica  j * D + d            copies original j * D + d of rank r2o[r][d] of the group
 * </pre>
 *
 * <p>The c experts of a set of a rank share their two hosts, so they are one variable of the problem. In log2phy the
 * original comes first, then the copy.
 *
 * <p>{@link #natural} leaves expert e at its natural place, slot e of the originals. {@link #reordered} first lets
 * {@link Eplb} balance the experts over the ranks by their past loads, without replicas, and sorts each rank's experts
 * by falling load, so that the heaviest are the replicated ones.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class LplbPlacement {
    private final ReplicaTopology topology;
    private final int ranks;
    private final int experts;
    private final int originals;
    private final int replicas;

    /**
     * The shape of a placement.
     *
     * @param topology the topology inside each group
     * @param ranks number of ranks, a multiple of the topology's group size
     * @param experts number of logical experts, a multiple of {@code ranks}
     * @param replicaSlots replica slots a rank, R: a multiple of the topology's replica sets a rank, at least one of
     *     each and at most the originals of a rank
     * @throws IllegalArgumentException if a size is not as said
     */
    public LplbPlacement(ReplicaTopology topology, int ranks, int experts, int replicaSlots) {
        this.topology = Objects.requireNonNull(topology, "topology");
        if (ranks < 1 || ranks % topology.groupSize() != 0) {
            throw new IllegalArgumentException("ranks: got " + ranks + ", expected a positive multiple of the "
                    + topology.groupSize() + " ranks of topology " + topology.name());
        }
        if (experts < 1 || experts % ranks != 0) {
            throw new IllegalArgumentException(
                    "experts: got " + experts + ", expected a positive multiple of the " + ranks + " ranks");
        }
        int sets = topology.replicasPerRank();
        if (replicaSlots < 1 || replicaSlots % sets != 0) {
            throw new IllegalArgumentException("replicaSlots: got " + replicaSlots
                    + ", expected a positive multiple of the " + sets + " replica sets of topology " + topology.name());
        }
        if (replicaSlots > experts / ranks) {
            throw new IllegalArgumentException("replicaSlots: got " + replicaSlots + ", expected at most the "
                    + experts / ranks + " originals of a rank");
        }
        this.ranks = ranks;
        this.experts = experts;
        this.originals = experts / ranks;
        this.replicas = replicaSlots;
    }

    /** {@return the topology inside each group of ranks} */
    public ReplicaTopology topology() {
        return topology;
    }

    /** {@return the number of experts that live on each rank, L} */
    public int originalsPerRank() {
        return originals;
    }

    /** {@return the number of replica slots on each rank, R} */
    public int replicaSlotsPerRank() {
        return replicas;
    }

    /** {@return the number of experts tied to each variable, c: those of a rank that share a set of copies} */
    public int expertsPerVariable() {
        return replicas / topology.replicasPerRank();
    }

    /**
     * The placement that leaves every expert at its natural place: experts r * L .. r * L + L - 1 on rank r.
     *
     * @return the placement
     */
    public ExpertPlacement natural() {
        int[] order = new int[experts];
        Arrays.setAll(order, e -> e);
        return replicate(order);
    }

    /**
     * The placement that balances past loads and replicates each rank's heaviest experts.
     *
     * @param history {@code [experts]}, past loads in any one unit; finite, not negative
     * @param ranksPerNode ranks (devices) in a node, at least 1. EPLB is told of max(1, ranks / ranksPerNode) nodes and
     *     of as many expert groups as there are groups of ranks
     * @return the placement
     * @throws IllegalArgumentException if a load or size is not as said
     */
    public ExpertPlacement reordered(double[] history, int ranksPerNode) {
        Sizes.requireWeights("history", history, experts);
        Sizes.requirePositive("ranksPerNode", ranksPerNode);
        int groups = ranks / topology.groupSize();
        int nodes = Math.max(1, ranks / ranksPerNode);
        int[] order = Eplb.place(new double[][] {history}, experts, groups, nodes, ranks)
                .phy2log()[0];
        float[] load = new float[originals];
        for (int first = 0; first < experts; first += originals) {
            int[] local = Arrays.copyOfRange(order, first, first + originals);
            for (int k = 0; k < originals; k++) {
                load[k] = (float) history[local[k]];
            }
            int[] byFallingLoad = FallingOrder.of(load);
            for (int k = 0; k < originals; k++) {
                order[first + k] = local[byFallingLoad[k]];
            }
        }
        return replicate(order);
    }

    /** Adds the replicas to the originals, given rank by rank. */
    private ExpertPlacement replicate(int[] order) {
        int slots = originals + replicas;
        int groupSize = topology.groupSize();
        int[] phy2log = new int[ranks * slots];
        int[][] log2phy = new int[experts][];
        for (int rank = 0; rank < ranks; rank++) {
            int inGroup = rank % groupSize;
            int group = rank - inGroup;
            for (int k = 0; k < originals; k++) {
                int expert = order[rank * originals + k];
                int slot = rank * slots + k;
                phy2log[slot] = expert;
                if (k < replicas) {
                    int copyRank = group + topology.replicaOf(inGroup, k % topology.replicasPerRank());
                    int copy = copyRank * slots + originals + k;
                    phy2log[copy] = expert;
                    log2phy[expert] = new int[] {slot, copy};
                } else {
                    log2phy[expert] = new int[] {slot};
                }
            }
        }
        return ExpertPlacement.of(ranks, groupSize, phy2log, log2phy);
    }
}
