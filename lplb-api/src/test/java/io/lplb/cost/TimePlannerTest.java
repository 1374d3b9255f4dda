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
import io.lplb.placement.LplbPlacement;
import io.lplb.topology.Topologies;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimePlannerTest {
    private static final double ROUNDING = 1e-9;

    /** Costs whose optimum the planner must reach: one kernel, no charge per expert. */
    private static final List<ExpertCost> EXACT = List.of(
            ExpertCost.tokens(), ExpertCost.tiles(2, 3, 5), ExpertCost.tiles(3, 1, 0), ExpertCost.tiles(4, 30.4, 31));

    private static ExpertCost wavesOfTiles() {
        double[] curve = {10, 20, 20, 45, 45, 46, 80};
        return new ExpertCost(
                "waves", "us", new CostRegime[] {new CostRegime(Long.MAX_VALUE, 2, 0, curve, 7)}, 0, 0, 0, null);
    }

    private static ExpertCost fixedCharges(double expertUs) {
        return new ExpertCost(
                "charges",
                "us",
                new CostRegime[] {new CostRegime(Long.MAX_VALUE, 3, expertUs, new double[] {7}, 4)},
                0,
                0,
                0,
                null);
    }

    private static ExpertCost twoKernels() {
        return new ExpertCost(
                "kernels",
                "us",
                new CostRegime[] {
                    new CostRegime(2, 2, 3, new double[] {5, 9, 12}, 4),
                    new CostRegime(Long.MAX_VALUE, 4, 1, new double[] {8, 12, 19}, 6)
                },
                0,
                0,
                0,
                null);
    }

    /** A small placement, the tokens of a batch and speeds. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Case(ExpertPlacement placement, long[] counts, double[] speed) {
        static Case random(Random random, boolean speeds) {
            int ranks = 2 + random.nextInt(3);
            int experts = 2 + random.nextInt(3);
            int slots = Math.max(1 + random.nextInt(3), Math.ceilDiv(experts, ranks));
            int[] phy2log = new int[ranks * slots];
            for (int p = 0; p < phy2log.length; p++) {
                phy2log[p] = p < experts ? p : random.nextInt(experts);
            }
            for (int p = phy2log.length - 1; p > 0; p--) {
                int other = random.nextInt(p + 1);
                int swap = phy2log[p];
                phy2log[p] = phy2log[other];
                phy2log[other] = swap;
            }
            long[] counts = new long[experts];
            Arrays.setAll(counts, e -> random.nextInt(4) == 0 ? 0 : random.nextInt(8));
            double[] speed = new double[ranks];
            Arrays.setAll(speed, r -> speeds ? new double[] {0, 0.5, 1, 1.5}[random.nextInt(4)] : 1);
            return new Case(ExpertPlacement.of(ranks, ranks, experts, phy2log), counts, speed);
        }
    }

    /** Tries every division of whole tokens over hosts that take part. */
    private static final class Exhaustive {
        private final Case c;
        private final ExpertCost cost;
        private final long[][] onRank;
        private double best = Double.POSITIVE_INFINITY;

        Exhaustive(Case c, ExpertCost cost) {
            this.c = c;
            this.cost = cost;
            onRank = new long[c.speed().length][c.placement().experts()];
        }

        double optimum() {
            expert(0);
            return best;
        }

        private void expert(int e) {
            if (e == c.counts().length) {
                best = Math.min(best, slowest(c, cost, onRank));
            } else {
                int[] hosts = Arrays.stream(c.placement().log2phy()[e])
                        .map(c.placement()::rankOf)
                        .distinct()
                        .filter(r -> c.speed()[r] > 0)
                        .toArray();
                if (hosts.length == 0) {
                    expert(e + 1);
                } else {
                    divide(e, hosts, 0, c.counts()[e]);
                }
            }
        }

        private void divide(int e, int[] hosts, int at, long left) {
            long least = at == hosts.length - 1 ? left : 0;
            for (long here = least; here <= left; here++) {
                onRank[hosts[at]][e] = here;
                if (at == hosts.length - 1) {
                    expert(e + 1);
                } else {
                    divide(e, hosts, at + 1, left - here);
                }
            }
            onRank[hosts[at]][e] = 0;
        }
    }

    private static double slowest(Case c, ExpertCost cost, long[][] onRank) {
        double slowest = 0;
        for (int r = 0; r < onRank.length; r++) {
            long[] slots = Arrays.copyOf(
                    onRank[r], Math.max(onRank[r].length, c.placement().slotsPerRank()));
            slowest = Math.max(slowest, c.speed()[r] == 0 ? 0 : micros(c, cost, slots) / c.speed()[r]);
        }
        return slowest;
    }

    /** Time of a rank with slots of the placement, whatever the length of the list of experts. */
    private static double micros(Case c, ExpertCost cost, long[] experts) {
        long tokens = Arrays.stream(experts).sum();
        CostRegime regime = cost.regime(cost.regimeOf(tokens, c.placement().slotsPerRank()));
        return regime.micros(
                Arrays.stream(experts).map(regime::tiles).sum(),
                Arrays.stream(experts).filter(t -> t > 0).count());
    }

    /** Checks sums and times of a plan against the quotas, and returns its time. */
    private static double checked(Case c, ExpertCost cost, TimePlanner planner, long[] quota) {
        long[][] onRank = new long[c.speed().length][c.placement().experts()];
        int k = 0;
        for (int e = 0; e < c.counts().length; e++) {
            long sum = 0;
            boolean covered = false;
            for (int slot : c.placement().log2phy()[e]) {
                int r = c.placement().rankOf(slot);
                assertTrue(quota[k] >= 0);
                assertTrue(quota[k] == 0 || c.speed()[r] > 0, "tokens on a rank that takes no part");
                onRank[r][e] += quota[k];
                sum += quota[k++];
                covered |= c.speed()[r] > 0;
            }
            assertEquals(covered ? c.counts()[e] : 0, sum);
        }
        assertEquals(slowest(c, cost, onRank), planner.time(), ROUNDING * (1 + planner.time()));
        return planner.time();
    }

    private static void againstEverySplit(List<ExpertCost> costs, boolean exact, int seed) {
        Random random = new Random(seed);
        int cases = 0;
        int reached = 0;
        for (int n = 0; n < 150; n++) {
            Case c = Case.random(random, n % 2 == 1);
            for (ExpertCost cost : costs) {
                double optimum = new Exhaustive(c, cost).optimum();
                TimePlanner planner = new TimePlanner(c.placement(), cost);
                long[] quota = new long[c.placement().physicalExperts()];
                planner.plan(c.counts(), c.speed(), quota);
                double time = checked(c, cost, planner, quota);
                double slack = ROUNDING * (1 + optimum);
                assertTrue(planner.lowerBound() <= optimum + slack, () -> "bound of " + c + " under " + cost);
                assertTrue(time >= optimum - slack);
                assertTrue(time <= planner.identityTime());
                cases++;
                reached += time <= optimum + slack ? 1 : 0;
                if (exact) {
                    assertEquals(optimum, time, slack, () -> c + " under " + cost);
                    assertEquals(optimum, planner.lowerBound(), slack, () -> c + " under " + cost);
                }
            }
        }
        assertTrue(reached > 0.97 * cases, reached + " optimal of " + cases);
    }

    @Test
    void plansInWholeTilesAreOptimal() {
        againstEverySplit(EXACT, true, 1);
    }

    @Test
    void plansInWavesOfTilesAreOptimal() {
        againstEverySplit(List.of(wavesOfTiles()), true, 2);
    }

    @Test
    void plansWithFixedChargesAreNearlyAlwaysOptimal() {
        againstEverySplit(List.of(fixedCharges(0.5), fixedCharges(4), fixedCharges(20)), false, 3);
    }

    @Test
    void plansOfTwoKernelsAreNearlyAlwaysOptimal() {
        againstEverySplit(List.of(twoKernels()), false, 4);
    }

    private static TimePlanner cube(ExpertCost cost) {
        return new TimePlanner(new LplbPlacement(Topologies.cube(), 8, 64, 2).natural(), cost);
    }

    /** Up to one tile per expert a split costs an expert and gains nothing. */
    @Test
    void smallBatchesStayAsPlaced() {
        TimePlanner planner = cube(ExpertCost.tiles(256, 30.4, 31));
        long[] counts = new long[64];
        Arrays.fill(counts, 10);
        counts[0] = 250;
        long[] quota = new long[80];
        planner.plan(counts, quota);
        assertFalse(planner.worthIt());
        assertEquals(planner.identityTime(), planner.time());
        assertEquals(planner.identityTime(), planner.lowerBound(), 1e-9);
        assertEquals(0, planner.splits());
        assertEquals(250, quota[0]);
        assertTrue(Double.isNaN(planner.tokenPlanTime()));
    }

    @Test
    void overheadKeepsThePlacement() {
        long[] counts = new long[64];
        Arrays.fill(counts, 200);
        counts[0] = 2_000;
        long[] quota = new long[80];
        TimePlanner free = cube(ExpertCost.tiles(256, 30, 30));
        free.plan(counts, quota);
        double gain = free.identityTime() - free.time();
        assertTrue(gain > 0 && free.worthIt());
        assertTrue(free.splits() > 0);
        TimePlanner cheap = cube(ExpertCost.tiles(256, 30, 30).withOverhead(gain - 1));
        cheap.plan(counts, quota);
        assertTrue(cheap.worthIt());
        TimePlanner dear = cube(ExpertCost.tiles(256, 30, 30).withOverhead(gain));
        dear.plan(counts, quota);
        assertFalse(dear.worthIt());
        assertEquals(dear.identityTime(), dear.time());
        TimePlanner choosy = cube(ExpertCost.tiles(256, 30, 30).withLeastGain(1));
        choosy.plan(counts, quota);
        assertFalse(choosy.worthIt());
    }

    @Test
    void replicasHaveAPrice() {
        long[] counts = new long[64];
        counts[0] = 2_560;
        long[] quota = new long[80];
        TimePlanner free = cube(ExpertCost.tiles(256, 30, 30));
        free.plan(counts, quota);
        assertEquals(30 + 5 * 30, free.time());
        TimePlanner priced = cube(ExpertCost.tiles(256, 30, 30).withReplicaCost(60));
        priced.plan(counts, quota);
        assertEquals(30 + 6 * 30, priced.time());
        assertEquals(6 * 256, quota[0]);
    }

    /** Of plans with equal time the levelled one is taken, without a split that gains nothing. */
    @Test
    void tokensAreLevelledAmongPlansOfEqualTime() {
        TimePlanner planner = cube(ExpertCost.tiles(256, 30, 30));
        long[] counts = new long[64];
        counts[0] = 512 + 300;
        long[] quota = new long[80];
        planner.plan(counts, quota);
        assertEquals(30 + 2 * 30, planner.time());
        assertEquals(812, quota[0] + quota[1]);
        assertTrue(Math.max(quota[0], quota[1]) <= 512, Arrays.toString(Arrays.copyOf(quota, 2)));
        assertTrue(Math.abs(quota[0] - quota[1]) <= 1, Arrays.toString(Arrays.copyOf(quota, 2)));
        assertEquals(1, planner.splits());
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokens", "tiles:256:30.4:31", "deepseek-v3-h200", "qwen3-30b-a3b-h200"})
    void plansAreNeverSlowerThanAsPlacedOrTheTokenPlan(String text) throws IOException {
        ExpertCost cost = ExpertCost.parse(text).withLeastGain(0);
        TimePlanner planner = cube(cost);
        double[] speed = new double[8];
        Random random = new Random(5);
        long[] quota = new long[80];
        for (int n = 0; n < 300; n++) {
            long[] counts = new long[64];
            int scale = 1 << random.nextInt(13);
            Arrays.setAll(counts, e -> (long) (scale * Math.exp(random.nextGaussian())));
            Arrays.setAll(speed, r -> random.nextInt(3) == 0 ? 0.8 : 1);
            evenly(counts, quota);
            planner.improve(counts, speed, quota);
            assertTrue(planner.time() <= planner.identityTime());
            assertTrue(planner.time() <= planner.tokenPlanTime() || !planner.worthIt());
            assertTrue(planner.lowerBound() <= planner.time());
            if (text.startsWith("t")) {
                assertEquals(planner.lowerBound(), planner.time(), 1e-9 * planner.time());
            }
        }
    }

    /** Halves every replicated expert; the layout of the natural cube placement: pairs first on each rank. */
    private static void evenly(long[] counts, long[] quota) {
        int k = 0;
        for (int e = 0; e < counts.length; e++) {
            if (e % 8 < 2) {
                quota[k++] = counts[e] / 2;
                quota[k++] = counts[e] - counts[e] / 2;
            } else {
                quota[k++] = counts[e];
            }
        }
    }

    /** Figures of the measured grid, predicted: never above as placed, the token plan or the trial's local search. */
    @Test
    void theMeasuredGridIsImproved() throws IOException {
        ExpertCost cost = ExpertCost.shippedProfile("deepseek-v3-h200").fit();
        TimePlanner planner = cube(cost.withLeastGain(0));
        Map<String, double[]> cells = new TreeMap<>();
        for (MeasuredPlans.Batch batch : MeasuredPlans.read()) {
            long[] quota = new long[80];
            planner.plan(batch.counts(), quota);
            double[] cell =
                    cells.computeIfAbsent(batch.tokens() + (batch.sameTask() ? " same" : " other"), k -> new double[4]);
            assertEquals(batch.asPlaced().predicted(cost), planner.identityTime(), 1e-6);
            cell[0] += planner.identityTime();
            cell[1] += batch.tokenPlan().predicted(cost);
            cell[2] += batch.timePlan().predicted(cost);
            cell[3] += planner.time();
            assertTrue(planner.time() <= 1.01 * planner.lowerBound(), "gap of " + batch.tokens());
        }
        cells.forEach((name, cell) -> {
            double least = Math.min(cell[0], Math.min(cell[1], cell[2]));
            assertTrue(cell[3] <= least * (1 + 1e-9), name + ": " + Arrays.toString(cell));
        });
        double[] other = cells.getOrDefault("4096 other", new double[4]);
        assertTrue(other[3] < 0.8 * other[0], Arrays.toString(other));
    }

    @Test
    void wrongInputIsRefusedBeforeAnythingChanges() {
        TimePlanner planner = cube(ExpertCost.tokens());
        long[] quota = new long[80];
        Arrays.fill(quota, 7);
        long[] before = quota.clone();
        double[] speed = new double[8];
        Arrays.fill(speed, 1);
        long[] negative = new long[64];
        negative[3] = -1;
        double[] wrong = speed.clone();
        wrong[2] = Double.NaN;
        assertThrows(IllegalArgumentException.class, () -> planner.plan(new long[63], quota));
        assertThrows(IllegalArgumentException.class, () -> planner.plan(new long[64], new long[79]));
        assertThrows(IllegalArgumentException.class, () -> planner.plan(negative, quota));
        assertThrows(IllegalArgumentException.class, () -> planner.improve(new long[64], new double[7], quota));
        assertThrows(IllegalArgumentException.class, () -> planner.improve(new long[64], wrong, quota));
        assertThrows(IllegalArgumentException.class, () -> planner.improve(new long[64], speed, quota));
        assertArrayEquals(before, quota);
    }

    @Test
    void planningAllocatesNothing() {
        assumeTrue(
                ManagementFactory.getThreadMXBean() instanceof ThreadMXBean, "this JVM does not count allocated bytes");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        TimePlanner planner = cube(ExpertCost.shippedProfile("deepseek-v3-h200").fit());
        long[] counts = new long[64];
        Random random = new Random(6);
        Arrays.setAll(counts, e -> (long) (300 * Math.exp(random.nextGaussian())));
        double[] speed = new double[8];
        Arrays.fill(speed, 1);
        long[] quota = new long[80];
        for (int n = 0; n < 2_000; n++) {
            evenly(counts, quota);
            planner.improve(counts, speed, quota);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int n = 0; n < 1_000; n++) {
            evenly(counts, quota);
            planner.improve(counts, speed, quota);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 1_000, allocated + " bytes");
    }
}
