// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.count.TokenCounter;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.QuotaRounder;
import io.lplb.quota.ReplicaQuotas;
import io.lplb.route.TokenRouter;
import java.util.Arrays;

/** The same stations with the CPU's classes. */
public final class CpuPipeline {
    private final ExpertPlacement placement;
    private final PlacementProblem problem;
    private final MinMaxProblem shared;
    private final ReplicaQuotas replicas;
    private final int[] ids;
    private final long[] counts;
    private final long[] fixed;
    private final long[] load;

    /** Counts a batch. */
    public CpuPipeline(ExpertPlacement placement, PlacementProblem problem, int[] ids) {
        this.placement = placement;
        this.problem = problem;
        this.shared = problem.problem();
        this.ids = ids;
        replicas = new ReplicaQuotas(placement, problem);
        int[] tokens = new int[placement.experts()];
        new TokenCounter(tokens.length).count(ids, tokens);
        counts = Arrays.stream(tokens).asLongStream().toArray();
        fixed = new long[problem.groups() * shared.ranks()];
        load = new long[problem.groups() * shared.items()];
        problem.fill(counts, fixed, load);
    }

    long[] rounded(WeightedStage stage) {
        double[] shares = stage.shares(fixed, load);
        long[] quota = new long[shares.length];
        QuotaRounder rounder = new QuotaRounder(shared);
        for (int g = 0; g < problem.groups(); g++) {
            rounder.round(load, g * shared.items(), shares, g * shared.entries(), quota);
        }
        return quota;
    }

    /** Quotas that give every item to its first host: a start for the repair. */
    public long[] anyQuotas() {
        long[] quota = new long[problem.groups() * shared.entries()];
        for (int g = 0; g < problem.groups(); g++) {
            for (int i = 0; i < shared.items(); i++) {
                quota[g * shared.entries() + shared.firstEntry(i)] = load[g * shared.items() + i];
            }
        }
        return quota;
    }

    /** Repairs a group's quotas to the optimum. */
    public QuotaRounder repair(long[] quota, int group) {
        QuotaRounder rounder = new QuotaRounder(shared);
        rounder.repair(fixed, group * shared.ranks(), quota, group * shared.entries());
        return rounder;
    }

    long[] replicas(long[] quota) {
        long[] result = new long[replicas.replicas()];
        replicas.distribute(counts, quota, result);
        return result;
    }

    public long[] replicasOf(int[] physical) {
        return tokens(placement, replicas, physical);
    }

    /** Tokens of each replica. */
    static long[] tokens(ExpertPlacement placement, ReplicaQuotas replicas, int[] physical) {
        long[] perSlot = new long[placement.physicalExperts()];
        for (int slot : physical) {
            if (slot >= 0) {
                perSlot[slot]++;
            }
        }
        long[] result = new long[replicas.replicas()];
        Arrays.setAll(result, k -> perSlot[replicas.slot(k)]);
        return result;
    }

    public int[] route(long[] quota) {
        TokenRouter router = new TokenRouter(replicas, placement.experts());
        router.load(quota, new long[placement.experts()]);
        int[] physical = new int[ids.length];
        router.route(ids, physical);
        return physical;
    }

    public long[] rankLoads(int[] physical, int group) {
        long[] tokens = new long[placement.ranks()];
        for (int slot : physical) {
            if (slot >= 0) {
                tokens[placement.rankOf(slot)]++;
            }
        }
        return Arrays.copyOfRange(tokens, group * shared.ranks(), (group + 1) * shared.ranks());
    }

    long largestRank(int[] physical, int group) {
        return Arrays.stream(rankLoads(physical, group)).max().orElse(0);
    }
}
