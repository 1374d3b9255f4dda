// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.quota.LocalQuotas;
import io.lplb.quota.SourceQuotas;
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

/** Division of quotas among sources, and the choice of quotas with the fewest tokens between nodes, on one thread. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
@SuppressWarnings("NullAway.Init")
public class TrafficBenchmark {
    private static final int RING = 31;

    /** See {@link BenchProblem}. */
    @Param({"cube", "hypercube", "torus8x4", "eplb64"})
    public String topology = "";

    /** See {@link TrafficLoad}. */
    @Param({"uniform", "own", "skewed"})
    public String sources = "";

    private TrafficLoad load;
    private SourceQuotas division;
    private LocalQuotas local;
    private long[] row = {};
    private long[] quota = {};
    private int next;

    /** Makes the ring of batches. */
    @Setup
    public void setup() {
        load = new TrafficLoad(topology, sources, RING);
        division = new SourceQuotas(load.replicas, load.placement, load.ranksPerNode);
        local = new LocalQuotas(load.replicas, load.placement, load.ranksPerNode);
        row = new long[load.replicas.replicas()];
        quota = new long[row.length];
    }

    /** Divides the quotas of a plan among the sources, as every plan does. */
    @Benchmark
    public long share() {
        next = next + 1 == RING ? 0 : next + 1;
        division.share(load.counts[next], load.quotas[next], 0, row);
        return division.tokensOffNode();
    }

    /** Chooses quotas within the largest load of the plan. */
    @Benchmark
    public long choose() {
        next = next + 1 == RING ? 0 : next + 1;
        local.choose(load.counts[next], load.capacities[next], quota);
        return local.tokensOffNode();
    }
}
