// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaPlannerTest {
    private static ReplicaPlan plan(ReplicaSettings settings, double[] speeds, long... counts) {
        ReplicaPlan plan = new ReplicaPlan(settings);
        new ReplicaPlanner(settings).plan(counts, speeds, null, plan);
        ReplicaPlanChecks.requireValid(settings, counts, speeds, ReplicaPlanChecks.emptyTable(settings), plan);
        return plan;
    }

    private static ReplicaSettings.Builder settings(int ranks, int experts, int spareSlots) {
        return ReplicaSettings.builder(ReplicaPlanChecks.naturalHomes(ranks, experts), spareSlots);
    }

    @Test
    void oneSlotPerRankLevelsAllTokensOfOneExpert() {
        ReplicaPlan plan = plan(settings(4, 8, 1).build(), ReplicaPlanChecks.unitSpeeds(4), 0, 0, 0, 1001, 0, 0, 0, 0);
        assertEquals(251, plan.maxLoad());
        assertEquals(251, plan.lowerBound());
        assertEquals(3, plan.replicas());
        assertEquals(3, plan.copies());
        assertEquals(1001, plan.identityMaxLoad());
    }

    @Test
    void zeroLoadsNeedNoReplica() {
        ReplicaPlan plan = plan(settings(4, 8, 2).build(), ReplicaPlanChecks.unitSpeeds(4), new long[8]);
        assertEquals(0, plan.maxLoad());
        assertEquals(0, plan.lowerBound());
        assertEquals(0, plan.replicas());
        assertEquals(1, plan.imbalance());
    }

    @ParameterizedTest(name = "{0} ranks, {1} slots, domain {2}, at least {3} tokens, at most {4} replicas")
    @CsvSource({"1, 2, 1, 1, 9", "4, 0, 4, 1, 9", "4, 2, 1, 1, 9", "4, 2, 4, 1000000, 9", "4, 2, 4, 1, 0"})
    void withoutAnAllowedReplicaTokensStayAtHomeAndTheBoundSaysWhy(
            int ranks, int slots, int domain, long minTokens, int maxReplicas) {
        ReplicaSettings settings = settings(ranks, 8, slots)
                .domain(domain)
                .minTokens(minTokens)
                .maxReplicas(maxReplicas)
                .build();
        ReplicaPlan plan = plan(settings, ReplicaPlanChecks.unitSpeeds(ranks), 900, 20, 30, 40, 50, 60, 70, 80);
        assertEquals(0, plan.replicas());
        assertEquals(plan.identityMaxLoad(), plan.maxLoad());
        assertEquals(plan.maxLoad(), plan.lowerBound(), "no choice is better");
    }

    /** Both ranks keep more than a replica needs, so tokens of either move. */
    @Test
    void ranksExchangeTokensWhereAReplicaNeedsMoreThanTheExcess() {
        ReplicaSettings settings = settings(2, 2, 1).minTokens(69).build();
        ReplicaPlan plan = plan(settings, ReplicaPlanChecks.unitSpeeds(2), 136, 79);
        assertEquals(108, plan.maxLoad());
        assertEquals(108, plan.lowerBound());
        assertEquals(2, plan.replicas());
        assertEquals(
                137,
                plan(settings(2, 2, 1).minTokens(69).maxReplicas(1).build(), ReplicaPlanChecks.unitSpeeds(2), 137, 79)
                        .maxLoad());
    }

    @Test
    void allTokensOnOneExpertAreSpreadOverAllRanks() {
        long[] counts = new long[64];
        counts[17] = 1_000_000;
        ReplicaPlan plan = plan(settings(16, 64, 1).build(), ReplicaPlanChecks.unitSpeeds(16), counts);
        assertEquals(62_500, plan.maxLoad());
        assertEquals(62_500, plan.lowerBound());
        assertEquals(15, plan.replicas());
        ReplicaPlan inDomain = plan(settings(16, 64, 1).domain(4).build(), ReplicaPlanChecks.unitSpeeds(16), counts);
        assertEquals(250_000, inDomain.maxLoad());
        assertEquals(250_000, inDomain.lowerBound());
    }

    @Test
    void excludedExpertsKeepTheirHome() {
        ReplicaSettings settings = settings(4, 4, 2).notReplicated(0).build();
        ReplicaPlan plan = plan(settings, ReplicaPlanChecks.unitSpeeds(4), 400, 300, 10, 10);
        assertEquals(400, plan.maxLoad());
        assertEquals(400, plan.lowerBound());
        assertEquals(Binding.HOME, plan.binding());
    }

    @Test
    void toleranceSavesReplicas() {
        long[] counts = randomCounts(new Random(5), 64, 1000);
        ReplicaPlan exact = plan(settings(16, 64, 2).build(), ReplicaPlanChecks.unitSpeeds(16), counts);
        ReplicaPlan near = plan(settings(16, 64, 2).tolerance(0.05).build(), ReplicaPlanChecks.unitSpeeds(16), counts);
        assertTrue(near.replicas() < exact.replicas(), near + " against " + exact);
        assertTrue(near.maxLoad() <= 1.05 * near.lowerBound(), near::toString);
    }

    @Test
    void costAboveTheGainLeavesTokensAtHome() {
        long[] counts = {100, 0, 0, 0};
        assertEquals(
                0,
                plan(settings(4, 4, 1).cost(80).build(), ReplicaPlanChecks.unitSpeeds(4), counts)
                        .copies());
        assertEquals(
                3,
                plan(settings(4, 4, 1).cost(20).build(), ReplicaPlanChecks.unitSpeeds(4), counts)
                        .copies());
    }

    @Test
    void copiesOfTheLastBatchAreFree() {
        ReplicaSettings settings = settings(16, 64, 2).cost(1).build();
        ReplicaPlanner planner = new ReplicaPlanner(settings);
        ReplicaPlan plan = new ReplicaPlan(settings);
        int[] table = ReplicaPlanChecks.emptyTable(settings);
        long[] counts = randomCounts(new Random(6), 64, 1000);
        planner.plan(counts, null, table, plan);
        assertTrue(plan.copies() > 0);
        double level = plan.maxLoad();
        plan.copySlotTable(table);
        planner.plan(counts, null, table, plan);
        ReplicaPlanChecks.requireValid(settings, counts, ReplicaPlanChecks.unitSpeeds(16), table, plan);
        assertEquals(0, plan.copies());
        assertEquals(level, plan.maxLoad());
    }

    @Test
    void tokensOfADeadRankGoToPresentCopiesOnly() {
        ReplicaSettings settings = settings(4, 4, 1).build();
        int[] table = ReplicaPlanChecks.emptyTable(settings);
        table[settings.homeSlot(2) + 1] = 0;
        double[] speeds = {0, 1, 1, 1};
        long[] counts = {90, 10, 20, 30};
        ReplicaPlan plan = new ReplicaPlan(settings);
        new ReplicaPlanner(settings).plan(counts, speeds, table, plan);
        ReplicaPlanChecks.requireValid(settings, counts, speeds, table, plan);
        assertEquals(50, plan.maxLoad());
        assertEquals(0, plan.uncoveredTokens());
        new ReplicaPlanner(settings).plan(counts, speeds, null, plan);
        assertEquals(90, plan.uncoveredTokens());
        assertEquals(60, plan.tokens());
        assertEquals(20, plan.maxLoad());
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "minTokens", "maxReplicas", "domain", "notReplicated", "speeds"})
    void smallCasesAgainstAllChoices(String kind) {
        Random random = new Random(kind.length());
        int attained = 0;
        int cases = 120;
        for (int k = 0; k < cases; k++) {
            int ranks = 2 + random.nextInt(3);
            int experts = ranks * (1 + random.nextInt(2));
            int slots = k % 6 == 0 ? 2 : 1;
            long scale = random.nextBoolean() ? 20 : 300;
            ReplicaSettings.Builder builder =
                    ReplicaSettings.builder(ReplicaPlanChecks.shuffledHomes(ranks, experts, random), slots);
            double[] speeds = vary(kind, builder, ranks, experts, slots, scale, random);
            ReplicaSettings settings = builder.build();
            long[] counts = randomCounts(random, experts, scale);
            ReplicaPlan plan = plan(settings, speeds, counts);
            double optimum = ReplicaOracle.optimum(settings, counts, speeds);
            String what = Arrays.toString(counts) + " " + Arrays.toString(speeds) + ": " + plan;
            assertTrue(plan.lowerBound() <= optimum * (1 + 1e-12), () -> what + ", optimum " + optimum);
            assertTrue(plan.maxLoad() >= optimum * (1 - 1e-12), () -> what + ", optimum " + optimum);
            attained += plan.maxLoad() <= optimum * (1 + 1e-12) ? 1 : 0;
        }
        assertTrue(attained >= 0.9 * cases, attained + " of " + cases + " optimal");
    }

    private static double[] vary(
            String kind,
            ReplicaSettings.Builder builder,
            int ranks,
            int experts,
            int slots,
            long scale,
            Random random) {
        double[] speeds = ReplicaPlanChecks.unitSpeeds(ranks);
        switch (kind) {
            case "minTokens" -> builder.minTokens(1 + random.nextInt((int) scale / 2));
            case "maxReplicas" -> builder.maxReplicas(random.nextInt(ranks * slots + 1));
            case "domain" -> builder.domain(1 + random.nextInt(ranks));
            case "notReplicated" -> builder.notReplicated(random.nextInt(experts), random.nextInt(experts));
            case "speeds" -> Arrays.setAll(speeds, r -> 0.25 * (1 + random.nextInt(8)));
            default -> {}
        }
        return speeds;
    }

    @Test
    void everyPlanOfASequenceIsValid() {
        Random random = new Random(8);
        for (int sequence = 0; sequence < 30; sequence++) {
            int ranks = 1 + random.nextInt(12);
            int experts = ranks * (1 + random.nextInt(5));
            ReplicaSettings settings = ReplicaSettings.builder(
                            ReplicaPlanChecks.shuffledHomes(ranks, experts, random), random.nextInt(4))
                    .minTokens(1 + random.nextInt(3) * 20L)
                    .maxReplicas(random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(20))
                    .domain(1 + random.nextInt(ranks))
                    .tolerance(random.nextInt(2) * 0.03)
                    .cost(random.nextInt(2) * 30L)
                    .notReplicated(random.nextInt(experts))
                    .build();
            ReplicaPlanner planner = new ReplicaPlanner(settings);
            ReplicaPlan plan = new ReplicaPlan(settings);
            int[] table = ReplicaPlanChecks.emptyTable(settings);
            for (int batch = 0; batch < 20; batch++) {
                long[] counts = randomCounts(random, experts, 500);
                double[] speeds = new double[ranks];
                Arrays.setAll(speeds, r -> random.nextInt(6) * 0.25);
                speeds[random.nextInt(ranks)] = 1;
                planner.plan(counts, speeds, table, plan);
                ReplicaPlanChecks.requireValid(settings, counts, speeds, table, plan);
                plan.copySlotTable(table);
            }
        }
    }

    @Test
    void planDependsOnItsInputsAlone() {
        Random random = new Random(9);
        ReplicaSettings settings = settings(8, 32, 2).build();
        ReplicaPlanner used = new ReplicaPlanner(settings);
        ReplicaPlan first = new ReplicaPlan(settings);
        ReplicaPlan second = new ReplicaPlan(settings);
        for (int batch = 0; batch < 50; batch++) {
            long[] counts = randomCounts(random, 32, 100);
            used.plan(counts, first);
            new ReplicaPlanner(settings).plan(counts, second);
            assertArrayEquals(second.slotTable, first.slotTable);
            assertArrayEquals(second.quota, first.quota);
            assertArrayEquals(second.firstReplica, first.firstReplica);
            assertEquals(second.lowerBound(), first.lowerBound());
        }
    }

    @Test
    void wrongInputsAreNamedAndChangeNothing() {
        ReplicaSettings settings = settings(2, 4, 1).build();
        ReplicaPlanner planner = new ReplicaPlanner(settings);
        ReplicaPlan plan = new ReplicaPlan(settings);
        planner.plan(new long[] {10, 0, 0, 0}, plan);
        String before = plan.toString();
        long[] counts = {1, 2, 3, 4};
        rejects(planner, plan, new long[3], null, null, "counts: got length 3, expected 4");
        rejects(planner, plan, new long[] {1, -2, 3, 4}, null, null, "counts[1]: got -2");
        rejects(planner, plan, counts, new double[3], null, "speeds: got length 3, expected 2");
        rejects(planner, plan, counts, new double[] {1, Double.NaN}, null, "speed of rank 1: got NaN");
        rejects(planner, plan, counts, new double[] {0, 0}, null, "got no rank above 0");
        rejects(planner, plan, counts, null, new int[5], "before: got length 5, expected 6");
        rejects(planner, plan, counts, null, new int[] {0, 1, 4, 2, 3, -1}, "before[2]: got expert 4");
        assertThrows(
                IllegalArgumentException.class,
                () -> planner.plan(counts, new ReplicaPlan(settings(2, 4, 2).build())));
        assertEquals(before, plan.toString());
    }

    private static void rejects(
            ReplicaPlanner planner,
            ReplicaPlan plan,
            long[] counts,
            double @Nullable [] speeds,
            int @Nullable [] table,
            String message) {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> planner.plan(counts, speeds, table, plan));
        assertTrue(String.valueOf(thrown.getMessage()).contains(message), thrown::toString);
    }

    @Test
    void wrongSettingsAreNamed() {
        ReplicaSettings.Builder builder = settings(2, 4, 1);
        assertThrows(IllegalArgumentException.class, () -> settings(2, 4, -1));
        assertThrows(IllegalArgumentException.class, () -> builder.minTokens(0));
        assertThrows(IllegalArgumentException.class, () -> builder.cost(-1));
        assertThrows(IllegalArgumentException.class, () -> builder.maxReplicas(-1));
        assertThrows(IllegalArgumentException.class, () -> builder.domain(0));
        assertThrows(IllegalArgumentException.class, () -> builder.tolerance(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> builder.notReplicated(4));
    }

    /** Skewed counts: a few experts have most of the tokens. */
    static long[] randomCounts(Random random, int experts, long scale) {
        long[] counts = new long[experts];
        Arrays.setAll(counts, e -> (long) (scale * 0.3 * Math.exp(random.nextGaussian())));
        if (random.nextInt(3) == 0) {
            counts[random.nextInt(experts)] += scale * 3;
        }
        return counts;
    }
}
