// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import io.lplb.topology.TopologyAdvice.GeneralPlacement;
import java.util.Objects;

/**
 * Recommends a topology for a number of ranks, ranks a node and replica slots a rank.
 *
 * <p>First the reach of the groups. A group inside a node keeps copies and their traffic on the node's fast links, but
 * cannot pass load to other nodes: cubes on 32 ranks leave a max/mean of 1.67 where a torus over all ranks reaches
 * 1.010 (58 real layers). The more ranks a group has, the less groups differ. So nodes of {@value #LARGE_NODE} ranks
 * and more get groups of their own (a rule of thumb, not a measurement), smaller ones are joined by one wide group; the
 * caller may decide otherwise.
 *
 * <p>Then the shape of a group of n ranks. It has as many replica sets as possible, D: the largest divisor of the
 * replica slots below n. One set makes a ring; two make a cube (8 ranks), a hypercube (16), else a torus with the nodes
 * as its rows, or about square. Where its sides would be too unequal, and for three sets and more, a circulant with
 * short paths from each rank to all others.
 */
public final class TopologyAdvisor {
    /** The least number of ranks in a node that make groups inside nodes the default. */
    public static final int LARGE_NODE = 16;

    /** A torus whose sides differ by more than this factor has longer paths than a circulant. */
    private static final int MOST_UNEQUAL_SIDES = 4;

    private TopologyAdvisor() {}

    /** How far a group of ranks extends. */
    public enum Reach {
        /** Groups inside nodes: fast copies, and no balance between nodes. */
        NODE,
        /** One group over all ranks: balance between nodes, and copies that cross them. */
        ALL_RANKS
    }

    /**
     * Recommends a topology, with groups inside large nodes and one wide group otherwise.
     *
     * @param ranks number of ranks, at least 2
     * @param ranksPerNode ranks in a node, at least 1; nodes are made of consecutive ranks
     * @param replicaSlots replica slots a rank, at least 1
     * @return the topology, how it is laid over the ranks, and why
     * @throws IllegalArgumentException if a number is too small, or there are more ranks than
     *     {@link Topologies#MAX_RANKS}
     */
    public static TopologyAdvice recommend(int ranks, int ranksPerNode, int replicaSlots) {
        return recommend(ranks, ranksPerNode, replicaSlots, ranksPerNode >= LARGE_NODE ? Reach.NODE : Reach.ALL_RANKS);
    }

    /**
     * Recommends a topology whose groups have a given reach. Where nodes cannot be groups (a node of one rank, or a
     * last node with fewer ranks) the answer is one group over all ranks, and its reason says so.
     *
     * @param ranks number of ranks, at least 2
     * @param ranksPerNode ranks in a node, at least 1; nodes are made of consecutive ranks
     * @param replicaSlots replica slots a rank, at least 1
     * @param reach how far replicas may be from their originals
     * @return the topology, how it is laid over the ranks, and why
     * @throws IllegalArgumentException if a number is too small, or there are more ranks than
     *     {@link Topologies#MAX_RANKS}
     */
    public static TopologyAdvice recommend(int ranks, int ranksPerNode, int replicaSlots, Reach reach) {
        Objects.requireNonNull(reach, "reach");
        requireAtLeast("ranks", ranks, 2);
        requireAtLeast("ranksPerNode", ranksPerNode, 1);
        requireAtLeast("replicaSlots", replicaSlots, 1);
        if (ranks > Topologies.MAX_RANKS) {
            throw new IllegalArgumentException("ranks: got " + ranks + ", expected at most " + Topologies.MAX_RANKS);
        }
        boolean severalNodes = ranks > ranksPerNode;
        boolean wholeNodes = ranksPerNode >= 2 && ranks % ranksPerNode == 0;
        boolean inNode = severalNodes && reach == Reach.NODE && wholeNodes;
        int groupSize = inNode ? ranksPerNode : ranks;
        // Rows of a torus; a node that does not divide the group gives no row.
        int row = severalNodes && !inNode && wholeNodes ? ranksPerNode : 0;
        Shape shape = shape(groupSize, row, sets(groupSize, replicaSlots));
        String extent = "One group over all ranks, so that load can pass between any two of them; ";
        if (inNode) {
            extent = "Groups inside the nodes of " + ranksPerNode + " ranks, so that copies stay on the node's links; ";
        } else if (severalNodes && reach == Reach.NODE) {
            extent = "One group over all ranks, since nodes of " + ranksPerNode + " do not make groups of " + ranks
                    + " ranks; ";
        }
        int groups = ranks / groupSize;
        return new TopologyAdvice(
                shape.topology,
                groups,
                replicaSlots / shape.topology.replicasPerRank(),
                extent + shape.reason + ".",
                general(shape.topology, groups));
    }

