// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

import java.util.Arrays;

/**
 * Loads that do not fit the limits of a group: an item whose hosts may take less than its load, or a set of ranks with the
 * items whose load is forced into it.
 *
 * <pre>
 *   forced into S:  f(S) + sum over i of max(0, w[i] - sum over hosts h outside S of c[i,h])   &gt;   sum over r in S of C[r]
 * </pre>
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
public final class Misfits {
    /** Fractional loads beyond the limits by less than this are rounding errors. */
    private static final double ROUNDING_OF_SUMS = 1 + 0x1p-40;

    private final FlowGraph graph;
    private final double[] fixed;
    private final double[] load;
    private final double[] entryLimit;
    private final double[] rankLimit;
    private final boolean[] ranks;
    private final boolean[] items;
    private boolean empty = true;
    private double forced;
    private double room;

    Misfits(FlowGraph graph, double[] fixed, double[] load, double[] entryLimit, double[] rankLimit) {
        this.graph = graph;
        this.fixed = fixed;
        this.load = load;
        this.entryLimit = entryLimit;
        this.rankLimit = rankLimit;
        ranks = new boolean[graph.ranks];
        items = new boolean[graph.items];
    }

    void clear() {
        if (!empty) {
            Arrays.fill(ranks, false);
            Arrays.fill(items, false);
            empty = true;
            forced = 0;
            room = 0;
        }
    }

    void takeItem(int item) {
        empty = false;
        items[item] = true;
        forced = load[item];
        room = 0;
        for (int e = graph.offset[item]; e < graph.offset[item + 1]; e++) {
            room += entryLimit[e];
        }
    }

    void takeRanks(int[] set, int count) {
        empty = false;
        forced = 0;
        room = 0;
        for (int k = 0; k < count; k++) {
            ranks[set[k]] = true;
            forced += fixed[set[k]];
            room += rankLimit[set[k]];
        }
        for (int i = 0; i < graph.items; i++) {
            double outside = 0;
            for (int e = graph.offset[i]; e < graph.offset[i + 1]; e++) {
                outside += ranks[graph.host[e]] ? 0 : entryLimit[e];
            }
            items[i] = load[i] > outside;
            forced += Math.max(0, load[i] - outside);
        }
    }

    /** Whether the loads themselves, rather than the sums of shares, fit up to rounding. */
    boolean isRounding() {
        return forced <= room * ROUNDING_OF_SUMS;
    }

    /** {@return whether all loads fit} */
    public boolean isEmpty() {
        return empty;
    }

    /**
     * Copies the set of ranks and the items.
     *
     * @param toRanks receives whether a rank is in the set
     * @param rankAt where the group starts in {@code toRanks}
     * @param toItems receives whether load of an item is forced into the set
     * @param itemAt where the group starts in {@code toItems}
     */
    public void copyTo(boolean[] toRanks, int rankAt, boolean[] toItems, int itemAt) {
        System.arraycopy(ranks, 0, toRanks, rankAt, ranks.length);
        System.arraycopy(items, 0, toItems, itemAt, items.length);
    }

    /** {@return the load that is forced} */
    public double forced() {
        return forced;
    }

    /** {@return what the limits allow, less than {@link #forced}} */
    public double room() {
        return room;
    }
}
