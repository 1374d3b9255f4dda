// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.count.TokenCounter;
import io.lplb.placement.ExpertPlacement;
import io.lplb.solver.Backend;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadBalancerTest {

    private static LoadBalancerBuilder cube() {
        return LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(2);
    }

    private static int[] gaussianCounts(Random random, int experts, double mean, double deviation) {
        int[] counts = new int[experts];
        Arrays.setAll(counts, e -> (int) Math.max(0, mean * (1 + deviation * random.nextGaussian())));
        return counts;
    }

    /**
     * LPLB's own solve tests (placement.md's table), whose single draw has a largest rank load over the mean below the
     * tolerance. Here: the best of twenty draws is below it, and so is their mean but for the ring, where no split can
     * do better than 1.11 on average, as the lower bounds prove.
     */
    static Stream<Arguments> lplbTable() {
        return Stream.of(
                Arguments.of(Topologies.cube(), 256, 32, 2, true, 1.07, 1.07),
                Arguments.of(Topologies.cube(), 256, 32, 4, false, 1.07, 1.07),
                Arguments.of(Topologies.cube(), 256, 64, 2, true, 1.1, 1.1),
                Arguments.of(Topologies.ring(8), 256, 32, 1, true, 1.07, 1.12),
                Arguments.of(Topologies.hypercube(), 256, 16, 2, true, 1.03, 1.03),
                Arguments.of(Topologies.torus(8, 4), 256, 32, 2, false, 1.01, 1.01));
    }

    @ParameterizedTest(name = "{0}, {1} experts on {2} ranks, {3} replicas, reorder {4}: below {5}, on average {6}")
    @MethodSource("lplbTable")
    void balancesWhatLplbsTestsBalance(
            ReplicaTopology topology,
            int experts,
            int ranks,
            int replicas,
            boolean reorder,
            double tolerance,
            double mean) {
        double sum = 0;
        double best = Double.POSITIVE_INFINITY;
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            double[] history = new double[experts];
            Arrays.setAll(history, e -> Math.max(0, (1 << 20) * (1 + 0.15 * random.nextGaussian())));
            try (LoadBalancer balancer = LoadBalancer.builder()
                    .experts(experts)
                    .ranks(ranks)
                    .topology(topology)
                    .replicas(replicas)
                    .build()) {
                if (reorder) {
                    balancer.updatePlacement(history);
                }
                PlanReport report = balancer.plan(gaussianCounts(random, experts, 1 << 12, 0.3));
                assertEquals(Math.ceil(report.lowerBound() - 1e-6), report.maxLoad(), "seed " + seed + ": " + report);
                sum += report.imbalance();
                best = Math.min(best, report.imbalance());
            }
        }
        assertTrue(best < tolerance, "least imbalance " + best);
        assertTrue(sum / 20 < mean, "mean imbalance " + sum / 20);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"interior-point", "relaxation"})
    void routesEveryTokenToAReplicaAndExactlyAsPlanned(String solver) {
        for (boolean eplb : new boolean[] {false, true}) {
            LoadBalancerBuilder builder = cube().solver(solver);
            if (eplb) {
                builder.eplb();
            }
            try (LoadBalancer balancer = builder.build()) {
                checkRoutedBatches(balancer, 7);
            }
        }
    }

    private static void checkRoutedBatches(LoadBalancer balancer, int seed) {
        Random random = new Random(seed);
        TokenCounter counter = new TokenCounter(64);
        int[] counts = new int[64];
        double[] history = new double[64];
        for (int batch = 0; batch < 30; batch++) {
            int[] ids = routed(random, random.nextInt(5_000));
            counter.count(ids, counts);
            PlanReport report = balancer.plan(counts);
            int[] out = new int[ids.length];
            balancer.route(ids, out);
            long[] loads = new long[8];
            for (int k = 0; k < ids.length; k++) {
                if (ids[k] < 0) {
                    assertEquals(-1, out[k]);
                } else {
                    assertEquals(ids[k], balancer.placement().expertIn(out[k]));
                    loads[balancer.placement().rankOf(out[k])]++;
                }
            }
            assertArrayEquals(loads, report.rankLoads(), "seed " + seed + ", batch " + batch);
            assertEquals((double) Arrays.stream(loads).max().orElseThrow(), report.maxLoad());
            assertEquals(Math.ceil(report.lowerBound() - 1e-6), report.maxLoad(), report.toString());
            assertTrue(report.maxLoad() <= report.identityMaxLoad());
            for (int e = 0; e < 64; e++) {
                history[e] += counts[e];
            }
            if (batch % 10 == 9) {
                balancer.updatePlacement(history);
            }
        }
    }

    private static int[] routed(Random random, int n) {
        int[] ids = new int[n];
        Arrays.setAll(
                ids, k -> Math.min(63, (int) Math.abs(random.nextGaussian() * 12)) - (random.nextInt(9) == 0 ? 1 : 0));
        return ids;
    }

    private static PlanReport planOnce(LoadBalancerBuilder builder, int[] counts) {
        try (LoadBalancer balancer = builder.build()) {
            return balancer.plan(counts).copy();
        }
    }

    /** What the plan sends to each slot is what the router then does. */
    @Test
    void slotLoadsAreThoseRouted() {
        int seed = 11;
        Random random = new Random(seed);
        int[] ids = random.ints(5_000, 0, 64).map(id -> id * id / 64).toArray();
        int[] counts = new int[64];
        new TokenCounter(64).count(ids, counts);
        try (LoadBalancer balancer = cube().build()) {
            ExpertPlacement placement = balancer.placement();
            long[] planned = new long[placement.physicalExperts()];
            assertThrows(IllegalStateException.class, () -> balancer.copySlotLoads(planned));
            balancer.plan(counts);
            assertThrows(IllegalArgumentException.class, () -> balancer.copySlotLoads(new long[3]));
            balancer.copySlotLoads(planned);
            balancer.route(ids, ids);
            long[] routed = new long[planned.length];
            for (int slot : ids) {
                routed[slot]++;
            }
            assertArrayEquals(routed, planned, "seed " + seed);
        }
    }

    @Test
    void anEmptyBatchIsBalanced() {
        try (LoadBalancer balancer = cube().build()) {
            assertNull(balancer.lastPlan());
            PlanReport report = balancer.plan(new int[64]);
            assertEquals(0, report.tokens());
            assertEquals(1, report.imbalance());
            assertEquals(0, report.gap());
            balancer.route(new int[0], new int[0]);
            int[] out = new int[2];
            balancer.route(new int[] {-1, 5}, out);
            assertEquals(-1, out[0]);
            assertEquals(5, balancer.placement().expertIn(out[1]));
        }
    }

    @Test
    void theLargestCountsAreExact() {
        int[] counts = new int[64];
        Arrays.fill(counts, Integer.MAX_VALUE);
        PlanReport report = planOnce(cube(), counts);
        assertEquals(64L * Integer.MAX_VALUE, report.tokens());
        assertEquals(8L * Integer.MAX_VALUE, report.maxLoad());
    }

    @Test
    void oneRankAndAFixedPlacement() {
        ExpertPlacement placement = ExpertPlacement.of(1, 1, 3, new int[] {0, 1, 2, 1});
        try (LoadBalancer balancer = LoadBalancer.builder().placement(placement).build()) {
            assertEquals(60, balancer.plan(new int[] {10, 20, 30}).maxLoad());
            assertThrows(IllegalStateException.class, () -> balancer.updatePlacement(new double[3]));
        }
    }

    @Test
    void speedsDecideWhoComputesMore() {
        double[] speeds = {1, 1, 1, 1, 1, 1, 1, 3};
        try (LoadBalancer balancer = cube().speeds(speeds).build()) {
            int[] counts = new int[64];
            Arrays.fill(counts, 1_000);
            PlanReport report = balancer.plan(counts);
            assertTrue(report.rankLoad(7) > report.rankLoad(0), report.toString());
            assertTrue(report.maxLoad() < 8_000);
        }
    }

    @Test
    void theListenerHearsOfEveryPlan() {
        List<PlanReport> heard = new ArrayList<>();
        try (LoadBalancer balancer =
                cube().listener(report -> heard.add(report.copy())).build()) {
            balancer.plan(new int[64]);
            int[] counts = new int[64];
            counts[0] = 100;
            PlanReport last = balancer.plan(counts);
            assertEquals(2, heard.size());
            assertEquals(0, heard.get(0).tokens());
            assertEquals(last.maxLoad(), heard.get(1).maxLoad());
            assertEquals(last.toString(), heard.get(1).toString());
            assertTrue(last.solveNanos() > 0 && last.quotaNanos() > 0);
        }
    }

    @Test
    void misuseSaysWhatWasExpectedAndChangesNothing() {
        LoadBalancer balancer = cube().build();
        int[] out = {7, 7};
        assertThrows(IllegalStateException.class, () -> balancer.route(new int[2], out));
        int[] counts = new int[64];
        counts[5] = 9;
        PlanReport before = balancer.plan(counts).copy();
        assertMessage("counts: got length 63, expected 64 experts", () -> balancer.plan(new int[63]));
        int[] negative = new int[64];
        negative[9] = -4;
        assertMessage("counts[9]: got -4, expected at least 0 tokens", () -> balancer.plan(negative));
        assertMessage("ids[0]: got expert 64, expected -1 or 0..63", () -> balancer.route(new int[] {64, 0}, out));
        assertMessage("history: got length 3, expected 64 experts", () -> balancer.updatePlacement(new double[3]));
        assertArrayEquals(new int[] {7, 7}, out);
        assertEquals(before.toString(), String.valueOf(balancer.lastPlan()));
        balancer.close();
        balancer.close();
        for (int k = 0; k < 2; k++) {
            assertClosed("plan", () -> balancer.plan(counts));
            assertClosed("route", () -> balancer.route(out, out));
            assertClosed("updatePlacement", () -> balancer.updatePlacement(new double[64]));
            assertClosed("copySlotLoads", () -> balancer.copySlotLoads(new long[80]));
        }
    }

    private static void assertClosed(String call, org.junit.jupiter.api.function.Executable closed) {
        assertEquals(
                call + ": got a closed balancer, expected an open one",
                assertThrows(IllegalStateException.class, closed).getMessage());
    }

    @Test
    void theSmallestBalancersAreBuilt() {
        try (LoadBalancer one =
                LoadBalancer.builder().experts(1).ranks(1).eplb().build()) {
            assertEquals(5, one.plan(new int[] {5}).maxLoad());
        }
        assertEquals(
                4,
                physicalExperts(
                        LoadBalancer.builder().experts(4).ranks(2).eplb().replicas(0)));
        assertEquals(
                6, physicalExperts(LoadBalancer.builder().experts(4).ranks(2).eplb()));
        int columns = Topologies.cube().replicasPerRank();
        assertEquals(
                8 * (8 + columns),
                physicalExperts(LoadBalancer.builder().experts(64).ranks(8).topology(Topologies.cube())));
        assertThrows(
                IllegalArgumentException.class,
                () -> physicalExperts(LoadBalancer.builder()
                        .experts(64)
                        .ranks(8)
                        .topology(Topologies.cube())
                        .replicas(0)));
    }

    private static int physicalExperts(LoadBalancerBuilder builder) {
        try (LoadBalancer balancer = builder.build()) {
            return balancer.placement().physicalExperts();
        }
    }

    /** Without a history all experts weigh the same: no expert gets a second replica before all have one. */
    @Test
    void eplbWithoutAHistoryIsEven() {
        try (LoadBalancer balancer =
                LoadBalancer.builder().experts(8).ranks(4).replicas(1).eplb().build()) {
            for (int e = 0; e < 8; e++) {
                assertTrue(balancer.placement().replicaCount(e) <= 2, "expert " + e);
            }
        }
    }

    @Test
    void aNewPlacementNeedsANewPlan() {
        try (LoadBalancer balancer = cube().build()) {
            balancer.plan(new int[64]);
            ExpertPlacement first = balancer.placement();
            double[] history = new double[64];
            history[63] = 5;
            balancer.updatePlacement(history);
            assertNotEquals(
                    Arrays.toString(first.phy2log()),
                    Arrays.toString(balancer.placement().phy2log()));
            assertNull(balancer.lastPlan());
            assertThrows(IllegalStateException.class, () -> balancer.route(new int[1], new int[1]));
        }
    }

    @Test
    void theBuilderNamesWhatIsMissing() {
        assertMessage(
                "experts: got nothing, expected at least 1",
                () -> LoadBalancer.builder().eplb().build());
        assertMessage(
                "ranks: got nothing, expected at least 1",
                () -> LoadBalancer.builder().experts(4).eplb().build());
        assertMessage(
                "solver: got 'simplex', expected one of " + Solvers.names(),
                () -> LoadBalancer.builder().solver("simplex"));
        assertMessage(
                "ranks: got -1, expected at least 1", () -> cube().ranks(-1).build());
        assertMessage("replicas: got -1, expected at least 0", () -> cube().replicas(-1));
        assertThrows(IllegalArgumentException.class, () -> cube().speeds(1, 2).build());
        assertThrows(IllegalArgumentException.class, () -> cube().tolerance(-1).build());
    }

    @Test
    void settingsOutOfRangeAreRefusedAtOnce() {
        LoadBalancerBuilder builder = cube();
        for (double wrong : new double[] {Double.NaN, 0, -0.0, -1e-9, Double.POSITIVE_INFINITY}) {
            assertMessage(
                    "tolerance: got " + wrong + ", expected a positive finite number", () -> builder.tolerance(wrong));
        }
        for (int wrong : new int[] {0, -1, Integer.MIN_VALUE}) {
            assertMessage("ranksPerNode: got " + wrong + ", expected at least 1", () -> builder.ranksPerNode(wrong));
        }
        for (int wrong : new int[] {0, 65_537, Integer.MAX_VALUE}) {
            assertMessage("layers: got " + wrong + ", expected 1..65536", () -> builder.layers(wrong));
        }
        for (int slots : new int[] {Integer.MAX_VALUE, 1 << 30}) {
            assertMessage(
                    "slots: got " + Math.min(Integer.MAX_VALUE, slots + 8L)
                            + " on each of 8 ranks, expected at most 16777216 in all",
                    () -> cube().eplb().replicas(slots).build());
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> cube().replicas(Integer.MAX_VALUE).build());
        builder.build().close();
    }

    @Test
    void theGpuIsNeverReplacedInSilence() {
        IllegalStateException e = assertThrows(
                IllegalStateException.class, () -> cube().backend(Backend.GPU).build());
        assertTrue(String.valueOf(e.getMessage()).startsWith("backend gpu: not available."), e.getMessage());
        try (LoadBalancer balancer = cube().backend(Backend.AUTO).build()) {
            assertFalse(balancer.plan(new int[64]).status() == SolveStatus.INVALID);
        }
    }

    private static void assertMessage(String expected, org.junit.jupiter.api.function.Executable call) {
        assertEquals(
                expected, assertThrows(IllegalArgumentException.class, call).getMessage());
    }
}
