// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.cost.ExpertCost;
import io.lplb.cost.TimeReport;
import io.lplb.exchange.LocalExchange;
import io.lplb.topology.Topologies;
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

/** Plans of a balancer with a cost. */
class CostOptionTest {
    private static final ExpertCost PROFILE =
            ExpertCost.shippedProfile("deepseek-v3-h200").fit();

    private static LoadBalancerBuilder cube() {
        return LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(2);
    }

    private static int[] counts(Random random, int mean) {
        int[] counts = new int[64];
        Arrays.setAll(counts, e -> (int) (mean * Math.exp(0.7 * random.nextGaussian())));
        return counts;
    }

    @Test
    void plansAreNeverPredictedSlowerThanAsPlaced() {
        Random random = new Random(9);
        long[] slots = new long[80];
        int worth = 0;
        try (LoadBalancer balancer = cube().cost(PROFILE).build()) {
            for (int n = 0; n < 60; n++) {
                int[] counts = counts(random, 4 << n % 9);
                PlanReport report = balancer.plan(counts);
                TimeReport time = Objects.requireNonNull(report.time());
                balancer.copySlotLoads(slots);
                assertEquals(slowest(slots), time.predicted(), 1e-6);
                assertTrue(time.predicted() <= time.asPlaced());
                assertTrue(time.lowerBound() <= time.predicted());
                assertTrue(!time.worthIt() || time.predicted() <= time.byTokens());
                assertEquals(
                        (long) report.maxLoad(),
                        Arrays.stream(report.rankLoads()).max().orElse(-1));
                assertEquals(
                        Arrays.stream(counts).asLongStream().sum(),
                        Arrays.stream(slots).sum());
                worth += time.worthIt() ? 1 : 0;
            }
        }
        assertTrue(worth > 5 && worth < 55, worth + " of 60 plans were worth it");
    }

    private static double slowest(long[] slots) {
        double slowest = 0;
        for (int r = 0; r < 8; r++) {
            slowest = Math.max(slowest, PROFILE.micros(Arrays.copyOfRange(slots, r * 10, r * 10 + 10)));
        }
        return slowest;
    }

    @Test
    void smallBatchesStayAtTheirOriginals() {
        int[] counts = counts(new Random(3), 20);
        int[] ids = new int[64];
        Arrays.setAll(ids, e -> e);
        try (LoadBalancer balancer = cube().cost(PROFILE).build()) {
            TimeReport time = Objects.requireNonNull(balancer.plan(counts).time());
            assertFalse(time.worthIt());
            assertEquals(0, time.gain());
            assertEquals(0, time.splits());
            balancer.route(ids, ids);
            for (int e = 0; e < 64; e++) {
                assertEquals(balancer.placement().slotOf(e, 0), ids[e]);
            }
            assertTrue(time.toString().contains("deepseek-v3-h200"), time.toString());
        }
    }

    /** The slowest rank is one with half the speed, which the cost multiplies. */
    @Test
    void speedsCount() {
        int[] counts = counts(new Random(4), 600);
        double[] speeds = {0.5, 1, 1, 1, 1, 1, 1, 1};
        try (LoadBalancer balancer = cube().cost(PROFILE).speeds(speeds).build()) {
            PlanReport report = balancer.plan(counts);
            TimeReport time = Objects.requireNonNull(report.time());
            assertTrue(time.worthIt());
            long others = 0;
            for (int r = 1; r < 8; r++) {
                others = Math.max(others, report.rankLoad(r));
            }
            assertTrue(report.rankLoad(0) < others, report.toString());
        }
    }

    /** Plans under any mask: no token at an inactive rank, and the predicted time is that of the slots. */
    @Test
    void inactiveRanksTakeNoPart() {
        Random random = new Random(8);
        long[] slots = new long[80];
        try (LoadBalancer balancer = cube().cost(PROFILE).build()) {
            for (int n = 0; n < 40; n++) {
                boolean[] active = new boolean[8];
                for (int r = 0; r < 8; r++) {
                    active[r] = random.nextInt(4) > 0;
                }
                active[n % 8] = true;
                balancer.setActive(active);
                PlanReport report = balancer.plan(counts(random, 50 + 40 * n));
                TimeReport time = Objects.requireNonNull(report.time());
                balancer.copySlotLoads(slots);
                assertEquals(slowest(slots), time.predicted(), 1e-6);
                assertTrue(time.lowerBound() <= time.predicted() && time.predicted() <= time.asPlaced());
                for (int r = 0; r < 8; r++) {
                    assertTrue(active[r] || report.rankLoad(r) == 0, "rank " + r);
                }
                assertEquals(
                        report.tokens() - report.uncoveredTokens(),
                        Arrays.stream(slots).sum());
            }
        }
    }

