// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.gpu;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.host.Host;
import io.lplb.host.SourceCommit;
import io.lplb.nccl.NcclWeightTransport;
import io.lplb.placement.ExpertPlacement;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.replica.WeightCopies;
import io.lplb.replica.WeightCopyRun;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Checks and times weight copies by NCCL between GPUs of one host, a process per rank: {@code WeightCopyFigures RANK RANKS FILE
 * [DEVICE]}. FILE, which must be new, carries NCCL's id from rank 0 to the others. Every slot is compared byte for byte after every batch;
 * exit code 1 if one differs.
 */
public final class WeightCopyFigures {
    private static final int HOME = 8;
    private static final int SPARE = 4;
    private static final int BATCHES = 6;
    private static final int ROUNDS = 9;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final CudaDriver driver;
    private final int rank;
    private final byte[] id;
    private final int device;
    private final ReplicaSettings settings;
    private long wrong;

    private WeightCopyFigures(CudaDriver driver, int rank, int ranks, int device, byte[] id) {
        this.driver = driver;
        this.rank = rank;
        this.device = device;
        this.id = id;
        int[] phy2log = new int[ranks * HOME];
        Arrays.setAll(phy2log, e -> e);
        settings = ReplicaSettings.builder(ExpertPlacement.of(ranks, ranks, ranks * HOME, phy2log), SPARE)
                .build();
    }

    /** Runs one rank. */
    public static void main(String[] args) throws Exception {
        int rank = Integer.parseInt(args[0]);
        int device = args.length > 3 ? Integer.parseInt(args[3]) : rank;
        Path file = Path.of(args[2]);
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        try (CudaDevice gpu = new CudaDevice(driver, device)) {
            byte[][] ids = new byte[3][];
            long[] bytes = {1 << 20, 12L << 20, 84L << 20};
            for (int k = 0; k < bytes.length; k++) {
                ids[k] = exchange(rank, file.resolveSibling(file.getFileName() + "-" + k));
                WeightCopyFigures figures =
                        new WeightCopyFigures(driver, rank, Integer.parseInt(args[1]), device, ids[k]);
                if (k == 0) {
                    figures.say(
                            "# %s; %s; %s; %s; commit %s",
                            gpu.name(),
                            Host.processor(),
                            Host.java(),
                            Instant.now().truncatedTo(ChronoUnit.SECONDS),
                            SourceCommit.here());
                }
                gpu.enter();
                try {
                    figures.run(bytes[k]);
                } finally {
                    gpu.leave();
                }
                if (figures.wrong > 0) {
                    System.exit(1);
                }
            }
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private void say(String format, Object... values) {
        out.println("rank " + rank + ": " + String.format(Locale.ROOT, format, values));
    }

    private static byte[] exchange(int rank, Path file) throws Exception {
        if (rank == 0) {
            byte[] id = NcclWeightTransport.uniqueId();
            Path whole = Files.write(file.resolveSibling(file.getFileName() + ".part"), id);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
            return id;
        }
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!Files.exists(file)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("id: got no file " + file + ", expected rank 0 to write it");
            }
            Thread.sleep(20);
        }
        return Files.readAllBytes(file);
    }

    private void run(long expertBytes) throws Exception {
        int[] table = new int[settings.physicalExperts()];
        ReplicaPlan plan = new ReplicaPlan(settings);
        plan.copySlotTable(table);
        WeightCopies copies = new WeightCopies(settings);
        long memory = driver.allocate(expertBytes * settings.slotsPerRank());
        try (Arena arena = Arena.ofConfined();
                NcclWeightTransport transport = NcclWeightTransport.connect(
                        new NcclWeightTransport.Group(rank, id, device, LIMIT), settings, memory, expertBytes)) {
            MemorySegment host = arena.allocate(expertBytes, 64);
            for (int local = 0; local < settings.slotsPerRank(); local++) {
                fill(host, table[rank * settings.slotsPerRank() + local]);
                driver.copyToDevice(memory + local * expertBytes, host.address(), expertBytes, 0);
                driver.synchronise(0);
            }
            Random random = new Random(11);
            for (int batch = 0; batch < BATCHES; batch++) {
                long[] counts = new long[settings.experts()];
                Arrays.setAll(counts, e -> random.nextInt(100));
                counts[random.nextInt(counts.length)] += 3000;
                new ReplicaPlanner(settings).plan(counts, null, table, plan);
                copies.schedule(plan, table);
                if (!new WeightCopyRun(copies, rank, transport).run()) {
                    throw new IllegalStateException("batch " + batch + ": got a cancelled run, expected all rounds");
                }
                plan.copySlotTable(table);
                compare(host, memory, table, expertBytes);
            }
            say("%d bytes per expert: %d batches, %d bytes wrong", expertBytes, BATCHES, wrong);
            time(transport, expertBytes);
        } finally {
            driver.free(memory);
        }
    }

    /** Bytes of an expert, all different from those of others. */
    private static void fill(MemorySegment host, int expert) {
        Random random = new Random(expert);
        for (long k = 0; k < host.byteSize() / Integer.BYTES; k++) {
            host.setAtIndex(JAVA_INT, k, random.nextInt());
        }
    }

    private void compare(MemorySegment got, long memory, int[] table, long expertBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment expected = arena.allocate(expertBytes, 64);
            for (int local = 0; local < settings.slotsPerRank(); local++) {
                int expert = table[rank * settings.slotsPerRank() + local];
                if (expert < 0) {
                    continue;
                }
                fill(expected, expert);
                got.fill((byte) 0xA5);
                driver.copyToHost(got.address(), memory + local * expertBytes, expertBytes, 0);
                driver.synchronise(0);
                long first = expected.mismatch(got);
                if (first >= 0) {
                    for (long k = first; k < expertBytes; k++) {
                        wrong += expected.get(JAVA_BYTE, k) == got.get(JAVA_BYTE, k) ? 0 : 1;
                    }
                    say("WRONG slot %d, expert %d from byte %d on", local, expert, first);
                }
            }
        }
    }

    /** One copy in each direction at once, as a round has it; its rate on the host's clock, waiting included. */
    private void time(NcclWeightTransport transport, long expertBytes) throws InterruptedException {
        int peer = rank ^ 1;
        int perRank = settings.slotsPerRank();
        double[] micros = new double[ROUNDS];
        for (int k = -3; k < ROUNDS; k++) {
            long start = System.nanoTime();
            for (int s = 0; s < SPARE; s++) {
                transport.send(peer, rank * perRank + s);
                transport.receive(peer, rank * perRank + HOME + s);
                transport.finishRound();
            }
            if (k >= 0) {
                micros[k] = (System.nanoTime() - start) / 1e3 / SPARE;
            }
        }
        Arrays.sort(micros);
        double median = micros[ROUNDS / 2];
        say(
                "%d bytes per expert: a round of one copy each way takes %.1f us (least %.1f), %.1f GB/s each way",
                expertBytes, median, micros[0], expertBytes / median / 1e3);
    }
}
