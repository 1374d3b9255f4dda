// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.bench.peer.GlopPeer;
import io.lplb.bench.peer.Peer;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.Solvers;
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
 * One solve of one group on one thread, from loads to shares, with this library's solvers and GLOP in one run. Each
 * solver has its own tolerance: 1e-9 of the mean load for interior-point and ejml, 1e-4 for relaxation; GLOP its own
 * (1e-7, relative). This library's time includes the certificate, which GLOP does not give.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx2g", "--enable-native-access=ALL-UNNAMED"})
public class SolveBenchmark {

    /**
     * A solver of this library, or "glop" (a model for every solve) or "glop-reused" (one model, new bounds). LPLB's
     * needs items of two hosts and refuses eplb64 where an expert has more.
     */
    @Param({"interior-point", "relaxation", "ejml", "lplb-reference", "glop", "glop-reused"})
    public String solver = "";

    /** See {@link BenchProblem}. */
    @Param({"cube", "hypercube", "torus8x4", "eplb64"})
    public String topology = "";

    /** See {@link io.lplb.bench.workload.WorkloadKind}. */
    @Param({"normal", "lognormal", "zipf"})
    public String load = "";

    private MinMaxBatch[] ring = {};
    private int next;
    private Runner runner = batch -> 0;
    private Runnable closer = () -> {};

    /** Solves one batch; returns the maximum. */
    @FunctionalInterface
    private interface Runner {
        double solve(MinMaxBatch batch);
    }

    /** Makes the ring and the solver. */
    @Setup
    public void setup() {
        ring = new BenchProblem(topology, load).batches();
        MinMaxProblem problem = ring[0].problem();
        if (solver.startsWith("glop")) {
            Peer peer = new GlopPeer(problem, solver.equals("glop-reused"));
            double[] share = new double[problem.entries()];
            runner = batch -> peer.solve(batch, 0, share);
            closer = peer::close;
        } else {
            MinMaxSolver own = Solvers.create(solver, problem, solver.equals("relaxation") ? 1e-4 : 1e-9);
            SplitBatch split = new SplitBatch(problem, 1);
            runner = batch -> {
                own.solve(batch, split);
                return split.maxLoad(0);
            };
            closer = own::close;
        }
    }

    /** Frees what the solver holds. */
    @TearDown
    public void close() {
        closer.run();
    }

    /** One solve of the next problem of the ring. */
    @Benchmark
    public double solve() {
        next = (next + 1) & (BenchProblem.RING - 1);
        return runner.solve(ring[next]);
    }
}
