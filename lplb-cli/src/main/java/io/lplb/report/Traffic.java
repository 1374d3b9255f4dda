// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import io.lplb.balance.LoadBalancer;
import io.lplb.placement.ExpertPlacement;
import io.lplb.topology.ReplicaTopology;

/**
 * The tokens that plans move along each edge of a topology: those that a copy computes instead of the original of its
 * expert. Edges of the same place in different groups of ranks are added up. The layout of slots is that of
 * {@link io.lplb.placement.LplbPlacement}: originals first, then the copies, whose number d modulo the topology's
 * replicas per rank is the column of the edge.
 *
 * <p>Not thread-safe.
 */
final class Traffic {
    private final ReplicaTopology topology;
    private final int replicas;
    private final long[] moved;
    private long[] slotLoads = {};
    private long all;

    /**
     * @param replicas replica slots on each rank
     */
    Traffic(ReplicaTopology topology, int replicas) {
        this.topology = topology;
        this.replicas = replicas;
        this.moved = new long[topology.groupSize() * topology.replicasPerRank()];
    }

    /** Adds the last plan of a balancer on the topology. */
    void add(LoadBalancer balancer) {
        ExpertPlacement placement = balancer.placement();
        if (slotLoads.length != placement.physicalExperts()) {
            slotLoads = new long[placement.physicalExperts()];
        }
        balancer.copySlotLoads(slotLoads);
        int originals = placement.slotsPerRank() - replicas;
        for (int slot = 0; slot < slotLoads.length; slot++) {
            all += slotLoads[slot];
            int copy = slot % placement.slotsPerRank() - originals;
            if (copy >= 0) {
                int from = placement.rankOf(placement.slotOf(placement.expertIn(slot), 0)) % topology.groupSize();
                int set = copy % topology.replicasPerRank();
                moved[from * topology.replicasPerRank() + set] += slotLoads[slot];
            }
        }
    }

    /** Returns the tokens moved along each edge, in the order of the topology's edges, divided by a number of batches. */
    double[] perBatch(long batches) {
        double[] mean = new double[moved.length];
        for (int e = 0; e < mean.length; e++) {
            mean[e] = batches == 0 ? 0 : (double) moved[e] / batches;
        }
        return mean;
    }

    /** Returns which part of all tokens was moved. */
    double fraction() {
        long sum = 0;
        for (long tokens : moved) {
            sum += tokens;
        }
        return all == 0 ? 0 : (double) sum / all;
    }
}
