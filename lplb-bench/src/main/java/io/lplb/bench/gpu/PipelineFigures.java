// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.gpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import com.sun.management.ThreadMXBean;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.reference.ReferencePipeline;
import io.lplb.reference.SamplePlacements;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CallerStream;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.cuda.RepeatedLaunch;
import io.lplb.tornado.pipeline.GpuPipeline;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A program for a machine with a GPU: checks the pipeline through the driver against the CPU's classes, token by token, and
 * measures it.
 *
 * <p>Arguments: {@code check CASES} (random shapes), {@code time} (4,096 tokens x 8 of 256 experts on torus 8x4). Exit code 1
 * if anything differs.
 */
public final class PipelineFigures {
    private static final long SEED = 20261125;
    private static final int POISON = 0x5a5a5a5a;
    private static final int GUARD = 64;

    /** Rounds after which the repair gives up, see RunSizes. */
    private static final int ROUNDS = 256;

    private static final int MOST_TOKENS = 20_000;
    private static final String[] SOLVERS = {RelaxationSolver.NAME, InteriorPointSolver.NAME};

    private final CudaDriver driver;
    private final PtxLibrary library = PtxLibrary.read();
    private final long stream;
    private final long memory;
    private int runs;
    private int wrong;
    private int rounds;
    private int mostRounds;
    private int exhausted;

    private PipelineFigures(CudaDriver driver) {
        this.driver = driver;
        stream = driver.createStream();
        memory = driver.allocate(2L * Integer.BYTES * (MOST_TOKENS * 8 + 2 * GUARD));
    }

