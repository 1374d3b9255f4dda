// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.gpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.lplb.host.Host;
import io.lplb.host.SourceCommit;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaPlanner;
import io.lplb.replica.ReplicaSettings;
import io.lplb.replica.WeightCopies;
import io.lplb.route.TokenRouter;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.pipeline.GpuPipeline;
import io.lplb.tornado.replica.DeviceWeights;
import io.lplb.tornado.replica.GpuReplicaPipeline;
import io.lplb.tornado.replica.GpuReplicaPlanner;
import io.lplb.trace.LoadReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

/**
 * Checks and times the GPU programs through the driver beside the CPU: {@code GpuFigures LOADS.npy}, where the file is {@code [cases,
 * sources, experts]}; exit code 1 if a result is wrong. Times are those of the device, from inputs there to results there: medians of 7
 * times the mean of 200 launches of a CUDA graph.
 */
public final class GpuFigures {
    static final int ROUNDS = 7;
    static final int LAUNCHES = 200;
    static final int RANKS = 32;
    static final int EXPERTS = 256;
    static final int TOP_K = 8;
    static final int TOKENS = 4096;
    static final int TILE = 128;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final CudaDriver driver;
    private int wrong;

    private GpuFigures(CudaDriver driver) {
        this.driver = driver;
    }

