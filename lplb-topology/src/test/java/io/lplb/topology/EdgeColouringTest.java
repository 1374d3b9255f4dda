// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class EdgeColouringTest {
    @ParameterizedTest
    @CsvSource({"cube, 4", "hypercube, 4", "ring2, 2", "ring8, 2", "ring7, 3", "torus8x4, 4", "torus2x2, 4"})
    void colours(String name, int colours) {
        ReplicaTopology topology = Topologies.parse(name);
        assertEquals(colours, EdgeColouring.of(topology).colours());
        requireProper(topology);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.lplb.topology.TopologyMetricsTest#seeds")
    void noColourTouchesARankTwice(long seed) {
        ReplicaTopology topology = RandomTopology.of(seed, 40);
        int colours = EdgeColouring.of(topology).colours();
        assertTrue(colours >= 2 * topology.replicasPerRank(), () -> colours + " colours");
        assertTrue(colours < 4 * topology.replicasPerRank(), () -> colours + " colours");
        requireProper(topology);
    }

    private static void requireProper(ReplicaTopology topology) {
        EdgeColouring colouring = EdgeColouring.of(topology);
        BitSet coloured = new BitSet();
        for (int c = 0; c < colouring.colours(); c++) {
            BitSet touched = new BitSet();
            assertTrue(colouring.edgesOf(c).length > 0);
            for (int e : colouring.edgesOf(c)) {
                Edge edge = topology.edges().get(e);
                assertEquals(c, colouring.colourOf(e));
                assertTrue(!touched.get(edge.original()) && !touched.get(edge.replica()), edge::toString);
                touched.set(edge.original());
                touched.set(edge.replica());
                coloured.set(e);
            }
        }
        assertEquals(topology.edges().size(), coloured.cardinality());
    }
}
