// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.nccl;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import com.sun.management.ThreadMXBean;
import io.lplb.balance.RoundOutcome;
import io.lplb.exchange.LocalExchange;
import io.lplb.nccl.Bootstrap;
import io.lplb.nccl.NcclExchange;
import io.lplb.nccl.NcclExchangeBuilder;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.reference.ReferencePipeline;
import io.lplb.reference.ReferenceSources;
import io.lplb.reference.SamplePlacements;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CallerStream;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.pipeline.GpuPipeline;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * A program for a machine with two GPUs, started once for each: checks the pipeline with NCCL's exchange inside against the
 * plan of one pipeline that sees all tokens and against the CPU's classes, token by token; measures it; and kills a
 * source in a round; see docs/measurements/cluster.md.
 *
 * <p>Arguments: {@code check SELF SOURCES FILE BATCHES}, {@code time SELF SOURCES FILE [SOLVER]},
 * {@code fault SELF SOURCES FILE}; source SELF uses GPU SELF, and the sources meet by files whose
 * names begin with FILE, which must be new. Exit code 1 if anything differs.
 */
public final class NcclFigures {
    private static final long SEED = 20261126;
    private static final int POISON = 0x5a5a5a5a;
    private static final int GUARD = 64;
    private static final int MOST = 32_768;
    private static final int KILLED = 137;

    /** Round in which a source is lost. */
    private static final int FAULT = 40;

    private static final String[] SOLVERS = {RelaxationSolver.NAME, InteriorPointSolver.NAME};
    private static final Duration CONNECT = Duration.ofSeconds(40);

    private final CudaDriver driver;
    private final int self;
    private final int sources;
    private final String file;
    private final long stream;
    private final long memory;
    private int connections;
    private int rounds;
    private int wrong;

    private NcclFigures(CudaDriver driver, int self, int sources, String file) {
        this.driver = driver;
        this.self = self;
        this.sources = sources;
        this.file = file;
        stream = driver.createStream();
        memory = driver.allocate(2L * Integer.BYTES * (MOST + 2 * GUARD));
    }

