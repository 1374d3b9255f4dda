// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.balance.LoadBalancer;
import io.lplb.count.TokenCounter;
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
 * The whole way of a batch on one thread: routed ids are counted, planned and routed to physical ids. 4,096 tokens of 8
 * experts each, or as many as a trace has; the figure is per batch.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx2g", "--enable-native-access=ALL-UNNAMED"})
@SuppressWarnings("NullAway.Init")
public class PipelineBenchmark {

    static final int TOKENS = 4096;

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

    private static final int RING = 31;

    private int[][] ring = {};
    private int[] slots = {};
    private int[] counts = {};
    private int next;
    private TokenCounter counter;
    private LoadBalancer balancer;

    /** Makes the ring and the balancer. */
    @Setup
    public void setup() {
        BenchProblem problem = new BenchProblem(topology, load);
        ring = problem.ids(RING, TOKENS);
        slots = new int[ring[0].length];
        counts = new int[problem.experts()];
        counter = new TokenCounter(problem.experts());
        balancer = problem.balancer(solver, backend);
    }

    /** Closes the balancer. */
    @TearDown
    public void close() {
        balancer.close();
    }

    /** The next batch of the ring, from ids to physical ids. */
    @Benchmark
    public int[] pipeline() {
        next = next + 1 == ring.length ? 0 : next + 1;
        counter.count(ring[next], counts);
        balancer.plan(counts);
        balancer.route(ring[next], slots);
        return slots;
    }
}
