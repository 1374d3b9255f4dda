// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.count.TokenCounter;
import io.lplb.placement.ExpertPlacement;
import io.lplb.topology.Topologies;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks that fail, return and change their speed between batches. */
class ActiveRanksTest {

    /** Random placements, several slots of an expert on one rank included, whose ranks change before every batch. */
    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"interior-point", "relaxation"})
    void plansAreOptimalOnTheActiveRanks(String solver) {
        for (int seed = 0; seed < 150; seed++) {
            Random random = new Random(seed);
            ExpertPlacement placement = placement(random);
            try (LoadBalancer balancer =
                    LoadBalancer.builder().placement(placement).solver(solver).build()) {
                for (int batch = 0; batch < 8; batch++) {
                    double[] speed = change(balancer, random);
                    int[] counts = new int[placement.experts()];
                    Arrays.setAll(counts, e -> random.nextInt(3) == 0 ? 0 : random.nextInt(20));
                    check(balancer, speed, counts, solver + ", seed " + seed + ", batch " + batch);
                }
            }
        }
    }

    private static ExpertPlacement placement(Random random) {
        int ranks = 2 + random.nextInt(5);
        int slots = 1 + random.nextInt(4);
        int experts = 1 + random.nextInt(ranks * slots);
        int[] phy2log = new int[ranks * slots];
        Arrays.setAll(phy2log, p -> p < experts ? p : random.nextInt(experts));
        for (int p = phy2log.length - 1; p > 0; p--) {
            int q = random.nextInt(p + 1);
            int expert = phy2log[p];
            phy2log[p] = phy2log[q];
            phy2log[q] = expert;
        }
        return ExpertPlacement.of(ranks, ranks, experts, phy2log);
    }

    /** Changes ranks in one of several ways and returns their speeds, 0 for inactive ones. */
    private static double[] change(LoadBalancer balancer, Random random) {
        int ranks = balancer.placement().ranks();
        double[] speed = new double[ranks];
        Arrays.fill(speed, 1);
        boolean[] active = new boolean[ranks];
        for (int r = 0; r < ranks; r++) {
            active[r] = random.nextInt(4) > 0;
        }
        active[random.nextInt(ranks)] = true;
        switch (random.nextInt(4)) {
            case 0 -> Arrays.fill(active, true);
            case 1 -> {}
            default -> Arrays.setAll(speed, r -> new double[] {0.5, 1, 2, 3, 7}[random.nextInt(5)]);
        }
        Arrays.setAll(speed, r -> active[r] ? speed[r] : 0);
        if (random.nextBoolean()) {
            boolean[] all = new boolean[ranks];
            Arrays.fill(all, true);
            balancer.setActive(all);
            balancer.updateSpeeds(speed);
        } else {
            balancer.updateSpeeds(Arrays.stream(speed).map(s -> s > 0 ? s : 1).toArray());
            balancer.setActive(active);
        }
        return speed;
    }

    private static void check(LoadBalancer balancer, double[] speed, int[] counts, String what) {
        ExpertPlacement placement = balancer.placement();
        PlanReport report = balancer.plan(counts);
        assertEquals(WholeTokenOracle.optimum(placement, speed, counts), report.maxLoad(), 1e-12, what);
        assertTrue(report.lowerBound() <= report.maxLoad() * (1 + 1e-9), what);
        double[] identity = new double[placement.ranks()];
        int[] uncovered = IntStream.range(0, placement.experts())
                .filter(e -> WholeTokenOracle.hosts(placement, speed, e) == 0)
                .toArray();
        long lost = Arrays.stream(uncovered).mapToLong(e -> counts[e]).sum();
        for (int e = 0; e < placement.experts(); e++) {
            int hosts = WholeTokenOracle.hosts(placement, speed, e);
            int original = placement.rankOf(placement.slotOf(e, 0));
            if (hosts != 0) {
                int rank = (hosts >> original & 1) != 0 ? original : Integer.numberOfTrailingZeros(hosts);
                identity[rank] += counts[e] / speed[rank];
            }
        }
        assertEquals(Arrays.stream(identity).max().orElseThrow(), report.identityMaxLoad(), 1e-9, what);
        assertTrue(report.maxLoad() <= report.identityMaxLoad() + 1e-9, what);
        assertArrayEquals(uncovered, report.uncovered(), what);
        assertEquals(uncovered.length, report.uncoveredExperts(), what);
        assertEquals(lost, report.uncoveredTokens(), what);
        assertEquals(Arrays.stream(counts).sum(), report.tokens(), what);
        assertEquals((report.tokens() - lost) / Arrays.stream(speed).sum(), report.meanLoad(), 1e-9, what);
        assertEquals(Arrays.stream(speed).filter(s -> s > 0).count(), report.activeRanks(), what);
        checkRouted(balancer, speed, counts, report, what);
    }

    private static void checkRouted(
            LoadBalancer balancer, double[] speed, int[] counts, PlanReport report, String what) {
        ExpertPlacement placement = balancer.placement();
        int[] ids = IntStream.range(0, counts.length)
                .flatMap(e -> IntStream.generate(() -> e).limit(counts[e]))
                .toArray();
        int[] slots = new int[ids.length];
        balancer.route(ids, slots);
        long[] loads = new long[placement.ranks()];
        long[] slotLoads = new long[placement.physicalExperts()];
        for (int k = 0; k < ids.length; k++) {
            requireRight(placement, speed, ids[k], slots[k], what);
            if (slots[k] >= 0) {
                loads[placement.rankOf(slots[k])]++;
                slotLoads[slots[k]]++;
            }
        }
        assertArrayEquals(loads, report.rankLoads(), what);
        long[] planned = new long[slotLoads.length];
        balancer.copySlotLoads(planned);
        assertArrayEquals(planned, slotLoads, what);
        int[] stray = IntStream.range(0, counts.length).toArray();
        balancer.route(stray, stray);
        for (int e = 0; e < stray.length; e++) {
            requireRight(placement, speed, e, stray[e], what + ", beyond the counts");
        }
    }

    private static void requireRight(ExpertPlacement placement, double[] speed, int expert, int slot, String what) {
        if (WholeTokenOracle.hosts(placement, speed, expert) == 0) {
            assertEquals(-1, slot, what);
        } else {
            assertEquals(expert, placement.expertIn(slot), what);
            assertTrue(speed[placement.rankOf(slot)] > 0, what + ": inactive rank " + placement.rankOf(slot));
        }
    }

    /** All masks and all counts up to 2 of a placement with a lonely, a doubled and two shared experts. */
    @Test
    void everyMaskOfASmallPlacement() {
        ExpertPlacement placement = ExpertPlacement.of(3, 3, 4, new int[] {0, 1, 2, 1, 2, 3, 3, 3, 0});
        try (LoadBalancer balancer = LoadBalancer.builder().placement(placement).build()) {
            for (int mask = 1; mask < 8; mask++) {
                double[] speed = {mask & 1, mask >> 1 & 1, mask >> 2 & 1};
                balancer.setActive(new boolean[] {speed[0] > 0, speed[1] > 0, speed[2] > 0});
                for (int code = 0; code < 81; code++) {
                    int[] counts = {code % 3, code / 3 % 3, code / 9 % 3, code / 27};
                    check(balancer, speed, counts, "mask " + mask + ", counts " + Arrays.toString(counts));
                }
            }
        }
    }

    /** The input: 7,000 ids, rank 3 of a cube leaves; 906 of them went there before there was a mask. */
    @Test
    void rankOfACubeLeavesAndComesBack() {
        Random random = new Random(3);
        int[] ids = random.ints(7_000, 0, 64).toArray();
        int[] counts = new int[64];
        new TokenCounter(64).count(ids, counts);
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .replicas(8)
                .build()) {
            assertTrue(onRank(balancer, counts, ids, 3) > 800);
            balancer.setActive(3, false);
            assertFalse(balancer.isActive(3));
            assertEquals(0, onRank(balancer, counts, ids, 3));
            PlanReport report = balancer.plan(counts);
            assertEquals(7_000, report.tokens());
            assertEquals(0, report.uncoveredTokens());
            assertEquals(7_000 / 7.0, report.meanLoad(), 1e-9);
            assertTrue(report.imbalance() < 1.01, report.toString());
            balancer.updateSpeeds(1, 1, 1, 1, 1, 1, 0, 1);
            assertEquals(0, onRank(balancer, counts, ids, 3));
            assertEquals(0, onRank(balancer, counts, ids, 6));
            balancer.updateSpeeds(1, 1, 1, 1, 1, 1, 1, 1);
            balancer.setActive(3, true);
            assertTrue(onRank(balancer, counts, ids, 3) > 800);
        }
    }

    private static long onRank(LoadBalancer balancer, int[] counts, int[] ids, int rank) {
        balancer.plan(counts);
        int[] slots = new int[ids.length];
        balancer.route(ids, slots);
        return Arrays.stream(slots)
                .filter(slot -> slot >= 0 && balancer.placement().rankOf(slot) == rank)
                .count();
    }

    /** Groups of a topology keep their own problems, also if a whole group is inactive. */
    @Test
    void groupWithoutAnActiveRankIsUncovered() {
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(128)
                .ranks(16)
                .topology(Topologies.cube())
                .replicas(2)
                .speeds(1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
                .build()) {
            int[] counts = new int[128];
            Arrays.fill(counts, 10);
            PlanReport report = balancer.plan(counts);
            assertArrayEquals(IntStream.range(64, 128).toArray(), report.uncovered());
            assertEquals(640, report.uncoveredTokens());
            assertEquals(1280, report.tokens());
            assertEquals(80, report.maxLoad());
            assertEquals(80, report.meanLoad());
            assertEquals(8, report.activeRanks());
            assertTrue(report.toString().endsWith("uncoveredTokens=640]"), report.toString());
            PlanReport kept = report.copy();
            balancer.updateSpeeds(IntStream.range(0, 16).mapToDouble(r -> 1).toArray());
            assertEquals(0, balancer.plan(counts).uncoveredExperts());
            assertEquals(64, kept.uncoveredExperts());
        }
    }

    @Test
    void newPlacementKeepsTheRanks() {
        try (LoadBalancer balancer =
                LoadBalancer.builder().experts(8).ranks(4).eplb().replicas(2).build()) {
            balancer.setActive(1, false);
            balancer.updatePlacement(new double[] {8, 7, 6, 5, 4, 3, 2, 1});
            int[] counts = {8, 7, 6, 5, 4, 3, 2, 1};
            assertEquals(0, balancer.plan(counts).rankLoad(1));
        }
    }

    @Test
    void misuseSaysWhatWasExpectedAndChangesNothing() {
        try (LoadBalancer balancer = LoadBalancer.builder()
                .name("decode")
                .placement(ExpertPlacement.of(2, 2, 2, new int[] {0, 1, 1, 0}))
                .build()) {
            balancer.setActive(0, false);
            String none = ": got no active rank of a speed above 0, expected at least one";
            assertMessage("decode: setActive" + none, () -> balancer.setActive(1, false));
            assertMessage("decode: setActive" + none, () -> balancer.setActive(new boolean[2]));
            assertMessage("decode: updateSpeeds" + none, () -> balancer.updateSpeeds(1, 0));
            assertMessage("decode: speeds: got length 3, expected 2 ranks", () -> balancer.updateSpeeds(1, 1, 1));
            assertMessage("decode: active: got length 1, expected 2 ranks", () -> balancer.setActive(new boolean[1]));
            assertThrows(IndexOutOfBoundsException.class, () -> balancer.setActive(2, true));
            for (double wrong : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE}) {
                assertThrows(IllegalArgumentException.class, () -> balancer.updateSpeeds(1, wrong));
            }
            PlanReport report = balancer.plan(new int[] {3, 4});
            assertEquals(7, report.rankLoad(1));
            assertEquals(7, report.maxLoad());
        }
    }

    /** A placement is made with the speeds, so wrong ones are named before it. */
    @Test
    void builderNamesSpeedsThatAreSubnormal() {
        LoadBalancerBuilder builder = LoadBalancer.builder().experts(8).ranks(4).speeds(1, 1, 1, 1e-310);
        assertMessage(
                "speed of rank 3: got 1.0E-310, expected 0 for an inactive rank, or a positive finite number, at least "
                        + Double.MIN_NORMAL,
                builder::build);
    }

    private static void assertMessage(String expected, org.junit.jupiter.api.function.Executable call) {
        assertEquals(
                expected, assertThrows(IllegalArgumentException.class, call).getMessage());
    }
}
