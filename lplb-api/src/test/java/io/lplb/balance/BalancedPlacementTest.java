// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.Eplb;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementUpdate;
import io.lplb.topology.Topologies;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BalancedPlacementTest {
    private static double[] logNormal(long seed, int experts) {
        Random random = new Random(seed);
        double[] load = new double[experts];
        Arrays.setAll(load, e -> Math.exp(random.nextGaussian()));
        return load;
    }

    private static int[] counts(double[] history, double scale) {
        return Arrays.stream(history).mapToInt(load -> (int) (scale * load)).toArray();
    }

    /** Sizes of real deployments: built, planned exactly, routed, with copies on distinct ranks. */
    @ParameterizedTest
    @CsvSource({"256, 144, 2", "256, 320, 1", "256, 72, 4", "160, 24, 8", "256, 12, 22", "256, 40, 7"})
    void realSizesAreBalanced(int experts, int ranks, int slots) {
        double[] history = logNormal(experts + ranks, experts);
        int[] counts = counts(history, 100);
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(experts)
                .ranks(ranks)
                .slotsPerRank(slots)
                .solver("relaxation")
                .build()) {
            balancer.updatePlacement(history);
            ExpertPlacement placement = balancer.placement();
            assertEquals(ranks * slots, placement.physicalExperts());
            for (int e = 0; e < experts; e++) {
                assertEquals(placement.replicaCount(e), placement.ranksOf(e).length);
            }
            PlanReport report = balancer.plan(counts);
            assertTrue(report.maxLoad() <= Math.ceil(report.lowerBound() - 1e-6) + 1e-9, report.toString());
            requireRouted(balancer, counts);
        }
    }

    /** Every token goes to a slot of its expert. */
    private static void requireRouted(LoadBalancer balancer, int[] counts) {
        int[] ids = new int[Arrays.stream(counts).sum()];
        int n = 0;
        for (int e = 0; e < counts.length; e++) {
            Arrays.fill(ids, n, n += counts[e], e);
        }
        int[] slots = new int[ids.length];
        balancer.route(ids, slots);
        for (int k = 0; k < ids.length; k++) {
            assertEquals(ids[k], balancer.placement().expertIn(slots[k]));
        }
    }

    /** 8 experts on 8 ranks with 3 replica slots: all copies of the hot expert on ranks of their own. */
    @Test
    void copiesOfAHotExpertLieOnDistinctRanks() {
        try (LoadBalancer balancer =
                LoadBalancer.builder().experts(8).ranks(8).eplb().replicas(3).build()) {
            balancer.updatePlacement(new double[] {1000, 1, 1, 1, 1, 1, 1, 1});
            assertEquals(8, balancer.placement().replicaCount(0));
            for (int e = 0; e < 8; e++) {
                assertEquals(
                        balancer.placement().replicaCount(e),
                        balancer.placement().ranksOf(e).length);
            }
        }
    }

    /** Without history no expert gets all the replicas. */
    @ParameterizedTest
    @CsvSource({"8, 8, 1", "64, 8, 8"})
    void withoutHistoryReplicasAreEven(int experts, int ranks, int replicas) {
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(experts)
                .ranks(ranks)
                .replicas(replicas)
                .build()) {
            assertEquals(2, Arrays.stream(balancer.placement().counts()).max().orElseThrow());
            balancer.updatePlacement(new double[experts]);
            assertEquals(2, Arrays.stream(balancer.placement().counts()).max().orElseThrow());
        }
    }

    @Test
    void redundantExpertsNodesAndGroups() {
        LoadBalancerBuilder builder =
                LoadBalancer.builder().experts(32).ranks(8).redundantExperts(20).nodes(2);
        try (LoadBalancer balancer = builder.build()) {
            balancer.updatePlacement(logNormal(3, 32));
            assertEquals(52, Arrays.stream(balancer.placement().counts()).sum());
            assertEquals(7, balancer.placement().slotsPerRank());
            requireEvenOverNodes(balancer.placement(), 4);
            int[] counts = counts(logNormal(4, 32), 50);
            balancer.plan(counts);
            requireRouted(balancer, counts);
        }
        try (LoadBalancer balancer =
                builder.redundantExperts(16).expertGroups(4).build()) {
            balancer.updatePlacement(logNormal(3, 32));
            for (int e = 0; e < 32; e++) {
                int node = balancer.placement().ranksOf(e / 8 * 8)[0] / 4;
                assertTrue(Arrays.stream(balancer.placement().ranksOf(e)).allMatch(r -> r / 4 == node));
            }
        }
    }

    private static void requireEvenOverNodes(ExpertPlacement placement, int ranksPerNode) {
        for (int e = 0; e < placement.experts(); e++) {
            int[] inNode = new int[placement.ranks() / ranksPerNode];
            Arrays.stream(placement.ranksOf(e)).forEach(r -> inNode[r / ranksPerNode]++);
            assertTrue(Arrays.stream(inNode).max().orElseThrow()
                            - Arrays.stream(inNode).min().orElseThrow()
                    <= 1);
        }
    }

    /** ranksPerNode spreads copies over nodes, or is refused. */
    @Test
    void ranksPerNodeHasAnEffect() {
        LoadBalancerBuilder builder =
                LoadBalancer.builder().experts(32).ranks(8).slotsPerRank(6);
        double[] history = logNormal(5, 32);
        try (LoadBalancer balancer = builder.ranksPerNode(2).build()) {
            balancer.updatePlacement(history);
            requireEvenOverNodes(balancer.placement(), 2);
        }
        assertMessage(
                "ranksPerNode: got 3, expected a divisor of the 8 ranks, or at least as many",
                () -> builder.ranksPerNode(3).build());
        assertMessage("ranksPerNode: got 0, expected at least 1", () -> builder.ranksPerNode(0));
        assertMessage(
                "nodes: got 3, expected a divisor of the 8 ranks",
                () -> builder.nodes(3).build());
    }

    @Test
    void failuresAreSurvivedOrRefused() {
        LoadBalancerBuilder builder =
                LoadBalancer.builder().experts(32).ranks(8).nodes(4).slotsPerRank(8);
        try (LoadBalancer balancer = builder.surviveRanks(1).surviveNodes(1).build()) {
            balancer.updatePlacement(logNormal(6, 32));
            assertEquals(1, balancer.placement().coverage(2).nodes());
            balancer.updatePlacement(logNormal(7, 32));
            assertEquals(1, balancer.placement().coverage(2).nodes());
        }
        assertMessage(
                "slotsPerRank: got 7, 56 slots, expected at least 64 slots, 8 per rank, for 32 experts on 2 ranks each",
                () -> builder.slotsPerRank(7).build());
        assertMessage(
                "surviveRanks: got 1 for a placement that survives 0, expected at most that, or a balanced placement of"
                        + " at least 64 slots",
                () -> builder.slotsPerRank(6).topology(Topologies.cube()).build());
    }

    @Test
    void slotsAlongATopology() {
        LoadBalancerBuilder builder =
                LoadBalancer.builder().experts(64).ranks(8).topology(Topologies.cube());
        try (LoadBalancer six = builder.slotsPerRank(12).build();
                LoadBalancer redundant = builder.redundantExperts(32).build()) {
            assertEquals(12, six.placement().slotsPerRank());
            assertEquals(six.placement(), redundant.placement());
        }
        assertMessage(
                "redundantExperts: got 33 along topology cube, expected a multiple of the 8 ranks",
                () -> builder.redundantExperts(33).build());
        assertMessage(
                "expertGroups: got 4 along topology cube, expected a balanced placement",
                () -> builder.redundantExperts(32).expertGroups(4).build());
    }

    /** Propose, copy, commit: until then tokens are planned and routed by the old placement. */
    @Test
    void proposalsChangeNothingUntilCommitted() {
        double[] history = logNormal(8, 64);
        double[] later = logNormal(9, 64);
        try (LoadBalancer balancer =
                LoadBalancer.builder().experts(64).ranks(8).slotsPerRank(10).build()) {
            balancer.updatePlacement(history);
            ExpertPlacement old = balancer.placement();
            int[] counts = counts(later, 100);
            balancer.plan(counts);
            PlacementUpdate proposal = balancer.proposePlacement(later, MoveLimits.ifItPays());
            assertSame(old, balancer.placement());
            assertTrue(proposal.change().networkCopies() > 0);
            requireRouted(balancer, counts);
            balancer.commit(proposal);
            assertEquals(proposal.placement(), balancer.placement());
            assertThrows(IllegalStateException.class, () -> balancer.route(new int[1], new int[1]));
            balancer.plan(counts);
            requireRouted(balancer, counts);
            assertEquals(
                    "commit: got a proposal made for another placement than the one in force, expected a new proposal",
                    assertThrows(IllegalStateException.class, () -> balancer.commit(proposal))
                            .getMessage());
        }
    }

    /** One percent of noise moves nothing; the first history places anew. */
    @Test
    void updatesMoveLittle() {
        double[] history = logNormal(10, 256);
        Random random = new Random(1);
        double[] noisy = history.clone();
        Arrays.setAll(noisy, e -> noisy[e] * (1 + 0.01 * random.nextGaussian()));
        try (LoadBalancer balancer =
                LoadBalancer.builder().experts(256).ranks(32).replicas(2).build()) {
            ExpertPlacement first = balancer.placement();
            balancer.updatePlacement(history);
            ExpertPlacement placed = balancer.placement();
            assertNotEquals(first, placed);
            balancer.updatePlacement(noisy);
            assertArrayEquals(placed.phy2log(), balancer.placement().phy2log());
        }
    }

    @Test
    void placementsOfTheCallersOwn() {
        double[] history = logNormal(11, 64);
        ExpertPlacement eplb =
                Eplb.place(new double[][] {history}, 80, 1, 1, 8).layers().get(0);
        try (LoadBalancer balancer = LoadBalancer.builder().placement(eplb).build()) {
            ExpertPlacement other = Eplb.place(new double[][] {logNormal(12, 64)}, 96, 1, 1, 8)
                    .layers()
                    .get(0);
            balancer.updatePlacement(other);
            assertSame(other, balancer.placement());
            int[] counts = counts(history, 100);
            balancer.plan(counts);
            requireRouted(balancer, counts);
            PlacementUpdate proposal = balancer.proposePlacement(history, MoveLimits.atMost(3));
            assertTrue(proposal.change().networkCopies() <= 3);
            assertMessage(
                    "updatePlacement: got 2 experts on 2 ranks, expected 64 on 8",
                    () -> balancer.updatePlacement(ExpertPlacement.of(2, 2, 2, new int[] {0, 1})));
        }
    }

    /** Slots without an expert get no token. */
    @Test
    void emptySlots() {
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 3, new int[] {0, -1, 1, 2, 0, -1});
        try (LoadBalancer balancer = LoadBalancer.builder().placement(placement).build()) {
            int[] counts = {10, 4, 2};
            assertEquals(8, balancer.plan(counts).maxLoad());
            requireRouted(balancer, counts);
            long[] loads = new long[6];
            balancer.copySlotLoads(loads);
            assertEquals(0, loads[1] + loads[5]);
        }
    }

    @Test
    void alongATopologyProposalsAreTakenOrLeft() {
        double[] history = logNormal(13, 64);
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .build()) {
            PlacementUpdate taken = balancer.proposePlacement(history, new MoveLimits(Integer.MAX_VALUE, 0));
            assertTrue(taken.imbalance() <= taken.imbalanceBefore());
            PlacementUpdate left = balancer.proposePlacement(history, MoveLimits.atMost(0));
            assertEquals(balancer.placement(), left.placement());
        }
    }

    @Test
    void historyRefused() {
        try (LoadBalancer balancer = LoadBalancer.builder().experts(8).ranks(4).build()) {
            ExpertPlacement before = balancer.placement();
            for (double bad : new double[] {Double.NaN, -1, Double.POSITIVE_INFINITY}) {
                double[] history = new double[8];
                history[2] = bad;
                String message = "history[2]: got " + bad + ", expected a finite number, at least 0";
                assertMessage(message, () -> balancer.updatePlacement(history));
                assertMessage(message, () -> balancer.proposePlacement(history, MoveLimits.ifItPays()));
            }
            assertSame(before, balancer.placement());
        }
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
