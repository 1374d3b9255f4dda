// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.lplb.cost.ExpertCost;
import io.lplb.placement.ExpertPlacement;
import io.lplb.quota.SecondObjective;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.topology.Topologies;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Plans of balancers whose replicas and ranks have limits. */
class TokenLimitsTest {
    private static final long NONE = Long.MAX_VALUE;

    /** 4 experts on 3 ranks: 0 and 1 on ranks 0 and 1, 2 on ranks 1 and 2, 3 on rank 2 alone. */
    private static ExpertPlacement placement() {
        return ExpertPlacement.of(3, 3, 4, new int[] {0, 1, -1, 0, 1, 2, 2, 3, -1});
    }

    @Test
    void expertsThatShareHostsHaveLimitsOfTheirOwn() {
        for (String solver : Solvers.names().subList(0, 3)) {
            try (LoadBalancer balancer = LoadBalancer.builder()
                    .placement(placement())
                    .solver(solver)
                    .replicaLimit(6)
                    .build()) {
                assertEquals(
                        SolveStatus.OPTIMAL,
                        balancer.plan(new int[] {12, 0, 3, 2}).status());
                long[] slots = new long[9];
                balancer.copySlotLoads(slots);
                assertArrayEquals(new long[] {6, 0, 0, 6, 0}, Arrays.copyOf(slots, 5));
                assertEquals("cpu", balancer.plan(new int[] {12, 0, 3, 2}).backend());
                PlanReport report = balancer.plan(new int[] {13, 0, 3, 2});
                assertEquals(SolveStatus.INFEASIBLE, report.status(), "the two experts' limits are not one of 24");
                assertArrayEquals(new int[] {0}, report.misfitExperts());
                assertArrayEquals(new int[0], report.misfitRanks());
                assertEquals(1, report.misfitTokens());
                assertEquals(18, report.tokens(), "all tokens are planned nevertheless");
                report = balancer.plan(new int[] {1, 1, 1, 7});
                assertArrayEquals(new int[] {3}, report.misfitExperts());
                balancer.updateReplicaLimit(7);
                assertEquals(
                        SolveStatus.OPTIMAL,
                        balancer.plan(new int[] {13, 0, 3, 7}).status());
                assertEquals(0, balancer.plan(new int[] {13, 0, 3, 7}).misfitTokens());
            }
        }
    }

    @Test
    void limitsOfRanksHoldFromTheNextPlanOn() {
        try (LoadBalancer balancer =
                LoadBalancer.builder().placement(placement()).build()) {
            assertEquals(6, balancer.plan(new int[] {6, 6, 3, 3}).maxLoad());
            balancer.updateRankLimits(8, 4, NONE);
            PlanReport report = balancer.plan(new int[] {6, 6, 3, 3});
            assertEquals(SolveStatus.OPTIMAL, report.status());
            assertEquals(8, report.maxLoad());
            assertArrayEquals(new long[] {8, 4, 6}, report.rankLoads());
            balancer.updateRankLimits(8, 3, 7);
            report = balancer.plan(new int[] {6, 6, 3, 3});
            assertEquals(SolveStatus.INFEASIBLE, report.status());
            assertArrayEquals(new int[] {0, 1}, report.misfitRanks());
            assertArrayEquals(new int[] {0, 1}, report.misfitExperts());
            assertEquals(1, report.misfitTokens());
            assertEquals(6, report.maxLoad(), "as without limits");
            assertTrue(report.copy().toString().contains("misfitRanks=[0, 1]"), report.toString());
            balancer.updateRankLimits(NONE, NONE, 5);
            report = balancer.plan(new int[] {6, 6, 0, 6});
            assertArrayEquals(new int[] {2}, report.misfitRanks());
            assertArrayEquals(new int[] {3}, report.misfitExperts(), "the expert that lives there alone");
            balancer.updateRankLimits(NONE, NONE, NONE);
            assertEquals(6, balancer.plan(new int[] {6, 6, 3, 3}).maxLoad());
        }
    }

