// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The state before the first round: tokens at home, loads, and the level to grow to. */
public final class ReplicaStart {
    private static final int MILLION = 1_000_000;

    private ReplicaStart() {}

    /** Tokens of every home slot, none on inactive ranks; all spare slots are empty. */
    static void copyTables(
            int thread,
            IntArray sizes,
            IntArray table,
            IntArray total,
            IntArray active,
            int[] expertAt,
            int[] kept,
            int[] slotExpert,
            int[] slotTokens,
            int[] alive) {
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int home = sizes.get(ReplicaSizes.HOME_SLOTS);
        int spare = sizes.get(ReplicaSizes.SPARE_SLOTS);
        for (int p = thread; p < ranks * home; p += ReplicaKernels.THREADS) {
            int e = table.get(p);
            int tokens = total.get(expert(e));
            expertAt[p] = e;
            kept[p] = active.get(p / home) > 0 ? tokens : 0;
        }
        for (int s = thread; s < ranks * spare; s += ReplicaKernels.THREADS) {
            slotExpert[s] = -1;
            slotTokens[s] = 0;
        }
        if (thread < ReplicaSizes.MAX_RANKS) {
            alive[thread] = thread < ranks ? active.get(thread) : 0;
        }
    }

    /** The expert of an entry of the table, which is negative where it gets no replica. */
    static int expert(int entry) {
        return entry < 0 ? -1 - entry : entry;
    }

    /** Load of every rank, and tokens lost on inactive ones; a thread per rank. */
    static void addLoads(
            int thread,
            int ranks,
            int home,
            IntArray total,
            int[] expertAt,
            int[] kept,
            int[] alive,
            int[] load,
            int[] lost) {
        if (thread < ReplicaSizes.MAX_RANKS) {
            int sum = 0;
            int missing = 0;
            if (thread < ranks) {
                for (int k = 0; k < home; k++) {
                    sum += kept[thread * home + k];
                }
                if (alive[thread] == 0) {
                    for (int k = 0; k < home; k++) {
                        missing += total.get(expert(expertAt[thread * home + k]));
                    }
                }
            }
            load[thread] = sum;
            lost[thread] = missing;
        }
    }

    /** Mean load of the fullest domain, rounded up; every thread computes it for itself. */
    static int bound(int ranks, int domain, int[] load, int[] alive) {
        int bound = 0;
        int first = 0;
        while (first < ranks) {
            int end = TornadoMath.min(first + domain, ranks);
            int tokens = 0;
            int active = 0;
            for (int r = first; r < end; r++) {
                tokens += load[r];
                active += alive[r];
            }
            int divisor = TornadoMath.max(active, 1);
            int mean = tokens / divisor;
            bound = TornadoMath.max(bound, mean * divisor < tokens ? mean + 1 : mean);
            first = end;
        }
        return bound;
    }

    /** A bound with its tolerance, rounded down. */
    static int level(int bound, int millionths) {
        long above = (long) bound * millionths / MILLION;
        return (int) TornadoMath.min(bound + above, (long) Integer.MAX_VALUE);
    }

    /** Keys of what every rank has above the level, and of its room below. */
    static void compare(int thread, int level, int[] load, int[] alive, long[] over, long[] room) {
        if (thread < ReplicaSizes.MAX_RANKS) {
            over[thread] = ReplicaKernels.key(thread, load[thread] - level);
            room[thread] = alive[thread] > 0 ? ReplicaKernels.key(thread, level - load[thread]) : 0L;
        }
    }

    static int largest(int ranks, int[] load) {
        int largest = 0;
        for (int r = 0; r < ranks; r++) {
            largest = TornadoMath.max(largest, load[r]);
        }
        return largest;
    }
}
