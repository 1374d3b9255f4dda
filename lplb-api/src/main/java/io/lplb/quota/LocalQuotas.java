// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/**
 * Chooses the quotas of replicas together with the division among sources: among all plans whose ranks stay within given
 * capacities, one with the fewest tokens between nodes, and of those the fewest between ranks. Exact, in whole tokens.
 *
 * <p>This is a minimum-cost flow from sources to ranks. Sources need no nodes of their own, since the traffic of an
 * expert is a convex function of its tokens per rank ({@link LocalSplit}); what remains is a graph of ranks, with an arc
 * from a to b for every expert on both that has tokens on a.
 *
 * <pre>
 *   tokens of each expert, with the least traffic for it alone
 *      |  ranks above their capacity = supply, ranks below = demand
 *      v
 *   cheapest paths from supply to demand -&gt; push along all of them -&gt; repeat until no rank is above its capacity
 * </pre>
 *
 * <p>Primal-dual method with potentials (Ahuja, Magnanti, Orlin, "Network Flows", 1993, 9.8): the start has no cheaper
 * neighbour, pushes along cheapest paths keep it so, and without a negative cycle a flow is a cheapest one. Costs are
 * small whole numbers with few distinct path lengths, so the search takes ranks in buckets of equal distance (Dial 1969)
 * and pushes by blocking flows (Dinic 1970).
 *
 * <p>The quotas are a function of counts and capacities, so every rank computes the same ones.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
public final class LocalQuotas {
    private static final long UNREACHED = Long.MAX_VALUE;
    private static final int HOP_BITS = 31;

    private final LocalSplit split;
    private final int[] entryOf;
    private final int[] nth;
    private final int[] sharing;
    private final int[] firstOfRank;
    private final int[] entriesOfRank;

    private final long[] distance;
    private final long[] potential;
    private final int[] hops;
    private final int[] queue;
    private final boolean[] queued;
    private final int[] nextEntry;
    private final int[] nextHost;
    private final int[] path;
    private final int[] pathFrom;
    private final int[] pathTo;
    private long[] capacity = {};

    /**
     * A workspace for one placement whose ranks are the sources.
     *
     * @param replicas where the replicas of each expert are
     * @param placement the one that {@code replicas} was made for
     * @param ranksPerNode consecutive ranks that share a node, at least 1; the last node may have fewer
     * @throws IllegalArgumentException if a number is out of range
     */
    public LocalQuotas(ReplicaQuotas replicas, ExpertPlacement placement, int ranksPerNode) {
        if (ranksPerNode < 1) {
            throw new IllegalArgumentException("ranksPerNode: got " + ranksPerNode + ", expected at least 1");
        }
        split = new LocalSplit(placement, ranksPerNode);
        entryOf = new int[replicas.replicas()];
        nth = new int[entryOf.length];
        sharing = new int[split.tokens.length];
        for (int e = 0; e < split.experts; e++) {
            for (int k = replicas.firstReplica(e); k < replicas.firstReplica(e + 1); k++) {
                entryOf[k] = split.entryOf(e, placement.rankOf(replicas.slot(k)));
                nth[k] = sharing[entryOf[k]]++;
            }
        }
        firstOfRank = new int[split.ranks + 1];
        for (int i = 0; i < split.rankOf.length; i++) {
            firstOfRank[split.rankOf[i] + 1] += isSplit(i) ? 1 : 0;
        }
        for (int r = 0; r < split.ranks; r++) {
            firstOfRank[r + 1] += firstOfRank[r];
        }
        entriesOfRank = new int[firstOfRank[split.ranks]];
        int[] next = firstOfRank.clone();
        for (int i = 0; i < split.rankOf.length; i++) {
            if (isSplit(i)) {
                entriesOfRank[next[split.rankOf[i]]++] = i;
            }
        }
        distance = new long[split.ranks];
        potential = new long[split.ranks];
        hops = new int[split.ranks];
        queue = new int[split.ranks];
        queued = new boolean[split.ranks];
        nextEntry = new int[split.ranks];
        nextHost = new int[split.ranks];
        path = new int[split.ranks];
        pathFrom = new int[split.ranks];
        pathTo = new int[split.ranks];
    }

    private boolean isSplit(int entry) {
        int e = split.expertOf[entry];
        return split.firstEntry(e + 1) - split.firstEntry(e) > 1;
    }

    /**
     * Chooses quotas.
     *
     * @param counts {@code [ranks * experts]}, tokens of each rank for each expert, rank after rank, not negative
     * @param capacity {@code [ranks]}, the most tokens that each rank may get; a rank with capacity 0 gets none. An expert
     *     whose ranks all have capacity 0 has no quotas
     * @param quota {@code [replicas]}, overwritten; an expert's entries sum to its counts
     * @throws IllegalArgumentException if a length is wrong, or no plan meets the capacities; {@code quota} is unchanged
     *     then
     */
    public void choose(int[] counts, long[] capacity, long[] quota) {
        requireLength("counts", counts.length, split.ranks * split.experts);
        requireLength("capacity", capacity.length, split.ranks);
        requireLength("quota", quota.length, entryOf.length);
        for (int k = 0; k < counts.length; k++) {
            if (counts[k] < 0) {
                throw new IllegalArgumentException(
                        "counts[" + k + "]: got " + counts[k] + ", expected at least 0 tokens");
            }
        }
        this.capacity = capacity;
        split.start(counts, capacity);
        Arrays.fill(potential, 0);
        while (search()) {
            for (int r = 0; r < split.ranks; r++) {
                if (excess(r) > 0) {
                    push(r);
                }
            }
        }
        for (int k = 0; k < quota.length; k++) {
            int i = entryOf[k];
            quota[k] = (split.tokens[i] + sharing[i] - 1 - nth[k]) / sharing[i];
        }
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }

