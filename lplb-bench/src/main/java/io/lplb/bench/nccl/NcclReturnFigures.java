// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.nccl;

import com.sun.management.ThreadMXBean;
import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.balance.RankBalancer;
import io.lplb.balance.RankReport;
import io.lplb.balance.RoundOutcome;
import io.lplb.count.TokenCounter;
import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.exchange.aeron.AeronExchange;
import io.lplb.exchange.aeron.ExchangeSettings;
import io.lplb.nccl.Bootstrap;
import io.lplb.nccl.NcclExchange;
import io.lplb.nccl.NcclSettings;
import io.lplb.nccl.NcclWorkloadExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.reference.ReferenceSources;
import io.lplb.reference.SamplePlacements;
import io.lplb.solver.RelaxationSolver;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CallerStream;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.pipeline.GpuPipeline;
import io.lplb.tornado.ptx.PtxLibrary;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * A program for a machine with two GPUs, started once for each, beside {@link NcclFigures}: counts of host arrays over NCCL,
 * and the way back to NCCL after a source was stalled, and after one was killed and started anew; see docs/measurements/cluster.md.
 *
 * <p>Arguments: {@code counts SELF SOURCES FILE ENDPOINTS}, {@code ranks SELF SOURCES ENDPOINTS [again]},
 * {@code pipeline SELF SOURCES ENDPOINTS [again]}; source SELF uses GPU SELF. FILE must be new; ENDPOINTS are those of Aeron,
 * which is the fallback. In {@code ranks} and {@code pipeline} the last source stalls, comes back, and then ends
 * itself with exit code 137: it has to be started anew with {@code again}. Exit code 1 if anything is wrong.
 */
public final class NcclReturnFigures {
    private static final long SEED = 20261128;
    private static final int EXPERTS = 256;
    private static final int KILLED = 137;
    private static final int TOKENS = 4096;
    private static final int LAST = 300;
    private static final int FAULT = 200;
    private static final int STREAM = 7811;
    private static final int SECONDS = 35;
    private static final Duration DEADLINE = Duration.ofMillis(300);
    private static final Duration CONNECT = Duration.ofSeconds(15);
    private static final long PACE_NANOS = 2_000_000;
    private static final int MOST_TIMES = 100_000;

    private final int self;
    private final int sources;
    private final boolean again;
    private final double[] times = new double[MOST_TIMES];
    private int timed;
    private int wrong;

    private NcclReturnFigures(int self, int sources, boolean again) {
        this.self = self;
        this.sources = sources;
        this.again = again;
    }

