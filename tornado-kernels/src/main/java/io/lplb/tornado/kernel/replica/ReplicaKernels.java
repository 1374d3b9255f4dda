// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import io.lplb.tornado.kernel.WorkGroup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Chooses the replicas of a batch: counts to slot table, weight copies and quotas.
 *
 * <p>{@link #sumSources} adds the counts of all sources. {@link #choose}, one work-group, grows replicas as the CPU's planner
 * does, without its augmenting paths: every round takes the most overloaded rank and the rank with the most room and a free
 * slot, and gives the latter the expert of which it can take the most tokens, until every rank is within the level or none can
 * give. A rank that gives more than its excess has room itself and a free slot still, so that {@code ranks - 1} rounds level
 * all ranks where experts are large enough.
 *
 * <pre>
 *   a round:  8 threads, 8 ranks each: largest excess, largest room          | barrier |
 *             thread 0: rank to relieve, rank to fill, expert, its tokens     | barrier |
 * </pre>
 *
 * <p>A key holds a value above the number of its owner, counted downwards, so that the larger of two keys is the larger value,
 * then the lower number: one maximum instead of a choice.
 *
 * <p>Buffers: {@code sizes} see {@link ReplicaSizes}; {@code table} is the expert in every home slot, {@code ~expert} for one
 * that gets no replica, then the home slot of every expert: {@code [ranks * home slots] | [experts]}.
 */
public final class ReplicaKernels {
    /** Threads of the work-group of {@link #choose}. */
    public static final int THREADS = 64;

    private static final int RANKS_PER_THREAD = 8;
    private static final int PARTS = ReplicaSizes.MAX_RANKS / RANKS_PER_THREAD;
    private static final int RANK_BITS = 6;
    private static final int RANK_MASK = ReplicaSizes.MAX_RANKS - 1;
    private static final int PLACE_BITS = 10;
    private static final int PLACE_MASK = (1 << PLACE_BITS) - 1;

    private ReplicaKernels() {}

    /**
     * Adds the counts of all sources; a thread per expert, in work-groups of any size.
     *
     * @param counts {@code [sources][experts]}
     * @param total {@code [experts]}, overwritten
     */
    public static void sumSources(KernelContext context, IntArray sizes, IntArray counts, IntArray total) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int threads = context.localGroupSizeX;
        int experts = sizes.get(ReplicaSizes.EXPERTS);
        int sources = sizes.get(ReplicaSizes.SOURCES);
        int e = group * threads + thread;
        if (e < experts) {
            int sum = 0;
            int s = 0;
            int at = e;
            while (s + 8 <= sources) {
                // Eight loads that do not wait for each other.
                int c0 = counts.get(at);
                int c1 = counts.get(at + experts);
                int c2 = counts.get(at + 2 * experts);
                int c3 = counts.get(at + 3 * experts);
                int c4 = counts.get(at + 4 * experts);
                int c5 = counts.get(at + 5 * experts);
                int c6 = counts.get(at + 6 * experts);
                int c7 = counts.get(at + 7 * experts);
                sum += ((c0 + c1) + (c2 + c3)) + ((c4 + c5) + (c6 + c7));
                at += 8 * experts;
                s += 8;
            }
            while (s < sources) {
                sum += counts.get(at);
                at += experts;
                s++;
            }
            total.set(e, sum);
        }
    }

    /**
     * Chooses replicas; one work-group.
     *
     * @param total {@code [experts]}, tokens of every expert
     * @param active {@code [ranks + 1]}, 0 for an inactive rank, else 1; then the number of the run
     * @param out see {@link ReplicaOutput}, overwritten
     */
    @WorkGroup(threads = THREADS)
    public static void choose(
            KernelContext context, IntArray sizes, IntArray table, IntArray total, IntArray active, IntArray out) {
        int thread = context.localIdx;
        int ranks = sizes.get(ReplicaSizes.RANKS);
        int home = sizes.get(ReplicaSizes.HOME_SLOTS);
        int spare = sizes.get(ReplicaSizes.SPARE_SLOTS);
        int domain = sizes.get(ReplicaSizes.DOMAIN);
        int least = sizes.get(ReplicaSizes.LEAST_TOKENS);
        int most = sizes.get(ReplicaSizes.MAX_REPLICAS);
        int[] expertAt = context.allocateIntLocalArray(ReplicaSizes.MAX_EXPERTS);
        int[] kept = context.allocateIntLocalArray(ReplicaSizes.MAX_EXPERTS);
        int[] slotExpert = context.allocateIntLocalArray(ReplicaSizes.MAX_SLOTS);
        int[] slotTokens = context.allocateIntLocalArray(ReplicaSizes.MAX_SLOTS);
        int[] alive = context.allocateIntLocalArray(ReplicaSizes.MAX_RANKS);
        int[] load = context.allocateIntLocalArray(ReplicaSizes.MAX_RANKS);
        int[] lost = context.allocateIntLocalArray(ReplicaSizes.MAX_RANKS);
        int[] state = context.allocateIntLocalArray(2);
        long[] over = context.allocateLongLocalArray(ReplicaSizes.MAX_RANKS);
        long[] room = context.allocateLongLocalArray(ReplicaSizes.MAX_RANKS);
        long[] overPart = context.allocateLongLocalArray(PARTS);
        long[] roomPart = context.allocateLongLocalArray(PARTS);

        ReplicaStart.copyTables(thread, sizes, table, total, active, expertAt, kept, slotExpert, slotTokens, alive);
        context.localBarrier();
        ReplicaStart.addLoads(thread, ranks, home, total, expertAt, kept, alive, load, lost);
        context.localBarrier();
        int bound = ReplicaStart.bound(ranks, domain, load, alive);
        int level = ReplicaStart.level(bound, sizes.get(ReplicaSizes.TOLERANCE));
        int identity = ReplicaStart.largest(ranks, load);
        ReplicaStart.compare(thread, level, load, alive, over, room);
        int replicas = 0;
        int rounds = 0;
        int going = most > 0 && spare > 0 ? 1 : 0;
        context.localBarrier();
        while (going > 0) {
            if (thread < PARTS) {
                long largestOver = 0L;
                long largestRoom = 0L;
                for (int k = 0; k < RANKS_PER_THREAD; k++) {
                    largestOver = TornadoMath.max(largestOver, over[RANKS_PER_THREAD * thread + k]);
                    largestRoom = TornadoMath.max(largestRoom, room[RANKS_PER_THREAD * thread + k]);
                }
                overPart[thread] = largestOver;
                roomPart[thread] = largestRoom;
            }
            context.localBarrier();
            if (thread == 0) {
                long give = 0L;
                long take = 0L;
                for (int k = 0; k < PARTS; k++) {
                    give = TornadoMath.max(give, overPart[k]);
                    take = TornadoMath.max(take, roomPart[k]);
                }
                // Without an overloaded rank, the last one.
                int from = TornadoMath.min(RANK_MASK - (int) (give & RANK_MASK), ranks - 1);
                if (domain < ranks) {
                    take = largestIn(room, from / domain * domain, domain, ranks);
                }
                int to = RANK_MASK - (int) (take & RANK_MASK);
                long best = expert(from, home, expertAt, kept);
                int tokens = TornadoMath.min((int) (best >>> PLACE_BITS), (int) (take >>> RANK_BITS));
                if (give > 0L && tokens > least - 1) {
                    int p = from * home + PLACE_MASK - (int) (best & PLACE_MASK);
                    int slot = freeSlot(to, spare, slotTokens);
                    slotExpert[slot] = expertAt[p];
                    slotTokens[slot] = tokens;
                    kept[p] -= tokens;
                    load[from] -= tokens;
                    load[to] += tokens;
                    over[from] = key(from, load[from] - level);
                    room[from] = key(from, level - load[from]);
                    room[to] = freeSlot(to, spare, slotTokens) > -1 ? key(to, level - load[to]) : 0L;
                    replicas++;
                } else {
                    // No rank to fill, or no expert that is large enough: this rank stays as it is.
                    over[from] = 0L;
                }
                // 1 where both are positive. A condition used before, inside the branch, may be undefined here.
                state[0] = TornadoMath.min((int) TornadoMath.min(give, 1L), most - replicas);
            }
            context.localBarrier();
            going = state[0];
            rounds++;
        }
        ReplicaResult.write(thread, sizes, table, kept, slotExpert, slotTokens, load, out);
        if (thread == 0) {
            int uncovered = 0;
            for (int r = 0; r < ranks; r++) {
                uncovered += lost[r];
            }
            out.set(ReplicaOutput.THREADS, context.localGroupSizeX);
            out.set(ReplicaOutput.MAX_LOAD, ReplicaStart.largest(ranks, load));
            out.set(ReplicaOutput.LOWER_BOUND, bound);
            out.set(ReplicaOutput.IDENTITY, identity);
            out.set(ReplicaOutput.REPLICAS, replicas);
            out.set(ReplicaOutput.UNCOVERED, uncovered);
            out.set(ReplicaOutput.ROUNDS, rounds);
            out.set(ReplicaOutput.RUN, active.get(ranks));
        }
    }

    private static long largestIn(long[] room, int first, int domain, int ranks) {
        long largest = 0L;
        int end = TornadoMath.min(first + domain, ranks);
        for (int r = first; r < end; r++) {
            largest = TornadoMath.max(largest, room[r]);
        }
        return largest;
    }

    /**
     * The home expert with the most tokens that may be replicated: tokens above its place, or 0. A rank above the level has
     * never been filled: all of its tokens are at home. Nor does the rank to fill hold the expert: it is full, or the expert
     * has no tokens left.
     */
    private static long expert(int rank, int home, int[] expertAt, int[] kept) {
        long best = 0L;
        for (int k = 0; k < home; k++) {
            int p = rank * home + k;
            long tokens = expertAt[p] > -1 ? kept[p] : 0;
            best = TornadoMath.max(best, (tokens << PLACE_BITS) | (PLACE_MASK - k));
        }
        return best;
    }

    /** First slot of a rank without tokens, or -1. */
    private static int freeSlot(int rank, int spare, int[] slotTokens) {
        int found = -1;
        for (int k = spare - 1; k > -1; k--) {
            if (slotTokens[rank * spare + k] == 0) {
                found = rank * spare + k;
            }
        }
        return found;
    }

    /** Key of a rank's tokens, 0 if they are not positive. */
    static long key(int rank, int tokens) {
        return tokens > 0 ? ((long) tokens << RANK_BITS) | (RANK_MASK - rank) : 0L;
    }
}
