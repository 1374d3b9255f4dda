// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.replica.WeightCopies;
import io.lplb.replica.WeightCopyRun;
import io.lplb.tornado.cuda.StandIn;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Weight copies by NCCL over the stand-in, whose ranks are threads and whose device memory is the host's. */
@Timeout(60)
class NcclWeightTransportTest {
    private static final int RANKS = 4;
    private static final int EXPERTS = 8;
    private static final int BYTES = 40;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path folder;

    @SuppressWarnings("NullAway.Init") // JUnit calls compile.
    private StandIn standIn;

    private final ReplicaSettings settings = settings();

    private static ReplicaSettings settings() {
        int[] phy2log = new int[EXPERTS];
        Arrays.setAll(phy2log, e -> e);
        return ReplicaSettings.builder(ExpertPlacement.of(RANKS, RANKS, EXPERTS, phy2log), 2)
                .build();
    }

    @BeforeEach
    void compile() throws Exception {
        standIn = StandIn.compile(folder);
        standIn.reset();
    }

    private NcclWeightTransport connect(int rank, byte[] id, MemorySegment weights) throws Exception {
        Nccl nccl = Nccl.load(List.of(standIn.file().toString()));
        return NcclWeightTransport.connect(
                standIn.driver(),
                nccl,
                new NcclWeightTransport.Group(rank, id, 0, Duration.ofSeconds(30)),
                settings,
                weights.address(),
                BYTES);
    }

    @Test
    void everyByteArrivesBatchAfterBatch() throws Exception {
        Random random = new Random(51);
        int[] table = new int[settings.physicalExperts()];
        ReplicaPlan plan = new ReplicaPlan(settings);
        plan.copySlotTable(table);
        WeightCopies copies = new WeightCopies(settings);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment weights = arena.allocate((long) table.length * BYTES, 64);
            for (int p = 0; p < table.length; p++) {
                slot(weights, p).fill((byte) (table[p] + 1));
            }
            byte[] id = Nccl.load(List.of(standIn.file().toString())).uniqueId();
            List<NcclWeightTransport> transports = new ArrayList<>();
            for (int r = 0; r < RANKS; r++) {
                MemorySegment own = weights.asSlice((long) r * settings.slotsPerRank() * BYTES);
                transports.add(connect(r, id, own));
            }
            int copied = 0;
            for (int batch = 0; batch < 6; batch++) {
                long[] counts = new long[EXPERTS];
                Arrays.setAll(counts, e -> random.nextInt(100));
                counts[batch] += 1000;
                new ReplicaPlanner(settings).plan(counts, null, table, plan);
                copies.schedule(plan, table);
                copied += copies.copies();
                runAll(copies, transports);
                plan.copySlotTable(table);
                for (int p = 0; p < table.length; p++) {
                    byte[] expected = new byte[BYTES];
                    Arrays.fill(expected, (byte) (table[p] + 1));
                    assertTrue(
                            table[p] < 0
                                    || Arrays.equals(expected, slot(weights, p).toArray(ValueLayout.JAVA_BYTE)),
                            "slot " + p);
                }
            }
            assertTrue(copied > RANKS, "copies: " + copied);
            // Every rank's session belongs to the thread that ran it; any thread may close it.
            transports.forEach(NcclWeightTransport::close);
        }
        assertEquals(0, standIn.live());
    }

    private static MemorySegment slot(MemorySegment weights, int slot) {
        return weights.asSlice((long) slot * BYTES, BYTES);
    }

    /** One thread per rank, the same in every batch. */
    private static void runAll(WeightCopies copies, List<NcclWeightTransport> transports) throws Exception {
        List<Callable<Boolean>> runs = new ArrayList<>();
        for (int r = 0; r < RANKS; r++) {
            WeightCopyRun run = new WeightCopyRun(copies, r, transports.get(r));
            runs.add(run::run);
        }
        List<Future<Boolean>> done = new ArrayList<>();
        for (int r = 0; r < RANKS; r++) {
            done.add(THREADS.get(r).submit(runs.get(r)));
        }
        for (Future<Boolean> rank : done) {
            assertTrue(rank.get());
        }
    }

    private static final List<ExecutorService> THREADS = new ArrayList<>();

    static {
        for (int r = 0; r < RANKS; r++) {
            THREADS.add(Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "rank");
                thread.setDaemon(true);
                return thread;
            }));
        }
    }

    @Test
    void wrongPlacesAreNamed() {
        assertThrows(IllegalArgumentException.class, () -> connect(RANKS, new byte[128], MemorySegment.NULL));
        assertThrows(IllegalArgumentException.class, () -> connect(-1, new byte[128], MemorySegment.NULL));
    }

    @Test
    void aClosedTransportIsRefused() throws Exception {
        byte[] id = Nccl.load(List.of(standIn.file().toString())).uniqueId();
        NcclWeightTransport transport = connect(0, id, MemorySegment.NULL);
        transport.close();
        transport.close();
        assertThrows(IllegalStateException.class, transport::finishRound);
        assertEquals(0, standIn.live());
    }
}
