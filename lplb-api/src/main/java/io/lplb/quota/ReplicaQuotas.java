// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;

/**
 * From quotas of items on ranks to quotas of experts in physical slots.
 *
 * <p>An item may stand for several experts with the same hosts. Only the sums matter to the ranks, so the experts are
 * laid one after the other along the item's hosts (the north-west corner rule of transportation problems): most experts
 * then stay on a single host, and no sum is rounded again. Several slots of one expert on the same rank share that
 * rank's tokens evenly.
 *
 * <pre>
 *   item quota     | host 0: 7 tokens     | host 1: 5 tokens |
 *   experts        | A: 4 tokens | B: 8 tokens               |      A -&gt; 4 + 0,  B -&gt; 3 + 5
 * </pre>
 *
 * <p>Layout: the replicas of an expert stand together, in the order of {@link ExpertPlacement#slotOf}; expert e owns
 * {@code firstReplica(e)} to {@code firstReplica(e + 1)}.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
public final class ReplicaQuotas implements ReplicaLayout {
    private final ExpertPlacement placement;
    private final int mostReplicas;
    private final int[] firstReplica;
    private final int[] slot;
    private final int[] firstHost;
    private final int[] entryOfHost;
    private final int[] firstOnHost;
    private final int[] replicaOnHost;
    private final long[] left;

    /**
     * A workspace for one placement and its problem.
     *
     * @param placement the placement
     * @param problem the problem of that placement
     */
    public ReplicaQuotas(ExpertPlacement placement, PlacementProblem problem) {
        this.placement = placement;
        int experts = placement.experts();
        int most = 1;
        firstReplica = new int[experts + 1];
        for (int e = 0; e < experts; e++) {
            firstReplica[e + 1] = firstReplica[e] + placement.replicaCount(e);
            most = Math.max(most, placement.replicaCount(e));
        }
        mostReplicas = most;
        int replicas = firstReplica[experts];
        slot = new int[replicas];
        firstHost = new int[experts + 1];
        entryOfHost = new int[replicas];
        firstOnHost = new int[replicas + 1];
        replicaOnHost = new int[replicas];
        int hosts = 0;
        int placed = 0;
        for (int e = 0; e < experts; e++) {
            for (int k = firstReplica[e]; k < firstReplica[e + 1]; k++) {
                slot[k] = placement.slotOf(e, k - firstReplica[e]);
            }
            int item = problem.itemOf(e);
            int hostCount = item < 0 ? 1 : problem.problem().hostCount(item);
            for (int h = 0; h < hostCount; h++) {
                int rank = placement.rankOf(slot[firstReplica[e]]);
                if (item < 0) {
                    entryOfHost[hosts] = problem.groups() * problem.problem().entries();
                } else {
                    int entry = problem.problem().firstEntry(item) + h;
                    entryOfHost[hosts] = problem.groupOf(e) * problem.problem().entries() + entry;
                    rank = problem.groupOf(e) * problem.problem().ranks()
                            + problem.problem().host(entry);
                }
                for (int k = firstReplica[e]; k < firstReplica[e + 1]; k++) {
                    if (placement.rankOf(slot[k]) == rank) {
                        replicaOnHost[placed++] = k;
                    }
                }
                firstOnHost[++hosts] = placed;
            }
            firstHost[e + 1] = hosts;
        }
        left = new long[problem.groups() * problem.problem().entries() + 1];
    }

    /** {@return the total number of replicas of all experts} */
    public int replicas() {
        return slot.length;
    }

    @Override
    public boolean isFixed() {
        return true;
    }

    @Override
    public int capacity() {
        return slot.length;
    }

    @Override
    public int mostReplicas() {
        return mostReplicas;
    }

    @Override
    public int physicalExperts() {
        return placement.physicalExperts();
    }

    @Override
    public int rankOf(int physical) {
        return placement.rankOf(physical);
    }

    @Override
    public int firstReplica(int expert) {
        return firstReplica[expert];
    }

    @Override
    public int slot(int replica) {
        return slot[replica];
    }

    /**
     * Distributes the items' quotas to the replicas.
     *
     * @param counts {@code [experts]}, tokens of every expert
     * @param itemQuota {@code [groups * entries]}, tokens of every item on each of its hosts; sums to the experts' counts
     * @param quota {@code [replicas]}, overwritten; an expert's entries sum to its count
     * @throws IllegalArgumentException if a length is wrong; nothing has changed then
     */
    public void distribute(long[] counts, long[] itemQuota, long[] quota) {
        requireLength("counts", counts.length, firstHost.length - 1);
        requireLength("itemQuota", itemQuota.length, left.length - 1);
        requireLength("quota", quota.length, slot.length);
        System.arraycopy(itemQuota, 0, left, 0, left.length - 1);
        // Experts on one rank are no part of an item and take all of their tokens.
        left[left.length - 1] = Long.MAX_VALUE;
        for (int e = 0; e < counts.length; e++) {
            long tokens = counts[e];
            for (int h = firstHost[e]; h < firstHost[e + 1]; h++) {
                int entry = entryOfHost[h];
                long here = Math.min(tokens, left[entry]);
                left[entry] -= here;
                tokens -= here;
                spread(here, firstOnHost[h], firstOnHost[h + 1], quota);
            }
        }
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }

    /** Shares tokens evenly among the replicas of an expert on one rank, the first ones taking what is left over. */
    private void spread(long tokens, int from, int to, long[] quota) {
        long rest = tokens;
        for (int k = from; k < to - 1; k++) {
            long part = Math.ceilDiv(rest, to - k);
            quota[replicaOnHost[k]] = part;
            rest -= part;
        }
        quota[replicaOnHost[to - 1]] = rest;
    }
}
