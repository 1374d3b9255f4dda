// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import io.lplb.count.TokenCounter;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.ReplicaQuotas;
import io.lplb.quota.SourceQuotas;
import io.lplb.route.TokenRouter;

/**
 * Batches of several sources that are routed by one plan, with the classes of the CPU: what a pipeline of several sources is compared
 * with.
 *
 * <p>Not thread-safe.
 */
public final class ReferenceSources {
    private final ExpertPlacement placement;
    private final ReplicaQuotas replicas;
    private final SourceQuotas shares;
    private final int[][] ids;
    private final int[] counts;

    /**
     * Counts the batch of every source.
     *
     * @param placement where the experts are
     * @param problem the placement's problem
     * @param perNode sources of a node
     * @param ids of each source
     */
    public ReferenceSources(ExpertPlacement placement, PlacementProblem problem, int perNode, int[][] ids) {
        this.placement = placement;
        this.ids = ids;
        replicas = new ReplicaQuotas(placement, problem);
        shares = new SourceQuotas(replicas, placement, perNode, placement.ranks() / ids.length);
        counts = new int[ids.length * placement.experts()];
        for (int s = 0; s < ids.length; s++) {
            int[] own = new int[placement.experts()];
            new TokenCounter(own.length).count(ids[s], own);
            System.arraycopy(own, 0, counts, s * own.length, own.length);
        }
    }

    /**
     * Counts the tokens of replicas.
     *
     * @param physical slot of every token, -1 for none
     * @return tokens of replicas
     */
    public long[] quotas(int[] physical) {
        return ReferencePipeline.tokens(placement, replicas, physical);
    }

    /**
     * Routes the tokens of one source by its part of the quotas.
     *
     * @param quotas tokens of replicas
     * @param source number of the source
     * @return slot of every token
     */
    public int[] route(long[] quotas, int source) {
        long[] row = new long[quotas.length];
        shares.share(counts, quotas, source, row);
        return route(row, ids[source]);
    }

    /**
     * Routes a later batch by this one's plan: by the source's part of the quotas, and by all of them for experts of which the source had no
     * token.
     *
     * @param quotas tokens of replicas
     * @param source number of the source
     * @param later its batch
     * @return slot of every token
     */
    public int[] routeByLastPlan(long[] quotas, int source, int[] later) {
        long[] row = new long[quotas.length];
        shares.share(counts, quotas, source, row);
        for (int e = 0; e < placement.experts(); e++) {
            if (counts[source * placement.experts() + e] == 0) {
                int first = replicas.firstReplica(e);
                System.arraycopy(quotas, first, row, first, replicas.firstReplica(e + 1) - first);
            }
        }
        return route(row, later);
    }

    private int[] route(long[] row, int[] batch) {
        TokenRouter router = new TokenRouter(replicas, placement.experts());
        router.load(row, new long[placement.experts()]);
        int[] physical = new int[batch.length];
        router.route(batch, physical);
        return physical;
    }

    /**
     * Compares slots with ids.
     *
     * @param batch logical experts
     * @param physical their slots
     * @return whether every id has a slot of its expert, and every id that names no expert has -1
     */
    public boolean isValid(int[] batch, int[] physical) {
        for (int k = 0; k < batch.length; k++) {
            int id = batch[k];
            boolean nobody = id < 0 || id >= placement.experts();
            int slot = physical[k];
            boolean known = slot >= 0 && slot < placement.physicalExperts();
            if (nobody ? slot != -1 : !known || placement.expertIn(slot) != id) {
                return false;
            }
        }
        return true;
    }
}
