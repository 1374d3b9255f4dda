// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HotRankTest {
    private static final double CLOSE = 1e-9;

    /**
     * A ring of 3 with half the load replicated. The hot rank keeps h / 2; together with the rank that takes its copies
     * it keeps h + 1/2, since only that one's copies lie outside. All are level at (h + 2) / 3 while that is at least
     * (h + 1/2) / 2, hence up to h = 5/2.
     */
    @Test
    void ringOfThreeByHand() {
        HotRank hot = new HotRank(Topologies.ring(3), 0, 0.5);
        assertEquals(1, hot.peak(1), CLOSE);
        assertEquals(4.0 / 3, hot.peak(2), CLOSE);
        assertEquals(1.5, hot.peak(2.5), CLOSE);
        assertEquals(3.25, hot.peak(6), CLOSE);
        assertEquals(2.5, hot.levelLimit(), CLOSE);
        assertEquals(1, hot.levelShed(), CLOSE);
    }

    @Test
    void nothingReplicatedNothingShed() {
        HotRank hot = new HotRank(Topologies.cube(), 3, 0);
        assertEquals(1, hot.levelLimit(), CLOSE);
        assertEquals(0, hot.levelShed(), CLOSE);
        assertEquals(5, hot.peak(5), CLOSE);
    }

    @Test
    void everythingReplicatedEverywhereHasNoLimit() {
        HotRank hot = new HotRank(Topologies.circulant(4, 1, 2, 3), 0, 1);
        assertEquals(Double.POSITIVE_INFINITY, hot.levelLimit());
        assertEquals(Double.POSITIVE_INFINITY, hot.levelShed());
        assertEquals(250.75, hot.peak(1000), 1e-6);
    }

    @Test
    void aGroupInPartsCannotLevel() {
        ReplicaTopology pairs = ReplicaTopology.of("pairs", new int[][] {{1}, {0}, {3}, {2}});
        HotRank hot = new HotRank(pairs, 0, 1);
        assertEquals(1, hot.levelLimit(), CLOSE);
        assertEquals(1.5, hot.peak(2), CLOSE);
    }

    /** A quarter replicated, as with 8 experts and 2 slots a rank: the hot rank alone keeps 3/4 h, and that binds. */
    @ParameterizedTest
    @ValueSource(strings = {"cube", "hypercube", "torus8x4"})
    void limitByTheHotRankAlone(String name) {
        ReplicaTopology topology = Topologies.parse(name);
        int n = topology.groupSize();
        double own = (1 - 1.0 / n) / (0.75 - 1.0 / n);
        for (int rank = 0; rank < n; rank++) {
            assertEquals(own, new HotRank(topology, rank, 0.25).levelLimit(), CLOSE);
        }
    }

    /**
     * On a ring of 8 the taker may pass on 1/4 only: the pair keeps h + 3/4, level up to (h + 3/4) / 2 = (h + 7) / 8.
     */
    @Test
    void limitByAPairOnARing() {
        assertEquals(4.0 / 3, new HotRank(Topologies.ring(8), 2, 0.25).levelLimit(), CLOSE);
    }

    /** Against all sets of ranks. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("io.lplb.topology.TopologyMetricsTest#seeds")
    void agreesWithEnumeration(long seed) {
        ReplicaTopology topology = RandomTopology.of(seed, 10);
        Random random = new Random(seed);
        int rank = random.nextInt(topology.groupSize());
        double share = random.nextInt(11) / 10.0;
        HotRank hot = new HotRank(topology, rank, share);
        for (double load : new double[] {0, 0.5, 1, 1.5, 2, 4, 16, 1 + random.nextDouble(), 1e4}) {
            double expected = enumeratedPeak(topology, rank, share, load);
            assertEquals(expected, hot.peak(load), CLOSE * Math.max(1, load), () -> "load " + load);
        }
        double limit = hot.levelLimit();
        int n = topology.groupSize();
        if (limit < 1e6) {
            assertEquals((limit + n - 1) / n, enumeratedPeak(topology, rank, share, limit), CLOSE * limit);
            double above = limit * 1.01;
            assertTrue(enumeratedPeak(topology, rank, share, above) > (above + n - 1) / n + 1e-7 * limit);
            assertEquals(limit - (limit + n - 1) / n, hot.levelShed(), CLOSE * limit);
        } else {
            assertEquals((1e5 + n - 1) / n, enumeratedPeak(topology, rank, share, 1e5), 1e-4);
        }
    }

    private static double enumeratedPeak(ReplicaTopology topology, int hot, double share, double load) {
        double peak = 0;
        for (int set = 1; set < 1 << topology.groupSize(); set++) {
            double kept = 0;
            for (int r = 0; r < topology.groupSize(); r++) {
                kept += (set >> r & 1) == 0 ? 0 : (r == hot ? load : 1) * (1 - share);
            }
            for (Edge edge : topology.edges()) {
                boolean inside = (set >> edge.original() & 1) == 1 && (set >> edge.replica() & 1) == 1;
                kept += inside ? (edge.original() == hot ? load : 1) * share / topology.replicasPerRank() : 0;
            }
            peak = Math.max(peak, kept / Integer.bitCount(set));
        }
        return peak;
    }

    @Test
    void refusesWhatIsNoRankNoShareNoLoad() {
        ReplicaTopology ring = Topologies.ring(3);
        assertMessage("hot: got rank 3, expected 0..2", () -> new HotRank(ring, 3, 0.5));
        assertMessage("hot: got rank -1, expected 0..2", () -> new HotRank(ring, -1, 0.5));
        assertMessage("replicatedShare: got 1.5, expected 0..1", () -> new HotRank(ring, 0, 1.5));
        assertMessage("replicatedShare: got NaN, expected 0..1", () -> new HotRank(ring, 0, Double.NaN));
        HotRank hot = new HotRank(ring, 0, 0.5);
        assertMessage("load: got -1.0, expected a finite number, at least 0", () -> hot.peak(-1));
        assertMessage("load: got NaN, expected a finite number, at least 0", () -> hot.peak(Double.NaN));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