    /** Runs one of the parts. */
    public static void main(String[] args) throws CudaUnavailableException {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        try (CudaDevice device = new CudaDevice(driver, 0)) {
            device.enter();
            say("device: %s, sm_%d", device.name(), device.capability());
            PipelineFigures figures = new PipelineFigures(driver);
            switch (args[0]) {
                case "check" -> figures.check(Integer.parseInt(args[1]));
                case "time" -> figures.time();
                default -> throw new IllegalArgumentException("got " + args[0] + ", expected check or time");
            }
            device.leave();
            if (figures.wrong > 0) {
                System.exit(1);
            }
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static ExpertPlacement topology(String name, int groups, int expertsPerRank) {
        ReplicaTopology t = Topologies.parse(name);
        int ranks = t.groupSize() * groups;
        return new LplbPlacement(t, ranks, ranks * expertsPerRank, t.replicasPerRank()).natural();
    }

    private static ExpertPlacement placement(int kind, Random random) {
        return switch (kind) {
            case 0 -> topology("cube", 1 + random.nextInt(8), 2 + random.nextInt(4));
            case 1 -> topology("hypercube", 1 + random.nextInt(4), 2 + random.nextInt(4));
            case 2 -> topology("torus8x4", 1 + random.nextInt(3), 2 + random.nextInt(7));
            case 3 -> topology("ring8", 1 + random.nextInt(8), 1 + random.nextInt(16));
            case 4 -> general(random, 2 + random.nextInt(15), 1 + random.nextInt(4));
            case 5 -> general(random, 1 + random.nextInt(64), 1);
            case 6 -> SamplePlacements.mirrored(2 + random.nextInt(30), 1 + random.nextInt(8));
            default -> SamplePlacements.torus(2 + random.nextInt(20));
        };
    }

    /** Any number of replicas of an expert, as EPLB places them and worse. */
    private static ExpertPlacement general(Random random, int groupSize, int groups) {
        int slotsPerRank = 1 + random.nextInt(Math.max(1, Math.min(12, 600 / (groupSize * groups))));
        int slots = groupSize * slotsPerRank;
        int experts = slots - random.nextInt((slots + 1) / 2);
        return SamplePlacements.random(groupSize * groups, groupSize, experts, slotsPerRank, random.nextLong());
    }

    private void check(int cases) {
        int refused = 0;
        int withSolver = 0;
        for (int k = 0; k < cases; k++) {
            Random random = new Random(SEED + k);
            ExpertPlacement placement = placement(k % 8, random);
            PlacementProblem problem = PlacementProblem.of(placement, null);
            int tokens = switch (random.nextInt(4)) {
                case 0 -> 1 + random.nextInt(300);
                case 1 -> 256 * (1 + random.nextInt(8)) + random.nextInt(3) - 1;
                default -> 1 + random.nextInt(MOST_TOKENS);
            };
            for (String solver : new String[] {SOLVERS[0], SOLVERS[1], "none"}) {
                boolean none = solver.equals("none");
                if (!none
                        && (problem.problem().items() == 0
                                || !GpuPipeline.missing(solver, problem).isEmpty())) {
                    continue;
                }
                withSolver += none ? 0 : 1;
                try (GpuPipeline pipeline = open(none ? null : solver, placement, problem, tokens)) {
                    String name = "case " + k + ", " + solver + ", " + problem.problem() + " x " + problem.groups()
                            + ", " + tokens + " ids";
                    for (int run = 0; run < 3; run++) {
                        int now = run == 1 ? 1 + random.nextInt(tokens) : tokens;
                        int[] ids = SamplePlacements.ids(
                                now, placement.experts(), 1 + 2 * random.nextDouble(), random.nextLong());
                        spoil(ids, placement.experts(), random, run);
                        compare(name + ", run " + run, pipeline, placement, problem, ids);
                    }
                } catch (IllegalArgumentException tooLarge) {
                    refused++;
                    say("case %d refused: %s", k, tooLarge);
                }
            }
        }
        say(
                "checked: %d cases, %d pipelines with a solver, %d runs from host and device each, %d wrong, %d refused;"
                        + " rounds of repair: %.2f a run, %d at most, %d times not to the end",
                cases, withSolver, runs, wrong, refused, (double) rounds / Math.max(1, runs), mostRounds, exhausted);
    }

    private GpuPipeline open(@Nullable String solver, ExpertPlacement placement, PlacementProblem problem, int tokens) {
        CallerStream caller = new CallerStream(true, stream);
        return solver == null
                ? GpuPipeline.open(driver, null, placement, problem, 1e-4, tokens, 0, caller, null)
                : GpuPipeline.open(driver, library, solver, placement, problem, 1e-4, tokens, 0, caller, null);
    }

    /** Some ids that name no expert. */
    private static void spoil(int[] ids, int experts, Random random, int run) {
        int[] values = {experts, Integer.MIN_VALUE, Integer.MAX_VALUE, -2};
        for (int k = 0; run == 2 && k < values.length; k++) {
            ids[random.nextInt(ids.length)] = values[k];
        }
    }

    private void compare(
            String name, GpuPipeline pipeline, ExpertPlacement placement, PlacementProblem problem, int[] ids) {
        int[] clean = ids.clone();
        int bad = 0;
        for (int k = 0; k < ids.length; k++) {
            if (ids[k] < -1 || ids[k] >= placement.experts()) {
                clean[k] = -1;
                bad++;
            }
        }
        int[] physical = new int[ids.length];
        Arrays.fill(physical, POISON);
        int found = pipeline.route(ids, physical);
        require(found == bad, name + ": ids out of range, got " + found + ", expected " + bad);
        ReferencePipeline cpu = new ReferencePipeline(placement, problem, clean);
        judge(name, pipeline, problem, cpu, physical);
        runs++;
        int[] onDevice = routeOnDevice(name, pipeline, ids);
        require(Arrays.equals(physical, onDevice), name + ": the device's memory has other ids than the host's");
        pipeline.fetch();
        judge(name + ", device", pipeline, problem, cpu, onDevice);
    }

    private void judge(
            String name, GpuPipeline pipeline, PlacementProblem problem, ReferencePipeline cpu, int[] physical) {
        boolean known = Arrays.stream(physical).noneMatch(slot -> slot == POISON);
        require(known, name + ": an id was not written");
        if (!known) {
            return;
        }
        require(
                Arrays.equals(cpu.route(cpu.replicasOf(physical)), physical),
                name + ": not routed as TokenRouter does with these quotas");
        long[] quota = cpu.anyQuotas();
        for (int g = 0; g < problem.groups(); g++) {
            long best = (long) cpu.repair(quota, g).maxLoad();
            long[] loads = cpu.rankLoads(physical, g);
            long most = Arrays.stream(loads).max().orElse(0);
            require(pipeline.maxLoad(g) == most, name + ": summary's largest load " + pipeline.maxLoad(g));
            if (pipeline.repairRounds(g) < ROUNDS) {
                require(most == best, name + ": largest load " + most + ", expected " + best);
                require(pipeline.lowerBound(g) == best, name + ": bound " + pipeline.lowerBound(g) + ", not " + best);
            } else {
                exhausted++;
            }
            for (int r = 0; r < loads.length; r++) {
                require(pipeline.load(g, r) == loads[r], name + ": load of rank " + r + " in the summary");
            }
            rounds += pipeline.repairRounds(g);
            mostRounds = Math.max(mostRounds, pipeline.repairRounds(g));
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            wrong++;
            if (wrong < 50) {
                say("WRONG %s", otherwise);
            }
        }
    }

    /** Through poisoned memory of the device, with guards on both sides; three times, so that the last one is a graph. */
    private int[] routeOnDevice(String name, GpuPipeline pipeline, int[] ids) {
        int n = ids.length;
        long in = memory;
        long out = memory + (long) Integer.BYTES * (n + GUARD);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(Integer.BYTES * (n + 2L * GUARD), Integer.BYTES);
            MemorySegment.copy(ids, 0, copy, JAVA_INT, 0, n);
            for (int k = 0; k < 3; k++) {
                driver.copyToDevice(in, copy.address(), (long) Integer.BYTES * n, stream);
                driver.fill(in + (long) Integer.BYTES * n, POISON, n + 2L * GUARD, stream);
                pipeline.route(in, out, n);
                driver.synchronise(stream);
            }
            long from = out - (long) Integer.BYTES * GUARD;
            driver.copyToHost(copy.address(), from, Integer.BYTES * (n + 2L * GUARD), stream);
            driver.synchronise(stream);
            int[] result = copy.toArray(JAVA_INT);
            for (int k = 0; k < GUARD; k++) {
                require(result[k] == POISON && result[GUARD + n + k] == POISON, name + ": written beyond the results");
            }
            return Arrays.copyOfRange(result, GUARD, GUARD + n);
        }
    }

    private void time() {
        ExpertPlacement placement = topology("torus8x4", 1, 8);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        int tokens = 4096 * 8;
        for (String solver : new String[] {SOLVERS[0], SOLVERS[1], "none"}) {
            try (GpuPipeline pipeline = open(solver.equals("none") ? null : solver, placement, problem, tokens)) {
                time(solver, pipeline, placement.experts(), tokens);
            }
        }
    }

    private void time(String solver, GpuPipeline pipeline, int experts, int tokens) {
        int[][] batches = new int[16][];
        Arrays.setAll(batches, k -> SamplePlacements.ids(tokens, experts, 1.3, SEED + k));
        int[] physical = new int[tokens];
        long out = memory + (long) Integer.BYTES * tokens;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocateFrom(JAVA_INT, batches[0]);
            driver.copyToDevice(memory, copy.address(), copy.byteSize(), stream);
            driver.synchronise(stream);
        }
        double[] device = new double[1000];
        for (int k = -device.length; k < device.length; k++) {
            double micros = RepeatedLaunch.micros(driver, stream, 1, () -> pipeline.route(memory, out, tokens));
            if (k >= 0) {
                device[k] = micros;
            }
        }
        Arrays.sort(device);
        pipeline.fetch();
        say(
                "%-14s device time, us: p50 %.2f  p10 %.2f  p99 %.2f; largest load %d, lower bound %d, rounds %d",
                solver,
                device[500],
                device[100],
                device[990],
                pipeline.maxLoad(0),
                pipeline.lowerBound(0),
                pipeline.repairRounds(0));
        calls(solver, "host arrays to host arrays", k -> pipeline.route(batches[k % batches.length], physical));
        MemorySegment inSegment = Arena.ofAuto().allocateFrom(JAVA_INT, batches[1]);
        MemorySegment outSegment = Arena.ofAuto().allocate(inSegment.byteSize(), Integer.BYTES);
        calls(solver, "host segments", k -> pipeline.route(inSegment, outSegment));
        calls(solver, "device, until complete", k -> {
            pipeline.route(memory, out, tokens);
            driver.synchronise(stream);
        });
        calls(solver, "device, with summary", k -> {
            pipeline.route(memory, out, tokens);
            pipeline.fetch();
        });
        calls(solver, "device, call alone", k -> {
            pipeline.route(memory, out, tokens);
            if (k % 64 == 63) {
                driver.synchronise(stream);
            }
        });
        calls(solver, "device, other addresses", k -> {
            long shift = (long) Integer.BYTES * (k % 61);
            pipeline.route(memory + shift, out + shift, tokens - 61);
            driver.synchronise(stream);
        });
        calls(solver, "device, other numbers", k -> {
            pipeline.route(memory, out, tokens - k % 61);
            driver.synchronise(stream);
        });
    }

    private interface Call {
        void run(int number);
    }

    private static void calls(String solver, String what, Call call) {
        int count = 20_000;
        long[] nanos = new long[count];
        for (int k = 0; k < count / 2; k++) {
            call.run(k);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        long before = threads.getThreadAllocatedBytes(id);
        for (int k = 0; k < count; k++) {
            long start = System.nanoTime();
            call.run(k);
            nanos[k] = System.nanoTime() - start;
        }
        double bytes = (double) (threads.getThreadAllocatedBytes(id) - before) / count;
        Arrays.sort(nanos);
        say(
                "%-14s %-28s us: p50 %7.1f  p99 %7.1f  p99.9 %7.1f; %.1f B per call",
                solver,
                what,
                1e-3 * nanos[count / 2],
                1e-3 * nanos[count / 100 * 99],
                1e-3 * nanos[count / 1000 * 999],
                bytes);
    }
}
