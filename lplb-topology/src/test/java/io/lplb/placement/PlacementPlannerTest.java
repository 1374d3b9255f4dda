// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementPlannerTest {
    private static double[] logNormal(long seed, int experts) {
        Random random = new Random(seed);
        double[] load = new double[experts];
        Arrays.setAll(load, e -> Math.exp(random.nextGaussian()));
        return load;
    }

    /** Sizes of real deployments, with ranks that do not divide the experts. */
    @ParameterizedTest
    @CsvSource({
        "256, 144, 2",
        "256, 320, 1",
        "256, 72, 4",
        "160, 24, 8",
        "256, 12, 22",
        "256, 40, 7",
        "256, 32, 9",
        "8, 8, 4",
        "64, 8, 9",
        "3, 5, 3",
        "1, 1, 1",
        "1, 4, 2",
        "7, 3, 5"
    })
    void anySizeIsPlacedOnDistinctRanks(int experts, int ranks, int slots) {
        PlacementPlanner planner = PlacementPlanner.builder()
                .experts(experts)
                .ranks(ranks)
                .slotsPerRank(slots)
                .build();
        double[] single = new double[experts];
        Arrays.fill(single, 1);
        single[0] = 1000;
        for (double[] history :
                new double[][] {new double[experts], logNormal(1, experts), logNormal(2, experts), single}) {
            ExpertPlacement placement = planner.place(history);
            assertEquals(ranks, placement.ranks());
            assertEquals(slots, placement.slotsPerRank());
            requireDistinctRanks(placement);
            long used = IntStream.range(0, ranks * slots)
                    .filter(p -> placement.expertIn(p) >= 0)
                    .count();
            assertEquals(Math.min((long) ranks * slots, (long) experts * ranks), used, "only useless slots are empty");
            assertTrue(planner.bound(history) <= ExactSplit.of(placement).imbalance(single(history)) + 1e-9);
            assertEquals(placement, planner.place(history), "the same again");
        }
    }

    /** Loads as the planner sees them: all 1 where the history is all 0. */
    private static double[] single(double[] history) {
        double[] load = history.clone();
        if (Arrays.stream(load).sum() == 0) {
            Arrays.fill(load, 1);
        }
        return load;
    }

    private static void requireDistinctRanks(ExpertPlacement placement) {
        for (int e = 0; e < placement.experts(); e++) {
            assertEquals(placement.replicaCount(e), placement.ranksOf(e).length, "expert " + e + " of " + placement);
        }
    }

    /** EPLB gives 17 of 25 copies to ranks that have the expert already. */
    @Test
    void oneHotExpertOnEightRanks() {
        double[] history = {1000, 1, 1, 1, 1, 1, 1, 1};
        ExpertPlacement placement = PlacementPlanner.builder()
                .experts(8)
                .ranks(8)
                .slotsPerRank(4)
                .build()
                .place(history);
        assertEquals(8, placement.replicaCount(0));
        requireDistinctRanks(placement);
        assertEquals(1, ExactSplit.of(placement).imbalance(history), 1e-9);
    }

    /** 200 draws of 256 experts on 32 ranks with one redundant expert per rank: EPLB has a duplicate in most. */
    @Test
    void noDuplicateInManyDraws() {
        PlacementPlanner planner = PlacementPlanner.builder()
                .experts(256)
                .ranks(32)
                .redundantExperts(32)
                .build();
        for (int seed = 0; seed < 200; seed++) {
            requireDistinctRanks(planner.place(logNormal(seed, 256)));
        }
    }

    /** Without history no expert is worth more than another: counts differ by at most one. */
    @ParameterizedTest
    @CsvSource({"8, 8, 2", "64, 8, 16", "256, 32, 9", "256, 32, 20"})
    void withoutHistoryReplicasAreEven(int experts, int ranks, int slots) {
        int[] counts = PlacementPlanner.builder()
                .experts(experts)
                .ranks(ranks)
                .slotsPerRank(slots)
                .build()
                .place(new double[experts])
                .counts();
        int most = Arrays.stream(counts).max().orElseThrow();
        assertTrue(most - Arrays.stream(counts).min().orElseThrow() <= 1);
    }

    @Test
    void expertsWithoutHistoryShareWhatIsLeft() {
        double[] history = new double[16];
        history[3] = 5;
        int[] counts = PlacementPlanner.builder()
                .experts(16)
                .ranks(4)
                .slotsPerRank(12)
                .build()
                .place(history)
                .counts();
        assertEquals(4, counts[3]);
        for (int e = 0; e < 16; e++) {
            assertTrue(counts[e] >= 2, "expert " + e);
        }
    }

    @Test
    void redundantExpertsLeaveSlotsEmpty() {
        ExpertPlacement placement = PlacementPlanner.builder()
                .experts(256)
                .ranks(40)
                .redundantExperts(32)
                .build()
                .place(logNormal(3, 256));
        assertEquals(8, placement.slotsPerRank());
        assertEquals(288, Arrays.stream(placement.counts()).sum());
        assertEquals(32, Arrays.stream(placement.phy2log()).filter(e -> e < 0).count());
        requireDistinctRanks(placement);
    }

    @ParameterizedTest
    @CsvSource({"32, 4, 9", "32, 8, 12", "6, 3, 4", "24, 3, 12"})
    void copiesAreSpreadEvenlyOverNodes(int ranks, int nodes, int slots) {
        for (int seed = 0; seed < 20; seed++) {
            int experts = ranks * slots * 3 / 4;
            ExpertPlacement placement = PlacementPlanner.builder()
                    .experts(experts)
                    .ranks(ranks)
                    .slotsPerRank(slots)
                    .nodes(nodes)
                    .build()
                    .place(logNormal(seed, experts));
            for (int e = 0; e < experts; e++) {
                int[] inNode = new int[nodes];
                for (int rank : placement.ranksOf(e)) {
                    inNode[rank / (ranks / nodes)]++;
                }
                int most = Arrays.stream(inNode).max().orElseThrow();
                assertTrue(most - Arrays.stream(inNode).min().orElseThrow() <= 1);
            }
            requireDistinctRanks(placement);
        }
    }

    @Test
    void expertGroupsStayOnANode() {
        PlacementPlanner planner = PlacementPlanner.builder()
                .experts(256)
                .ranks(32)
                .slotsPerRank(9)
                .expertGroups(8)
                .nodes(4)
                .build();
        ExpertPlacement placement = planner.place(logNormal(4, 256));
        int[] groupsOfNode = new int[4];
        for (int group = 0; group < 8; group++) {
            int node = placement.ranksOf(group * 32)[0] / 8;
            groupsOfNode[node]++;
            for (int e = group * 32; e < (group + 1) * 32; e++) {
                for (int rank : placement.ranksOf(e)) {
                    assertEquals(node, rank / 8);
                }
            }
        }
        assertArrayEquals(new int[] {2, 2, 2, 2}, groupsOfNode);
        requireDistinctRanks(placement);
    }

    @ParameterizedTest
    @CsvSource({
        "12, 4, 2, 6, 1, 0",
        "12, 4, 2, 9, 2, 0",
        "12, 4, 2, 6, 0, 1",
        "256, 32, 4, 16, 0, 1",
        "30, 9, 3, 10, 0, 2"
    })
    void failuresAreSurvived(int experts, int ranks, int nodes, int slots, int deadRanks, int deadNodes) {
        for (int seed = 0; seed < 20; seed++) {
            ExpertPlacement placement = PlacementPlanner.builder()
                    .experts(experts)
                    .ranks(ranks)
                    .nodes(nodes)
                    .slotsPerRank(slots)
                    .surviveRanks(deadRanks)
                    .surviveNodes(deadNodes)
                    .build()
                    .place(logNormal(seed, experts));
            Coverage coverage = placement.coverage(ranks / nodes);
            assertTrue(coverage.ranks() >= deadRanks && coverage.nodes() >= deadNodes, coverage.toString());
        }
    }

    @Test
    void fastRanksGetMore() {
        double[] speeds = {1, 1, 4, 4};
        double[] history = logNormal(6, 64);
        ExpertPlacement placement = PlacementPlanner.builder()
                .experts(64)
                .ranks(4)
                .slotsPerRank(30)
                .speeds(speeds)
                .build()
                .place(history);
        assertTrue(ExactSplit.of(placement, speeds).imbalance(history) < 1.001);
    }

    /** Batches of two kinds: a placement made for both balances them better than one made for the first alone. */
    @Test
    void recordedBatchesArePlaced() {
        double[][] batches = new double[12][];
        for (int k = 0; k < batches.length; k++) {
            batches[k] = logNormal(k % 2, 64);
        }
        PlacementPlanner planner =
                PlacementPlanner.builder().experts(64).ranks(8).slotsPerRank(10).build();
        ExpertPlacement placement = planner.place(batches);
        requireDistinctRanks(placement);
        double both = mean(placement, batches);
        double first = mean(planner.place(batches[0]), batches);
        assertTrue(both < first, both + " and " + first);
        assertMessage("batches: got none, expected at least one", () -> planner.place(new double[0][]));
    }

    private static double mean(ExpertPlacement placement, double[][] batches) {
        ExactSplit split = ExactSplit.of(placement);
        return Arrays.stream(batches).mapToDouble(split::imbalance).average().orElseThrow();
    }

    /** The drawn table of the benchmark program, with fewer draws: noise after the placement, exact split. */
    @ParameterizedTest
    @CsvSource({"9, 0, 1.0001", "9, 0.1, 1.01", "9, 0.3, 1.11", "10, 0, 1.0001", "10, 0.1, 1.0005", "10, 0.3, 1.012"})
    void robustToNoise(int slots, double noise, double limit) {
        PlacementPlanner planner = PlacementPlanner.builder()
                .experts(256)
                .ranks(32)
                .slotsPerRank(slots)
                .build();
        int draws = 12;
        double ours = 0;
        double eplb = 0;
        for (int draw = 0; draw < draws; draw++) {
            double[] history = logNormal(draw, 256);
            Random random = new Random(100 + draw);
            double[] batch = history.clone();
            Arrays.setAll(batch, e -> batch[e] * Math.exp(noise * random.nextGaussian()));
            ours += ExactSplit.of(planner.place(history)).imbalance(batch) / draws;
            ExpertPlacement other = Eplb.place(new double[][] {history}, 32 * slots, 1, 1, 32)
                    .layers()
                    .get(0);
            eplb += ExactSplit.of(other).imbalance(batch) / draws;
        }
        assertTrue(ours <= limit && ours <= eplb, "mean of max/mean " + ours + ", EPLB's " + eplb);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 4 | 3 | experts: got 0, expected at least 1",
                "8 | -1 | 3 | ranks: got -1, expected at least 1",
                "8 | 4 | 0 | slotsPerRank: got 0, expected at least 1",
                "8 | 4 | 1 | slotsPerRank: got 1, 4 slots, expected at least 8 slots, 2 per rank, for 8 experts on 1"
                        + " rank each",
                "8 | 2147483647 | 2147483647 | slots: got 2147483647 on each of 2147483647 ranks, expected at most"
                        + " 16777216 in all"
            })
    void sizesRefused(int experts, int ranks, int slots, String message) {
        PlacementPlannerBuilder builder =
                PlacementPlanner.builder().experts(experts).ranks(ranks).slotsPerRank(slots);
        assertMessage(message, builder::build);
    }

    @Test
    void optionsRefused() {
        assertMessage(
                "planner: got no number of slots, expected slotsPerRank or redundantExperts",
                () -> PlacementPlanner.builder().experts(8).ranks(4).build());
        assertMessage(
                "redundantExperts: got -1, expected at least 0",
                () -> sizes().redundantExperts(-1).build());
        assertMessage(
                "nodes: got 3, expected a divisor of the 4 ranks",
                () -> sizes().nodes(3).build());
        assertMessage(
                "expertGroups: got 3, expected a divisor of the 8 experts",
                () -> sizes().expertGroups(3).build());
        assertMessage(
                "surviveRanks: got 4, expected 0..3 of the 4 ranks",
                () -> sizes().surviveRanks(4).build());
        assertMessage(
                "slotsPerRank: got 3, 12 slots, expected at least 16 slots, 4 per rank, for 8 experts on 2 ranks each",
                () -> sizes().surviveRanks(1).build());
        assertMessage(
                "surviveNodes: got 1 with experts confined to nodes by expertGroups, expected 0",
                () -> sizes().nodes(2).expertGroups(2).surviveNodes(1).build());
        assertMessage(
                "surviveRanks: got 2 with experts confined to nodes of 2 ranks, expected fewer",
                () -> sizes().nodes(2).expertGroups(2).surviveRanks(2).build());
        assertMessage(
                "speed[1]: got 4.9E-324, expected a positive finite number, at least " + Double.MIN_NORMAL,
                () -> sizes().speeds(new double[] {1, Double.MIN_VALUE, 1, 1}).build());
        assertMessage(
                "speed: got 1 speeds, expected 4, one for each rank",
                () -> sizes().speeds(new double[] {1}).build());
    }

    private static PlacementPlannerBuilder sizes() {
        return PlacementPlanner.builder().experts(8).ranks(4).slotsPerRank(3);
    }

    @Test
    void historyRefused() {
        PlacementPlanner planner = sizes().build();
        for (double bad : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY}) {
            double[] history = new double[8];
            history[5] = bad;
            assertMessage(
                    "history[5]: got " + bad + ", expected a finite number, at least 0", () -> planner.place(history));
        }
        assertMessage("history: got 7 weights, expected 8, one for each expert", () -> planner.place(new double[7]));
    }

    @Test
    void hugeHistoryIsPlaced() {
        double[] history = new double[8];
        Arrays.fill(history, Double.MAX_VALUE);
        assertEquals(1, ExactSplit.of(sizes().build().place(history)).imbalance(history), 1e-9);
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
