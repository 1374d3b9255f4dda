// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.bench.workload.Workload;
import io.lplb.bench.workload.WorkloadKind;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.topology.Topologies;

/**
 * The machines and loads that benchmarks run on, by name. A ring of batches, never one converged batch: branch
 * predictors and warm starts must not learn the answer.
 *
 * <table>
 * <caption>Machines; one group each, 512 tokens x experts in a batch on average</caption>
 * <tr><th>name</th><th>ranks</th><th>experts</th><th>replica slots a rank</th><th>placement</th></tr>
 * <tr><td>cube</td><td>8</td><td>64</td><td>2</td><td>LPLB</td></tr>
 * <tr><td>hypercube</td><td>16</td><td>128</td><td>2</td><td>LPLB</td></tr>
 * <tr><td>torus8x4</td><td>32</td><td>256</td><td>2</td><td>LPLB</td></tr>
 * <tr><td>eplb64</td><td>64</td><td>256</td><td>1</td><td>EPLB</td></tr>
 * </table>
 */
final class BenchProblem {
    /** A power of two. */
    static final int RING = 256;

    private static final int TOKENS_PER_EXPERT = 512;
    private static final int HISTORY_BATCHES = 8;
    private static final long SEED = 20260101;

    private final LoadBalancerBuilder builder;
    private final Workload workload;
    private final int[][] counts;

    BenchProblem(String machine, String load) {
        int ranks = ranks(machine);
        int experts = ranks == 64 ? 256 : 8 * ranks;
        this.builder = LoadBalancer.builder().experts(experts).ranks(ranks);
        if (ranks == 64) {
            builder.eplb().replicas(1);
        } else {
            builder.topology(Topologies.parse(machine)).replicas(2);
        }
        this.workload = new Workload(WorkloadKind.named(load), experts, ranks, SEED);
        this.counts = new int[RING][experts];
        for (int b = 0; b < RING; b++) {
            workload.counts(b, TOKENS_PER_EXPERT * experts, counts[b]);
        }
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
    LoadBalancer balancer(String solver) {
        LoadBalancer balancer = builder.solver(solver).build();
        double[] history = new double[workload.experts()];
        int[] past = new int[workload.experts()];
        for (int b = -HISTORY_BATCHES; b < 0; b++) {
            workload.counts(b, TOKENS_PER_EXPERT * past.length, past);
            for (int e = 0; e < past.length; e++) {
                history[e] += past[e];
            }
        }
        balancer.updatePlacement(history);
        return balancer;
    }

    /** The counts of the ring, {@code [RING][experts]}. */
    int[][] counts() {
        return counts;
    }

    /** The ring as problems of one group each, on the placement of {@link #balancer}. */
    MinMaxBatch[] batches() {
        PlacementProblem placed;
        try (LoadBalancer balancer = balancer("interior-point")) {
            placed = PlacementProblem.of(balancer.placement(), null);
        }
        MinMaxProblem problem = placed.problem();
        MinMaxBatch[] batches = new MinMaxBatch[RING];
        for (int b = 0; b < RING; b++) {
            long[] tokens = new long[counts[b].length];
            for (int e = 0; e < tokens.length; e++) {
                tokens[e] = counts[b][e];
            }
            batches[b] = new MinMaxBatch(problem, placed.groups());
            placed.fill(tokens, batches[b]);
        }
        return batches;
    }
}
