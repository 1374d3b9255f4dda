// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyMetricsTest {
    private static final int FAR = 1_000_000;

    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    @ParameterizedTest
    @CsvSource({
        // name, neighbours, diameter, from original to copy, edge connectivity, direct reach
        "cube, 4, 2, 4, 4, 2",
        "hypercube, 4, 4, 6, 4, 2",
        "ring2, 1, 1, 1, 2, 1",
        "ring8, 2, 4, 7, 2, 1",
        "torus8x4, 4, 6, 10, 4, 2",
        "torus2x2, 2, 2, 2, 4, 2",
        "'circulant(5,1,2,3,4)', 4, 1, 1, 8, 4"
    })
    void namedTopologies(String name, int neighbours, int diameter, int shedDiameter, int connectivity, int takers) {
        ReplicaTopology topology = Topologies.parse(name);
        int n = topology.groupSize();
        TopologyMetrics expected = new TopologyMetrics(
                n,
                topology.replicasPerRank(),
                neighbours,
                neighbours,
                1,
                OptionalInt.of(diameter),
                OptionalInt.of(shedDiameter),
                connectivity,
                takers,
                n - 1);
        assertEquals(expected, TopologyMetrics.of(topology));
    }

    @Test
    void twoPairsAreNotConnected() {
        TopologyMetrics metrics = TopologyMetrics.of(ReplicaTopology.of("pairs", new int[][] {{1}, {0}, {3}, {2}}));
        assertEquals(new TopologyMetrics(4, 1, 1, 1, 2, OptionalInt.empty(), OptionalInt.empty(), 0, 1, 1), metrics);
        assertEquals(false, metrics.isConnected());
    }

    /** Floyd and Warshall for the distances, all cuts for the connectivity. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void randomTopologiesAgreeWithEnumeration(long seed) {
        ReplicaTopology topology = RandomTopology.of(seed, 10);
        int[][] both = distances(topology, true);
        int[][] onward = distances(topology, false);
        TopologyMetrics metrics = TopologyMetrics.of(topology);
        assertEquals(leastCut(topology), metrics.edgeConnectivity());
        int farthest = largest(both);
        assertEquals(farthest < FAR ? OptionalInt.of(farthest) : OptionalInt.empty(), metrics.diameter());
        assertEquals(farthest < FAR ? OptionalInt.of(largest(onward)) : OptionalInt.empty(), metrics.shedDiameter());
        assertEquals(farthest < FAR, metrics.isConnected());
        assertEquals(fewest(both, 1), metrics.degreeMin());
        assertEquals(fewest(onward, 1), metrics.takersMin());
        assertEquals(fewest(onward, FAR - 1), metrics.reachMin());
        assertEquals(Arrays.stream(both).mapToInt(row -> within(row, 1)).max().orElseThrow(), metrics.degreeMax());
        Set<String> components = new HashSet<>();
        for (int[] row : both) {
            components.add(
                    Arrays.toString(Arrays.stream(row).map(d -> d < FAR ? 1 : 0).toArray()));
        }
        assertEquals(components.size(), metrics.components());
    }

    private static int[][] distances(ReplicaTopology topology, boolean eitherWay) {
        int n = topology.groupSize();
        int[][] distance = new int[n][n];
        for (int r = 0; r < n; r++) {
            Arrays.fill(distance[r], FAR);
            distance[r][r] = 0;
        }
        for (Edge edge : topology.edges()) {
            distance[edge.original()][edge.replica()] = 1;
            if (eitherWay) {
                distance[edge.replica()][edge.original()] = 1;
            }
        }
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    distance[i][j] = Math.min(distance[i][j], distance[i][k] + distance[k][j]);
                }
            }
        }
        return distance;
    }

    private static int largest(int[][] distance) {
        return Arrays.stream(distance).flatMapToInt(Arrays::stream).max().orElseThrow();
    }

    private static int within(int[] row, int most) {
        return (int) Arrays.stream(row).filter(d -> d >= 1 && d <= most).count();
    }

    private static int fewest(int[][] distance, int most) {
        return Arrays.stream(distance).mapToInt(row -> within(row, most)).min().orElseThrow();
    }

    private static int leastCut(ReplicaTopology topology) {
        int least = Integer.MAX_VALUE;
        for (int set = 1; set < (1 << topology.groupSize()) - 1; set++) {
            int cut = 0;
            for (Edge edge : topology.edges()) {
                cut += (set >> edge.original() & 1) ^ (set >> edge.replica() & 1);
            }
            least = Math.min(least, cut);
        }
        return least;
    }

    @Test
    void replicatedShare() {
        assertEquals(0.25, TopologyMetrics.replicatedShare(8, 2));
        assertEquals(0, TopologyMetrics.replicatedShare(8, 0));
        assertEquals(1, TopologyMetrics.replicatedShare(3, 3));
        assertMessage("originalsPerRank: got 0, expected at least 1", 0, 0);
        assertMessage("replicaSlotsPerRank: got 4, expected 0..3, at most one for each original", 3, 4);
        assertMessage("replicaSlotsPerRank: got -1, expected 0..3, at most one for each original", 3, -1);
    }

    private static void assertMessage(String message, int originals, int slots) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TopologyMetrics.replicatedShare(originals, slots));
        assertEquals(message, e.getMessage());
    }
}
