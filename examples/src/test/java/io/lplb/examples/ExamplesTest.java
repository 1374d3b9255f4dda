// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.PlanReport;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs every example and checks what it prints. */
class ExamplesTest {
    private static final String[] NONE = {};

    /** The last number of a line. */
    private static double number(String line) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
    }

    @Test
    void quickStartIsBalancedToATokenAndSaysTheGap() throws Exception {
        List<String> lines = Printed.by(() -> QuickStart.main(NONE));
        assertEquals(1, lines.size(), lines.toString());
        String line = lines.get(0);
        assertTrue(line.matches("[0-9.]+, at most [-0-9.E]+ tokens from optimal"), line);
        assertEquals(1.0, Double.parseDouble(line.substring(0, line.indexOf(','))), "3,072 tokens, 384 on each rank");
    }

    /** Both on a machine with a GPU and on one without; there the reason and the remedy are printed. */
    @Test
    void onTheGpuOrWithTheReasonWhyNot() throws Exception {
        List<String> lines = Printed.by(() -> OnTheGpu.main(NONE));
        if (lines.size() == 2) {
            assertTrue(lines.get(0).startsWith("backend gpu: not available. "), lines.toString());
            assertTrue(lines.get(0).length() > "backend gpu: not available. ".length() + 20, "no reason: " + lines);
        } else {
            assertEquals(1, lines.size(), lines.toString());
        }
        assertEquals(
                "largest load 1052.0, lower bound 1052.0",
                lines.getLast().replaceAll("(\\d+\\.\\d)\\d*", "$1"),
                "8,416 tokens on 8 ranks");
    }

    @Test
    void buildingBlocksReachTheOptimum() throws Exception {
        List<String> lines = Printed.by(() -> BuildingBlocks.main(NONE));
        assertEquals(2, lines.size(), lines.toString());
        String last = lines.get(1);
        double largest = Double.parseDouble(last.replaceAll(".*largest load ([0-9.]+),.*", "$1"));
        assertEquals(largest, number(last), 1e-3, last);
        assertEquals(1.2, largest, 2e-3, "an item of 2 and its two ranks with 0.2 each");
    }

    @Test
    void moeLayerEqualsThePlainOne() throws Exception {
        List<String> lines = Printed.by(() -> MoeLayer.main(NONE));
        assertEquals(2, lines.size(), lines.toString());
        double[] times = Arrays.stream(
                        lines.get(0).replaceAll("[^0-9 ]", "").strip().split(" +", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertTrue(times[1] < times[0] && times[2] == times[1], lines.toString());
        assertTrue(number(lines.get(1)) < 1e-5, lines.toString());
    }

    @Test
    void moeLayerOnADeviceEqualsThePlainOne() throws Exception {
        List<String> lines = Printed.by(() -> MoeLayer.main(new String[] {"tornado", "small", "64"}));
        assertEquals(2, lines.size(), lines.toString());
        double[] differences = Arrays.stream(lines.get(1).split("[^0-9.e-]+", -1))
                .filter(word -> word.matches("[0-9].*"))
                .mapToDouble(Double::parseDouble)
                .toArray();
        assertEquals(2, differences.length, lines.toString());
        assertTrue(differences[0] < 1e-5 && differences[1] < 1e-5, lines.toString());
        assertThrows(IllegalArgumentException.class, () -> MoeLayer.main(new String[] {"cpu", "gpt"}));
        assertThrows(IllegalArgumentException.class, () -> MoeLayer.main(new String[] {"npu"}));
    }

    @Test
    void customTopologyIsDrawnAndSpreadsTheHotRank() throws Exception {
        List<String> lines = Printed.by(() -> CustomTopology.main(NONE));
        assertTrue(lines.get(0).contains("ring and diagonals"), lines.toString());
        assertTrue(lines.contains("diameter 2"), lines.toString());
        assertEquals(467.0 * 6 / 2800, number(lines.getLast()), 1e-12, "2,800 tokens on 6 ranks, ceil(466.67) = 467");
    }

    @Test
    void placementMoves() throws Exception {
        List<String> lines = Printed.by(() -> PlacementMoves.main(NONE));
        assertEquals(1, lines.size());
        assertTrue(lines.get(0).matches("survives any 0 ranks; imbalance [0-9.]+ -> 1\\.0[0-9]+, .*"), lines.get(0));
    }

    @Test
    void eplbGivesAnExpertSeveralReplicas() throws Exception {
        List<String> lines = Printed.by(() -> EplbLayers.main(NONE));
        assertEquals(2, lines.size(), lines.toString());
        for (String line : lines) {
            int most = Integer.parseInt(line.replaceAll(".*at most (\\d+) replicas.*", "$1"));
            assertTrue(most > 2, line);
            assertTrue(number(line) < 1.05, line);
        }
    }

    @Test
    void ranksThatFailGetNoTokenAndSlowOnesFewer() throws Exception {
        List<String> lines = Printed.by(() -> RanksThatFail.main(NONE));
        assertEquals(3, lines.size(), lines.toString());
        assertTrue(
                lines.get(0).matches("rank 3 fails: \\[(9\\d\\d, ){3}0, (9\\d\\d, ){3}9\\d\\d], imbalance 1\\.0.*"),
                lines.get(0));
        assertTrue(
                lines.get(1).matches("rank 5 at half speed: .*, 42\\d, 85\\d, 85\\d], imbalance 1\\.0.*"),
                lines.get(1));
        assertTrue(lines.get(2).matches("all well: \\[(800, ){7}800], imbalance 1\\.0"), lines.get(2));
    }

    @Test
    void servingLoopBalancesEveryLayer() throws Exception {
        List<String> lines = Printed.by(() -> ServingLoop.main(NONE));
        assertEquals(3, lines.size(), lines.toString());
        for (String line : lines) {
            assertTrue(number(line) < 1.05, line);
        }
    }

    /** As its class comment says. The first steps may still compile and load classes. */
    @Test
    void aStepOfTheServingLoopAllocatesNothing() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        int[] ids = new int[1024];
        int[] physicalIds = new int[1024];
        new Gate(64, 9).choose(ids);
        try (ServingLoop loop = new ServingLoop(2)) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20 && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int step = 0; step < 100; step++) {
                    PlanReport report = loop.step(step % 2, ids, physicalIds);
                    assertTrue(report.tokens() == 1024);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least, "bytes allocated by the best of 20 rounds of 100 steps");
        }
    }

    @Test
    void manyRanksAgreeOnEveryBatch() throws Exception {
        List<String> lines = Printed.by(() -> ManyRanks.main(NONE));
        assertEquals(4, lines.size(), lines.toString());
        for (int rank = 0; rank < 4; rank++) {
            assertTrue(lines.get(rank).startsWith("rank " + rank + ": 20 of 20 batches agreed, "), lines.toString());
            assertEquals(number(lines.get(0)), number(lines.get(rank)), "one plan");
        }
        assertTrue(number(lines.get(0)) < 1.05, lines.toString());
    }

    @Test
    void flightRecordingHasAnEventPerPlan() throws Exception {
        List<String> lines = Printed.by(() -> FlightRecording.main(NONE));
        assertEquals(5, lines.size(), lines.toString());
        String last = lines.getLast();
        assertTrue(last.startsWith("OPTIMAL 239 tokens, largest load "), last);
        double largest = number(last.replaceAll(", mean.*", ""));
        assertTrue(largest >= 30 && largest < 71, "expert 0 has 50 tokens, its rank 71 without balancing: " + last);
        assertEquals(239 / 8.0, number(last));
    }

    @Test
    void micrometerCountsTokens() throws Exception {
        List<String> lines = Printed.by(() -> MicrometerMetrics.main(NONE));
        assertEquals("tokens 900.0", lines.get(0));
        assertEquals(4.0, number(lines.get(1)), "one expert with two replicas on 8 ranks");
    }
}
