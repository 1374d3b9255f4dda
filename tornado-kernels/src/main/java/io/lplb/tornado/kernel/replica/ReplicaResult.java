// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Writes the choice: slot table, replicas by expert with their quotas, and weight copies. */
public final class ReplicaResult {
    private ReplicaResult() {}

    static void write(
            int thread,
            IntArray sizes,
            IntArray table,
            int[] kept,
            int[] slotExpert,
            int[] slotTokens,
            int[] load,
            IntArray out) {
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int experts = sizes.get(ReplicaSizes.EXPERTS);
        int home = sizes.get(ReplicaSizes.HOME_SLOTS);
        int spare = sizes.get(ReplicaSizes.SPARE_SLOTS);
        int slots = ranks * spare;
        int perRank = home + spare;
        int firstAt = ReplicaOutput.first(ranks, perRank);
        int slotAt = ReplicaOutput.slot(ranks, perRank, experts);
        int quotaAt = ReplicaOutput.quota(ranks, perRank, experts, slots);
        for (int r = thread; r < ranks; r += ReplicaKernels.THREADS) {
            out.set(ReplicaOutput.rankLoad(ranks, perRank) + r, load[r]);
        }
        for (int e = thread; e < experts; e += ReplicaKernels.THREADS) {
            // Replicas of experts with lower numbers come first.
            int before = 0;
            for (int s = 0; s < slots; s++) {
                before += (-slotTokens[s] & (slotExpert[s] - e)) >>> 31;
            }
            int p = table.get(ranks * home + e);
            int physical = p / home * perRank + p % home;
            out.set(ReplicaOutput.table() + physical, e);
            out.set(firstAt + e, e + before);
            out.set(slotAt + e + before, physical);
            out.set(quotaAt + e + before, kept[p]);
        }
        writeSlots(thread, sizes, table, slotExpert, slotTokens, out);
        if (thread == 0) {
            int used = 0;
            for (int s = 0; s < slots; s++) {
                used += -slotTokens[s] >>> 31;
            }
            out.set(firstAt + experts, experts + used);
        }
    }

    /** Every spare slot finds its place among the replicas and among the copies. */
    private static void writeSlots(
            int thread, IntArray sizes, IntArray table, int[] slotExpert, int[] slotTokens, IntArray out) {
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int experts = sizes.get(ReplicaSizes.EXPERTS);
        int home = sizes.get(ReplicaSizes.HOME_SLOTS);
        int spare = sizes.get(ReplicaSizes.SPARE_SLOTS);
        int slots = ranks * spare;
        int perRank = home + spare;
        int slotAt = ReplicaOutput.slot(ranks, perRank, experts);
        int quotaAt = ReplicaOutput.quota(ranks, perRank, experts, slots);
        int copyAt = ReplicaOutput.copies(ranks, perRank, experts, slots);
        for (int s = thread; s < slots; s += ReplicaKernels.THREADS) {
            int e = slotExpert[s];
            int physical = s / spare * perRank + home + s % spare;
            out.set(ReplicaOutput.table() + physical, e);
            if (slotTokens[s] > 0) {
                int copy = 0;
                int place = e + 1;
                // By sign bits: conditions would be branches.
                for (int other = 0; other < slots; other++) {
                    int used = -slotTokens[other] >>> 31;
                    int earlier = (other - s) >>> 31;
                    int lower = (slotExpert[other] - e) >>> 31;
                    int notHigher = (slotExpert[other] - e - 1) >>> 31;
                    copy += used & earlier;
                    place += used & (lower | (notHigher & earlier));
                }
                int p = table.get(ranks * home + e);
                out.set(slotAt + place, physical);
                out.set(quotaAt + place, slotTokens[s]);
                out.set(copyAt + copy, e);
                out.set(copyAt + slots + copy, p / home * perRank + p % home);
                out.set(copyAt + 2 * slots + copy, physical);
            }
        }
    }
}