    private static void requireAtLeast(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(what + ": got " + value + ", expected at least " + least);
        }
    }

    private static GeneralPlacement general(ReplicaTopology topology, int groups) {
        if (groups > 1) {
            return GeneralPlacement.IF_GROUPS_DIFFER;
        }
        boolean complete = topology.replicasPerRank() >= topology.groupSize() - 1;
        return complete ? GeneralPlacement.NOT_NEEDED : GeneralPlacement.IF_LOADS_ARE_STEADY;
    }

    /** The number of replica sets: with more of them a rank's load reaches more ranks directly. */
    private static int sets(int groupSize, int replicaSlots) {
        int sets = Math.min(replicaSlots, groupSize - 1);
        while (replicaSlots % sets != 0) {
            sets--;
        }
        return sets;
    }

    private record Shape(ReplicaTopology topology, String reason) {}

    private static Shape shape(int ranks, int row, int sets) {
        if (sets == 1) {
            return new Shape(Topologies.ring(ranks), "a ring, the topology of one replica set a rank");
        }
        if (sets == 2 && ranks == 8) {
            return new Shape(Topologies.cube(), "a cube, which LPLB made for 8 ranks with two replica sets");
        }
        if (sets == 2 && ranks == 16) {
            return new Shape(Topologies.hypercube(), "a hypercube, which LPLB made for 16 ranks with two replica sets");
        }
        if (sets == 2 && row > 0 && isBalanced(ranks / row, row)) {
            return new Shape(
                    Topologies.torus(ranks / row, row),
                    "a torus with a node in each row, so that one of the two replica sets stays inside the nodes");
        }
        int side = side(ranks);
        if (sets == 2 && isBalanced(ranks / side, side)) {
            return new Shape(Topologies.torus(ranks / side, side), "a torus about square, for short paths");
        }
        String cause = sets == 2 ? "no torus of these ranks is nearly square" : "a torus has two replica sets only";
        return new Shape(
                Topologies.circulant(ranks, offsets(ranks, sets)),
                "a circulant with short paths and " + sets + " replica sets, since " + cause);
    }

    private static boolean isBalanced(int m, int n) {
        return m >= 2 && n >= 2 && Math.max(m, n) <= MOST_UNEQUAL_SIDES * Math.min(m, n);
    }

    /** The largest divisor not above the square root. */
    private static int side(int ranks) {
        int side = (int) Math.sqrt(ranks);
        while (ranks % side != 0) {
            side--;
        }
        return side;
    }

    /**
     * Offsets in about geometric progression, 1, n^(1/D), n^(2/D), ..: as with digits of a number, each rank is a few
     * steps of each size away.
     */
    private static int[] offsets(int ranks, int sets) {
        int[] offsets = new int[sets];
        offsets[0] = 1;
        for (int d = 1; d < sets; d++) {
            int power = (int) Math.pow(ranks, (double) d / sets);
            offsets[d] = Math.max(offsets[d - 1] + 1, power);
        }
        return offsets;
    }
}