    /** Runs one of the parts. */
    public static void main(String[] args) throws Exception {
        boolean again = args[args.length - 1].equals("again");
        NcclReturnFigures figures = new NcclReturnFigures(Integer.parseInt(args[1]), Integer.parseInt(args[2]), again);
        switch (args[0]) {
            case "counts" -> figures.counts(Path.of(args[3]), List.of(args[4].split(",", -1)));
            case "ranks" -> figures.ranks(List.of(args[3].split(",", -1)));
            case "pipeline" -> figures.pipeline(List.of(args[3].split(",", -1)));
            default -> throw new IllegalArgumentException("got " + args[0] + ", expected counts, ranks or pipeline");
        }
        figures.say("%d wrong", figures.wrong);
        if (figures.wrong > 0) {
            System.exit(1);
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation is Error Prone's, which is no dependency
    private void say(String format, Object... values) {
        System.out.println("source " + self + (again ? " again: " : ": ") + String.format(Locale.ROOT, format, values));
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            wrong++;
            if (wrong < 30) {
                say("WRONG %s", otherwise);
            }
        }
    }

    private AeronExchange aeron(GroupIdentity identity, List<String> endpoints) {
        return AeronExchange.connect(new ExchangeSettings(identity, self, endpoints, null, STREAM, CONNECT, "yield"));
    }

    private static String quantiles(double[] micros, int count) {
        double[] sorted = Arrays.copyOf(micros, count);
        Arrays.sort(sorted);
        return count == 0
                ? "none"
                : String.format(
                        Locale.ROOT,
                        "p10 %.1f  p50 %.1f  p99 %.1f  max %.1f us of %d",
                        sorted[count / 10],
                        sorted[count / 2],
                        sorted[count * 99 / 100],
                        sorted[count - 1],
                        count);
    }

    private static int count(long round, int rank, int expert) {
        long z = (round * 31 + rank) * 0x9E3779B97F4A7C15L + expert * 0xBF58476D1CE4E5B9L;
        return (int) ((z ^ (z >>> 29)) >>> 34);
    }

    private void counts(Path file, List<String> endpoints) throws Exception {
        GroupIdentity identity = new GroupIdentity(sources, EXPERTS, SEED, "figures");
        NcclSettings settings = new NcclSettings(identity, self, self, CONNECT, null);
        try (NcclWorkloadExchange exchange = NcclWorkloadExchange.connect(settings, Bootstrap.file(file, CONNECT))) {
            say("%s", exchange.transport());
            check(exchange, 5000);
            time("NCCL, host arrays", exchange);
        }
        try (AeronExchange exchange = aeron(identity, endpoints)) {
            check(exchange, 2000);
            time("Aeron UDP over loopback, yield", exchange);
        }
    }

    private void check(WorkloadExchange exchange, int rounds) {
        int[] own = new int[EXPERTS];
        int[] all = new int[sources * EXPERTS];
        for (int k = 0; k < rounds; k++) {
            long round = exchange.nextRound();
            for (int e = 0; e < EXPERTS; e++) {
                own[e] = count(round, self, e);
            }
            RoundStatus status = exchange.gather(round, SEED, own, all, CONNECT.toNanos());
            require(status == RoundStatus.COMPLETE, "round " + round + ": " + status);
            for (int r = 0; r < sources; r++) {
                for (int e = 0; e < EXPERTS; e++) {
                    require(
                            all[r * EXPERTS + e] == count(round, r, e),
                            "round " + round + ": count of rank " + r + ", expert " + e);
                }
            }
        }
    }

    private void time(String name, WorkloadExchange exchange) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().threadId();
        int[] own = new int[EXPERTS];
        int[] all = new int[sources * EXPERTS];
        int count = 20_000;
        double[] micros = new double[count];
        long allocated = Long.MAX_VALUE;
        for (int pass = 0; pass < 3; pass++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int k = 0; k < count; k++) {
                long start = System.nanoTime();
                exchange.gather(exchange.nextRound(), SEED, own, all, CONNECT.toNanos());
                micros[k] = (System.nanoTime() - start) / 1e3;
            }
            allocated = Math.min(allocated, threads.getThreadAllocatedBytes(id) - before);
        }
        say(
                "%s: a gather of %d experts: %s; %.3f bytes allocated a round",
                name, EXPERTS, quantiles(micros, count), (double) allocated / count);
    }

    /** Faults and returns; rounds by NCCL and by the host are timed apart. */
    private void scenario(BooleanSupplier alive, LongSupplier next, LongConsumer task) throws InterruptedException {
        boolean before = alive.getAsBoolean();
        int returns = 0;
        int since = 0;
        int whole = again ? 1 : 2;
        long begun = System.nanoTime();
        long lost = begun;
        while (returns < whole || since < LAST) {
            if (System.nanoTime() - begun > SECONDS * 1_000_000_000L) {
                require(false, "still at return " + returns + " after " + SECONDS + " s");
                return;
            }
            if (self == sources - 1 && !again && since == FAULT && alive.getAsBoolean()) {
                if (returns == 1) {
                    say("dies");
                    System.out.flush();
                    Runtime.getRuntime().halt(KILLED);
                }
                say("stalls for a second");
                Thread.sleep(1000);
                since++;
            }
            long round = next.getAsLong();
            long start = System.nanoTime();
            task.accept(round);
            long end = System.nanoTime();
            boolean now = alive.getAsBoolean();
            if (now != before) {
                say("rounds by %s until now: %s", before ? "NCCL" : "the host", quantiles(times, timed));
                timed = 0;
            }
            if (timed < MOST_TIMES) {
                times[timed++] = (end - start) / 1e3;
            }
            if (before && !now) {
                lost = start;
                say("NCCL is lost in round %d, which took %.1f ms", round, (end - start) / 1e6);
            } else if (now && !before) {
                returns++;
                since = 0;
                say("NCCL is back in round %d, %.1f ms after it was lost", round, (start - lost) / 1e6);
            }
            before = now;
            since++;
            LockSupport.parkNanos(PACE_NANOS - (System.nanoTime() - start));
        }
        say("rounds by NCCL until the end: %s", quantiles(times, timed));
    }

    private void ranks(List<String> endpoints) throws Exception {
        LoadBalancerBuilder settings = LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(sources)
                .replicas(16)
                .deadline(DEADLINE)
                .checkPlans(true)
                .eplb();
        try (AeronExchange aeron = aeron(settings.identity(), endpoints);
                NcclWorkloadExchange exchange = NcclWorkloadExchange.connect(
                        new NcclSettings(settings.identity(), self, self, CONNECT, aeron));
                RankBalancer balancer = settings.buildRank(exchange)) {
            say("%s", exchange.transport());
            double[] history = new double[EXPERTS];
            Arrays.setAll(history, e -> 1 + e % 7);
            balancer.updatePlacement(history);
            ExpertPlacement placement = balancer.placement();
            TokenCounter counter = new TokenCounter(EXPERTS);
            int[] counts = new int[EXPERTS];
            int[] slots = new int[TOKENS];
            scenario(exchange::isAlive, balancer::nextRound, round -> {
                int[] ids = ids(round, self, placement);
                counter.count(ids, counts);
                long differing = balancer.lastReport().differingPlans();
                RankReport report = balancer.plan(round, counts);
                // By the host, a round may be complete for one and lack the other's counts for the other.
                require(
                        report.differingPlans() == differing || !exchange.isAlive(),
                        "round " + round + ": plans differ by NCCL");
                balancer.route(ids, slots);
                for (int k = 0; k < ids.length; k++) {
                    boolean right = ids[k] < 0 ? slots[k] == -1 : placement.expertIn(slots[k]) == ids[k];
                    require(right, "round " + round + ": token " + k);
                }
            });
            RankReport report = balancer.lastReport();
            say(
                    "%d rounds agreed, %d partial, %d by the last plan, %d to the originals; %d plans compared, %d differ",
                    report.rounds(RoundOutcome.AGREED),
                    report.rounds(RoundOutcome.PARTIAL),
                    report.rounds(RoundOutcome.LAST_PLAN),
                    report.rounds(RoundOutcome.ORIGINALS),
                    report.comparedPlans(),
                    report.differingPlans());
            require(report.outcome() == RoundOutcome.AGREED, "the last round: " + report.outcome());
        }
    }

    private static int[] ids(long round, int source, ExpertPlacement placement) {
        return SamplePlacements.ids(
                TOKENS, placement.experts(), 1.4, new Random(SEED + 1000 * round + source).nextLong());
    }

    private void pipeline(List<String> endpoints) throws Exception {
        ExpertPlacement placement = new LplbPlacement(Topologies.parse("torus8x4"), 32, EXPERTS, 2).natural();
        PlacementProblem problem = PlacementProblem.of(placement, null);
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        GroupIdentity identity = new GroupIdentity(sources, EXPERTS, SEED, "figures");
        try (AeronExchange aeron = aeron(identity, endpoints);
                NcclExchange exchange = NcclExchange.builder(placement, problem)
                        .sources(sources)
                        .self(self)
                        .device(self)
                        .maxTokens(TOKENS)
                        .deadline(DEADLINE)
                        .connectTimeout(CONNECT)
                        .connect(aeron);
                GpuPipeline pipeline = exchange.openPipeline();
                GpuPipeline one = GpuPipeline.open(
                        driver,
                        PtxLibrary.read(),
                        RelaxationSolver.NAME,
                        placement,
                        problem,
                        1e-4,
                        sources * TOKENS,
                        self,
                        CallerStream.NONE,
                        null)) {
            say("%s", exchange.transport());
            Plans plans = new Plans(placement, problem, one);
            scenario(exchange::isAlive, () -> exchange.round() + 1, round -> {
                int[] ids = ids(round, self, placement);
                int[] physical = new int[ids.length];
                boolean alive = exchange.isAlive();
                pipeline.route(ids, physical);
                // By the host a source that is behind may move on to another round than the one that it has the ids of.
                boolean known = alive && exchange.isAlive() && exchange.round() == round;
                plans.compare(exchange, round, ids, physical, known);
            });
            say(
                    "%d rounds: %d agreed, %d partial, %d by the last plan, %d to the originals, %d not compared; missed %d",
                    exchange.rounds(),
                    plans.count(RoundOutcome.AGREED),
                    plans.count(RoundOutcome.PARTIAL),
                    plans.count(RoundOutcome.LAST_PLAN),
                    plans.count(RoundOutcome.ORIGINALS),
                    plans.skipped,
                    exchange.missedRounds());
            require(exchange.lastOutcome() == RoundOutcome.AGREED, "the last round: " + exchange.lastOutcome());
        }
    }

    /** Compares rounds by NCCL with the plan of one pipeline that sees all tokens. */
    private final class Plans {
        private final ExpertPlacement placement;
        private final PlacementProblem problem;
        private final GpuPipeline one;
        private final Map<RoundOutcome, Integer> outcomes = new EnumMap<>(RoundOutcome.class);
        private int skipped;

        Plans(ExpertPlacement placement, PlacementProblem problem, GpuPipeline one) {
            this.placement = placement;
            this.problem = problem;
            this.one = one;
        }

        int count(RoundOutcome outcome) {
            return outcomes.getOrDefault(outcome, 0);
        }

        void compare(NcclExchange exchange, long round, int[] ids, int[] physical, boolean known) {
            RoundOutcome outcome = exchange.lastOutcome();
            outcomes.merge(outcome, 1, Integer::sum);
            int[][] all = new int[sources][];
            Arrays.setAll(all, s -> ids(round, s, placement));
            ReferenceSources cpu = new ReferenceSources(placement, problem, 8, all);
            boolean valid = cpu.isValid(ids, physical);
            require(valid, "round " + round + ": a token is not at its expert");
            if (!known || outcome != RoundOutcome.AGREED) {
                skipped++;
            } else if (valid) {
                int[] together = Arrays.stream(all).flatMapToInt(Arrays::stream).toArray();
                int[] routed = new int[together.length];
                one.route(together, routed);
                require(
                        Arrays.equals(cpu.route(cpu.quotas(routed), self), physical),
                        "round " + round + ": physical ids");
            }
        }
    }
}
