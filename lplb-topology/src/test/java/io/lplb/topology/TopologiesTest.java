// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopologiesTest {
    private static int[] column(ReplicaTopology topology, int d) {
        return Arrays.stream(topology.r2o()).mapToInt(row -> row[d]).toArray();
    }

    @Test
    void cubeIsLplbs8P2E() {
        assertArrayEquals(new int[] {3, 0, 1, 2, 7, 4, 5, 6}, column(Topologies.cube(), 0));
        assertArrayEquals(new int[] {6, 7, 4, 5, 0, 1, 2, 3}, column(Topologies.cube(), 1));
    }

    @Test
    void hypercubeIsLplbs16P2E() {
        assertArrayEquals(
                new int[] {3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14}, column(Topologies.hypercube(), 0));
        assertArrayEquals(
                new int[] {12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, column(Topologies.hypercube(), 1));
    }

    @Test
    void ringsAndTori() {
        assertArrayEquals(new int[][] {{1}, {0}}, Topologies.ring(2).r2o());
        assertArrayEquals(new int[][] {{1}, {2}, {0}}, Topologies.ring(3).r2o());
        assertArrayEquals(
                new int[][] {{2, 1}, {3, 0}, {0, 3}, {1, 2}},
                Topologies.torus(2, 2).r2o());
        assertArrayEquals(
                new int[][] {{3, 1}, {4, 2}, {5, 0}, {0, 4}, {1, 5}, {2, 3}},
                Topologies.torus(2, 3).r2o());
        assertArrayEquals(new int[] {8, 5}, Topologies.torus(8, 4).r2o()[4]);
        assertArrayEquals(new int[] {3, 28}, Topologies.torus(8, 4).r2o()[31]);
    }

    @Test
    void hypercubesOfAnyDimension() {
        assertEquals(Topologies.hypercube(), Topologies.hypercube(4));
        assertArrayEquals(new int[][] {{1}, {0}}, Topologies.hypercube(1).r2o());
        assertArrayEquals(
                new int[][] {{3, 4}, {0, 5}, {1, 6}, {2, 7}, {7, 0}, {4, 1}, {5, 2}, {6, 3}},
                Topologies.hypercube(3).r2o());
        for (int n = 1; n <= 12; n++) {
            ReplicaTopology cube = Topologies.hypercube(n);
            assertEquals(1 << n, cube.groupSize());
            assertEquals((n + 1) / 2, cube.replicasPerRank());
            for (int r = 0; r < cube.groupSize(); r++) {
                assertEquals(n, cube.neighbours(r).length);
            }
        }
        assertEquals(Topologies.hypercube(6), Topologies.parse("HyperCube (6)"));
        assertEquals(Topologies.hypercube(), Topologies.parse("hypercube16"));
        for (int wrong : new int[] {0, -1, 13, 31}) {
            assertThrows(IllegalArgumentException.class, () -> Topologies.hypercube(wrong));
        }
    }

    @Test
    void productsAndOverlays() {
        assertEquals(Topologies.torus(3, 5), Topologies.product(Topologies.ring(3), Topologies.ring(5)));
        assertEquals(Topologies.torus(3, 5), Topologies.parse("ring3 * ring5"));
        ReplicaTopology nodes = Topologies.parse("ring4*cube");
        assertEquals(32, nodes.groupSize());
        assertEquals(3, nodes.replicasPerRank());
        assertArrayEquals(new int[] {24, 19, 22}, nodes.r2o()[16]);
        assertEquals(Topologies.circulant(8, 1, 3), Topologies.parse("ring8+circulant(8,3)"));
        assertEquals(5, Topologies.parse("ring4*cube+torus4x8").replicasPerRank());
        assertEquals(
                "ring4*cube+torus4x8", Topologies.parse("ring4*cube+torus4x8").name());
        for (String wrong : new String[] {"ring4+ring5", "ring4*", "+", "ring100*ring100", "cube*x", "*cube"}) {
            assertThrows(IllegalArgumentException.class, () -> Topologies.parse(wrong), wrong);
        }
        assertThrows(IllegalArgumentException.class, () -> Topologies.parse("ring2" + "*ring2".repeat(8)));
    }

    @Test
    void neighbours() {
        assertArrayEquals(new int[] {1, 7}, Topologies.ring(8).neighbours(0));
        assertArrayEquals(new int[] {1}, Topologies.ring(2).neighbours(0));
        assertArrayEquals(new int[] {1, 3, 4, 12}, Topologies.hypercube().neighbours(0));
    }

    @Test
    void circulants() {
        assertArrayEquals(
                new int[][] {{1, 3}, {2, 4}, {3, 0}, {4, 1}, {0, 2}},
                Topologies.circulant(5, 1, 3).r2o());
        assertEquals(Topologies.ring(7), Topologies.circulant(7, 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cube | cube",
                "Cube8 | cube",
                "hypercube | hypercube",
                "hypercube16 | hypercube",
                "ring8 | ring8",
                "ring( 8 ) | ring8",
                "RING(8) | ring8",
                "torus8x4 | torus8x4",
                "torus(8, 4) | torus8x4",
                "circulant(13, 1, 5) | circulant(13,1,5)"
            })
    void parse(String text, String name) {
        ReplicaTopology topology = Topologies.parse(text);
        assertEquals(name, topology.name());
        assertEquals(topology, Topologies.parse(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cubes",
                "ring",
                "ring(8",
                "ring-8",
                "torus8",
                "torus8x",
                "torus(8)",
                "circulant(8)",
                "ring8x2"
            })
    void unknownNames(String text) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Topologies.parse(text));
        assertEquals(
                "topology: got \"" + text + "\", expected cube, hypercube, hypercube(n), ringN, torusMxN or"
                        + " circulant(N,A,B,..), such as ring8 or torus8x4, or several joined by * or +",
                e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ring1 | ring: got 1 ranks, expected 2..4096",
                "ring0 | ring: got 0 ranks, expected 2..4096",
                "ring999999999 | ring: got 999999999 ranks, expected 2..4096",
                "torus8x1 | torus: got 8 x 1, expected at least 2 rows and 2 columns; one line of ranks is a ring",
                "torus1x8 | torus: got 1 x 8, expected at least 2 rows and 2 columns; one line of ranks is a ring",
                "torus99999x99999 | torus: got 9999800001 ranks, expected 2..4096",
                "circulant(8,0) | circulant: got offset 0, expected 1..7",
                "circulant(8,1,8) | circulant: got offset 8, expected 1..7",
                "circulant(8,3,1,3) | circulant: got offset 3 twice, expected distinct offsets"
            })
    void impossibleSizes(String text, String message) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Topologies.parse(text));
        assertEquals(message, e.getMessage());
    }

    @Test
    void aCirculantNeedsAnOffset() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Topologies.circulant(8));
        assertEquals("circulant: got no offset, expected at least one", e.getMessage());
    }

    @Test
    void everyListedKindParses() {
        for (Topologies.Named kind : Topologies.list()) {
            String name = kind.name()
                    .replace("(N,A,B,..)", "(9,1,2,4)")
                    .replace("MxN", "3x5")
                    .replace("(n)", "(5)")
                    .replace("X*Y", "ring4*cube")
                    .replace("X+Y", "ring8+cube")
                    .replace("N", "6");
            ReplicaTopology topology = Topologies.parse(name);
            assertEquals(name, topology.name());
            assertTrue(TopologyMetrics.of(topology).isConnected());
            assertTrue(!kind.description().isBlank() && !kind.description().contains("\n"));
        }
    }
}
