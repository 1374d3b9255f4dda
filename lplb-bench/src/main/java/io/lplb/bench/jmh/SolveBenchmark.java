// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.bench.peer.Contenders;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SplitBatch;
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
 * One batch solved on one thread, from loads to shares, this library's solvers beside the peers in one run; the figure is
 * per batch. Each solver has its own tolerance: 1e-9 of the mean load for interior-point and ejml, 1e-4 for relaxation and
 * for all on a GPU; the peers have their own. This library's time includes the certificate, which no peer gives.
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
public class SolveBenchmark {

    /**
     * See {@link Contenders}. LPLB's algorithm needs items of two hosts and refuses eplb64 where an expert has more.
     */
    @Param({
        "interior-point",
        "relaxation",
        "ejml",
        "lplb-reference",
        "glop",
        "glop-reused",
        "ojalgo",
        "ojalgo-reused",
        "hipparchus",
        "greedy-llep",
        "greedy-moonep"
    })
    public String solver = "";

    /** See {@link io.lplb.bench.peer.BackendChoice}; peers run on the CPU only. A backend that is not there is an error. */
    @Param("cpu")
    public String backend = "";

    /** See {@link BenchProblem}. */
    @Param({"cube", "hypercube", "torus8x4", "eplb64"})
    public String topology = "";

    /** See {@link io.lplb.workload.WorkloadKind} and {@link TraceLoad}. */
    @Param({"normal", "lognormal", "zipf"})
    public String load = "";

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
        ring = new BenchProblem(topology, load).batches(BenchProblem.ringFor(batch), batch);
        MinMaxProblem problem = ring[0].problem();
        contender = Contenders.create(solver, backend, problem, batch);
        split = new SplitBatch(problem, batch);
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
