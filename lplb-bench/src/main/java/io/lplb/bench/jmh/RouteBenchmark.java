// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.balance.LoadBalancer;
import io.lplb.topology.Topologies;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Routing 524,288 ids of 256 experts, or of a trace's, to physical ids on 32 ranks (torus 8x4), one thread; the figure is per id. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
@SuppressWarnings("NullAway.Init")
public class RouteBenchmark {
    /** See {@link io.lplb.workload.WorkloadKind} and {@link TraceLoad}. */
    @Param({"normal", "zipf"})
    public String load = "";

    private int[] ids = {};
    private int[] slots = {};
    private LoadBalancer balancer;

    /** Makes the ids and the plan for them. */
    @Setup
    public void setup() {
        BenchLoad source = CountBenchmark.load(load);
        ids = CountBenchmark.ids(source);
        slots = new int[ids.length];
        balancer = LoadBalancer.builder()
                .experts(source.experts())
                .ranks(CountBenchmark.RANKS)
                .topology(Topologies.parse("torus8x4"))
                .replicas(2)
                .build();
        int[] counts = new int[source.experts()];
        double[] history = new double[source.experts()];
        for (int id : ids) {
            if (id >= 0) {
                counts[id]++;
                history[id]++;
            }
        }
        balancer.updatePlacement(history);
        balancer.plan(counts);
    }

    /** Closes the balancer. */
    @TearDown
    public void close() {
        balancer.close();
    }

    /** Routes all ids. */
    @Benchmark
    @OperationsPerInvocation(CountBenchmark.IDS)
    public int[] route() {
        balancer.route(ids, slots);
        return slots;
    }
}
