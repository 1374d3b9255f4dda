// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import io.lplb.placement.ExpertPlacement;
import io.lplb.quota.ReplicaLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Hosts of every expert as flat arrays. An entry is a pair of an expert and a rank that holds it; expert e owns entries
 * {@code offset[e]} to {@code offset[e + 1]}, its original first. Where an expert has several slots on one rank, the entry
 * stands for the first of them.
 *
 * <p>Replicas are numbered as in {@link ReplicaLayout}: expert after expert, the original first. The hosts of a placement
 * are fixed; those of replicas chosen per batch are taken anew with {@link #take}, without allocation.
 */
final class ExpertHosts {
    final int experts;
    final int ranks;
    final int slotsPerRank;
    /** Length of arrays of quotas, and the largest number of entries. */
    final int capacity;
    /** {@code [experts + 1]}, first entry of each expert. */
    final int[] offset;
    /** {@code [entries]}, the rank. */
    final int[] rank;
    /** {@code [entries]}, the expert. */
    final int[] expert;
    /** {@code [entries]}, the number of the replica. */
    final int[] replica;
    /** {@code [experts + 1]}, first replica of each expert. */
    final int[] firstReplica;
    /** {@code [replicas]}, the entry whose rank holds the replica, -1 for a replica that is left out. */
    final int[] entryOfReplica;
    /** {@code [ranks + 1]}, where a rank's entries start in {@link #entriesOf}. */
    final int[] entriesFrom;
    /** {@code [entries]}, entries by rank. */
    final int[] entriesOf;

    private final int[] rankOfReplica;
    private final int[] next;
    private int entries;

    ExpertHosts(ExpertPlacement placement) {
        this(placement.experts(), placement.ranks(), placement.slotsPerRank(), placement.physicalExperts());
        for (int e = 0; e < experts; e++) {
            int k = firstReplica[e];
            for (int copy = 0; copy < placement.replicaCount(e); copy++) {
                rankOfReplica[k++] = placement.rankOf(placement.slotOf(e, copy));
            }
            firstReplica[e + 1] = k;
        }
        connect(null);
    }

    ExpertHosts(ReplicaLayout layout, int experts, int ranks) {
        this(experts, ranks, layout.physicalExperts() / ranks, layout.capacity());
        take(layout, null);
    }

    private ExpertHosts(int experts, int ranks, int slotsPerRank, int capacity) {
        this.experts = experts;
        this.ranks = ranks;
        this.slotsPerRank = slotsPerRank;
        this.capacity = capacity;
        offset = new int[experts + 1];
        rank = new int[capacity];
        expert = new int[capacity];
        replica = new int[capacity];
        firstReplica = new int[experts + 1];
        entryOfReplica = new int[capacity];
        entriesFrom = new int[ranks + 1];
        entriesOf = new int[capacity];
        rankOfReplica = new int[capacity];
        next = new int[ranks + 1];
    }

    /**
     * Takes the replicas of a batch.
     *
     * @param layout of the sizes given to the constructor
     * @param quota {@code [capacity]}, tokens per replica: replicas without tokens are left out, originals are not; null
     *     for all replicas
     */
    void take(ReplicaLayout layout, long @Nullable [] quota) {
        for (int e = 0; e < experts; e++) {
            firstReplica[e + 1] = layout.firstReplica(e + 1);
            for (int k = firstReplica[e]; k < firstReplica[e + 1]; k++) {
                rankOfReplica[k] = layout.rankOf(layout.slot(k));
            }
        }
        connect(quota);
    }

    private void connect(long @Nullable [] quota) {
        entries = 0;
        for (int e = 0; e < experts; e++) {
            offset[e] = entries;
            for (int k = firstReplica[e]; k < firstReplica[e + 1]; k++) {
                boolean used = k == firstReplica[e] || quota == null || quota[k] > 0;
                entryOfReplica[k] = used ? entry(e, k) : -1;
            }
        }
        offset[experts] = entries;
        sortByRank();
    }

    /** Returns the entry of a replica, a new one unless its rank has one of the expert already. */
    private int entry(int e, int k) {
        int x = offset[e];
        while (x < entries && rank[x] != rankOfReplica[k]) {
            x++;
        }
        if (x == entries) {
            rank[x] = rankOfReplica[k];
            replica[x] = k;
            expert[x] = e;
            entries++;
        }
        return x;
    }

    private void sortByRank() {
        Arrays.fill(entriesFrom, 0);
        for (int x = 0; x < entries; x++) {
            entriesFrom[rank[x] + 1]++;
        }
        for (int r = 0; r < ranks; r++) {
            entriesFrom[r + 1] += entriesFrom[r];
        }
        System.arraycopy(entriesFrom, 0, next, 0, next.length);
        for (int x = 0; x < entries; x++) {
            entriesOf[next[rank[x]]++] = x;
        }
    }

    int entries() {
        return entries;
    }

    int replicas() {
        return firstReplica[experts];
    }
}
