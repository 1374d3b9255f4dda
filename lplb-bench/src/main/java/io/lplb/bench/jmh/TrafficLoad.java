// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.ReplicaQuotas;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Batches with the sources of their tokens, on the machines of {@link BenchProblem} in nodes of 8 ranks (4 for the cube),
 * beside plans that do not look at sources.
 *
 * <p>Sources: {@code uniform}, all ranks route alike; {@code own}, a rank's token goes to an expert with a replica on its own
 * node nine times as likely as to any other; {@code skewed}, log-normal factors per rank and expert.
 *
 * <p>Not thread-safe.
 */
final class TrafficLoad {
    /** Names of the ways to draw sources. */
    static final List<String> SOURCES = List.of("uniform", "own", "skewed");

    private static final int TOKENS_PER_RANK = 4096;

    final ExpertPlacement placement;
    final ReplicaQuotas replicas;
    final int ranksPerNode;
    /** {@code [batches][ranks * experts]}, tokens of every source. */
    final int[][] counts;
    /** {@code [batches][replicas]}, quotas of plans that do not look at sources. */
    final long[][] quotas;
    /** {@code [batches][ranks]}, the largest load of the plan, for every rank. */
    final long[][] capacities;

    TrafficLoad(String machine, String sources, int batches) {
        if (!SOURCES.contains(sources)) {
            throw new IllegalArgumentException("sources: got " + sources + ", expected one of " + SOURCES);
        }
        BenchProblem problem = new BenchProblem(machine, "lognormal");
        try (LoadBalancer balancer = problem.balancer("relaxation", "cpu")) {
            placement = balancer.placement();
            ranksPerNode = placement.ranks() == 8 ? 4 : 8;
            replicas = new ReplicaQuotas(placement, PlacementProblem.of(placement, null));
            counts = new int[batches][];
            quotas = new long[batches][replicas.replicas()];
            capacities = new long[batches][placement.ranks()];
            int[][] totals = problem.counts(batches);
            long[] slots = new long[placement.physicalExperts()];
            for (int b = 0; b < batches; b++) {
                counts[b] = divide(totals[b], sources, new SplittableRandom(b));
                PlanReport plan = balancer.plan(sum(counts[b]));
                balancer.copySlotLoads(slots);
                for (int k = 0; k < replicas.replicas(); k++) {
                    quotas[b][k] = slots[replicas.slot(k)];
                }
                Arrays.fill(capacities[b], (long) plan.maxLoad());
            }
        }
    }

    /** Draws each rank's tokens with the experts' weights times a factor of its own. */
    private int[] divide(int[] weight, String sources, SplittableRandom random) {
        int ranks = placement.ranks();
        int experts = placement.experts();
        int[] result = new int[ranks * experts];
        double[] drawn = new double[experts];
        for (int s = 0; s < ranks; s++) {
            double sum = 0;
            for (int e = 0; e < experts; e++) {
                drawn[e] = weight[e] * factor(sources, s, e, random);
                sum += drawn[e];
            }
            for (int e = 0; e < experts; e++) {
                result[s * experts + e] = (int) (drawn[e] / sum * TOKENS_PER_RANK + random.nextDouble());
            }
        }
        return result;
    }

    private double factor(String sources, int source, int expert, SplittableRandom random) {
        return switch (sources) {
            case "own" -> isNear(source, expert) ? 9 : 1;
            case "skewed" -> Math.exp(1.2 * random.nextGaussian());
            default -> 1;
        };
    }

    private boolean isNear(int source, int expert) {
        for (int k = 0; k < placement.replicaCount(expert); k++) {
            if (placement.rankOf(placement.slotOf(expert, k)) / ranksPerNode == source / ranksPerNode) {
                return true;
            }
        }
        return false;
    }

    private int[] sum(int[] ofRanks) {
        int[] sum = new int[placement.experts()];
        for (int k = 0; k < ofRanks.length; k++) {
            sum[k % sum.length] += ofRanks[k];
        }
        return sum;
    }
}
