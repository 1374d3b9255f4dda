// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The state before the first step: tokens at home, loads, and the level to grow to. Arrays see {@link ReplicaMemory}. */
public final class ReplicaStart {
    private static final int MILLION = 1_000_000;
    private static final int LOADS = 16;

    private ReplicaStart() {}

    /** Empties the places and the slot table. */
    static void clear(int thread, IntArray sizes, IntArray active, int[] place, int[] rank, IntArray out) {
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int home = sizes.get(ReplicaSizes.HOME_SLOTS);
        int spare = sizes.get(ReplicaSizes.SPARE_SLOTS);
        for (int p = thread; p < ReplicaSizes.MAX_PLACES; p += ReplicaKernels.THREADS) {
            place[ReplicaMemory.EXPERT_AT + p] = -1;
            place[ReplicaMemory.TOKENS + p] = 0;
        }
        if (thread < ReplicaSizes.MAX_RANKS) {
            rank[ReplicaMemory.ALIVE + thread] = thread < ranks ? active.get(thread) : 0;
        }
        for (int s = thread; s < ranks * spare; s += ReplicaKernels.THREADS) {
            out.set(ReplicaOutput.table() + s / spare * (home + spare) + home + s % spare, -1);
        }
    }

    /** Adds every expert's counts of several sources; {@code part} is {@code [parts][experts]}. */
    static void addSources(int thread, IntArray sizes, IntArray counts, int[] part) {
        int experts = sizes.get(ReplicaSizes.EXPERTS);
        int step = sizes.get(ReplicaSizes.PARTS) * experts;
        int end = sizes.get(ReplicaSizes.SOURCES) * experts;
        for (int u = thread; u < step; u += ReplicaKernels.THREADS) {
            int sum = 0;
            int at = u;
            while (at + (LOADS - 1) * step < end) {
                // Loads that do not wait for each other.
                for (int k = 0; k < LOADS; k++) {
                    sum += counts.get(at + k * step);
                }
                at += LOADS * step;
            }
            while (at < end) {
                sum += counts.get(at);
                at += step;
            }
            part[u] = sum;
        }
    }

    /** Brings every expert with its tokens to its home. */
    static void addParts(int thread, IntArray sizes, IntArray table, int[] part, int[] place) {
        int experts = sizes.get(ReplicaSizes.EXPERTS);
        int parts = sizes.get(ReplicaSizes.PARTS);
        for (int e = thread; e < experts; e += ReplicaKernels.THREADS) {
            int entry = table.get(e);
            int sum = 0;
            for (int k = 0; k < parts; k++) {
                sum += part[k * experts + e];
            }
            int p = home(entry);
            place[ReplicaMemory.EXPERT_AT + p] = entry < 0 ? -1 : e;
            place[ReplicaMemory.TOKENS + p] = sum;
        }
    }

    /** The place of an entry of the table, which is negative where the expert gets no replica. */
    static int home(int entry) {
        return entry < 0 ? -1 - entry : entry;
    }

    /** Load of every rank, and tokens lost on inactive ones; a thread per rank. */
    static void addLoads(int thread, IntArray sizes, int[] place, int[] rank) {
        int places = sizes.get(ReplicaSizes.PLACES);
        if (thread < ReplicaSizes.MAX_RANKS) {
            int alive = rank[ReplicaMemory.ALIVE + thread];
            int sum = 0;
            if (thread < sizes.get(ReplicaSizes.RANKS)) {
                for (int k = 0; k < places; k++) {
                    int tokens = place[ReplicaMemory.TOKENS + thread * places + k];
                    place[ReplicaMemory.KEPT + thread * places + k] = alive * tokens;
                    sum += tokens;
                }
            }
            rank[ReplicaMemory.START + thread] = alive * sum;
            rank[ReplicaMemory.LOAD + thread] = alive * sum;
            rank[ReplicaMemory.LOST + thread] = sum - alive * sum;
        }
    }

    /** Mean load of every domain, rounded up; a thread per domain. */
    static void means(int thread, IntArray sizes, int[] rank) {
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int domain = sizes.get(ReplicaSizes.DOMAIN);
        int first = thread * domain;
        if (thread < ReplicaSizes.MAX_RANKS && first < ranks) {
            int end = TornadoMath.min(first + domain, ranks);
            int tokens = 0;
            int active = 0;
            for (int r = first; r < end; r++) {
                tokens += rank[ReplicaMemory.START + r];
                active += rank[ReplicaMemory.ALIVE + r];
            }
            int divisor = TornadoMath.max(active, 1);
            int mean = tokens / divisor;
            rank[ReplicaMemory.MEAN + thread] = mean * divisor < tokens ? mean + 1 : mean;
        }
    }

