// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.topology.TopologyAdvice.GeneralPlacement;
import io.lplb.topology.TopologyAdvisor.Reach;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyAdvisorTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // ranks | a node | slots | topology | groups | experts a variable | general placement
                "2   | 8  | 1 | ring2             | 1 | 1 | NOT_NEEDED",
                "2   | 2  | 4 | ring2             | 1 | 4 | NOT_NEEDED",
                "8   | 8  | 2 | cube              | 1 | 1 | IF_LOADS_ARE_STEADY",
                "8   | 8  | 1 | ring8             | 1 | 1 | IF_LOADS_ARE_STEADY",
                "16  | 8  | 2 | hypercube         | 1 | 1 | IF_LOADS_ARE_STEADY",
                "32  | 4  | 2 | torus8x4          | 1 | 1 | IF_LOADS_ARE_STEADY",
                "32  | 8  | 2 | torus4x8          | 1 | 1 | IF_LOADS_ARE_STEADY",
                "64  | 8  | 2 | torus8x8          | 1 | 1 | IF_LOADS_ARE_STEADY",
                "24  | 16 | 2 | torus6x4          | 1 | 1 | IF_LOADS_ARE_STEADY",
                "64  | 16 | 2 | hypercube         | 4 | 1 | IF_GROUPS_DIFFER",
                "144 | 72 | 2 | torus9x8          | 2 | 1 | IF_GROUPS_DIFFER",
                "31  | 8  | 2 | circulant(31,1,5) | 1 | 1 | IF_LOADS_ARE_STEADY",
                "4   | 4  | 3 | circulant(4,1,2,3)| 1 | 1 | NOT_NEEDED",
                "3   | 3  | 4 | circulant(3,1,2)  | 1 | 2 | NOT_NEEDED",
            })
    void chosen(int ranks, int node, int slots, String name, int groups, int experts, GeneralPlacement general) {
        TopologyAdvice advice = TopologyAdvisor.recommend(ranks, node, slots);
        assertEquals(name, advice.topology().name());
        assertEquals(groups, advice.groups());
        assertEquals(experts, advice.expertsPerVariable());
        assertEquals(general, advice.general());
    }

    @Test
    void theCallerDecidesOnTheReach() {
        assertEquals(
                "cube",
                TopologyAdvisor.recommend(32, 8, 2, Reach.NODE).topology().name());
        assertEquals(4, TopologyAdvisor.recommend(32, 8, 2, Reach.NODE).groups());
        TopologyAdvice wide = TopologyAdvisor.recommend(64, 16, 2, Reach.ALL_RANKS);
        assertEquals("torus4x16", wide.topology().name());
        assertEquals(
                "One group over all ranks, so that load can pass between any two of them; a torus with a node in each"
                        + " row, so that one of the two replica sets stays inside the nodes.",
                wide.reason());
        TopologyAdvice impossible = TopologyAdvisor.recommend(30, 8, 1, Reach.NODE);
        assertEquals(1, impossible.groups());
        assertEquals(
                "One group over all ranks, since nodes of 8 do not make groups of 30 ranks; a ring, the topology of one"
                        + " replica set a rank.",
                impossible.reason());
    }

    @Test
    void aTorusByNodesKeepsOneSetInside() {
        ReplicaTopology topology = TopologyAdvisor.recommend(48, 8, 2).topology();
        for (Edge edge : topology.edges()) {
            assertEquals(edge.slot() == 1, edge.original() / 8 == edge.replica() / 8, edge::toString);
        }
    }

    /** Every answer is a connected topology of distinct sets that fits ranks and slots. */
    @ParameterizedTest(name = "{0} ranks a node")
    @ValueSource(ints = {1, 2, 4, 8, 16})
    void alwaysValid(int node) {
        for (int ranks = 2; ranks <= 256; ranks++) {
            for (int slots = 1; slots <= 4; slots++) {
                for (Reach reach : Reach.values()) {
                    requireValid(ranks, node, slots, reach);
                }
            }
        }
    }

    private static void requireValid(int ranks, int node, int slots, Reach reach) {
        TopologyAdvice advice = TopologyAdvisor.recommend(ranks, node, slots, reach);
        ReplicaTopology topology = advice.topology();
        String input = ranks + " ranks, " + node + " a node, " + slots + " slots, " + reach + ": " + advice;
        assertEquals(ranks, topology.groupSize() * advice.groups(), input);
        assertEquals(slots, topology.replicasPerRank() * advice.expertsPerVariable(), input);
        assertEquals(topology, Topologies.parse(topology.name()), input);
        assertEquals(ranks > node && node > 1 && reach == Reach.NODE && ranks % node == 0, advice.groups() > 1, input);
        assertTrue(advice.reason().length() > 40 && advice.reason().endsWith("."), input);
        Set<Integer> takers = new HashSet<>();
        for (int d = 0; d < topology.replicasPerRank(); d++) {
            takers.add(topology.replicaOf(0, d));
        }
        assertEquals(topology.replicasPerRank(), takers.size(), input);
        // These topologies look the same from every rank, so the reach of one rank tells whether they are connected.
        Set<Integer> seen = new HashSet<>(takers);
        seen.add(0);
        for (Set<Integer> last = takers; !last.isEmpty(); ) {
            Set<Integer> next = new HashSet<>();
            for (int r : last) {
                for (int d = 0; d < topology.replicasPerRank(); d++) {
                    int taker = topology.replicaOf(r, d);
                    if (seen.add(taker)) {
                        next.add(taker);
                    }
                }
            }
            last = next;
        }
        assertEquals(topology.groupSize(), seen.size(), input);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 7, 12, 63, 1000})
    void manySlots(int slots) {
        for (int ranks : new int[] {2, 3, 8, 64, 4096}) {
            TopologyAdvice advice = TopologyAdvisor.recommend(ranks, 8, slots);
            assertEquals(slots, advice.topology().replicasPerRank() * advice.expertsPerVariable());
            assertTrue(advice.topology().replicasPerRank() < ranks);
        }
    }

    @ParameterizedTest
    @EnumSource(GeneralPlacement.class)
    void generalPlacementHasAReason(GeneralPlacement general) {
        assertFalse(general.reason().isBlank());
        assertFalse(general.reason().endsWith("."));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 'ranks: got 1, expected at least 2'",
        "4097, 1, 1, 'ranks: got 4097, expected at most 4096'",
        "8, 0, 1, 'ranksPerNode: got 0, expected at least 1'",
        "8, 8, 0, 'replicaSlots: got 0, expected at least 1'"
    })
    void refused(int ranks, int node, int slots, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TopologyAdvisor.recommend(ranks, node, slots));
        assertEquals(message, e.getMessage());
    }
}
