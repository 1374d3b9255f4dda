// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.bench.peer.Contenders;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SplitBatch;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How the time of a solve grows: ranks, replicas a rank, hosts an item and groups in a batch, each changed alone. The
 * machines are circulant so that every size exists: item i belongs to rank i mod ranks, and its other hosts lie at steps
 * 1, ranks^(1/replicas), ranks^(2/replicas), ... from it. N(1, 0.3) loads, of which the items carry a third. The figure is per batch.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-Xmx2g",
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED"
        })
@SuppressWarnings("NullAway.Init")
public class ScalingBenchmark {

    private static final long SEED = 6;
    private static final double FIXED_LOAD = 2048;
    private static final double ITEM_LOAD = 1024;

    /** See {@link Contenders}. */
    @Param({"interior-point", "relaxation", "glop-reused"})
    public String solver = "";

    /** See {@link io.lplb.bench.peer.BackendChoice}; peers run on the CPU only. A backend that is not there is an error. */
    @Param("cpu")
    public String backend = "";

    /** Number of ranks. */
    @Param({"8", "16", "32", "64", "128", "256"})
    public int ranks = 8;

    /** Items for each rank. */
    @Param("2")
    public int replicas = 2;

    /** Hosts of each item. */
    @Param("2")
    public int hosts = 2;

    /** Groups in a batch. */
    @Param("1")
    public int batch = 1;

    private MinMaxBatch[] ring = {};
    private int next;
    private MinMaxSolver contender;
    private SplitBatch split;

    /** Makes the ring and the solver. */
    @Setup
    public void setup() {
        MinMaxProblem problem = problem(ranks, replicas, hosts);
        ring = new MinMaxBatch[BenchProblem.ringFor(batch)];
        SplittableRandom random = new SplittableRandom(SEED);
        for (int b = 0; b < ring.length; b++) {
            ring[b] = new MinMaxBatch(problem, batch);
            fill(random, ring[b].fixed(), FIXED_LOAD);
            fill(random, ring[b].load(), ITEM_LOAD / replicas);
        }
        contender = Contenders.create(solver, backend, problem, batch);
        split = new SplitBatch(problem, batch);
    }

    /** The machine of a size. */
    public static MinMaxProblem problem(int ranks, int replicas, int hosts) {
        if (hosts > ranks) {
            throw new IllegalArgumentException("hosts: got " + hosts + ", expected at most the " + ranks + " ranks");
        }
        int[][] lists = new int[ranks * replicas][hosts];
        for (int i = 0; i < lists.length; i++) {
            int replica = i / ranks;
            // With two replicas 1 and the square root, as in a torus; more hosts follow consecutively.
            int step = (int) Math.round(Math.pow(ranks, (double) replica / replicas));
            lists[i][0] = i % ranks;
            int to = 1;
            for (int k = 0; to < hosts; k++) {
                int host = (i + step + k) % ranks;
                if (host != lists[i][0]) {
                    lists[i][to++] = host;
                }
            }
        }
        return MinMaxProblem.of(ranks, lists);
    }

    private static void fill(SplittableRandom random, double[] loads, double mean) {
        for (int k = 0; k < loads.length; k++) {
            loads[k] = mean * Math.max(0, 1 + 0.3 * random.nextGaussian());
        }
    }

    /** Frees what the solver holds. */
    @TearDown
    public void close() {
        contender.close();
    }

    /** One solve of the next batch of the ring. */
    @Benchmark
    public SplitBatch solve() {
        next = next + 1 == ring.length ? 0 : next + 1;
        contender.solve(ring[next], split);
        return split;
    }
}
