// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.bench.peer.BackendChoice;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.Backend;
import io.lplb.solver.Backends;
import io.lplb.topology.Topologies;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The machines and loads that benchmarks run on, by name. Every batch of a workload is another problem; benchmarks go
 * round a ring of them, never over one converged batch, so that branch predictors and warm starts cannot learn the answer.
 *
 * <table>
 * <caption>Machines; one group each, 512 tokens x experts in a batch on average; a trace brings its own experts</caption>
 * <tr><th>name</th><th>ranks</th><th>experts</th><th>replica slots a rank</th><th>placement</th></tr>
 * <tr><td>cube</td><td>8</td><td>64</td><td>2</td><td>LPLB</td></tr>
 * <tr><td>hypercube</td><td>16</td><td>128</td><td>2</td><td>LPLB</td></tr>
 * <tr><td>torus8x4</td><td>32</td><td>256</td><td>2</td><td>LPLB</td></tr>
 * <tr><td>eplb64</td><td>64</td><td>256</td><td>1</td><td>EPLB</td></tr>
 * </table>
 */
public final class BenchProblem {
    /** Names of the machines. */
    public static final List<String> MACHINES = List.of("cube", "hypercube", "torus8x4", "eplb64");

    private static final long SEED = 20260101;

    private final LoadBalancerBuilder builder;
    private final BenchLoad load;

    /**
     * A machine with a load.
     *
     * @param machine one of {@link #MACHINES}
     * @param load a workload as {@link io.lplb.workload.Workload#named} takes it, or a trace as {@link TraceLoad} names it
     * @throws IllegalArgumentException if either name is unknown, or the trace has too few tokens
     * @throws java.io.UncheckedIOException if a trace cannot be read
     */
    public BenchProblem(String machine, String load) {
        int ranks = ranks(machine);
        this.load = BenchLoad.named(load, ranks == 64 ? 256 : 8 * ranks, ranks, SEED);
        this.builder = LoadBalancer.builder().experts(this.load.experts()).ranks(ranks);
        if (ranks == 64) {
            builder.eplb().replicas(1);
        } else {
            builder.topology(Topologies.parse(machine)).replicas(2);
        }
    }

    /**
     * The loads that one name means, each with a placement of its own: the layers of a trace, or the load itself.
     *
     * @throws IOException if a trace cannot be read
     */
    public static List<String> parts(String load) throws IOException {
        int layers = TraceLoad.isTrace(load) ? TraceLoad.layers(load) : 1;
        return layers == 1
                ? List.of(load)
                : IntStream.range(0, layers).mapToObj(l -> load + "#" + l).toList();
    }

    /** Returns how many batches there are that share no token; a workload has any number. */
    public int distinct() {
        return load.distinct();
    }

    /** Returns the number of experts. */
    int experts() {
        return load.experts();
    }

    private static int ranks(String machine) {
        return switch (machine) {
            case "cube" -> 8;
            case "hypercube" -> 16;
            case "torus8x4" -> 32;
            case "eplb64" -> 64;
            default ->
                throw new IllegalArgumentException(
                        "machine: got " + machine + ", expected cube, hypercube, torus8x4 or eplb64");
        };
    }

    /** A balancer whose placement comes from earlier batches of the same load. */
    LoadBalancer balancer(String solver, String backend) {
        LoadBalancer balancer = BackendChoice.named(backend)
                .make(on -> builder.solver(solver)
                        .backend(Backend.valueOf(on.toUpperCase(Locale.ROOT)))
                        .build());
        balancer.updatePlacement(load.history());
        return balancer;
    }

    /**
     * Counts of consecutive batches.
     *
     * @return {@code [batches][experts]}
     */
    int[][] counts(int batches) {
        int[][] counts = new int[batches][load.experts()];
        for (int b = 0; b < batches; b++) {
            load.counts(b, counts[b]);
        }
        return counts;
    }

    /** Routed ids of consecutive batches, {@code [batches][tokens * topK]}; a short trace gives fewer tokens. */
    int[][] ids(int batches, int tokens) {
        int[][] ids = new int[batches][load.tokens(tokens) * load.topK()];
        for (int b = 0; b < batches; b++) {
            load.ids(b, ids[b]);
        }
        return ids;
    }

    /**
     * The problem that the placement of {@link #balancer} implies, with one group. The placement is the same on every
     * backend; a run that requires one refuses balancers on others.
     */
    public PlacementProblem placed() {
        String backend = System.getProperty(Backends.REQUIRE_PROPERTY, "cpu");
        try (LoadBalancer balancer = balancer("interior-point", backend)) {
            return PlacementProblem.of(balancer.placement(), null);
        }
    }

    /**
     * A ring of batches of one placement; every group of every batch is another batch of the workload.
     *
     * @param ring number of batches
     * @param groups groups in each
     */
    public MinMaxBatch[] batches(int ring, int groups) {
        PlacementProblem placed = placed();
        MinMaxProblem problem = placed.problem();
        MinMaxBatch one = new MinMaxBatch(problem, placed.groups());
        MinMaxBatch[] batches = new MinMaxBatch[ring];
        int[][] counts = counts(Math.multiplyExact(ring, groups));
        for (int b = 0; b < ring; b++) {
            batches[b] = new MinMaxBatch(problem, groups);
            for (int g = 0; g < groups; g++) {
                placed.fill(Arrays.stream(counts[b * groups + g]).asLongStream().toArray(), one);
                batches[b].set(g, one.fixed(), one.load());
            }
        }
        return batches;
    }

    /**
     * How many batches make a ring: a prime, large enough that no predictor of branches learns it, and small enough for
     * the caches.
     */
    static int ringFor(int groups) {
        if (groups == 1) {
            return 251;
        }
        return groups <= 64 ? 31 : 3;
    }
}
