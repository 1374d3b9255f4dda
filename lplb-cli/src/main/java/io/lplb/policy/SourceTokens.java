// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import java.util.Arrays;

/** Tokens of a batch by source rank and by source node, recorded or under an assumption. Not thread-safe. */
public final class SourceTokens {
    private final Sources sources;
    private final int experts;
    private final int ranks;
    private final int nodes;
    private final int ranksPerNode;
    private final int homeSlots;
    private final boolean[] active;
    private final double[] activeOfNode;
    private final double activeRanks;
    private final long[] byNode;
    private long[] byRank = {};

    /** Sources of the batches of a layer. */
    public SourceTokens(PolicySetup setup, Sources sources) {
        this.sources = sources;
        experts = setup.experts();
        ranks = setup.ranks();
        nodes = setup.nodes();
        ranksPerNode = setup.ranksPerNode();
        homeSlots = setup.homeSlots();
        active = new boolean[ranks];
        activeOfNode = new double[nodes];
        double[] speeds = setup.speedArray();
        for (int r = 0; r < ranks; r++) {
            active[r] = speeds[r] > 0;
            activeOfNode[r / ranksPerNode] += active[r] ? 1 : 0;
        }
        activeRanks = Arrays.stream(activeOfNode).sum();
        byNode = new long[sources.isRecorded() ? experts * nodes : 0];
    }

    /** Returns whether so many recorded sources can be those of so many ranks: as many, a multiple or a divisor. */
    public static boolean fits(int recorded, int ranks) {
        return recorded % ranks == 0 || ranks % recorded == 0;
    }

    /** Returns whether {@link #take} comes before every batch. */
    public boolean isRecorded() {
        return sources.isRecorded();
    }

    /**
     * Takes the recorded sources of the next batch. Where there are more sources than ranks, consecutive ones are one rank's; where there
     * are fewer, a source's tokens come from consecutive ranks in equal parts.
     *
     * @param counts {@code [sources][experts]}, flattened; read until the next call
     * @param recorded number of sources, which {@link #fits}
     */
    public void take(long[] counts, int recorded) {
        if (recorded == ranks) {
            byRank = counts;
        } else {
            byRank = byRank.length == ranks * experts ? byRank : new long[ranks * experts];
            Arrays.fill(byRank, 0);
            for (int s = 0; s < recorded; s++) {
                int spread = Math.max(1, ranks / recorded);
                int first = (int) ((long) s * ranks / recorded);
                for (int e = 0; e < experts; e++) {
                    long tokens = counts[s * experts + e];
                    for (int k = 0; k < spread; k++) {
                        byRank[(first + k) * experts + e] += tokens / spread + (k < tokens % spread ? 1 : 0);
                    }
                }
            }
        }
        Arrays.fill(byNode, 0);
        for (int r = 0; r < ranks; r++) {
            for (int e = 0; e < experts; e++) {
                byNode[e * nodes + r / ranksPerNode] += byRank[r * experts + e];
            }
        }
    }

    /** Returns the recorded tokens of an expert that a rank sends. */
    public long ofRank(int expert, int rank) {
        return byRank[rank * experts + expert];
    }

    /** Returns the assumed part of an expert's tokens that a rank sends, relative to the other ranks; 0 for an inactive rank. */
    public double weight(int expert, int rank) {
        return !active[rank] ? 0 : rank / ranksPerNode == homeNode(expert) ? sources.factor() : 1;
    }

    /** Returns how many of an expert's tokens come from a node. */
    public double ofNode(int expert, int node, long tokens) {
        if (sources.isRecorded()) {
            return byNode[expert * nodes + node];
        }
        int home = homeNode(expert);
        double more = activeOfNode[home] * (sources.factor() - 1);
        return tokens * (activeOfNode[node] + (node == home ? more : 0)) / (activeRanks + more);
    }

    private int homeNode(int expert) {
        return expert / homeSlots / ranksPerNode;
    }
}