    /** Ranks of several groups have their own speeds and masks. */
    @Test
    void groupsArePlannedTogether() {
        Random random = new Random(10);
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(128)
                .ranks(16)
                .topology(Topologies.cube())
                .replicas(2)
                .cost(PROFILE)
                .build()) {
            int[] counts = new int[128];
            Arrays.setAll(counts, e -> (int) (600 * Math.exp(0.7 * random.nextGaussian())));
            balancer.setActive(11, false);
            PlanReport report = balancer.plan(counts);
            TimeReport time = Objects.requireNonNull(report.time());
            assertTrue(time.worthIt() && time.predicted() < time.asPlaced(), time.toString());
            assertEquals(0, report.rankLoad(11));
        }
    }

    @Test
    void copiesOfReportsKeepTheirTimes() {
        Random random = new Random(5);
        try (LoadBalancer balancer = cube().cost(PROFILE).build()) {
            PlanReport first = balancer.plan(counts(random, 600)).copy();
            double predicted = Objects.requireNonNull(first.time()).predicted();
            balancer.plan(counts(random, 1_000));
            assertEquals(predicted, Objects.requireNonNull(first.time()).predicted());
        }
    }

    @Test
    void tokensAsCostPlanAsWithoutOne() {
        int[] counts = counts(new Random(6), 600);
        long[] with = new long[80];
        long[] without = new long[80];
        try (LoadBalancer tokens = cube().cost(ExpertCost.tokens()).build();
                LoadBalancer none = cube().build()) {
            assertNull(tokens.plan(counts).time());
            assertNull(none.plan(counts).time());
            tokens.copySlotLoads(with);
            none.copySlotLoads(without);
        }
        assertEquals(Arrays.toString(without), Arrays.toString(with));
    }

    @Test
    void aSmallBatchWithoutCostIsWarnedOfOnce() {
        int[] counts = counts(new Random(7), 10);
        try (LogCapture log = new LogCapture();
                LoadBalancer none = cube().build();
                LoadBalancer tokens = cube().cost(ExpertCost.tokens()).build();
                LoadBalancer profile = cube().cost(PROFILE).build()) {
            tokens.plan(counts);
            profile.plan(counts);
            none.plan(new int[64]);
            none.plan(counts(new Random(7), 2_000));
            assertEquals(List.of(), log.warnings());
            none.plan(counts);
            none.plan(counts);
            assertEquals(1, log.warnings().size(), log.warnings().toString());
            assertTrue(
                    log.warnings().get(0).contains("routed tokens"),
                    log.warnings().toString());
        }
    }

    /** Ranks that exchange counts make the plan of one balancer that sees all counts. */
    @Test
    void ranksPlanAsOneBalancerDoes() throws Exception {
        LoadBalancerBuilder settings = cube().cost(PROFILE).deadline(Duration.ofSeconds(20));
        int[][] own = new int[8][];
        int[] all = new int[64];
        for (int r = 0; r < 8; r++) {
            own[r] = counts(new Random(20 + r), 80);
            for (int e = 0; e < 64; e++) {
                all[e] += own[r][e];
            }
        }
        double expected;
        try (LoadBalancer balancer = cube().cost(PROFILE).build()) {
            TimeReport time = Objects.requireNonNull(balancer.plan(all).time());
            assertTrue(time.worthIt(), time.toString());
            expected = time.predicted();
        }
        List<Callable<Double>> tasks = new ArrayList<>();
        for (LocalExchange exchange : LocalExchange.group(8, 64)) {
            tasks.add(() -> {
                try (RankBalancer balancer = settings.buildRank(exchange)) {
                    RankReport report = balancer.plan(own[exchange.self()]);
                    assertEquals(RoundOutcome.AGREED, report.outcome());
                    return Objects.requireNonNull(report.plan().time()).predicted();
                }
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Double> predicted : threads.invokeAll(tasks)) {
                assertEquals(expected, predicted.get());
            }
        }
    }

    @Test
    void ranksMustAgreeOnTheCost() {
        assertNotEquals(
                cube().identity().fingerprint(), cube().cost(PROFILE).identity().fingerprint());
        assertNotEquals(
                cube().cost(PROFILE).identity().fingerprint(),
                cube().cost(PROFILE.withOverhead(20)).identity().fingerprint());
        assertNotEquals(
                ExpertCost.tiles(256, 30.4, 31).fingerprint(),
                ExpertCost.tiles(256, 30.4, 31.0001).fingerprint());
        assertEquals(
                cube().cost(PROFILE).identity().fingerprint(),
                cube().cost(ExpertCost.shippedProfile("deepseek-v3-h200").fit())
                        .identity()
                        .fingerprint());
    }
}