    private long excess(int rank) {
        return split.load[rank] - capacity[rank];
    }

    /**
     * Finds the distances of the ranks from those above their capacity, as far as the nearest below, and adds them to the
     * potentials.
     *
     * @return false if no rank is above its capacity
     */
    private boolean search() {
        Arrays.fill(distance, UNREACHED);
        int size = 0;
        for (int r = 0; r < split.ranks; r++) {
            if (excess(r) > 0) {
                distance[r] = 0;
                queue[size++] = r;
                queued[r] = true;
            }
        }
        if (size == 0) {
            return false;
        }
        long bucket = 0;
        while (!spread(bucket, size)) {
            long next = UNREACHED;
            for (int r = 0; r < split.ranks; r++) {
                if (distance[r] != UNREACHED && distance[r] >>> HOP_BITS > bucket) {
                    next = Math.min(next, distance[r] >>> HOP_BITS);
                }
            }
            if (next == UNREACHED) {
                throw new IllegalArgumentException(
                        "capacity: got room for fewer tokens than the ranks of an expert must "
                                + "take, expected room for all");
            }
            bucket = next;
            size = 0;
            for (int r = 0; r < split.ranks; r++) {
                if (distance[r] >>> HOP_BITS == bucket) {
                    queue[size++] = r;
                    queued[r] = true;
                }
            }
        }
        for (int r = 0; r < split.ranks; r++) {
            boolean near = distance[r] >>> HOP_BITS <= bucket;
            hops[r] = near ? (int) (distance[r] & ((1L << HOP_BITS) - 1)) : -1;
            potential[r] += near ? distance[r] >>> HOP_BITS : bucket;
            nextEntry[r] = firstOfRank[r];
            nextHost[r] = 0;
        }
        return true;
    }

    /** Reaches all ranks in a bucket of equal distance from those in the queue; true if one is below its capacity. */
    private boolean spread(long bucket, int waiting) {
        boolean found = false;
        int head = 0;
        int size = waiting;
        while (size > 0) {
            int a = queue[head];
            head = head + 1 == queue.length ? 0 : head + 1;
            size--;
            queued[a] = false;
            found |= excess(a) < 0;
            for (int x = firstOfRank[a]; x < firstOfRank[a + 1]; x++) {
                int i = entriesOfRank[x];
                if (split.tokens[i] == 0) {
                    continue;
                }
                int e = split.expertOf[i];
                for (int j = split.firstEntry(e); j < split.firstEntry(e + 1); j++) {
                    int b = split.rankOf[j];
                    if (b == a || capacity[b] == 0) {
                        continue;
                    }
                    long step = split.moveCost(i, j) + potential[a] - potential[b];
                    long to = distance[a] + (step << HOP_BITS) + 1;
                    if (to < distance[b]) {
                        distance[b] = to;
                        if (to >>> HOP_BITS == bucket && !queued[b]) {
                            queued[b] = true;
                            int tail = head + size;
                            queue[tail >= queue.length ? tail - queue.length : tail] = b;
                            size++;
                        }
                    }
                }
            }
        }
        return found;
    }

    /** Pushes a rank's excess along cheapest paths, depth first; each rank resumes where its last search stopped. */
    private void push(int source) {
        int depth = 0;
        path[0] = source;
        while (excess(source) > 0) {
            int r = path[depth];
            if (excess(r) < 0) {
                augment(source, r, depth);
                depth = 0;
            } else if (advance(r, depth)) {
                depth++;
            } else if (depth == 0) {
                return;
            } else {
                depth--;
                nextHost[path[depth]]++;
            }
        }
    }

    /** Appends the next admissible move from a rank to the path. */
    private boolean advance(int a, int depth) {
        for (; nextEntry[a] < firstOfRank[a + 1]; nextEntry[a]++) {
            int i = entriesOfRank[nextEntry[a]];
            int e = split.expertOf[i];
            int hosts = split.tokens[i] == 0 ? 0 : split.firstEntry(e + 1) - split.firstEntry(e);
            for (; nextHost[a] < hosts; nextHost[a]++) {
                int j = split.firstEntry(e) + nextHost[a];
                int b = split.rankOf[j];
                if (hops[b] == hops[a] + 1
                        && capacity[b] > 0
                        && split.moveCost(i, j) + potential[a] - potential[b] == 0) {
                    pathFrom[depth] = i;
                    pathTo[depth] = j;
                    path[depth + 1] = b;
                    return true;
                }
            }
            nextHost[a] = 0;
        }
        return false;
    }

    private void augment(int source, int sink, int depth) {
        long amount = Math.min(excess(source), -excess(sink));
        for (int d = 0; d < depth; d++) {
            amount = Math.min(amount, split.moveLimit(pathFrom[d], pathTo[d]));
        }
        for (int d = 0; d < depth; d++) {
            split.move(pathFrom[d], pathTo[d], amount);
        }
    }

    /**
     * Copies the ranks' tokens after the last {@link #choose}.
     *
     * @param to receives {@code [ranks]} tokens
     */
    public void copyRankLoads(long[] to) {
        System.arraycopy(split.load, 0, to, 0, split.load.length);
    }

    /** {@return the tokens that the last quotas send to another node, if sources keep as many as they can} */
    public long tokensOffNode() {
        return split.offNode();
    }

    /** {@return the tokens that the last quotas send to another rank, if sources keep as many as they can} */
    public long tokensOffRank() {
        return split.offRank();
    }

    /**
     * {@return the tokens that would go to another node at least if ranks had no capacity} The difference to
     * {@link #tokensOffNode()} is what the balance costs.
     */
    public long tokensOffNodeUnbalanced() {
        return split.offNodeAtLeast();
    }
}
