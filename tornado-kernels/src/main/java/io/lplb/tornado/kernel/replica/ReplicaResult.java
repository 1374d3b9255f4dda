// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Writes the choice: slot table, replicas by expert with their quotas, and weight copies. A thread per expert and per replica
 * finds its place by counting the replicas before it.
 */
public final class ReplicaResult {
    private static final int AT_A_TIME = 8;
    private static final int SLOT_MASK = (1 << ReplicaMemory.SLOT_BITS) - 1;

    private ReplicaResult() {}

    static void write(
            int thread,
            IntArray sizes,
            IntArray table,
            int[] place,
            int[] rank,
            int[] replica,
            int[] state,
            IntArray out) {
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int experts = sizes.get(ReplicaSizes.EXPERTS);
        int spare = sizes.get(ReplicaSizes.SPARE_SLOTS);
        int perRank = sizes.get(ReplicaSizes.HOME_SLOTS) + spare;
        int replicas = state[ReplicaMemory.REPLICAS];
        int firstAt = ReplicaOutput.first(ranks, perRank);
        int slotAt = ReplicaOutput.slot(ranks, perRank, experts);
        int quotaAt = ReplicaOutput.quota(ranks, perRank, experts, ranks * spare);
        for (int e = thread; e < experts; e += ReplicaKernels.THREADS) {
            int p = ReplicaStart.home(table.get(e));
            int physical = table.get(experts + e);
            int at = e + below(replica, replicas, e << ReplicaMemory.SLOT_BITS);
            out.set(ReplicaOutput.table() + physical, e);
            out.set(firstAt + e, at);
            out.set(slotAt + at, physical);
            out.set(quotaAt + at, place[ReplicaMemory.KEPT + p]);
        }
        // The last threads have the fewest experts.
        for (int k = ReplicaKernels.THREADS - 1 - thread; k < replicas; k += ReplicaKernels.THREADS) {
            writeReplica(k, sizes, table, replica, replicas, out);
        }
        for (int r = thread; r < ranks; r += ReplicaKernels.THREADS) {
            out.set(ReplicaOutput.rankLoad(ranks, perRank) + r, rank[ReplicaMemory.LOAD + r]);
        }
        if (thread == 0) {
            out.set(firstAt + experts, experts + replicas);
        }
    }

    private static void writeReplica(int k, IntArray sizes, IntArray table, int[] replica, int replicas, IntArray out) {
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int experts = sizes.get(ReplicaSizes.EXPERTS);
        int home = sizes.get(ReplicaSizes.HOME_SLOTS);
        int spare = sizes.get(ReplicaSizes.SPARE_SLOTS);
        int slots = ranks * spare;
        int perRank = home + spare;
        int copyAt = ReplicaOutput.copies(ranks, perRank, experts, slots);
        int key = replica[ReplicaMemory.CHOSEN + k];
        int tokens = replica[ReplicaMemory.TAKEN + k];
        int e = key >>> ReplicaMemory.SLOT_BITS;
        int s = key & SLOT_MASK;
        int physical = s / spare * perRank + home + s % spare;
        int at = e + 1 + below(replica, replicas, key);
        int copy = earlierSlots(replica, replicas, s);
        out.set(ReplicaOutput.table() + physical, e);
        out.set(ReplicaOutput.slot(ranks, perRank, experts) + at, physical);
        out.set(ReplicaOutput.quota(ranks, perRank, experts, slots) + at, tokens);
        out.set(copyAt + copy, e);
        out.set(copyAt + slots + copy, table.get(experts + e));
        out.set(copyAt + 2 * slots + copy, physical);
    }

    /** Number of replicas with a smaller key; by sign bits, for conditions would be branches. */
    private static int below(int[] replica, int replicas, int key) {
        int below = 0;
        for (int k = 0; k < replicas; k += AT_A_TIME) {
            for (int i = 0; i < AT_A_TIME; i++) {
                below += (replica[ReplicaMemory.CHOSEN + k + i] - key) >>> 31;
            }
        }
        return below;
    }

    private static int earlierSlots(int[] replica, int replicas, int slot) {
        int earlier = 0;
        for (int k = 0; k < replicas; k += AT_A_TIME) {
            for (int i = 0; i < AT_A_TIME; i++) {
                earlier += ((replica[ReplicaMemory.CHOSEN + k + i] & SLOT_MASK) - slot) >>> 31;
            }
        }
        return earlier;
    }
}
