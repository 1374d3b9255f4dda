// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LplbPlacementTest {
    /** By hand: 3 ranks of 2 originals, each holds a copy of the next rank's first. */
    @Test
    void naturalRingByHand() {
        LplbPlacement shape = new LplbPlacement(Topologies.ring(3), 3, 6, 1);
        ExpertPlacement placement = shape.natural();
        assertArrayEquals(new int[] {0, 1, 2, /**/ 2, 3, 4, /**/ 4, 5, 0}, placement.phy2log());
        assertArrayEquals(new int[][] {{0, 8}, {1}, {3, 2}, {4}, {6, 5}, {7}}, placement.log2phy());
        assertArrayEquals(new int[] {2, 1, 2, 1, 2, 1}, placement.counts());
        assertEquals(2, shape.originalsPerRank());
        assertEquals(1, shape.replicaSlotsPerRank());
        assertEquals(1, shape.expertsPerVariable());
        assertEquals(Topologies.ring(3), shape.topology());
    }

    /** By hand: EPLB puts 4 and 1, 0 and 3, 2 and 5 together, which fall already. */
    @Test
    void reorderedRingByHand() {
        LplbPlacement shape = new LplbPlacement(Topologies.ring(3), 3, 6, 1);
        ExpertPlacement placement = shape.reordered(new double[] {5, 1, 4, 2, 6, 3}, 8);
        assertArrayEquals(new int[] {4, 1, 0, /**/ 0, 3, 2, /**/ 2, 5, 4}, placement.phy2log());
        assertArrayEquals(new int[][] {{3, 2}, {1}, {6, 5}, {4}, {0, 8}, {7}}, placement.log2phy());
    }

    /** Two groups of two ranks, two experts tied to each of the pair's sets. */
    @Test
    void groupsAndTiedExpertsByHand() {
        LplbPlacement shape = new LplbPlacement(Topologies.ring(2), 4, 12, 2);
        assertEquals(2, shape.expertsPerVariable());
        ExpertPlacement placement = shape.natural();
        assertArrayEquals(
                new int[] {0, 1, 2, 3, 4, /**/ 3, 4, 5, 0, 1, /**/ 6, 7, 8, 9, 10, /**/ 9, 10, 11, 6, 7},
                placement.phy2log());
        assertEquals(2, placement.groupSize());
    }

    /** With equal loads the natural order remains wherever EPLB leaves one expert a rank. */
    @Test
    void oneExpertARank() {
        LplbPlacement shape = new LplbPlacement(Topologies.ring(4), 4, 4, 1);
        assertArrayEquals(
                shape.natural().phy2log(),
                shape.reordered(new double[] {1, 2, 3, 4}, 8).phy2log());
    }

    @ParameterizedTest
    @CsvSource({
        "cube, 32, 256, 2, 8", "cube, 32, 256, 4, 8", "cube, 64, 256, 2, 8", "ring8, 32, 256, 1, 8",
        "hypercube, 16, 256, 2, 8", "torus8x4, 32, 256, 2, 8", "cube, 24, 96, 4, 5",
                "'circulant(5,1,2,3)', 20, 120, 6, 3"
    })
    void layoutHolds(String name, int ranks, int experts, int replicas, int ranksPerNode) {
        ReplicaTopology topology = Topologies.parse(name);
        LplbPlacement shape = new LplbPlacement(topology, ranks, experts, replicas);
        Random random = new Random(42);
        double[] history = random.doubles(experts, 0, 1000).toArray();
        requireLayout(shape, shape.natural());
        ExpertPlacement reordered = shape.reordered(history, ranksPerNode);
        requireLayout(shape, reordered);
        for (int rank = 0; rank < ranks; rank++) {
            int first = rank * reordered.slotsPerRank();
            for (int k = 1; k < shape.originalsPerRank(); k++) {
                assertTrue(history[reordered.expertIn(first + k - 1)] >= history[reordered.expertIn(first + k)]);
            }
        }
    }

    private static void requireLayout(LplbPlacement shape, ExpertPlacement placement) {
        ReplicaTopology topology = shape.topology();
        int originals = shape.originalsPerRank();
        int slots = originals + shape.replicaSlotsPerRank();
        assertEquals(slots, placement.slotsPerRank());
        assertEquals(topology.groupSize(), placement.groupSize());
        boolean[] original = new boolean[placement.experts()];
        for (int rank = 0; rank < placement.ranks(); rank++) {
            int group = rank / topology.groupSize() * topology.groupSize();
            for (int k = 0; k < originals; k++) {
                int expert = placement.expertIn(rank * slots + k);
                assertTrue(!original[expert], "an original twice");
                original[expert] = true;
                assertEquals(rank * slots + k, placement.slotOf(expert, 0));
                assertEquals(k < shape.replicaSlotsPerRank() ? 2 : 1, placement.replicaCount(expert));
            }
            for (int k = 0; k < shape.replicaSlotsPerRank(); k++) {
                int source = group + topology.originalOf(rank - group, k % topology.replicasPerRank());
                assertEquals(placement.expertIn(source * slots + k), placement.expertIn(rank * slots + originals + k));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 64, 2, 'ranks: got 0, expected a positive multiple of the 8 ranks of topology cube'",
        "12, 96, 2, 'ranks: got 12, expected a positive multiple of the 8 ranks of topology cube'",
        "8, 60, 2, 'experts: got 60, expected a positive multiple of the 8 ranks'",
        "8, 0, 2, 'experts: got 0, expected a positive multiple of the 8 ranks'",
        "8, 64, 3, 'replicaSlots: got 3, expected a positive multiple of the 2 replica sets of topology cube'",
        "8, 64, 0, 'replicaSlots: got 0, expected a positive multiple of the 2 replica sets of topology cube'",
        "8, 64, 10, 'replicaSlots: got 10, expected at most the 8 originals of a rank'"
    })
    void sizesRefused(int ranks, int experts, int replicas, String message) {
        ReplicaTopology cube = Topologies.cube();
        assertMessage(message, () -> new LplbPlacement(cube, ranks, experts, replicas));
    }

    @Test
    void historyRefused() {
        LplbPlacement shape = new LplbPlacement(Topologies.ring(2), 2, 2, 1);
        assertMessage(
                "history: got 3 weights, expected 2, one for each expert", () -> shape.reordered(new double[3], 8));
        assertMessage(
                "history[1]: got NaN, expected a finite number, at least 0",
                () -> shape.reordered(new double[] {1, Double.NaN}, 8));
        assertMessage(
                "history[0]: got -2.0, expected a finite number, at least 0",
                () -> shape.reordered(new double[] {-2, 1}, 8));
        assertMessage("ranksPerNode: got 0, expected at least 1", () -> shape.reordered(new double[2], 0));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
