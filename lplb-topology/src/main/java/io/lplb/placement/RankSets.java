// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;

/** Disjoint sets of ranks that replicas connect (union-find with path halving): load can pass inside a set. */
final class RankSets {
    private final int[] parent;

    /** Sets of one rank each. */
    RankSets(int ranks) {
        parent = new int[ranks];
        Arrays.setAll(parent, r -> r);
    }

    boolean isConnected(int a, int b) {
        return find(a) == find(b);
    }

    void connect(int a, int b) {
        parent[find(a)] = find(b);
    }

    private int find(int rank) {
        int r = rank;
        while (parent[r] != r) {
            parent[r] = parent[parent[r]];
            r = parent[r];
        }
        return r;
    }
}
