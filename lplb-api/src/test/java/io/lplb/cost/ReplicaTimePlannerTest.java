// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaSettings;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReplicaTimePlannerTest {
    private static final ExpertCost PROFILE =
            ExpertCost.shippedProfile("deepseek-v3-h200").fit();

    private static final List<ExpertCost> COSTS = List.of(
            ExpertCost.tiles(2, 3, 5),
            ExpertCost.tiles(3, 1, 0),
            ExpertCost.tiles(4, 30.4, 31).withReplicaCost(10),
            new ExpertCost(
                    "waves",
                    "us",
                    new CostRegime[] {new CostRegime(Long.MAX_VALUE, 2, 1, new double[] {10, 20, 20, 45, 45, 46}, 7)},
                    0,
                    0,
                    0,
                    null));

    private static ReplicaSettings.Builder settings(int ranks, int experts, int spareSlots) {
        int[] phy2log = new int[experts];
        Arrays.setAll(phy2log, e -> e);
        return ReplicaSettings.builder(ExpertPlacement.of(ranks, ranks, experts, phy2log), spareSlots);
    }

    /** Every choice of replicas and every split into whole tokens of small cases. */
    @Test
    void smallCasesAgainstExhaustiveSearch() {
        Random random = new Random(41);
        int cases = 160;
        int optimal = 0;
        for (int n = 0; n < cases; n++) {
            int ranks = 2 + random.nextInt(2);
            int experts = ranks;
            ReplicaSettings settings =
                    settings(ranks, experts, 1 + random.nextInt(2)).build();
            ExpertCost cost = COSTS.get(n % COSTS.size()).withLeastGain(0);
            long[] counts = new long[experts];
            Arrays.setAll(counts, e -> random.nextInt(random.nextInt(3) == 0 ? 12 : 5));
            double[] speeds = new double[ranks];
            boolean fast = n % 3 == 0;
            Arrays.setAll(speeds, r -> fast ? 1 + random.nextInt(2) : 1);
            ReplicaTimePlanner planner = new ReplicaTimePlanner(settings, cost);
            ReplicaPlan plan = new ReplicaPlan(settings);
            planner.plan(counts, speeds, null, plan);
            double best = new Search(settings, cost, counts, speeds).best();
            String text = "case " + n + ", " + cost.name() + ", counts " + Arrays.toString(counts) + ", speeds "
                    + Arrays.toString(speeds) + ", best " + best + ", plan " + planner.time();
            assertTrue(planner.lowerBound() <= best * (1 + 1e-9), text + ", bound " + planner.lowerBound());
            assertTrue(planner.time() >= best * (1 - 1e-9), text);
            optimal += planner.time() <= best * (1 + 1e-9) ? 1 : 0;
        }
        assertTrue(optimal >= 0.9 * cases, optimal + " of " + cases);
    }

    /** Exhaustive search; shares nothing with the planner but the cost of one rank. */
    private static final class Search {
        private final ReplicaSettings settings;
        private final ExpertCost cost;
        private final long[] counts;
        private final double[] speeds;
        private final long[][] tokens;
        private double best = Double.POSITIVE_INFINITY;

        Search(ReplicaSettings settings, ExpertCost cost, long[] counts, double[] speeds) {
            this.settings = settings;
            this.cost = cost;
            this.counts = counts;
            this.speeds = speeds;
            tokens = new long[settings.ranks()][settings.experts()];
        }

        double best() {
            split(0, 0, counts[0]);
            return best;
        }

        private void split(int expert, int rank, long left) {
            if (rank == settings.ranks() - 1) {
                tokens[rank][expert] = left;
                if (expert + 1 < counts.length) {
                    split(expert + 1, 0, counts[expert + 1]);
                } else {
                    best = Math.min(best, slowest());
                }
                return;
            }
            for (long k = 0; k <= left; k++) {
                tokens[rank][expert] = k;
                split(expert, rank + 1, left - k);
            }
        }

        private double slowest() {
            double slowest = 0;
            for (int r = 0; r < tokens.length; r++) {
                int replicas = 0;
                for (int e = 0; e < counts.length; e++) {
                    replicas += tokens[r][e] > 0 && settings.homeRank(e) != r ? 1 : 0;
                }
                if (replicas > settings.spareSlots()) {
                    return Double.POSITIVE_INFINITY;
                }
                double us = cost.micros(tokens[r]) + replicas * cost.replicaUs();
                slowest = Math.max(slowest, us / speeds[r]);
            }
            return slowest;
        }
    }

    /** Plans under every limit, with copies of the batch before, speeds and inactive ranks. */
    @Test
    void plansKeepTheLimits() {
        Random random = new Random(42);
        int worth = 0;
        for (int n = 0; n < 300; n++) {
            int ranks = 2 + random.nextInt(9);
            int experts = ranks * (1 + random.nextInt(8));
            ReplicaSettings settings = settings(ranks, experts, random.nextInt(4))
                    .minTokens(n % 3 == 0 ? 1 + random.nextInt(400) : 1)
                    .cost(n % 5 == 0 ? random.nextInt(300) : 0)
                    .maxReplicas(n % 4 == 0 ? random.nextInt(ranks) : Integer.MAX_VALUE)
                    .domain(1 + random.nextInt(ranks))
                    .build();
            ReplicaTimePlanner planner = new ReplicaTimePlanner(settings, PROFILE);
            ReplicaPlan plan = new ReplicaPlan(settings);
            int @Nullable [] before = null;
            for (int batch = 0; batch < 3; batch++) {
                long[] counts = new long[experts];
                Arrays.setAll(counts, e -> (long) (300 * Math.exp(1.3 * random.nextGaussian())));
                double[] speeds = new double[ranks];
                boolean masked = n % 2 == 0;
                Arrays.setAll(speeds, r -> masked ? random.nextInt(3) / 2.0 : 1);
                speeds[random.nextInt(ranks)] = 1;
                planner.plan(counts, speeds, before, plan);
                TimeReport report = new TimeReport(PROFILE);
                planner.fill(report);
                requireValid(settings, counts, speeds, before, plan, report);
                worth += report.worthIt() ? 1 : 0;
                before = new int[settings.physicalExperts()];
                plan.copySlotTable(before);
            }
        }
        assertTrue(worth > 100 && worth < 850, worth + " of 900 plans were worth it");
    }

    private static void requireValid(
            ReplicaSettings settings,
            long[] counts,
            double[] speeds,
            int @Nullable [] before,
            ReplicaPlan plan,
            TimeReport report) {
        long[][] slots = new long[settings.ranks()][settings.slotsPerRank()];
        int replicas = 0;
        for (int e = 0; e < counts.length; e++) {
            long sum = 0;
            boolean home = speeds[settings.homeRank(e)] > 0;
            for (int k = plan.firstReplica(e); k < plan.firstReplica(e + 1); k++) {
                int slot = plan.slot(k);
                sum += plan.quota(k);
                slots[plan.rankOf(slot)][slot % settings.slotsPerRank()] = plan.quota(k);
                assertEquals(e, plan.expertIn(slot));
                boolean replica = home && k > plan.firstReplica(e) && plan.quota(k) > 0;
                replicas += replica ? 1 : 0;
                boolean present = before != null && before[slot] == e;
                assertTrue(!replica || plan.quota(k) >= settings.minTokens(), plan::toString);
                assertTrue(!replica || present || plan.quota(k) >= settings.cost(), plan::toString);
                assertTrue(
                        settings.homeRank(e) / settings.domain() == plan.rankOf(slot) / settings.domain(),
                        plan::toString);
            }
            assertEquals(plan.isCovered(e) ? counts[e] : 0, sum, "tokens of expert " + e);
        }
        assertTrue(replicas <= settings.maxReplicas(), plan::toString);
        double slowest = 0;
        for (int r = 0; r < slots.length; r++) {
            double us = PROFILE.micros(slots[r]);
            assertTrue(us == 0 || speeds[r] > 0, "tokens on inactive rank " + r);
            slowest = Math.max(slowest, us == 0 ? 0 : us / speeds[r]);
        }
        assertEquals(slowest, report.predicted(), 1e-9 * slowest, report.toString());
        assertTrue(report.lowerBound() <= report.predicted(), report.toString());
        assertTrue(report.predicted() <= report.asPlaced(), report.toString());
        assertTrue(!report.worthIt() || report.predicted() <= report.byTokens(), report.toString());
    }

    /** 64 experts of up to one tile on 8 ranks: a replica adds a tile to its rank, and levelling tokens slows the batch. */
    @Test
    void smallBatchesGetNoReplicas() {
        ReplicaSettings settings = settings(8, 64, 2).build();
        ReplicaTimePlanner planner = new ReplicaTimePlanner(settings, PROFILE);
        ReplicaPlan plan = new ReplicaPlan(settings);
        long[] counts = new long[64];
        Random random = new Random(1);
        Arrays.setAll(counts, e -> 1 + random.nextInt(100));
        planner.plan(counts, null, null, plan);
        assertEquals(0, plan.replicas());
        assertEquals(0, plan.copies());
        assertTrue(planner.tokenPlan().replicas() > 0);
        TimeReport report = new TimeReport(PROFILE);
        planner.fill(report);
        assertFalse(report.worthIt());
        assertTrue(report.byTokens() > report.asPlaced(), report.toString());
    }

    @Test
    void aHotExpertIsSpread() {
        ReplicaSettings settings = settings(8, 64, 2).build();
        ReplicaTimePlanner planner = new ReplicaTimePlanner(settings, PROFILE);
        ReplicaPlan plan = new ReplicaPlan(settings);
        long[] counts = new long[64];
        Arrays.fill(counts, 200);
        counts[5] = 12_000;
        planner.plan(counts, null, null, plan);
        assertTrue(plan.replicas() >= 4, plan.toString());
        assertTrue(planner.time() < 0.4 * PROFILE.micros(12_000, 200, 200, 200, 200, 200, 200, 200, 0, 0));
        assertTrue(planner.time() <= 1.3 * planner.lowerBound(), planner.time() + ", " + planner.lowerBound());
    }

    @Test
    void wrongInputIsRefusedBeforeAnythingChanges() {
        ReplicaSettings settings = settings(2, 4, 1).build();
        ReplicaTimePlanner planner = new ReplicaTimePlanner(settings, PROFILE);
        ReplicaPlan plan = new ReplicaPlan(settings);
        planner.plan(new long[] {900, 1, 1, 1}, null, null, plan);
        String before = plan.toString();
        assertThrows(IllegalArgumentException.class, () -> planner.plan(new long[3], null, null, plan));
        assertThrows(IllegalArgumentException.class, () -> planner.plan(new long[] {1, -1, 0, 0}, null, null, plan));
        assertThrows(IllegalArgumentException.class, () -> planner.plan(new long[4], new double[2], null, plan));
        assertThrows(IllegalArgumentException.class, () -> planner.plan(new long[4], null, new int[3], plan));
        assertEquals(before, plan.toString());
    }

    @Test
    void planningIsRepeatableAndAllocatesNothing() {
        ReplicaSettings settings = settings(16, 64, 2).build();
        ReplicaTimePlanner planner = new ReplicaTimePlanner(settings, PROFILE);
        ReplicaPlan plan = new ReplicaPlan(settings);
        long[] counts = new long[64];
        Random random = new Random(6);
        Arrays.setAll(counts, e -> (long) (300 * Math.exp(random.nextGaussian())));
        long[] first = new long[plan.capacity()];
        planner.plan(counts, null, null, plan);
        plan.copyQuotas(first);
        for (int n = 0; n < 1_500; n++) {
            planner.plan(counts, null, null, plan);
        }
        long[] last = new long[plan.capacity()];
        plan.copyQuotas(last);
        assertArrayEquals(first, last);
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "this JVM does not count allocated bytes");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int n = 0; n < 500; n++) {
            planner.plan(counts, null, null, plan);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1_000, allocated + " bytes");
    }
}