    /** Runs one of the parts. */
    public static void main(String[] args) throws Exception {
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        int self = Integer.parseInt(args[1]);
        try (CudaDevice device = new CudaDevice(driver, self)) {
            device.enter();
            NcclFigures figures = new NcclFigures(driver, self, Integer.parseInt(args[2]), args[3]);
            figures.say(
                    "device: %s, sm_%d; NCCL %s", device.name(), device.capability(), NcclExchange.libraryVersion());
            switch (args[0]) {
                case "check" -> figures.check(Integer.parseInt(args[4]));
                case "time" -> figures.time(args.length > 4 ? new String[] {args[4]} : SOLVERS);
                case "fault" -> figures.fault();
                default -> throw new IllegalArgumentException("got " + args[0] + ", expected check, time or fault");
            }
            device.leave();
            if (figures.wrong > 0) {
                System.exit(1);
            }
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private void say(String format, Object... values) {
        System.out.println("source " + self + ": " + String.format(Locale.ROOT, format, values));
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            wrong++;
            if (wrong < 30) {
                say("WRONG %s", otherwise);
            }
        }
    }

    private NcclExchangeBuilder builder(ExpertPlacement placement, PlacementProblem problem, String solver) {
        return NcclExchange.builder(placement, problem)
                .solver(solver)
                .sources(sources)
                .self(self)
                .sourcesPerNode(8)
                .device(self)
                .maxTokens(MOST)
                .deadline(Duration.ofSeconds(5))
                .connectTimeout(CONNECT);
    }

    private Bootstrap carrier() {
        return Bootstrap.file(Path.of(file + "-" + connections++), CONNECT);
    }

    private GpuPipeline one(ExpertPlacement placement, PlacementProblem problem, String solver, int tokens) {
        return GpuPipeline.open(
                driver,
                PtxLibrary.read(),
                solver,
                placement,
                problem,
                1e-4,
                tokens,
                self,
                new CallerStream(true, stream),
                null);
    }

    private static ExpertPlacement topology(String name, int groups, int expertsPerRank) {
        ReplicaTopology t = Topologies.parse(name);
        int ranks = t.groupSize() * groups;
        return new LplbPlacement(t, ranks, ranks * expertsPerRank, t.replicasPerRank()).natural();
    }

    private static ExpertPlacement placement(int kind, long seed) {
        return switch (kind % 6) {
            case 0 -> topology("torus8x4", 1, 8);
            case 1 -> topology("cube", 2, 3);
            case 2 -> SamplePlacements.random(8, 8, 40, 9, seed);
            case 3 -> SamplePlacements.mirrored(6, 4);
            case 4 -> topology("hypercube", 2, 4);
            default -> SamplePlacements.random(32, 16, 70, 6, seed);
        };
    }

    /** Both sources draw the same batches, so that each knows what the other has. */
    private void check(int batches) throws Exception {
        CRC32 plans = new CRC32();
        for (int kind = 0; kind < 8; kind++) {
            String solver = kind % 2 == 0 ? RelaxationSolver.NAME : InteriorPointSolver.NAME;
            ExpertPlacement placement = placement(kind, SEED);
            PlacementProblem problem = PlacementProblem.of(placement, null);
            boolean whole = kind > 5;
            try (NcclExchange exchange = builder(placement, problem, solver)
                            .wholeGraphs(whole)
                            .connect(carrier());
                    GpuPipeline pipeline = exchange.openPipelineOn(stream);
                    GpuPipeline one = one(placement, problem, solver, sources * MOST)) {
                if (kind == 0) {
                    say("%s", exchange.transport());
                }
                Random random = new Random(SEED + kind);
                int[][] ids = new int[sources][];
                for (int b = 0; b < batches; b++) {
                    batch(ids, placement, random, b, whole);
                    String name = "placement " + kind + ", " + solver + ", batch " + b;
                    compare(name, placement, problem, exchange, pipeline, one, ids, b % 5 == 4, plans);
                }
                require(exchange.missedRounds() == 0, "missed rounds: " + exchange.missedRounds());
                require(exchange.isAlive(), "dead: " + exchange.transport());
            }
        }
        say("checked: %d rounds on %d placements, %d wrong; plans %08x", rounds, 8, wrong, plans.getValue());
    }

    private void batch(int[][] ids, ExpertPlacement placement, Random random, int number, boolean whole) {
        // Every third batch has as many ids as the one before, in one place: graphs, on one source or on both. Graphs
        // with the gather inside need sources that repeat alike.
        for (int s = 0; s < sources; s++) {
            int[] before = ids[s];
            int tokens = switch (random.nextInt(5)) {
                case 0 -> random.nextInt(2);
                case 1 -> 1 + random.nextInt(600);
                case 2 -> before == null ? 100 : before.length;
                default -> 1 + random.nextInt(MOST);
            };
            if (number % 3 == 2 && before != null && random.nextInt(4) > 0) {
                tokens = before.length;
            }
            if (whole) {
                tokens = 1000 + 1000 * (number / 4 % 3);
            }
            ids[s] = SamplePlacements.ids(tokens, placement.experts(), 1 + 2 * random.nextDouble(), random.nextLong());
        }
    }

    private void compare(
            String name,
            ExpertPlacement placement,
            PlacementProblem problem,
            NcclExchange exchange,
            GpuPipeline pipeline,
            GpuPipeline one,
            int[][] ids,
            boolean host,
            CRC32 plans) {
        int[] together = Arrays.stream(ids).flatMapToInt(Arrays::stream).toArray();
        int[] all = new int[together.length];
        one.route(together, all);
        int[] physical = host ? routeHost(pipeline, ids[self]) : routeOnDevice(name, pipeline, ids[self]);
        rounds++;
        ReferenceSources cpu = new ReferenceSources(placement, problem, 8, ids);
        boolean valid = new ReferenceSources(placement, problem, 1, new int[][] {together}).isValid(together, all);
        require(valid, name + ": the pipeline that sees all tokens is wrong");
        require(cpu.isValid(ids[self], physical), name + ": a token is not at a replica of its expert");
        if (!valid) {
            return;
        }
        long[] quotas = cpu.quotas(all);
        require(Arrays.equals(cpu.route(quotas, self), physical), name + ": physical ids");
        require(exchange.lastOutcome() == RoundOutcome.AGREED, name + ": " + exchange.lastOutcome());
        ReferencePipeline stations = new ReferencePipeline(placement, problem, together);
        for (int g = 0; g < problem.groups(); g++) {
            long best = (long) stations.repair(stations.anyQuotas(), g).maxLoad();
            require(pipeline.maxLoad(g) == best, name + ": largest load " + pipeline.maxLoad(g) + ", best " + best);
            long[] loads = stations.rankLoads(all, g);
            for (int r = 0; r < loads.length; r++) {
                require(pipeline.load(g, r) == loads[r], name + ": load of rank " + r);
            }
        }
        for (long q : quotas) {
            plans.update((int) q);
            plans.update((int) (q >>> 8));
        }
    }

    private static int[] routeHost(GpuPipeline pipeline, int[] ids) {
        int[] physical = new int[ids.length];
        Arrays.fill(physical, POISON);
        pipeline.route(ids, physical);
        return physical;
    }

    private void upload(int[] ids) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(Math.max(4L, 4L * ids.length), Integer.BYTES);
            MemorySegment.copy(ids, 0, copy, JAVA_INT, 0, ids.length);
            driver.copyToDevice(memory, copy.address(), (long) Integer.BYTES * ids.length, stream);
            driver.synchronise(stream);
        }
    }

    /** Where results lie on the device, behind as many ids and a guard. */
    private long out(int tokens) {
        return memory + (long) Integer.BYTES * (tokens + GUARD);
    }

    private int[] routeOnDevice(String name, GpuPipeline pipeline, int[] ids) {
        int n = ids.length;
        upload(ids);
        driver.fill(memory + (long) Integer.BYTES * n, POISON, n + 2L * GUARD, stream);
        pipeline.route(memory, out(n), n);
        pipeline.fetch();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(Integer.BYTES * (n + 2L * GUARD), Integer.BYTES);
            driver.copyToHost(copy.address(), out(n) - (long) Integer.BYTES * GUARD, copy.byteSize(), stream);
            driver.synchronise(stream);
            int[] result = copy.toArray(JAVA_INT);
            for (int k = 0; k < GUARD; k++) {
                require(result[k] == POISON && result[GUARD + n + k] == POISON, name + ": written beyond the results");
            }
            return Arrays.copyOfRange(result, GUARD, GUARD + n);
        }
    }

    private void time(String[] solvers) throws Exception {
        ExpertPlacement placement = topology("torus8x4", 1, 8);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        for (String solver : solvers) {
            for (int tokens : new int[] {4096 * 8 / sources, 4096 * 8}) {
                int[] ids = SamplePlacements.ids(tokens, placement.experts(), 1.3, SEED + self);
                upload(ids);
                String name = solver + ", " + sources + " x " + tokens + " ids";
                try (NcclExchange exchange = builder(placement, problem, solver)
                                .wholeGraphs(true)
                                .connect(carrier());
                        GpuPipeline pipeline = exchange.openPipelineOn(stream)) {
                    measure(name + ", whole graphs", pipeline, tokens);
                }
                try (NcclExchange exchange = builder(placement, problem, solver).connect(carrier());
                        GpuPipeline pipeline = exchange.openPipelineOn(stream)) {
                    measure(name, pipeline, tokens);
                    pipeline.fetch();
                    say(
                            "%s: largest load %d, lower bound %d, %s, missed %d",
                            name,
                            pipeline.maxLoad(0),
                            pipeline.lowerBound(0),
                            exchange.lastOutcome(),
                            exchange.missedRounds());
                }
                // The same kernels with one source: NCCL has nothing to do.
                try (NcclExchange exchange = builder(placement, problem, solver)
                                .sources(1)
                                .self(0)
                                .connect((zero, own) -> own);
                        GpuPipeline pipeline = exchange.openPipelineOn(stream)) {
                    measure(solver + ", alone with " + tokens + " ids", pipeline, tokens);
                }
                try (GpuPipeline pipeline = one(placement, problem, solver, tokens)) {
                    measure(solver + ", no sources, " + tokens + " ids", pipeline, tokens);
                }
            }
        }
    }

    private void measure(String name, GpuPipeline pipeline, int tokens) {
        long[] events = new long[2];
        Arrays.setAll(events, k -> driver.createEvent());
        aligned(pipeline, tokens, events, 1000);
        say("%s: device time of a round, us: %s", name, aligned(pipeline, tokens, events, 2000));
        say("%s: a round of 50 put on the stream at once: %s", name, queued(pipeline, tokens, events));
        host(name, pipeline, tokens);
        for (long event : events) {
            driver.destroyEvent(event);
        }
    }

    /** Two rounds at a time, of which the second is measured: the first brings the sources into step. */
    private String aligned(GpuPipeline pipeline, int tokens, long[] events, int count) {
        double[] micros = new double[count];
        for (int k = 0; k < count; k++) {
            pipeline.route(memory, out(tokens), tokens);
            driver.record(events[0], stream);
            pipeline.route(memory, out(tokens), tokens);
            driver.record(events[1], stream);
            driver.synchronise(stream);
            micros[k] = driver.elapsedMicros(events[0], events[1]);
        }
        return quantiles(Arrays.copyOfRange(micros, 20, count));
    }

    private String queued(GpuPipeline pipeline, int tokens, long[] events) {
        double[] micros = new double[60];
        for (int k = 0; k < micros.length; k++) {
            pipeline.route(memory, out(tokens), tokens);
            driver.record(events[0], stream);
            for (int round = 0; round < 50; round++) {
                pipeline.route(memory, out(tokens), tokens);
            }
            driver.record(events[1], stream);
            driver.synchronise(stream);
            micros[k] = driver.elapsedMicros(events[0], events[1]) / 50;
        }
        return quantiles(Arrays.copyOfRange(micros, 10, micros.length));
    }

    /** From the call until the results are complete, on the host's clock, and what a call allocates. */
    private void host(String name, GpuPipeline pipeline, int tokens) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        int count = 10_000;
        double[] micros = new double[count];
        long allocated = Long.MAX_VALUE;
        for (int pass = 0; pass < 3; pass++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int k = 0; k < count; k++) {
                long start = System.nanoTime();
                pipeline.route(memory, out(tokens), tokens);
                driver.synchronise(stream);
                micros[k] = (System.nanoTime() - start) / 1e3;
            }
            allocated = Math.min(allocated, threads.getThreadAllocatedBytes(id) - before);
        }
        say(
                "%s: from the call until complete: %s; %.3f bytes allocated a round",
                name, quantiles(micros), (double) allocated / count);
    }

    private static String quantiles(double[] micros) {
        Arrays.sort(micros);
        int n = micros.length;
        return String.format(
                Locale.ROOT, "p10 %.2f  p50 %.2f  p99 %.2f", micros[n / 10], micros[n / 2], micros[n * 99 / 100]);
    }

    private void fault() throws Exception {
        die(false);
        die(true);
    }

    /**
     * The last source is killed in a round, and the others go on: by the last plan, or by a transport of the host on which the dead one
     * is missing, too. The first time it only stops to come, as a killed JVM has no second life.
     */
    private void die(boolean hostTransport) throws Exception {
        ExpertPlacement placement = topology("torus8x4", 1, 8);
        PlacementProblem problem = PlacementProblem.of(placement, null);
        Duration deadline = Duration.ofMillis(300);
        NcclExchangeBuilder builder =
                builder(placement, problem, RelaxationSolver.NAME).deadline(deadline);
        if (hostTransport) {
            builder.fallback(LocalExchange.group(sources, placement.experts()).get(self));
        }
        int tokens = 16_384;
        int last = 60;
        try (GpuPipeline one = one(placement, problem, RelaxationSolver.NAME, sources * tokens);
                NcclExchange exchange = builder.connect(carrier());
                GpuPipeline pipeline = exchange.openPipelineOn(stream)) {
            one.route(new int[tokens], new int[tokens]);
            Random random = new Random(SEED);
            ReferenceSources known = null;
            long[] quotas = new long[0];
            for (int round = 0; round < last; round++) {
                int[][] ids = new int[sources][];
                for (int s = 0; s < sources; s++) {
                    ids[s] = SamplePlacements.ids(tokens, placement.experts(), 1.5, random.nextLong());
                }
                if (self == sources - 1 && round == FAULT) {
                    leave(hostTransport, pipeline, ids[self]);
                    return;
                }
                int[] physical = routeTimed(hostTransport, exchange, pipeline, ids[self], round);
                ReferenceSources cpu = new ReferenceSources(placement, problem, 8, ids);
                boolean valid = cpu.isValid(ids[self], physical);
                require(valid, "round " + round + ": a token is not at its expert");
                if (!valid) {
                    continue;
                }
                if (exchange.lastOutcome() == RoundOutcome.AGREED) {
                    known = cpu;
                    int[] together =
                            Arrays.stream(ids).flatMapToInt(Arrays::stream).toArray();
                    int[] all = new int[together.length];
                    one.route(together, all);
                    quotas = cpu.quotas(all);
                    require(Arrays.equals(cpu.route(quotas, self), physical), "round " + round + ": physical ids");
                } else if (exchange.lastOutcome() == RoundOutcome.LAST_PLAN && known != null) {
                    require(
                            Arrays.equals(known.routeByLastPlan(quotas, self, ids[self]), physical),
                            "round " + round + ": not routed by the last plan");
                }
                // Whether the gather of a source that is killed right after its launch comes through is a matter of
                // luck.
                boolean agreed = exchange.lastOutcome() == RoundOutcome.AGREED;
                require(
                        round < FAULT ? agreed : !agreed || (hostTransport && round == FAULT),
                        "round " + round + ": " + exchange.lastOutcome());
            }
            say("%d rounds, %d missed; %s", exchange.rounds(), exchange.missedRounds(), exchange.transport());
            RoundOutcome expected = hostTransport ? RoundOutcome.PARTIAL : RoundOutcome.LAST_PLAN;
            require(exchange.lastOutcome() == expected, "the last round: " + exchange.lastOutcome());
        }
        say("closed after a dead source; %d wrong", wrong);
    }

    private void leave(boolean kill, GpuPipeline pipeline, int[] ids) throws InterruptedException {
        say(kill ? "dies in round %d" : "stops before round %d", FAULT);
        if (kill) {
            upload(ids);
            pipeline.route(memory, out(ids.length), ids.length);
            Runtime.getRuntime().halt(KILLED);
        }
        // The others are to find out by their deadline, not by this one's leaving.
        Thread.sleep(1500);
    }

    private int[] routeTimed(boolean hostTransport, NcclExchange exchange, GpuPipeline pipeline, int[] ids, int round) {
        int[] physical = new int[ids.length];
        Arrays.fill(physical, POISON);
        long start = System.nanoTime();
        pipeline.route(ids, physical);
        double millis = (System.nanoTime() - start) / 1e6;
        if (round >= FAULT - 1 && round < FAULT + 4) {
            say(
                    "%s, round %d: %.2f ms, %s",
                    hostTransport ? "host's transport" : "no transport", round, millis, exchange.lastOutcome());
        }
        return physical;
    }
}
