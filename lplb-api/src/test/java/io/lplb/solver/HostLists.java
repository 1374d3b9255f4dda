// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import java.util.Random;

/**
 * Host lists for tests: LPLB's topologies, other two-host shapes, and lists of any length. In a two-host list of a
 * topology the first host is the original's rank, the second the replica's; items go replica rank by replica rank.
 */
public final class HostLists {
    private static final int[][] CUBE = {{3, 0, 1, 2, 7, 4, 5, 6}, {6, 7, 4, 5, 0, 1, 2, 3}};
    private static final int[][] HYPERCUBE = {
        {3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14},
        {12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
    };

    private HostLists() {}

    /** LPLB's cube: 8 ranks, 16 items. */
    public static int[][] cube() {
        return fromColumns(CUBE);
    }

    /** LPLB's hypercube: 16 ranks, 32 items. */
    public static int[][] hypercube() {
        return fromColumns(HYPERCUBE);
    }

    private static int[][] fromColumns(int[][] columns) {
        int ranks = columns[0].length;
        int[][] hosts = new int[ranks * columns.length][];
        for (int k = 0; k < hosts.length; k++) {
            int rank = k / columns.length;
            hosts[k] = new int[] {columns[k % columns.length][rank], rank};
        }
        return hosts;
    }

    /** A ring of at least two ranks, one item each. */
    public static int[][] ring(int ranks) {
        int[][] hosts = new int[ranks][];
        for (int r = 0; r < ranks; r++) {
            hosts[r] = new int[] {(r + 1) % ranks, r};
        }
        return hosts;
    }

    /** A torus of m by n ranks, both at least 2, two items a rank. */
    public static int[][] torus(int m, int n) {
        int[][] hosts = new int[2 * m * n][];
        for (int r = 0; r < m * n; r++) {
            int i = r / n;
            int j = r % n;
            hosts[2 * r] = new int[] {(i + 1) % m * n + j, r};
            hosts[2 * r + 1] = new int[] {i * n + (j + 1) % n, r};
        }
        return hosts;
    }

    /** Items with random hosts, {@code least} to {@code most} each, no more than there are ranks. */
    public static int[][] random(Random random, int ranks, int items, int least, int most) {
        int[][] hosts = new int[items][];
        for (int i = 0; i < items; i++) {
            int count = Math.min(ranks, least + random.nextInt(most - least + 1));
            hosts[i] = distinct(random, ranks, count);
        }
        return hosts;
    }

    /** Draws without replacement: the head of a shuffle. */
    private static int[] distinct(Random random, int ranks, int count) {
        int[] deck = new int[ranks];
        for (int r = 0; r < ranks; r++) {
            deck[r] = r;
        }
        int[] drawn = new int[count];
        for (int k = 0; k < count; k++) {
            int at = k + random.nextInt(ranks - k);
            drawn[k] = deck[at];
            deck[at] = deck[k];
        }
        return drawn;
    }
}
