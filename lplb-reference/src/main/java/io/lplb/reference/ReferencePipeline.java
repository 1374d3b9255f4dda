// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import io.lplb.count.TokenCounter;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.QuotaRounder;
import io.lplb.quota.ReplicaQuotas;
import io.lplb.route.TokenRouter;
import java.util.Arrays;

/**
 * A batch through the stages of the CPU, one by one: what a pipeline on a GPU is compared with, token by token.
 *
 * <p>Not thread-safe.
 */
public final class ReferencePipeline {
    private final ExpertPlacement placement;
    private final PlacementProblem problem;
    private final MinMaxProblem shared;
    private final ReplicaQuotas replicas;
    private final int[] ids;
    private final long[] counts;
    private final long[] fixed;
    private final long[] load;

    /**
     * Counts a batch.
     *
     * @param placement where the experts are
     * @param problem the placement's problem
     * @param ids logical expert of every token, -1 for nobody's
     */
    public ReferencePipeline(ExpertPlacement placement, PlacementProblem problem, int[] ids) {
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

    /** {@return tokens of ranks that cannot be divided, {@code [groups * ranks]}; not a copy} */
    public long[] fixed() {
        return fixed;
    }

    /** {@return tokens of items, {@code [groups * items]}; not a copy} */
    public long[] load() {
        return load;
    }

    /**
     * Rounds shares to whole tokens.
     *
     * @param shares tokens of entries, {@code [groups * entries]}
     * @return quotas of entries
     */
    public long[] rounded(double[] shares) {
        long[] quota = new long[shares.length];
        QuotaRounder rounder = new QuotaRounder(shared);
        for (int g = 0; g < problem.groups(); g++) {
            rounder.round(load, g * shared.items(), shares, g * shared.entries(), quota);
        }
        return quota;
    }

    /** {@return quotas that give every item to its first host: a start for the repair} */
    public long[] anyQuotas() {
        long[] quota = new long[problem.groups() * shared.entries()];
        for (int g = 0; g < problem.groups(); g++) {
            for (int i = 0; i < shared.items(); i++) {
                quota[g * shared.entries() + shared.firstEntry(i)] = load[g * shared.items() + i];
            }
        }
        return quota;
    }

    /**
     * Repairs a group's quotas to the optimum.
     *
     * @param quota quotas of entries of all groups, changed
     * @param group the group
     * @return the rounder, which knows the largest load
     */
    public QuotaRounder repair(long[] quota, int group) {
        QuotaRounder rounder = new QuotaRounder(shared);
        rounder.repair(fixed, group * shared.ranks(), quota, group * shared.entries());
        return rounder;
    }

    /**
     * Divides quotas of entries among replicas.
     *
     * @param quota tokens of entries
     * @return tokens of replicas
     */
    public long[] replicas(long[] quota) {
        long[] result = new long[replicas.replicas()];
        replicas.distribute(counts, quota, result);
        return result;
    }

    /**
     * Counts the tokens of replicas.
     *
     * @param physical slot of every token, -1 for none
     * @return tokens of replicas
     */
    public long[] replicasOf(int[] physical) {
        return tokens(placement, replicas, physical);
    }

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

    /**
     * Routes the batch.
     *
     * @param quota tokens of replicas
     * @return slot of every token
     */
    public int[] route(long[] quota) {
        TokenRouter router = new TokenRouter(replicas, placement.experts());
        router.load(quota, new long[placement.experts()]);
        int[] physical = new int[ids.length];
        router.route(ids, physical);
        return physical;
    }

    /**
     * Counts the tokens of ranks.
     *
     * @param physical slot of every token, -1 for none
     * @param group the group
     * @return tokens of the group's ranks
     */
    public long[] rankLoads(int[] physical, int group) {
        long[] tokens = new long[placement.ranks()];
        for (int slot : physical) {
            if (slot >= 0) {
                tokens[placement.rankOf(slot)]++;
            }
        }
        return Arrays.copyOfRange(tokens, group * shared.ranks(), (group + 1) * shared.ranks());
    }

    /**
     * Finds the largest load.
     *
     * @param physical slot of every token, -1 for none
     * @param group the group
     * @return tokens of the most loaded rank of the group
     */
    public long largestRank(int[] physical, int group) {
        return Arrays.stream(rankLoads(physical, group)).max().orElse(0);
    }
}
