// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/**
 * The bipartite graph of a problem's items and ranks, in both directions, and the order in which sweeps visit the items.
 *
 * <p>Immutable; the arrays are read by the classes of this package only.
 */
final class FlowGraph {
    final int ranks;
    final int items;
    final int entries;

    /** Item i owns the entries {@code offset[i]} to {@code offset[i + 1]}. */
    final int[] offset;

    /** Rank of every entry. */
    final int[] host;

    /** Item of every entry. */
    final int[] item;

    /** Rank r is the host of {@code entriesOf[entriesFrom[r]]} to {@code entriesOf[entriesFrom[r + 1] - 1]}. */
    final int[] entriesFrom;

    final int[] entriesOf;

    /** Items with two hosts, then the others, colour by colour ({@link ItemOrder}). */
    final int[] order;

    /** Number of items with two hosts. */
    final int pairs;

    FlowGraph(MinMaxProblem problem) {
        ranks = problem.ranks();
        items = problem.items();
        entries = problem.entries();
        offset = problem.offsets();
        host = problem.hosts();
        item = new int[entries];
        entriesFrom = new int[ranks + 1];
        for (int i = 0; i < items; i++) {
            Arrays.fill(item, offset[i], offset[i + 1], i);
        }
        for (int h : host) {
            entriesFrom[h + 1]++;
        }
        for (int r = 0; r < ranks; r++) {
            entriesFrom[r + 1] += entriesFrom[r];
        }
        entriesOf = new int[entries];
        int[] next = entriesFrom.clone();
        for (int e = 0; e < entries; e++) {
            entriesOf[next[host[e]]++] = e;
        }
        order = ItemOrder.of(problem);
        int two = 0;
        while (two < items && problem.hostCount(order[two]) == 2) {
            two++;
        }
        pairs = two;
    }
}