    @Test
    void groupsOfATopologyKeepLimitsAndAllocateNothing() {
        Random random = new Random(7);
        int[][] counts = new int[64][128];
        for (int[] batch : counts) {
            Arrays.setAll(batch, e -> (int) Math.exp(3 + random.nextGaussian()));
        }
        try (LoadBalancer free = cube().build();
                LoadBalancer limited = cube().replicaLimit(NONE).build()) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long[] ranks = new long[16];
            long[] slots = new long[limited.placement().physicalExperts()];
            long least = Long.MAX_VALUE;
            for (int pass = 0; pass < 20; pass++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int[] batch : counts) {
                    limited.updateReplicaLimit(40);
                    Arrays.fill(ranks, 900);
                    limited.updateRankLimits(ranks);
                    limited.plan(batch);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertEquals(0, least, "bytes per pass");
            int fit = 0;
            for (int[] batch : counts) {
                limited.updateReplicaLimit(NONE);
                Arrays.fill(ranks, NONE);
                limited.updateRankLimits(ranks);
                PlanReport report = limited.plan(batch);
                assertEquals(free.plan(batch).maxLoad(), report.maxLoad());
                limited.updateReplicaLimit((Arrays.stream(batch).max().orElse(0) + 1) / 2 + 20);
                report = limited.plan(batch);
                limited.copySlotLoads(slots);
                if (report.status() == SolveStatus.OPTIMAL) {
                    fit++;
                    int most = (Arrays.stream(batch).max().orElse(0) + 1) / 2 + 20;
                    assertTrue(Arrays.stream(slots).max().orElse(0) <= most);
                } else {
                    assertNotEquals(0, report.misfitExperts().length);
                }
            }
            assertTrue(fit > 10, fit + " fit");
        }
    }

    private static LoadBalancerBuilder cube() {
        return LoadBalancer.builder()
                .experts(128)
                .ranks(16)
                .topology(Topologies.cube())
                .replicas(8);
    }

    @Test
    void optionsThatTakeNoLimitsAreNamed() {
        LoadBalancerBuilder builder = LoadBalancer.builder().placement(placement());
        refused("replicaLimit: got -1", () -> builder.replicaLimit(-1));
        refused("rankLimits[1]: got -2", () -> builder.rankLimits(1, -2, 3));
        LoadBalancerBuilder short1 =
                LoadBalancer.builder().placement(placement()).rankLimits(1, 2);
        refused("rankLimits: got length 2, expected 3 ranks", short1::build);
        LoadBalancerBuilder second =
                LoadBalancer.builder().placement(placement()).replicaLimit(9).secondObjective(SecondObjective.LEVEL);
        refused("limits: got some beside the second objective LEVEL, expected none", second::build);
        LoadBalancerBuilder timed = LoadBalancer.builder()
                .placement(placement())
                .rankLimits(1, 2, 3)
                .cost(ExpertCost.shippedProfile("deepseek-v3-h200").fit());
        refused("limits: got some beside a cost", timed::build);
        try (LoadBalancer without = builder.build()) {
            String message =
                    String.valueOf(assertThrows(IllegalStateException.class, () -> without.updateReplicaLimit(3))
                            .getMessage());
            assertTrue(message.startsWith("replicaLimit: got a limit for a balancer built without"), message);
            refused("rankLimits[0]: got -1", () -> without.updateRankLimits(-1, 0, 0));
            refused("rankLimits: got length 1", () -> without.updateRankLimits(1));
        }
    }

    @Test
    void limitsAreWhatRanksHaveInCommon() {
        long free = LoadBalancer.builder().placement(placement()).identity().fingerprint();
        long replicas = LoadBalancer.builder()
                .placement(placement())
                .replicaLimit(5)
                .identity()
                .fingerprint();
        long ranks = LoadBalancer.builder()
                .placement(placement())
                .rankLimits(5, 6, 7)
                .identity()
                .fingerprint();
        long others = LoadBalancer.builder()
                .placement(placement())
                .rankLimits(5, 6, 8)
                .identity()
                .fingerprint();
        assertEquals(
                4,
                Arrays.stream(new long[] {free, replicas, ranks, others})
                        .distinct()
                        .count());
    }

    private static void refused(String start, org.junit.jupiter.api.function.Executable call) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, call).getMessage());
        assertTrue(message.startsWith(start), message);
    }
}