    /** Runs all parts. */
    public static void main(String[] args) throws IOException, CudaUnavailableException {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        GpuFigures figures = new GpuFigures(driver);
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            figures.say(
                    "# %s; %s; %s; %s; commit %s",
                    device.name(),
                    Host.processor(),
                    Host.java(),
                    Instant.now().truncatedTo(ChronoUnit.SECONDS),
                    SourceCommit.here());
            figures.replicas(Path.of(args[0]));
            LayoutFigures layouts = new LayoutFigures(driver);
            layouts.run(device);
            figures.wrong += layouts.wrong();
            figures.pipeline(device, "torus8x4", 1);
            figures.pipeline(device, "cube", 4);
            figures.replicaPipeline();
            figures.deviceCopies(device);
        }
        figures.say("# %d wrong", figures.wrong);
        if (figures.wrong > 0) {
            System.exit(1);
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private void say(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }

    private void require(boolean right, String what) {
        if (!right) {
            wrong++;
            say("WRONG %s", what);
        }
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static ExpertPlacement homes(int ranks, int experts) {
        int[] phy2log = new int[experts];
        Arrays.setAll(phy2log, e -> e);
        return ExpertPlacement.of(ranks, ranks, experts, phy2log);
    }

    private void replicas(Path file) throws IOException {
        long[][] totals = LoadReader.read(file);
        int[][] cases = LoadReader.readBySource(file);
        for (int slots = 1; slots <= 2; slots++) {
            int experts = totals[0].length;
            int sources = cases[0].length / experts;
            ReplicaSettings settings =
                    ReplicaSettings.builder(homes(64, experts), slots).build();
            ReplicaPlan device = new ReplicaPlan(settings);
            ReplicaPlan cpu = new ReplicaPlan(settings);
            double[] micros = new double[cases.length];
            double[] balance = new double[cases.length];
            double[] onCpu = new double[cases.length];
            try (GpuReplicaPlanner planner = GpuReplicaPlanner.onDriver(settings, sources)) {
                for (int c = 0; c < cases.length; c++) {
                    planner.plan(cases[c], null, device);
                    new ReplicaPlanner(settings).plan(totals[c], cpu);
                    double[] rounds = new double[ROUNDS];
                    Arrays.setAll(rounds, k -> planner.deviceMicros(LAUNCHES));
                    micros[c] = median(rounds);
                    balance[c] = device.imbalance();
                    onCpu[c] = cpu.imbalance();
                    require(device.tokens() == cpu.tokens(), "tokens of case " + c);
                    require(device.maxLoad() <= device.identityMaxLoad(), "level of case " + c);
                    say(
                            "replicas %d slots, case %d: %.1f us, max/mean %.5f (CPU %.5f), %d replicas",
                            slots, c, micros[c], balance[c], onCpu[c], device.replicas());
                }
            }
            say(
                    "replicas %d slots: us median %.1f, least %.1f, most %.1f; max/mean mean %.5f, worst %.5f; CPU %.5f,"
                            + " %.5f",
                    slots,
                    median(micros),
                    Arrays.stream(micros).min().orElse(0),
                    Arrays.stream(micros).max().orElse(0),
                    Arrays.stream(balance).average().orElse(0),
                    Arrays.stream(balance).max().orElse(0),
                    Arrays.stream(onCpu).average().orElse(0),
                    Arrays.stream(onCpu).max().orElse(0));
        }
    }

    static int[] ids(int length, int experts, double skew) {
        Random random = new Random(5);
        int[] ids = new int[length];
        Arrays.setAll(ids, k -> (int) (experts * Math.pow(random.nextDouble(), skew)));
        return ids;
    }

    private void pipeline(CudaDevice device, String topology, int groups) throws CudaUnavailableException {
        ReplicaTopology t = Topologies.parse(topology);
        int ranks = t.groupSize() * groups;
        ExpertPlacement placement = new LplbPlacement(t, ranks, EXPERTS, t.replicasPerRank()).natural();
        PlacementProblem problem = PlacementProblem.of(placement, null);
        int[] ids = ids(TOKENS * TOP_K, EXPERTS, 1.5);
        device.enter();
        long stream = driver.createStream();
        long memory = driver.allocate(4L * Long.BYTES * ids.length);
        long results = memory + 2L * Long.BYTES * ids.length;
        try (Arena arena = Arena.ofConfined();
                GpuPipeline pipeline =
                        GpuPipeline.openOn(stream, RelaxationSolver.NAME, placement, problem, 1e-4, ids.length, 0)) {
            MemorySegment narrow = arena.allocate(JAVA_INT, ids.length);
            MemorySegment wide = arena.allocate(JAVA_LONG, ids.length);
            for (int k = 0; k < ids.length; k++) {
                narrow.setAtIndex(JAVA_INT, k, ids[k]);
                wide.setAtIndex(JAVA_LONG, k, ids[k]);
            }
            for (int kind = 0; kind < 3; kind++) {
                String what = topology + ", " + ids.length + " ids, " + EXPERTS + " experts, " + ranks + " ranks, "
                        + (kind == 0 ? "tokens" : kind == 1 ? "tiles of " + TILE : "tokens, ids of 64 bits");
                MemorySegment from = kind == 2 ? wide : narrow;
                pipeline.planInTiles(kind == 1 ? TILE : 1);
                pipeline.useLongIds(kind == 2);
                driver.fill(memory, -7, 8L * ids.length, stream);
                driver.copyToDevice(memory, from.address(), from.byteSize(), stream);
                double micros = time(pipeline, stream, memory, results, ids.length);
                pipeline.fetch();
                MemorySegment got = arena.allocate(from.byteSize(), Long.BYTES);
                driver.copyToHost(got.address(), results, from.byteSize(), stream);
                driver.synchronise(stream);
                check(what, placement, ids, got, kind, pipeline, problem);
                say(
                        "pipeline %s: %.1f us, largest load %d, bound %d",
                        what, micros, pipeline.maxLoad(0), pipeline.lowerBound(0));
            }
        } finally {
            driver.free(memory);
            driver.destroyStream(stream);
            device.leave();
        }
    }

    private double time(GpuPipeline pipeline, long stream, long ids, long results, int length) {
        for (int k = 0; k < 20; k++) {
            pipeline.route(ids, results, length);
        }
        driver.synchronise(stream);
        long start = driver.createEvent();
        long end = driver.createEvent();
        double[] rounds = new double[ROUNDS];
        for (int k = 0; k < ROUNDS; k++) {
            driver.record(start, stream);
            for (int n = 0; n < LAUNCHES; n++) {
                pipeline.route(ids, results, length);
            }
            driver.record(end, stream);
            driver.synchronise(stream);
            rounds[k] = driver.elapsedMicros(start, end) / LAUNCHES;
        }
        driver.destroyEvent(start);
        driver.destroyEvent(end);
        return median(rounds);
    }

    /** Every id is at a slot of its expert, and the loads are those of the summary, in tokens or tiles. */
    private void check(
            String what,
            ExpertPlacement placement,
            int[] ids,
            MemorySegment physical,
            int kind,
            GpuPipeline pipeline,
            PlacementProblem problem) {
        int[] perSlot = new int[placement.physicalExperts()];
        boolean right = true;
        for (int k = 0; k < ids.length; k++) {
            long slot = kind == 2 ? physical.getAtIndex(JAVA_LONG, k) : physical.getAtIndex(JAVA_INT, k);
            boolean inside = slot >= 0 && slot < perSlot.length && placement.expertIn((int) slot) == ids[k];
            right &= inside;
            if (inside) {
                perSlot[(int) slot]++;
            }
        }
        int ranks = problem.problem().ranks();
        int unit = kind == 1 ? TILE : 1;
        int[] load = new int[placement.ranks()];
        for (int p = 0; p < perSlot.length; p++) {
            load[placement.rankOf(p)] += Math.ceilDiv(perSlot[p], unit);
        }
        for (int r = 0; r < load.length; r++) {
            right &= load[r] == pipeline.load(r / ranks, r % ranks);
        }
        for (int g = 0; g < problem.groups(); g++) {
            right &= pipeline.maxLoad(g) == pipeline.lowerBound(g);
        }
        require(right, what);
    }

    /** Weight copies of 8 virtual ranks on one device, compared byte for byte. */
    private void deviceCopies(CudaDevice device) {
        int expertBytes = 16 << 20;
        ReplicaSettings settings = ReplicaSettings.builder(homes(8, 64), 2).build();
        int[] table = new int[settings.physicalExperts()];
        ReplicaPlan plan = new ReplicaPlan(settings);
        plan.copySlotTable(table);
        WeightCopies copies = new WeightCopies(settings);
        device.enter();
        long stream = driver.createStream();
        long memory = driver.allocate((long) expertBytes * table.length);
        try (Arena arena = Arena.ofConfined()) {
            DeviceWeights weights = new DeviceWeights(driver, settings, memory, expertBytes, stream);
            MemorySegment host = arena.allocate(expertBytes, 64);
            for (int p = 0; p < table.length; p++) {
                fill(host, table[p]);
                driver.copyToDevice(weights.address(p), host.address(), expertBytes, stream);
                driver.synchronise(stream);
            }
            long[] counts = new long[64];
            Random random = new Random(9);
            boolean right = true;
            double micros = 0;
            long start = driver.createEvent();
            long end = driver.createEvent();
            for (int batch = 0; batch < 4; batch++) {
                Arrays.setAll(counts, e -> random.nextInt(200));
                counts[random.nextInt(64)] += 4000;
                new ReplicaPlanner(settings).plan(counts, null, table, plan);
                copies.schedule(plan, table);
                driver.record(start, stream);
                weights.run(copies);
                driver.record(end, stream);
                driver.synchronise(stream);
                micros += driver.elapsedMicros(start, end);
                plan.copySlotTable(table);
                right &= holds(weights, table, host, arena.allocate(expertBytes, 64), stream);
            }
            require(right, "copies on one device");
            say(
                    "copies on one device, %d of %d bytes: %.1f GB/s copied, byte for byte: %s",
                    weights.copied(), expertBytes, weights.copied() * expertBytes / micros / 1e3, right);
            driver.destroyEvent(start);
            driver.destroyEvent(end);
        } finally {
            driver.free(memory);
            driver.destroyStream(stream);
            device.leave();
        }
    }

    private boolean holds(DeviceWeights weights, int[] table, MemorySegment expected, MemorySegment got, long stream) {
        boolean right = true;
        for (int p = 0; p < table.length; p++) {
            if (table[p] >= 0) {
                fill(expected, table[p]);
                got.fill((byte) 0xA5);
                driver.copyToHost(got.address(), weights.address(p), got.byteSize(), stream);
                driver.synchronise(stream);
                right &= expected.mismatch(got) < 0;
            }
        }
        return right;
    }

    private static void fill(MemorySegment host, int expert) {
        int value = 0x9E3779B9 * (expert + 1);
        for (long k = 0; k < host.byteSize() / Integer.BYTES; k++) {
            value = value * 1664525 + 1013904223;
            host.setAtIndex(JAVA_INT, k, value);
        }
    }

    private void replicaPipeline() {
        ReplicaSettings settings =
                ReplicaSettings.builder(homes(RANKS, EXPERTS), 2).build();
        int[] ids = ids(TOKENS * TOP_K, EXPERTS, 1.5);
        int[] physical = new int[ids.length];
        Arrays.fill(physical, -7);
        ReplicaPlan plan = new ReplicaPlan(settings);
        try (GpuReplicaPipeline pipeline = GpuReplicaPipeline.onDriver(settings, ids.length)) {
            pipeline.route(ids, physical, null, plan);
            long[] quotas = new long[plan.capacity()];
            plan.copyQuotas(quotas);
            TokenRouter router = new TokenRouter(plan, EXPERTS);
            router.load(quotas, new long[EXPERTS]);
            int[] expected = new int[ids.length];
            router.route(ids, expected);
            boolean right = Arrays.equals(expected, physical);
            require(right, "pipeline by replicas");
            double[] rounds = new double[ROUNDS];
            Arrays.setAll(rounds, k -> pipeline.deviceMicros(LAUNCHES));
            say(
                    "pipeline by replicas, %d ids, %d experts, %d ranks, 2 slots: %.1f us, max/mean %.5f, %d replicas, ids"
                            + " equal to the CPU's router: %s",
                    ids.length, EXPERTS, RANKS, median(rounds), plan.imbalance(), plan.replicas(), right);
        }
    }
}
