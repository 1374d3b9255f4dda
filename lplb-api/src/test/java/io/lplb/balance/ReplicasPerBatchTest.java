// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cost.ExpertCost;
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
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest(name = "local first {0}")
    @ValueSource(booleans = {true, false})
    void allRanksChooseTheSameAndTogetherMeetThePlan(boolean localFirst) throws Exception {
        int rounds = 6;
        List<Callable<long[]>> ranks = new ArrayList<>();
        for (LocalExchange exchange : LocalExchange.group(RANKS, EXPERTS)) {
            ranks.add(() -> {
                try (RankBalancer balancer =
                        builder().localFirst(localFirst).checkPlans(true).buildRank(exchange)) {
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
        assertThrows(
                IllegalArgumentException.class,
                () -> builder().cost(ExpertCost.tiles(128, 10, 5)).build());
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