    /** Mean of the fullest domain, which no choice is below; every thread computes it for itself. */
    static int bound(IntArray sizes, int[] rank) {
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int domain = sizes.get(ReplicaSizes.DOMAIN);
        int bound = 0;
        int first = 0;
        int d = 0;
        while (first < ranks) {
            bound = TornadoMath.max(bound, rank[ReplicaMemory.MEAN + d]);
            first += domain;
            d++;
        }
        return bound;
    }

    /** Sets the level of the first growth: the bound with its tolerance, rounded down. */
    static void setLevel(IntArray sizes, int bound, int identity, int[] state) {
        long above = (long) bound * sizes.get(ReplicaSizes.TOLERANCE) / MILLION;
        int level = (int) TornadoMath.min(bound + above, (long) Integer.MAX_VALUE);
        int most = TornadoMath.min(sizes.get(ReplicaSizes.MAX_REPLICAS), sizes.get(ReplicaSizes.SPARE_SLOTS));
        state[ReplicaMemory.GOING] = identity > level ? most : 0;
        state[ReplicaMemory.LEVEL] = level;
        state[ReplicaMemory.GOAL] = level;
        state[ReplicaMemory.GROWTHS] = 0;
        state[ReplicaMemory.FIRST_MAX] = identity;
        state[ReplicaMemory.REPLICAS] = 0;
        state[ReplicaMemory.STEPS] = 0;
    }

    /**
     * Decides after a growth: the second one has an eighth of the first's excess as its tolerance, and if it ends higher, the
     * third is the first again.
     */
    static void setNextLevel(int[] rank, int[] state) {
        int growths = state[ReplicaMemory.GROWTHS];
        int goal = state[ReplicaMemory.GOAL];
        int max = ReplicaMemory.largest(rank, ReplicaMemory.LOAD);
        int going = 0;
        if (growths == 0) {
            int higher = (max - goal) / 8;
            state[ReplicaMemory.FIRST_MAX] = max;
            state[ReplicaMemory.LEVEL] = goal + higher;
            going = TornadoMath.max(higher, 0);
        }
        if (growths == 1) {
            state[ReplicaMemory.LEVEL] = goal;
            going = TornadoMath.max(max - state[ReplicaMemory.FIRST_MAX], 0);
        }
        state[ReplicaMemory.GROWTHS] = growths + 1;
        state[ReplicaMemory.GOING] = going;
    }

    /** Forgets all replicas. */
    static void clearReplicas(int thread, int[] replica) {
        for (int s = thread; s < ReplicaSizes.MAX_SLOTS; s += ReplicaKernels.THREADS) {
            replica[ReplicaMemory.CHOSEN + s] = Integer.MAX_VALUE;
        }
    }

    /** Starts a growth: loads, what every rank has above the level and below, its largest expert; a thread per rank. */
    static void begin(int thread, IntArray sizes, int level, int shift, int[] place, int[] rank, long[] best) {
        int places = sizes.get(ReplicaSizes.PLACES);
        if (thread < ReplicaSizes.MAX_RANKS) {
            int alive = rank[ReplicaMemory.ALIVE + thread];
            int load = rank[ReplicaMemory.START + thread];
            long largest = 0L;
            if (thread < sizes.get(ReplicaSizes.RANKS)) {
                for (int k = 0; k < places; k++) {
                    int p = thread * places + k;
                    place[ReplicaMemory.KEPT + p] = alive * place[ReplicaMemory.TOKENS + p];
                }
                largest = ReplicaMemory.largestExpert(thread, places, place);
            }
            best[thread] = largest;
            rank[ReplicaMemory.LOAD + thread] = load;
            rank[ReplicaMemory.USED + thread] = 0;
            rank[ReplicaMemory.OVER + thread] = ReplicaMemory.key(thread, load - level, shift);
            rank[ReplicaMemory.ROOM + thread] = alive * ReplicaMemory.key(thread, level - load, shift);
        }
    }

    /** Largest keys of every group of ranks; a thread per group and key. */
    static void largestOfGroups(int thread, int[] rank) {
        if (thread < 2 * ReplicaMemory.GROUP) {
            // Keys of excess lie before those of room, group by group.
            int at = ReplicaMemory.OVER + thread * ReplicaMemory.GROUP;
            rank[ReplicaMemory.OVER_PART + thread] = ReplicaMemory.largestOfEight(rank, at);
        }
    }
}
