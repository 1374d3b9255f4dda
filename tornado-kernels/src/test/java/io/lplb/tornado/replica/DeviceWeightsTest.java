// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.replica.WeightCopies;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.StandIn;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Copies on one device over the stand-in, whose device memory is the host's. */
class DeviceWeightsTest {
    private static final int BYTES = 24;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path folder;

    @Test
    void everySlotHoldsItsExpertBatchAfterBatch() throws Exception {
        StandIn standIn = StandIn.compile(folder);
        standIn.reset();
        CudaDriver driver =
                new CudaDriver(CudaLibrary.load(List.of(standIn.file().toString())));
        driver.initialise();
        int[] phy2log = new int[12];
        Arrays.setAll(phy2log, e -> e);
        ReplicaSettings settings = ReplicaSettings.builder(ExpertPlacement.of(6, 6, 12, phy2log), 2)
                .build();
        int[] table = new int[settings.physicalExperts()];
        ReplicaPlan plan = new ReplicaPlan(settings);
        plan.copySlotTable(table);
        Random random = new Random(3);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment weights = arena.allocate((long) table.length * BYTES, 64);
            for (int p = 0; p < table.length; p++) {
                weights.asSlice((long) p * BYTES, BYTES).fill((byte) (table[p] + 1));
            }
            DeviceWeights device = new DeviceWeights(driver, settings, weights.address(), BYTES, 0);
            WeightCopies copies = new WeightCopies(settings);
            for (int batch = 0; batch < 5; batch++) {
                long[] counts = new long[12];
                Arrays.setAll(counts, e -> random.nextInt(50));
                counts[random.nextInt(12)] += 900;
                new ReplicaPlanner(settings).plan(counts, null, table, plan);
                copies.schedule(plan, table);
                device.run(copies);
                plan.copySlotTable(table);
                for (int p = 0; p < table.length; p++) {
                    byte[] expected = new byte[BYTES];
                    Arrays.fill(expected, (byte) (table[p] + 1));
                    byte[] got = weights.asSlice((long) p * BYTES, BYTES).toArray(ValueLayout.JAVA_BYTE);
                    assertTrue(table[p] < 0 || Arrays.equals(expected, got), "slot " + p);
                }
            }
            assertTrue(device.copied() > 5, "copies: " + device.copied());
            assertThrows(IndexOutOfBoundsException.class, () -> device.address(table.length));
            assertEquals(weights.address() + BYTES, device.address(1));
        }
        assertThrows(IllegalArgumentException.class, () -> new DeviceWeights(driver, settings, 0, 0, 0));
    }
}
