// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReplicaTopologyTest {
    /** Three ranks, two sets: set 0 goes round one way, set 1 the other. */
    private static final int[][] BOTH_WAYS = {{1, 2}, {2, 0}, {0, 1}};

    @Test
    void edgesLeadFromOriginalToCopy() {
        ReplicaTopology topology = ReplicaTopology.of("both ways", BOTH_WAYS);
        assertEquals(
                List.of(
                        new Edge(0, 2, 0),
                        new Edge(0, 1, 1),
                        new Edge(1, 0, 0),
                        new Edge(1, 2, 1),
                        new Edge(2, 1, 0),
                        new Edge(2, 0, 1)),
                topology.edges());
        assertArrayEquals(new int[][] {{2, 1}, {0, 2}, {1, 0}}, topology.o2r());
        assertEquals("ReplicaTopology[both ways, ranks=3, replicasPerRank=2]", topology.toString());
    }

    @Test
    void arraysAreCopied() {
        int[][] r2o = {{1}, {0}};
        ReplicaTopology topology = ReplicaTopology.of("pair", r2o);
        r2o[0][0] = 0;
        topology.r2o()[1][0] = 1;
        topology.o2r()[1][0] = 1;
        assertArrayEquals(new int[][] {{1}, {0}}, topology.r2o());
        assertArrayEquals(new int[][] {{1}, {0}}, topology.o2r());
    }

    @Test
    void equalityIsThatOfTheMatrix() {
        ReplicaTopology topology = ReplicaTopology.of("a", BOTH_WAYS);
        assertEquals(topology, ReplicaTopology.of("b", BOTH_WAYS));
        assertEquals(topology.hashCode(), ReplicaTopology.of("b", BOTH_WAYS).hashCode());
        assertNotEquals(topology, Topologies.ring(3));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.lplb.topology.TopologyMetricsTest#seeds")
    void structureOfRandomTopologies(long seed) {
        ReplicaTopology topology = RandomTopology.of(seed, 40);
        List<Edge> edges = topology.edges();
        int sets = topology.replicasPerRank();
        assertEquals(topology.groupSize() * sets, edges.size());
        Set<Edge> distinct = new HashSet<>(edges);
        assertEquals(edges.size(), distinct.size());
        int[] in = new int[topology.groupSize()];
        for (int k = 0; k < edges.size(); k++) {
            Edge edge = edges.get(k);
            assertEquals(k, edge.original() * sets + edge.slot());
            assertEquals(edge.original(), topology.originalOf(edge.replica(), edge.slot()));
            assertEquals(edge.replica(), topology.replicaOf(edge.original(), edge.slot()));
            assertFalse(edge.original() == edge.replica());
            in[edge.replica()]++;
        }
        for (int taken : in) {
            assertEquals(sets, taken);
        }
    }

    static Stream<Arguments> badMatrices() {
        return Stream.of(
                Arguments.of(new int[0][], "r2o: got no entry, expected at least one rank and one replica slot"),
                Arguments.of(new int[2][0], "r2o: got no entry, expected at least one rank and one replica slot"),
                Arguments.of(new int[][] {{1, 1}, {0}}, "r2o[1]: got 1 entries, expected 2 as in r2o[0]"),
                Arguments.of(new int[][] {{0}}, "r2o[0][0]: got 0, a copy on its own rank; expected another rank"),
                Arguments.of(new int[][] {{1}, {-1}}, "r2o[1][0]: got -1, expected a rank of 0..1"),
                Arguments.of(new int[][] {{1}, {2}}, "r2o[1][0]: got 2, expected a rank of 0..1"),
                Arguments.of(
                        new int[][] {{1, 2}, {0, 1}, {0, 0}},
                        "r2o[1][1]: got 1, a copy on its own rank; expected another rank"),
                Arguments.of(
                        new int[][] {{1, 2}, {0, 2}, {0, 0}},
                        "r2o[1][1]: got 2, which r2o[0][1] names too; expected a permutation in each column"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("badMatrices")
    void errorsNameTheEntry(int[][] r2o, String message) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ReplicaTopology.of("bad", r2o));
        assertEquals(message, e.getMessage());
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.lplb.topology.TopologyMetricsTest#seeds")
    void everySpoiltEntryIsNamed(long seed) {
        ReplicaTopology topology = RandomTopology.of(seed, 9);
        for (int r = 0; r < topology.groupSize(); r++) {
            for (int d = 0; d < topology.replicasPerRank(); d++) {
                int[][] r2o = topology.r2o();
                r2o[r][d] = r;
                IllegalArgumentException e =
                        assertThrows(IllegalArgumentException.class, () -> ReplicaTopology.of("bad", r2o));
                String named =
                        "r2o[" + r + "][" + d + "]: got " + r + ", a copy on its own rank; expected another rank";
                assertEquals(named, e.getMessage());
            }
        }
    }
}
