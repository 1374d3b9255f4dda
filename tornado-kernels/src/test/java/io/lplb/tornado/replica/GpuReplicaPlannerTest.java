// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.BackendException;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.StandIn;
import io.lplb.tornado.program.ReplicaProgram;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

class GpuReplicaPlannerTest {
    private static final int SOURCES = 3;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path folder;

    private static ReplicaSettings.Builder settings(int ranks, int experts, int slots) {
        int[] phy2log = new int[experts];
        Arrays.setAll(phy2log, e -> e);
        return ReplicaSettings.builder(ExpertPlacement.of(ranks, ranks, experts, phy2log), slots);
    }

    @Test
    void plansAreNearlyTheCpusBatchAfterBatch() {
        Random random = new Random(41);
        ReplicaSettings settings = settings(16, 64, 2).build();
        ReplicaPlan device = new ReplicaPlan(settings);
        ReplicaPlan cpu = new ReplicaPlan(settings);
        try (GpuReplicaPlanner planner = GpuReplicaPlanner.onTornado(settings, SOURCES)) {
            for (int batch = 0; batch < 5; batch++) {
                int[] counts = new int[SOURCES * 64];
                long[] total = new long[64];
                for (int k = 0; k < counts.length; k++) {
                    counts[k] = (int) (100 * Math.exp(1.5 * random.nextGaussian()));
                    total[k % 64] += counts[k];
                }
                planner.plan(counts, null, device);
                new ReplicaPlanner(settings).plan(total, cpu);
                assertEquals(cpu.identityMaxLoad(), device.identityMaxLoad());
                assertEquals(cpu.tokens(), device.tokens());
                assertTrue(
                        device.maxLoad() >= cpu.lowerBound() && device.maxLoad() <= 1.02 * cpu.maxLoad(),
                        () -> device + " against " + cpu);
                assertTrue(device.lowerBound() <= cpu.maxLoad());
                assertEquals(device.replicas(), device.copies());
            }
        }
    }

    @Test
    void inactiveRanksGetNothing() {
        ReplicaSettings settings = settings(4, 8, 1).build();
        ReplicaPlan plan = new ReplicaPlan(settings);
        int[] counts = new int[SOURCES * 8];
        Arrays.fill(counts, 5);
        counts[0] = 500;
        try (GpuReplicaPlanner planner = GpuReplicaPlanner.onTornado(settings, SOURCES)) {
            planner.plan(counts, new boolean[] {true, true, false, true}, plan);
            assertEquals(0, plan.rankLoad(2));
            assertEquals(30, plan.uncoveredTokens());
            assertEquals(plan.lowerBound(), plan.maxLoad());
        }
    }

    @Test
    void whatADeviceDoesNotPlanIsHandedOver() {
        ReplicaSettings settings = settings(4, 8, 1).build();
        ReplicaPlan plan = new ReplicaPlan(settings);
        ReplicaPlan cpu = new ReplicaPlan(settings);
        int[] counts = {500, 5, 5, 5, 5, 5, 5, 5};
        long[] total = Arrays.stream(counts).asLongStream().toArray();
        double[] speeds = {1, 2, 1, 1};
        int[] before = new int[settings.physicalExperts()];
        Arrays.fill(before, -1);
        try (GpuReplicaPlanner planner = GpuReplicaPlanner.onTornado(settings, 1)) {
            planner.plan(counts, speeds, null, plan);
            assertEquals("speeds other than 1", planner.handedOver());
            new ReplicaPlanner(settings).plan(total, speeds, null, cpu);
            assertEquals(cpu.toString(), plan.toString());
            planner.plan(counts, new double[] {1, 0, 1, 1}, before, plan);
            assertEquals("", planner.handedOver());
            assertEquals(0, plan.rankLoad(1));
            before[5] = 0;
            planner.plan(counts, null, before, plan);
            assertEquals("copies of an earlier batch", planner.handedOver());
            new ReplicaPlanner(settings).plan(total, null, before, cpu);
            assertEquals(cpu.toString(), plan.toString());
            assertThrows(IllegalArgumentException.class, () -> planner.plan(counts, new double[3], null, plan));
        }
    }

    @Test
    void wrongInputsAreNamed() {
        ReplicaSettings settings = settings(2, 4, 1).build();
        ReplicaPlan plan = new ReplicaPlan(settings);
        try (GpuReplicaPlanner planner = GpuReplicaPlanner.onTornado(settings, 1)) {
            assertThrows(IllegalArgumentException.class, () -> planner.plan(new int[3], null, plan));
            assertThrows(IllegalArgumentException.class, () -> planner.plan(new int[] {1, -1, 0, 0}, null, plan));
            assertThrows(IllegalArgumentException.class, () -> planner.plan(new int[4], new boolean[2], plan));
            assertThrows(IllegalArgumentException.class, () -> planner.plan(new int[4], new boolean[3], plan));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> planner.plan(new int[] {Integer.MAX_VALUE, 1, 0, 0}, null, plan));
            assertThrows(IllegalStateException.class, () -> planner.deviceMicros(1));
        }
        for (ReplicaSettings beyond : List.of(
                settings(128, 128, 1).build(),
                settings(2, 2048, 1).build(),
                settings(2, 4, 5).build(),
                settings(2, 4, 1).cost(5).build())) {
            assertThrows(IllegalArgumentException.class, () -> new ReplicaProgram(beyond, 1));
        }
        assertThrows(IllegalArgumentException.class, () -> new ReplicaProgram(settings, 0));
    }

    /** The stand-in runs no kernel: that there is no answer is found, and all that was taken is freed. */
    @Test
    void aDeviceWithoutAnAnswerIsAFault() throws Exception {
        StandIn standIn = StandIn.compile(folder);
        standIn.reset();
        CudaDriver driver =
                new CudaDriver(CudaLibrary.load(List.of(standIn.file().toString())));
        ReplicaSettings settings = settings(2, 4, 1).build();
        ReplicaPlan plan = new ReplicaPlan(settings);
        try (GpuReplicaPlanner planner =
                GpuReplicaPlanner.onDriver(driver, settings, new ReplicaProgram(settings, 1))) {
            BackendException fault =
                    assertThrows(BackendException.class, () -> planner.plan(new int[] {9, 0, 0, 0}, null, plan));
            assertEquals(BackendException.Code.NO_ANSWER, fault.code());
            assertEquals(0, plan.tokens());
        }
        assertEquals(0, standIn.live());
    }
}
