// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.replica;

import io.lplb.tornado.kernel.WorkGroup;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Chooses the replicas of a batch: counts of all sources to slot table, weight copies and quotas, in one work-group.
 *
 * <p>{@link #choose} grows replicas as the CPU's planner does, without its augmenting paths: every step takes the most overloaded
 * rank and the rank with the most room and a free slot, and gives the latter the expert of which it can take the most tokens,
 * until every rank is within the level or none can give. A rank that gives more than its excess has room itself and a free slot
 * still, so that {@code ranks - 1} steps level all ranks where experts are large enough. A growth that misses the level is
 * repeated once at a higher one.
 *
 * <pre>
 *   all threads   add the counts of the sources, loads of ranks, level       {@link ReplicaStart}
 *   thread 0      the steps, one after the other, without a barrier          {@link ReplicaGrowthSteps}
 *   all threads   write the result                                           {@link ReplicaResult}
 * </pre>
 *
 * <p>Buffers: {@code sizes} see {@link ReplicaSizes}; {@code table} is {@code place [experts] | physical home slot [experts]}; a
 * place is {@code rank * }{@link ReplicaSizes#PLACES}{@code  + home slot}, and {@code -1 - place} for an expert that gets no
 * replica. Local arrays see {@link ReplicaMemory}.
 */
public final class ReplicaKernels {
    /** Threads of the work-group of {@link #choose}. */
    public static final int THREADS = 512;

    private ReplicaKernels() {}

    /**
     * Chooses replicas; one work-group.
     *
     * @param counts {@code [sources][experts]}
     * @param active {@code [ranks + 1]}, 0 for an inactive rank, else 1; then the number of the run
     * @param out see {@link ReplicaOutput}, overwritten
     */
    @WorkGroup(threads = THREADS)
    public static void choose(
            KernelContext context, IntArray sizes, IntArray table, IntArray counts, IntArray active, IntArray out) {
        int thread = context.localIdx;
        int[] place = context.allocateIntLocalArray(ReplicaMemory.PLACE);
        int[] rank = context.allocateIntLocalArray(ReplicaMemory.RANK);
        long[] best = context.allocateLongLocalArray(ReplicaSizes.MAX_RANKS);
        int[] replica = context.allocateIntLocalArray(ReplicaMemory.REPLICA);
        int[] part = context.allocateIntLocalArray(ReplicaSizes.MAX_EXPERTS);
        int[] state = context.allocateIntLocalArray(ReplicaMemory.STATE);

        ReplicaStart.clear(thread, sizes, active, place, rank, out);
        ReplicaStart.addSources(thread, sizes, counts, part);
        context.localBarrier();
        ReplicaStart.addParts(thread, sizes, table, part, place);
        context.localBarrier();
        ReplicaStart.addLoads(thread, sizes, place, rank);
        context.localBarrier();
        ReplicaStart.means(thread, sizes, rank);
        context.localBarrier();
        int bound = ReplicaStart.bound(sizes, rank);
        int identity = ReplicaMemory.largest(rank, ReplicaMemory.START);
        int shift = ReplicaMemory.shift(identity);
        if (thread == 0) {
            ReplicaStart.setLevel(sizes, bound, identity, state);
        }
        context.localBarrier();
        int going = state[ReplicaMemory.GOING];
        while (going > 0) {
            int level = state[ReplicaMemory.LEVEL];
            ReplicaStart.clearReplicas(thread, replica);
            ReplicaStart.begin(thread, sizes, level, shift, place, rank, best);
            context.localBarrier();
            ReplicaStart.largestOfGroups(thread, rank);
            context.localBarrier();
            if (thread == 0) {
                ReplicaGrowthSteps.run(sizes, level, shift, place, rank, best, replica, state);
                ReplicaStart.setNextLevel(rank, state);
            }
            context.localBarrier();
            going = state[ReplicaMemory.GOING];
        }
        ReplicaResult.write(thread, sizes, table, place, rank, replica, state, out);
        if (thread == THREADS - 1) {
            int lost = 0;
            for (int r = 0; r < ReplicaSizes.MAX_RANKS; r++) {
                lost += rank[ReplicaMemory.LOST + r];
            }
            out.set(ReplicaOutput.THREADS, context.localGroupSizeX);
            out.set(ReplicaOutput.MAX_LOAD, ReplicaMemory.largest(rank, ReplicaMemory.LOAD));
            out.set(ReplicaOutput.LOWER_BOUND, bound);
            out.set(ReplicaOutput.IDENTITY, identity);
            out.set(ReplicaOutput.REPLICAS, state[ReplicaMemory.REPLICAS]);
            out.set(ReplicaOutput.UNCOVERED, lost);
            out.set(ReplicaOutput.STEPS, state[ReplicaMemory.STEPS]);
            out.set(ReplicaOutput.RUN, active.get(sizes.get(ReplicaSizes.RANKS)));
        }
    }
}
