// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.replica;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.route.TokenRouter;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pipeline against the CPU: plan valid and nearly as good, ids routed by it as the router of the CPU does. */
class GpuReplicaPipelineTest {
    private static ReplicaSettings settings(int ranks, int experts, int slots) {
        int[] phy2log = new int[experts];
        Arrays.setAll(phy2log, e -> e);
        return ReplicaSettings.builder(ExpertPlacement.of(ranks, ranks, experts, phy2log), slots)
                .build();
    }

    private static int[] ids(int length, int experts, double skew, Random random) {
        int[] ids = new int[length];
        Arrays.setAll(ids, k -> (int) (experts * Math.pow(random.nextDouble(), skew)));
        return ids;
    }

    @ParameterizedTest(name = "{0} ranks, {1} experts, {2} slots, {3} ids, skew {4}")
    @CsvSource({"8, 32, 2, 1500, 2", "16, 64, 1, 900, 3", "4, 8, 2, 257, 6", "2, 4, 0, 100, 1", "1, 3, 1, 10, 1"})
    void routesByItsPlanAsTheCpu(int ranks, int experts, int slots, int length, double skew) {
        Random random = new Random(7L * ranks + length);
        ReplicaSettings settings = settings(ranks, experts, slots);
        ReplicaPlan plan = new ReplicaPlan(settings);
        ReplicaPlan cpu = new ReplicaPlan(settings);
        try (GpuReplicaPipeline pipeline = GpuReplicaPipeline.onTornado(settings, length)) {
            for (int batch = 0; batch < 3; batch++) {
                int[] ids = ids(batch == 1 ? length / 2 : length, experts, skew, random);
                ids[0] = -1;
                ids[ids.length - 1] = experts;
                int[] physical = new int[ids.length];
                Arrays.fill(physical, -7);
                assertEquals(1, pipeline.route(ids, physical, null, plan));
                long[] counts = new long[experts];
                for (int id : ids) {
                    if (id >= 0 && id < experts) {
                        counts[id]++;
                    }
                }
                new ReplicaPlanner(settings).plan(counts, cpu);
                assertEquals(cpu.tokens(), plan.tokens());
                assertTrue(plan.maxLoad() >= cpu.lowerBound(), () -> plan + " against " + cpu);
                assertTrue(plan.maxLoad() <= 1.05 * cpu.maxLoad() + 1, () -> plan + " against " + cpu);
                assertArrayEquals(routed(plan, ids, experts), physical);
                assertArrayEquals(loads(plan, ranks), loads(physical, ranks, settings.slotsPerRank()));
            }
        }
    }

    /** Routes by the quotas of a plan on the CPU. */
    private static int[] routed(ReplicaPlan plan, int[] ids, int experts) {
        long[] quotas = new long[plan.capacity()];
        plan.copyQuotas(quotas);
        TokenRouter router = new TokenRouter(plan, experts);
        router.load(quotas, new long[experts]);
        int[] valid = ids.clone();
        for (int k = 0; k < valid.length; k++) {
            valid[k] = valid[k] < experts ? valid[k] : -1;
        }
        int[] physical = new int[ids.length];
        router.route(valid, physical);
        return physical;
    }

    private static long[] loads(ReplicaPlan plan, int ranks) {
        long[] loads = new long[ranks];
        Arrays.setAll(loads, plan::rankLoad);
        return loads;
    }

    private static long[] loads(int[] physical, int ranks, int slotsPerRank) {
        long[] loads = new long[ranks];
        for (int slot : physical) {
            if (slot >= 0) {
                loads[slot / slotsPerRank]++;
            }
        }
        return loads;
    }

    @Test
    void expertsOfInactiveRanksAreRoutedNowhere() {
        ReplicaSettings settings = settings(4, 8, 1);
        ReplicaPlan plan = new ReplicaPlan(settings);
        int[] ids = {0, 0, 0, 0, 4, 5, 7, 0};
        int[] physical = new int[ids.length];
        try (GpuReplicaPipeline pipeline = GpuReplicaPipeline.onTornado(settings, 8)) {
            assertEquals(0, pipeline.route(ids, physical, new boolean[] {true, true, false, true}, plan));
        }
        assertEquals(2, plan.uncoveredTokens());
        assertEquals(-1, physical[4]);
        assertEquals(-1, physical[5]);
        assertEquals(0, plan.rankLoad(2));
    }

    @Test
    void wrongInputsAreNamed() {
        ReplicaSettings settings = settings(2, 4, 1);
        ReplicaPlan plan = new ReplicaPlan(settings);
        try (GpuReplicaPipeline pipeline = GpuReplicaPipeline.onTornado(settings, 3)) {
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(new int[4], new int[4], null, plan));
            assertThrows(IllegalArgumentException.class, () -> pipeline.route(new int[3], new int[2], null, plan));
            assertThrows(
                    IllegalArgumentException.class, () -> pipeline.route(new int[3], new int[3], new boolean[2], plan));
            assertThrows(IllegalStateException.class, () -> pipeline.route(16L, 16L, 3, null));
            assertThrows(IllegalStateException.class, () -> pipeline.fetch(plan));
        }
        assertThrows(IllegalArgumentException.class, () -> GpuReplicaPipeline.onTornado(settings, 0));
    }
}
