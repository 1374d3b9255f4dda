// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.cost.ExpertCost;
import io.lplb.cost.TimePlanner;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.topology.Topologies;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;

/** One plan of the time planner on one thread: in tokens, in tiles, and under a measured profile. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
@SuppressWarnings("NullAway.Init")
public class TimePlanBenchmark {
    private static final int BATCHES = 64;

    /** See {@link ExpertCost#parse}. */
    @Param({"tokens", "tiles:256:30.4:31", "deepseek-v3-h200"})
    public String cost = "";

    /** Topology; with 8 experts and 2 replica slots per rank. */
    @Param({"cube", "torus8x4"})
    public String topology = "";

    private long[][] counts = {};
    private long[] quota = {};
    private int next;
    private TimePlanner planner;

    /** Makes batches of log-normal loads of one to a few tiles per expert. */
    @Setup
    public void setup() throws IOException {
        int ranks = Topologies.parse(topology).groupSize();
        ExpertPlacement placement = new LplbPlacement(Topologies.parse(topology), ranks, 8 * ranks, 2).natural();
        planner = new TimePlanner(placement, ExpertCost.parse(cost));
        quota = new long[placement.physicalExperts()];
        Random random = new Random(1);
        counts = new long[BATCHES][placement.experts()];
        for (int b = 0; b < BATCHES; b++) {
            double mean = b % 2 == 0 ? 384 : 100;
            Arrays.setAll(counts[b], e -> (long) (mean * Math.exp(0.7 * random.nextGaussian())));
        }
    }

    /** Plans the next batch. */
    @Benchmark
    public long[] plan() {
        next = next + 1 == BATCHES ? 0 : next + 1;
        planner.plan(counts[next], quota);
        return quota;
    }
}
