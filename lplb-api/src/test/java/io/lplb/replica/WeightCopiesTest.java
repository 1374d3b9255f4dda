// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class WeightCopiesTest {
    private static final int BYTES = 16;

    private static ReplicaSettings settings(int ranks, int experts, int slots) {
        return ReplicaSettings.builder(ReplicaPlanChecks.naturalHomes(ranks, experts), slots)
                .build();
    }

    @ParameterizedTest(name = "{0} ranks: {1} rounds")
    @CsvSource({"2, 1", "4, 2", "5, 3", "8, 3", "64, 6"})
    void relaysHalveTheRanksWithoutAHotExpertInEveryRound(int ranks, int rounds) {
        ReplicaSettings settings = settings(ranks, ranks, 1);
        long[] counts = new long[ranks];
        counts[0] = 1000L * ranks;
        ReplicaPlan plan = new ReplicaPlan(settings);
        new ReplicaPlanner(settings).plan(counts, plan);
        assertEquals(ranks - 1, plan.copies());
        WeightCopies copies = new WeightCopies(settings);
        copies.schedule(plan, ReplicaPlanChecks.emptyTable(settings));
        assertEquals(ranks - 1, copies.copies());
        assertEquals(rounds, copies.rounds());
    }

    @Test
    void weightsArriveWhereThePlanWantsThem() throws Exception {
        Random random = new Random(11);
        ReplicaSettings settings = settings(8, 24, 3);
        ReplicaPlanner planner = new ReplicaPlanner(settings);
        ReplicaPlan plan = new ReplicaPlan(settings);
        WeightCopies copies = new WeightCopies(settings);
        LocalWeights weights = new LocalWeights(settings, BYTES);
        int[] before = ReplicaPlanChecks.emptyTable(settings);
        fill(weights, before);
        for (int batch = 0; batch < 20; batch++) {
            planner.plan(ReplicaPlannerTest.randomCounts(random, 24, 500), null, before, plan);
            copies.schedule(plan, before);
            requireOrder(settings, copies, plan, before);
            List<WeightCopyRun> runs = runs(settings, copies, weights);
            runAll(runs);
            for (WeightCopyRun run : runs) {
                assertEquals(copies.rounds(), run.roundsDone());
            }
            assertEquals(
                    copies.copies(),
                    runs.stream().mapToInt(WeightCopyRun::received).sum());
            plan.copySlotTable(before);
            requireWeights(weights, before);
        }
    }

    @Test
    void aCancelledRunLeavesLaterSlotsAlone() throws Exception {
        ReplicaSettings settings = settings(8, 8, 1);
        long[] counts = new long[8];
        counts[0] = 800;
        ReplicaPlan plan = new ReplicaPlan(settings);
        new ReplicaPlanner(settings).plan(counts, plan);
        WeightCopies copies = new WeightCopies(settings);
        int[] before = ReplicaPlanChecks.emptyTable(settings);
        copies.schedule(plan, before);
        LocalWeights weights = new LocalWeights(settings, BYTES);
        fill(weights, before);
        List<WeightCopyRun> runs = runs(settings, copies, weights);
        runs.forEach(run -> run.cancelBefore(1));
        for (boolean complete : runAll(runs)) {
            assertFalse(complete);
        }
        for (int k = 0; k < copies.copies(); k++) {
            boolean first = k < copies.firstCopy(1);
            assertEquals(first ? 1 : 0, weights.slot(copies.targetSlot(k))[0], "slot of copy " + k);
        }
    }

    @Test
    void anExpertWithoutAHolderIsNamed() {
        ReplicaSettings settings = settings(2, 2, 1);
        ReplicaPlan plan = new ReplicaPlan(settings);
        new ReplicaPlanner(settings).plan(new long[] {10, 0}, plan);
        WeightCopies copies = new WeightCopies(settings);
        int[] nothing = new int[settings.physicalExperts()];
        Arrays.fill(nothing, -1);
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> copies.schedule(plan, nothing));
        assertTrue(String.valueOf(thrown.getMessage()).contains("copy of expert 0"), thrown::toString);
        assertEquals(0, copies.rounds());
        assertThrows(IllegalArgumentException.class, () -> copies.schedule(plan, new int[1]));
    }

    /** At most one send and one receive per rank and round, from slots that hold the expert when they are read. */
    private static void requireOrder(ReplicaSettings settings, WeightCopies copies, ReplicaPlan plan, int[] before) {
        int[] table = before.clone();
        assertEquals(plan.copies(), copies.copies());
        for (int round = 0; round < copies.rounds(); round++) {
            int[] sends = new int[settings.ranks()];
            int[] receives = new int[settings.ranks()];
            int[] after = table.clone();
            for (int k = copies.firstCopy(round); k < copies.firstCopy(round + 1); k++) {
                assertEquals(copies.expert(k), table[copies.sourceSlot(k)], "source of copy " + k);
                assertEquals(1, ++sends[copies.rankOf(copies.sourceSlot(k))], "sends in round " + round);
                assertEquals(1, ++receives[copies.rankOf(copies.targetSlot(k))], "receives in round " + round);
                after[copies.targetSlot(k)] = copies.expert(k);
            }
            for (int k = copies.firstCopy(round); k < copies.firstCopy(round + 1); k++) {
                int source = copies.sourceSlot(k);
                assertEquals(table[source], after[source], "slot " + source + " is read and written in round " + round);
            }
            assertTrue(copies.firstCopy(round) < copies.firstCopy(round + 1), "round " + round + " is empty");
            table = after;
        }
        for (int k = 0; k < plan.copies(); k++) {
            assertEquals(plan.copyExpert(k), table[plan.copyTarget(k)]);
        }
    }

    private static void fill(LocalWeights weights, int[] table) {
        for (int p = 0; p < table.length; p++) {
            Arrays.fill(weights.slot(p), (byte) (table[p] + 1));
        }
    }

    private static void requireWeights(LocalWeights weights, int[] table) {
        for (int p = 0; p < table.length; p++) {
            byte[] expected = new byte[BYTES];
            Arrays.fill(expected, (byte) (table[p] + 1));
            assertTrue(table[p] < 0 || Arrays.equals(expected, weights.slot(p)), "slot " + p);
        }
    }

    private static List<WeightCopyRun> runs(ReplicaSettings settings, WeightCopies copies, LocalWeights weights) {
        return IntStream.range(0, settings.ranks())
                .mapToObj(r -> new WeightCopyRun(copies, r, weights.transport(r)))
                .toList();
    }

    private static List<Boolean> runAll(List<WeightCopyRun> runs) throws Exception {
        try (ExecutorService ranks = Executors.newFixedThreadPool(runs.size())) {
            List<Callable<Boolean>> calls =
                    runs.stream().<Callable<Boolean>>map(run -> run::run).toList();
            return ranks.invokeAll(calls).stream().map(Future::resultNow).toList();
        }
    }
}
