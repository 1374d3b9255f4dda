// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.count.TokenCounter;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.ReplicaQuotas;
import io.lplb.quota.SourceQuotas;
import io.lplb.route.TokenRouter;
import io.lplb.tornado.program.SourceGroup;

/** What sources do with the plan of all tokens, with the CPU's classes. */
public final class CpuSources {
    private final ExpertPlacement placement;
    private final ReplicaQuotas replicas;
    private final SourceQuotas shares;
    private final int[][] ids;
    private final int[] counts;

    /**
     * Counts the batch of every source.
     *
     * @param ids of each source
     */
    public CpuSources(ExpertPlacement placement, PlacementProblem problem, SourceGroup group, int[][] ids) {
        this.placement = placement;
        this.ids = ids;
        replicas = new ReplicaQuotas(placement, problem);
        shares = new SourceQuotas(replicas, placement, group.perNode(), group.ranksPerSource(placement.ranks()));
        counts = new int[ids.length * placement.experts()];
        for (int s = 0; s < ids.length; s++) {
            int[] own = new int[placement.experts()];
            new TokenCounter(own.length).count(ids[s], own);
            System.arraycopy(own, 0, counts, s * own.length, own.length);
        }
    }

    /** Tokens of each replica. */
    public long[] quotas(int[] physical) {
        return CpuPipeline.tokens(placement, replicas, physical);
    }

    /** Returns the slots of one source's tokens by its part of the quotas. */
    public int[] route(long[] quotas, int source) {
        long[] row = new long[quotas.length];
        shares.share(counts, quotas, source, row);
        return route(row, ids[source]);
    }

    /** Returns the slots of a later batch by this one's plan; for experts that the source had no token of, by everybody's. */
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

    /** Whether every id went to a replica of its expert, and nobody's ids nowhere. */
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
