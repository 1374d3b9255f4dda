// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import java.util.Arrays;

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
public final class ReplicaQuotas {
    private final PlacementProblem problem;
    private final int[] offset;
    private final int[] firstReplica;
    private final int[] slot;
    private final int[] entryOf;
    private final long[] left;

    /**
     * A workspace for one placement and its problem.
     *
     * @param placement the placement
     * @param problem the problem of that placement
     */
    public ReplicaQuotas(ExpertPlacement placement, PlacementProblem problem) {
        this.problem = problem;
        MinMaxProblem shared = problem.problem();
        offset = shared.offsets();
        int experts = placement.experts();
        firstReplica = new int[experts + 1];
        for (int e = 0; e < experts; e++) {
            firstReplica[e + 1] = firstReplica[e] + placement.replicaCount(e);
        }
        slot = new int[firstReplica[experts]];
        entryOf = new int[slot.length];
        for (int e = 0; e < experts; e++) {
            for (int k = 0; k < placement.replicaCount(e); k++) {
                int p = placement.slotOf(e, k);
                slot[firstReplica[e] + k] = p;
                entryOf[firstReplica[e] + k] = entryOf(e, placement.rankOf(p));
            }
        }
        left = new long[problem.groups() * shared.entries()];
    }

    private int entryOf(int expert, int rank) {
        int item = problem.itemOf(expert);
        if (item < 0) {
            return -1;
        }
        int e = offset[item];
        while (problem.problem().host(e) != rank % problem.problem().ranks()) {
            e++;
        }
        return problem.groupOf(expert) * problem.problem().entries() + e;
    }

    /** {@return the total number of replicas of all experts} */
    public int replicas() {
        return slot.length;
    }

    /**
     * {@return the first replica of an expert; {@code expert} may be the number of experts, which gives the end}
     *
     * @param expert from 0 to the number of experts
     */
    public int firstReplica(int expert) {
        return firstReplica[expert];
    }

    /**
     * {@return the physical slot of a replica}
     *
     * @param replica from 0 to {@code replicas - 1}
     */
    public int slot(int replica) {
        return slot[replica];
    }

    /**
     * Distributes the items' quotas to the replicas.
     *
     * @param counts {@code [experts]}, tokens of every expert
     * @param itemQuota {@code [groups * entries]}, tokens of every item on each of its hosts; sums to the experts' counts
     * @param quota {@code [replicas]}, overwritten; an expert's entries sum to its count
     */
    public void distribute(long[] counts, long[] itemQuota, long[] quota) {
        System.arraycopy(itemQuota, 0, left, 0, left.length);
        Arrays.fill(quota, 0);
        for (int e = 0; e < counts.length; e++) {
            if (problem.itemOf(e) < 0) {
                spread(counts[e], firstReplica[e], -1, e, quota);
            } else {
                alongHosts(e, counts[e], quota);
            }
        }
    }

    private void alongHosts(int expert, long count, long[] quota) {
        int item = problem.itemOf(expert);
        int at = problem.groupOf(expert) * problem.problem().entries();
        long tokens = count;
        for (int entry = at + offset[item]; tokens > 0 && entry < at + offset[item + 1]; entry++) {
            long here = Math.min(tokens, left[entry]);
            left[entry] -= here;
            tokens -= here;
            spread(here, firstReplica[expert], entry, expert, quota);
        }
    }

    /** Shares tokens evenly among the expert's replicas that belong to an entry, the first ones taking what is left over. */
    private void spread(long tokens, int from, int entry, int expert, long[] quota) {
        int same = 0;
        for (int k = from; k < firstReplica[expert + 1]; k++) {
            same += entryOf[k] == entry ? 1 : 0;
        }
        long rest = tokens;
        for (int k = from; k < firstReplica[expert + 1]; k++) {
            if (entryOf[k] == entry) {
                long part = Math.ceilDiv(rest, same);
                quota[k] = part;
                rest -= part;
                same--;
            }
        }
    }
}
