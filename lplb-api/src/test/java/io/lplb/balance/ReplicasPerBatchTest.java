// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cost.ExpertCost;
import io.lplb.cost.TimeReport;
import io.lplb.count.TokenCounter;
import io.lplb.exchange.LocalExchange;
import io.lplb.exchange.RoundStatus;
import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.Backend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Balancers whose replicas are chosen per batch. */
class ReplicasPerBatchTest {
    private static final int RANKS = 8;
    private static final int EXPERTS = 32;

    private static ReplicaSettings.Builder settings() {
        int[] phy2log = new int[EXPERTS];
        Arrays.setAll(phy2log, e -> e);
        return ReplicaSettings.builder(ExpertPlacement.of(RANKS, RANKS, EXPERTS, phy2log), 2);
    }

    private static LoadBalancerBuilder builder() {
        return LoadBalancer.builder()
                .replicasPerBatch(settings().build())
                .ranksPerNode(4)
                .deadline(Duration.ofMinutes(1));
    }

    /** Skewed ids, whose hot expert changes with the batch; some are padding. */
    private static int[] ids(Random random, int hot, int tokens) {
        int[] ids = new int[tokens];
        Arrays.setAll(ids, k -> random.nextInt(30) == 0 ? -1 : random.nextInt(2) == 0 ? hot : random.nextInt(EXPERTS));
        return ids;
    }

    @Test
    void tokensGoToReplicasOfTheirExpertInTheQuotasOfTheBatch() {
        Random random = new Random(31);
        try (LoadBalancer balancer = builder().build()) {
            assertNull(balancer.lastReplicas());
            int[] table = new int[RANKS * 6];
            long[] loads = new long[RANKS * 6];
            for (int batch = 0; batch < 20; batch++) {
                int[] ids = ids(random, batch % EXPERTS, 4000);
                int[] counts = new int[EXPERTS];
                new TokenCounter(EXPERTS).count(ids, counts);
                PlanReport report = balancer.plan(counts);
                ReplicaPlan plan = Objects.requireNonNull(balancer.lastReplicas());
                assertTrue(report.imbalance() < 1.01, report::toString);
                assertTrue(report.identityMaxLoad() > 2 * report.maxLoad(), "one rank is hot without replicas");
                assertTrue(report.lowerBound() <= report.maxLoad());
                assertEquals(plan.maxLoad(), report.maxLoad());
                int[] slots = new int[ids.length];
                balancer.route(ids, slots);
                long[] routed = new long[table.length];
                for (int k = 0; k < ids.length; k++) {
                    if (ids[k] < 0) {
                        assertEquals(-1, slots[k]);
                    } else {
                        assertEquals(ids[k], plan.expertIn(slots[k]));
                        routed[slots[k]]++;
                    }
                }
                balancer.copySlotLoads(loads);
                assertArrayEquals(loads, routed);
                for (int r = 0; r < RANKS; r++) {
                    assertEquals(
                            report.rankLoad(r),
                            Arrays.stream(loads, r * 6, r * 6 + 6).sum());
                }
            }
        }
    }

    @Test
    void aRepeatedBatchCopiesNothing() {
        int[] counts = new int[EXPERTS];
        Arrays.fill(counts, 50);
        counts[3] = 5000;
        try (LoadBalancer balancer = builder().build()) {
            balancer.plan(counts);
            assertTrue(Objects.requireNonNull(balancer.lastReplicas()).copies() > 0);
            balancer.plan(counts);
            assertEquals(0, Objects.requireNonNull(balancer.lastReplicas()).copies());
        }
    }

    @Test
    void aDeadRankGetsNoTokenAndItsExpertsAreUncovered() {
        int[] counts = new int[EXPERTS];
        Arrays.fill(counts, 100);
        try (LoadBalancer balancer = builder().build()) {
            balancer.setActive(2, false);
            PlanReport report = balancer.plan(counts);
            assertEquals(0, report.rankLoad(2));
            assertArrayEquals(new int[] {8, 9, 10, 11}, report.uncovered());
            int[] slots = new int[EXPERTS];
            int[] ids = new int[EXPERTS];
            Arrays.setAll(ids, e -> e);
            balancer.route(ids, slots);
            for (int e = 0; e < EXPERTS; e++) {
                assertEquals(e / 4 == 2, slots[e] == -1, "expert " + e);
            }
        }
    }

