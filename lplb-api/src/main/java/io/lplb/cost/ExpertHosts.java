// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/**
 * Hosts of every expert of a placement as flat arrays. An entry is a pair of an expert and a rank that holds it; expert e
 * owns entries {@code offset[e]} to {@code offset[e + 1]}, its original first. Where an expert has several slots on one
 * rank, the entry stands for the first of them.
 *
 * <p>Replicas are numbered as in {@link io.lplb.quota.ReplicaQuotas}: expert after expert, in the order of
 * {@link ExpertPlacement#slotOf}.
 */
final class ExpertHosts {
    final int experts;
    final int ranks;
    final int slotsPerRank;
    final int replicas;
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
    /** {@code [replicas]}, the entry whose rank holds the replica. */
    final int[] entryOfReplica;
    /** {@code [ranks + 1]}, where a rank's entries start in {@link #entriesOf}. */
    final int[] entriesFrom;
    /** {@code [entries]}, entries by rank. */
    final int[] entriesOf;

    ExpertHosts(ExpertPlacement placement) {
        experts = placement.experts();
        ranks = placement.ranks();
        slotsPerRank = placement.slotsPerRank();
        offset = new int[experts + 1];
        firstReplica = new int[experts + 1];
        int[] rankOf = new int[placement.physicalExperts()];
        int[] replicaOf = new int[placement.physicalExperts()];
        int[] expertOf = new int[placement.physicalExperts()];
        entryOfReplica = new int[placement.physicalExperts()];
        int entries = 0;
        int all = 0;
        for (int e = 0; e < experts; e++) {
            for (int k = 0; k < placement.replicaCount(e); k++) {
                int r = placement.rankOf(placement.slotOf(e, k));
                int x = offset[e];
                while (x < entries && rankOf[x] != r) {
                    x++;
                }
                if (x == entries) {
                    rankOf[x] = r;
                    replicaOf[x] = all;
                    expertOf[x] = e;
                    entries++;
                }
                entryOfReplica[all] = x;
                all++;
            }
            offset[e + 1] = entries;
            firstReplica[e + 1] = all;
        }
        replicas = all;
        rank = Arrays.copyOf(rankOf, entries);
        replica = Arrays.copyOf(replicaOf, entries);
        expert = Arrays.copyOf(expertOf, entries);
        entriesFrom = new int[ranks + 1];
        for (int r : rank) {
            entriesFrom[r + 1]++;
        }
        for (int r = 0; r < ranks; r++) {
            entriesFrom[r + 1] += entriesFrom[r];
        }
        entriesOf = new int[entries];
        int[] next = entriesFrom.clone();
        for (int x = 0; x < entries; x++) {
            entriesOf[next[rank[x]]++] = x;
        }
    }

    int entries() {
        return rank.length;
    }
}
