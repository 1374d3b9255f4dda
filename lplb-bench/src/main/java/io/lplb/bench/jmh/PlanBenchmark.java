// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
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

/** One plan on one thread: from counts to a certified split in whole tokens. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx2g", "--enable-native-access=ALL-UNNAMED"})
@SuppressWarnings("NullAway.Init")
public class PlanBenchmark {

    /** A solver of this library. */
    @Param({"interior-point", "relaxation"})
    public String solver = "";

    /** "cpu", or the GPU: see {@link io.lplb.bench.peer.BackendChoice}; the emulator is no balancer's backend. */
    @Param("cpu")
    public String backend = "";

    /** See {@link BenchProblem}. */
    @Param({"cube", "hypercube", "torus8x4", "eplb64"})
    public String topology = "";

    /** See {@link io.lplb.workload.WorkloadKind} and {@link TraceLoad}. */
    @Param({"normal", "lognormal", "zipf"})
    public String load = "";

    private int[][] ring = {};
    private int next;
    private LoadBalancer balancer;

    /** Makes the ring and the balancer. */
    @Setup
    public void setup() {
        BenchProblem problem = new BenchProblem(topology, load);
        ring = problem.counts(BenchProblem.ringFor(1));
        balancer = problem.balancer(solver, backend);
    }

    /** Closes the balancer. */
    @TearDown
    public void close() {
        balancer.close();
    }

    /** Plans the next batch of the ring. */
    @Benchmark
    public PlanReport plan() {
        next = next + 1 == ring.length ? 0 : next + 1;
        return balancer.plan(ring[next]);
    }
}