    /** Under a cost the report says the predicted time of the tokens that the slots get, and small batches stay at home. */
    @Test
    void replicasAreChosenByTimeUnderACost() {
        ExpertCost cost = ExpertCost.tiles(256, 30.4, 31).withLeastGain(0.01);
        long[] loads = new long[RANKS * 6];
        try (LoadBalancer balancer = builder().cost(cost).build()) {
            Random random = new Random(33);
            int worth = 0;
            for (int batch = 0; batch < 30; batch++) {
                int scale = 10 << batch % 8;
                int[] counts = new int[EXPERTS];
                Arrays.setAll(counts, e -> random.nextInt(scale));
                counts[batch % EXPERTS] += 5 * scale;
                PlanReport report = balancer.plan(counts);
                TimeReport time = Objects.requireNonNull(report.time());
                balancer.copySlotLoads(loads);
                double slowest = 0;
                for (int r = 0; r < RANKS; r++) {
                    slowest = Math.max(slowest, cost.micros(Arrays.copyOfRange(loads, r * 6, r * 6 + 6)));
                    assertEquals(
                            report.rankLoad(r),
                            Arrays.stream(loads, r * 6, r * 6 + 6).sum());
                }
                assertEquals(slowest, time.predicted(), 1e-6);
                assertTrue(time.lowerBound() <= time.predicted() && time.predicted() <= time.asPlaced());
                assertTrue(scale > 20 || !time.worthIt(), time::toString);
                ReplicaPlan plan = Objects.requireNonNull(balancer.lastReplicas());
                assertEquals(time.worthIt(), plan.replicas() > 0);
                worth += time.worthIt() ? 1 : 0;
            }
            assertTrue(worth > 8, worth + " of 30");
        }
    }

    @ParameterizedTest(name = "local first {0}, cost {1}")
    @CsvSource({"true, tokens", "false, tokens", "true, tiles:64:10:20", "false, deepseek-v3-h200"})
    void allRanksChooseTheSameAndTogetherMeetThePlan(boolean localFirst, String costText) throws Exception {
        ExpertCost cost = ExpertCost.parse(costText);
        int rounds = 6;
        List<Callable<long[]>> ranks = new ArrayList<>();
        for (LocalExchange exchange : LocalExchange.group(RANKS, EXPERTS)) {
            ranks.add(() -> {
                try (RankBalancer balancer = builder()
                        .localFirst(localFirst)
                        .cost(cost)
                        .checkPlans(true)
                        .buildRank(exchange)) {
                    return route(balancer, exchange.self(), rounds);
                }
            });
        }
        long[] together = new long[RANKS * 6];
        long[] quotas = null;
        try (ExecutorService threads = Executors.newFixedThreadPool(RANKS)) {
            for (Future<long[]> result : threads.invokeAll(ranks)) {
                long[] seen = result.get();
                for (int p = 0; p < together.length; p++) {
                    together[p] += seen[p];
                }
                long[] planned = Arrays.copyOfRange(seen, together.length, seen.length);
                if (quotas != null) {
                    assertArrayEquals(quotas, planned, "slot by slot");
                }
                quotas = planned;
            }
        }
        assertArrayEquals(quotas, together);
    }

    /** Tokens of a rank per slot in the last round, then the tokens of all ranks per slot and the expert in every slot. */
    private static long[] route(RankBalancer balancer, int rank, int rounds) {
        int slots = RANKS * 6;
        long[] seen = new long[2 * slots];
        for (int n = 0; n < rounds; n++) {
            Arrays.fill(seen, 0);
            int[] ids = ids(new Random(100L * n + rank), n, 500 + 10 * rank);
            int[] counts = new int[EXPERTS];
            new TokenCounter(EXPERTS).count(ids, counts);
            RankReport report = balancer.plan(counts);
            assertEquals(RoundOutcome.AGREED, report.outcome());
            assertEquals(0, report.differingPlans());
            ReplicaPlan plan = Objects.requireNonNull(balancer.lastReplicas());
            int[] out = new int[ids.length];
            balancer.route(ids, out);
            for (int k = 0; k < ids.length; k++) {
                if (ids[k] >= 0) {
                    assertEquals(ids[k], plan.expertIn(out[k]));
                    seen[out[k]]++;
                }
            }
            for (int e = 0; e < EXPERTS; e++) {
                for (int k = plan.firstReplica(e); k < plan.firstReplica(e + 1); k++) {
                    seen[slots + plan.slot(k)] = plan.quota(k);
                }
            }
        }
        return seen;
    }

    @Test
    void aRankWithoutAllCountsKeepsTheLastPlan() {
        ScriptedExchange exchange = new ScriptedExchange(RANKS, EXPERTS);
        int[] counts = new int[EXPERTS];
        Arrays.fill(counts, 10);
        counts[1] = 1000;
        try (RankBalancer balancer = builder().buildRank(exchange)) {
            exchange.status = RoundStatus.PARTIAL;
            assertEquals(RoundOutcome.ORIGINALS, balancer.plan(counts).outcome());
            exchange.status = RoundStatus.COMPLETE;
            assertEquals(RoundOutcome.AGREED, balancer.plan(counts).outcome());
            exchange.status = RoundStatus.PARTIAL;
            assertEquals(RoundOutcome.LAST_PLAN, balancer.plan(counts).outcome());
        }
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() {
        IllegalArgumentException gpu = assertThrows(
                IllegalArgumentException.class,
                () -> builder().backend(Backend.GPU).build());
        assertTrue(String.valueOf(gpu.getMessage()).contains("backend: got GPU"), gpu::toString);
        try (LoadBalancer balancer = builder().build()) {
            assertThrows(IllegalStateException.class, () -> balancer.updatePlacement(new double[EXPERTS]));
        }
        assertNotEquals(
                builder().identity().fingerprint(),
                builder()
                        .replicasPerBatch(settings().minTokens(9).build())
                        .identity()
                        .fingerprint());
    }
}
