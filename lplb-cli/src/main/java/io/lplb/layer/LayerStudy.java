// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.layer;

import io.lplb.balance.LoadBalancer;
import io.lplb.cost.ExpertCost;
import io.lplb.cost.ReplicaTimePlanner;
import io.lplb.cost.TimePlanner;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.replay.BatchSource;
import io.lplb.replica.ReplicaPlan;
import io.lplb.replica.ReplicaSettings;
import io.lplb.topology.ReplicaTopology;
import java.util.Arrays;

/**
 * Plans of one layer's batches under several ways to balance, each with the tokens of every slot and its predicted time.
 *
 * <ul>
 *   <li>as placed: every token at its original.
 *   <li>even split: EPLB's; the tokens of an expert are halved over its copies.
 *   <li>tokens: the split with the fewest tokens on the busiest rank.
 *   <li>time: the split of {@link TimePlanner}.
 *   <li>replicas: replicas chosen anew for the batch by {@link ReplicaTimePlanner}. The time of copying weights is not part
 *       of it.
 * </ul>
 */
public final class LayerStudy implements AutoCloseable {
    private static final int RANKS_PER_NODE = 8;

    private final ExpertCost cost;
    private final ExpertPlacement placement;
    private final ReplicaTimePlanner replicaPlanner;
    private final ReplicaPlan replicaPlan;
    private final LoadBalancer balancer;
    private final TimePlanner timePlanner;
    private double lowerBound;
    private boolean worthIt;

    /**
     * A study of one layer.
     *
     * @param cost cost of a rank's tokens
     * @param topology topology of the replicas
     * @param ranks number of ranks
     * @param replicas replica slots on each rank
     * @param history {@code [experts]}, past load of each expert
     */
    public LayerStudy(ExpertCost cost, ReplicaTopology topology, int ranks, int replicas, double[] history) {
        this.cost = cost;
        placement = new LplbPlacement(topology, ranks, history.length, replicas).reordered(history, RANKS_PER_NODE);
        ReplicaSettings settings = ReplicaSettings.builder(withoutReplicas(placement, replicas), replicas)
                .build();
        replicaPlanner = new ReplicaTimePlanner(settings, cost);
        replicaPlan = new ReplicaPlan(settings);
        balancer = LoadBalancer.builder()
                .placement(placement)
                .cost(ExpertCost.tokens())
                .build();
        timePlanner = new TimePlanner(placement, cost);
    }

    private static ExpertPlacement withoutReplicas(ExpertPlacement placement, int replicas) {
        int originals = placement.slotsPerRank() - replicas;
        int[] phy2log = new int[placement.ranks() * originals];
        for (int p = 0; p < phy2log.length; p++) {
            phy2log[p] = placement.expertIn(p / originals * placement.slotsPerRank() + p % originals);
        }
        return ExpertPlacement.of(placement.ranks(), placement.ranks(), placement.experts(), phy2log);
    }

    /**
     * Plans a batch.
     *
     * @param counts {@code [experts]}, tokens of each expert
     * @return the plans by name; the caller fills in the rest
     */
    public LayerFile.Case plan(int[] counts) {
        LayerFile.Case result = new LayerFile.Case();
        result.ranks = placement.ranks();
        long[] tokens = Arrays.stream(counts).asLongStream().toArray();
        long[] original = new long[placement.physicalExperts()];
        long[] even = new long[placement.physicalExperts()];
        for (int e = 0; e < counts.length; e++) {
            original[placement.slotOf(e, 0)] = counts[e];
            int copies = placement.replicaCount(e);
            for (int k = 0; k < copies; k++) {
                even[placement.slotOf(e, k)] = (counts[e] + copies - 1L - k) / copies;
            }
        }
        long[] levelled = new long[placement.physicalExperts()];
        balancer.plan(counts);
        balancer.copySlotLoads(levelled);
        result.plans.put("as placed", plan(original));
        result.plans.put("even split", plan(even));
        result.plans.put("tokens", plan(levelled));
        result.plans.put("time", timePlan(tokens));
        result.plans.put("replicas", replicaPlan(tokens));
        return result;
    }

    private LayerFile.Plan timePlan(long[] tokens) {
        long[] quota = new long[placement.physicalExperts()];
        timePlanner.plan(tokens, quota);
        lowerBound = timePlanner.lowerBound();
        worthIt = timePlanner.worthIt();
        long[] slots = new long[placement.physicalExperts()];
        int k = 0;
        for (int e = 0; e < tokens.length; e++) {
            for (int replica = 0; replica < placement.replicaCount(e); replica++) {
                slots[placement.slotOf(e, replica)] = quota[k++];
            }
        }
        LayerFile.Plan plan = plan(slots);
        plan.bound = lowerBound;
        return plan;
    }

    private LayerFile.Plan replicaPlan(long[] tokens) {
        replicaPlanner.plan(tokens, null, null, replicaPlan);
        long[] slots = new long[replicaPlan.physicalExperts()];
        for (int k = 0; k < replicaPlan.firstReplica(tokens.length); k++) {
            slots[replicaPlan.slot(k)] = replicaPlan.quota(k);
        }
        LayerFile.Plan plan = plan(slots);
        plan.bound = replicaPlanner.lowerBound();
        return plan;
    }

    private LayerFile.Plan plan(long[] slots) {
        int perRank = slots.length / placement.ranks();
        LayerFile.Plan plan = new LayerFile.Plan();
        plan.counts = new long[placement.ranks()][];
        for (int r = 0; r < plan.counts.length; r++) {
            plan.counts[r] = Arrays.copyOfRange(slots, r * perRank, (r + 1) * perRank);
            plan.predicted = Math.max(plan.predicted, cost.micros(plan.counts[r]));
        }
        return plan;
    }

    /**
     * Writes a batch of so many tokens; more than the trace has are several times a smaller batch.
     *
     * @param source batches of the trace
     * @param layer layer
     * @param batch number of the batch
     * @param times how often the batch is taken
     * @param out {@code [experts]}, overwritten
     */
    public static void counts(BatchSource source, int layer, int batch, int times, int[] out) {
        source.counts(layer, batch, out);
        for (int e = 0; e < out.length; e++) {
            long tokens = (long) out[e] * times;
            if (tokens > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("tokens of expert " + e + ": got " + out[e] + " x " + times
                        + ", expected at most " + Integer.MAX_VALUE);
            }
            out[e] = (int) tokens;
        }
    }

    /** Returns a proven lower bound on the time of any split of the last batch without new replicas. */
    public double lowerBound() {
        return lowerBound;
    }

    /** Returns whether the time plan of the last batch gains more than its overhead. */
    public boolean worthIt() {
        return worthIt;
    }

    @Override
    public void close() {
        balancer.close();
    }
}
