// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One growth by one thread. The largest keys of eight groups of eight ranks stand for all of them: a step reads those, and renews
 * the ones of the two ranks that it changes. All loads of a stage are independent, so a step takes a few latencies of local
 * memory, less than one barrier of many threads with its reduction.
 */
public final class ReplicaGrowthSteps {
    private ReplicaGrowthSteps() {}

    /** Grows until no rank is above the level, none can give, or there are as many replicas as allowed. */
    static void run(
            IntArray sizes, int level, int shift, int[] place, int[] rank, long[] best, int[] replica, int[] state) {
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int places = sizes.get(ReplicaSizes.PLACES);
        int spare = sizes.get(ReplicaSizes.SPARE_SLOTS);
        int domain = sizes.get(ReplicaSizes.DOMAIN);
        int least = sizes.get(ReplicaSizes.LEAST_TOKENS);
        int most = sizes.get(ReplicaSizes.MAX_REPLICAS);
        int replicas = 0;
        int steps = 0;
        int give = ReplicaMemory.largestOfEight(rank, ReplicaMemory.OVER_PART);
        int going = TornadoMath.min(give, most);
        while (going > 0) {
            int from = TornadoMath.min(ReplicaMemory.RANK_MASK - (give & ReplicaMemory.RANK_MASK), ranks - 1);
            int take = ReplicaMemory.largestOfEight(rank, ReplicaMemory.ROOM_PART);
            if (domain < ranks) {
                take = largestIn(rank, from / domain * domain, domain, ranks);
            }
            int to = ReplicaMemory.RANK_MASK - (take & ReplicaMemory.RANK_MASK);
            long expert = best[from];
            int fromLoad = rank[ReplicaMemory.LOAD + from];
            int toLoad = rank[ReplicaMemory.LOAD + to];
            int used = rank[ReplicaMemory.USED + to];
            int tokens = TornadoMath.min((int) (expert >>> ReplicaMemory.PLACE_BITS), level - toLoad);
            // Both positive; one comparison, as TornadoVM's CUDA backend lets the then block of an "and" fall into its
            // else block.
            if (TornadoMath.min(take, tokens - least + 1) > 0) {
                int p = from * places + ReplicaMemory.PLACE_MASK - (int) (expert & ReplicaMemory.PLACE_MASK);
                int slot = to * spare + used;
                replica[ReplicaMemory.CHOSEN + replicas] =
                        (place[ReplicaMemory.EXPERT_AT + p] << ReplicaMemory.SLOT_BITS) | slot;
                replica[ReplicaMemory.TAKEN + replicas] = tokens;
                place[ReplicaMemory.KEPT + p] -= tokens;
                int rest = fromLoad - tokens;
                int filled = toLoad + tokens;
                int filledRoom = ReplicaMemory.key(to, level - filled, shift);
                rank[ReplicaMemory.LOAD + from] = rest;
                rank[ReplicaMemory.LOAD + to] = filled;
                rank[ReplicaMemory.USED + to] = used + 1;
                rank[ReplicaMemory.OVER + from] = ReplicaMemory.key(from, rest - level, shift);
                rank[ReplicaMemory.ROOM + from] = ReplicaMemory.key(from, level - rest, shift);
                rank[ReplicaMemory.ROOM + to] = used + 1 < spare ? filledRoom : 0;
                best[from] = ReplicaMemory.largestExpert(from, places, place);
                replicas++;
            } else {
                // No rank to fill, or no expert that is large enough: this rank stays as it is.
                rank[ReplicaMemory.OVER + from] = 0;
            }
            renew(rank, ReplicaMemory.OVER_PART, ReplicaMemory.OVER, from);
            renew(rank, ReplicaMemory.ROOM_PART, ReplicaMemory.ROOM, from);
            renew(rank, ReplicaMemory.ROOM_PART, ReplicaMemory.ROOM, to);
            give = ReplicaMemory.largestOfEight(rank, ReplicaMemory.OVER_PART);
            going = TornadoMath.min(give, most - replicas);
            steps++;
        }
        state[ReplicaMemory.REPLICAS] = replicas;
        state[ReplicaMemory.STEPS] += steps;
    }

    private static void renew(int[] rank, int part, int row, int changed) {
        int group = changed / ReplicaMemory.GROUP;
        rank[part + group] = ReplicaMemory.largestOfEight(rank, row + group * ReplicaMemory.GROUP);
    }

    private static int largestIn(int[] rank, int first, int domain, int ranks) {
        int largest = 0;
        int end = TornadoMath.min(first + domain, ranks);
        for (int r = first; r < end; r++) {
            largest = TornadoMath.max(largest, rank[ReplicaMemory.ROOM + r]);
        }
        return largest;
    }
}
