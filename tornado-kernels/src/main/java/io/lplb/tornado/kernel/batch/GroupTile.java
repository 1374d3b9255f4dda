// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.batch;

import io.lplb.tornado.kernel.solve.SizeCode;
import io.lplb.tornado.kernel.solve.SolverLayout;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Sizes of a group that is packed and certified, and places of its numbers in local memory.
 *
 * <pre>
 *   doubles   share [entries] | load [items] | fixed, speed, level [ranks each] | partial, partialSpeed [threads each] | mean | stamp
 *   floats    fraction [entries] | position [ranks] | last [items]
 *   integers  the solver's table, see io.lplb.tornado.kernel.solve.ThreadTile
 * </pre>
 *
 * <p>Places depend on the sizes that local memory is made for, which are constants of the compiled kernel. The object itself is never
 * made on a device.
 */
public final class GroupTile {
    final int thread;
    final int threads;
    final int group;
    final int ranks;
    final int items;
    final int entries;
    final int solverRanks;
    final int solverItems;
    final int solverEntries;
    final int solverThreads;
    private final int mostRanks;
    private final int mostItems;
    private final int mostEntries;

    /** Tile of a kernel for problems of all sizes, see {@link BatchLayout#MAX_RANKS}. */
    GroupTile(IntArray sizes, int thread, int threads, int group) {
        this.thread = thread;
        this.threads = threads;
        this.group = group;
        ranks = sizes.get(BatchLayout.RANKS);
        items = sizes.get(BatchLayout.ITEMS);
        entries = sizes.get(BatchLayout.ENTRIES);
        solverRanks = sizes.get(BatchLayout.SOLVER_RANKS);
        solverItems = sizes.get(BatchLayout.SOLVER_ITEMS);
        solverEntries = sizes.get(BatchLayout.SOLVER_ENTRIES);
        solverThreads = sizes.get(BatchLayout.SOLVER_THREADS);
        mostRanks = BatchLayout.MAX_RANKS;
        mostItems = BatchLayout.MAX_ITEMS;
        mostEntries = BatchLayout.MAX_ENTRIES;
    }

    /**
     * Tile of a kernel that is compiled for the solver's sizes.
     *
     * @param threads threads of the work-group
     * @param size sizes of the solver, see {@link SizeCode}
     * @param constant whether the group's own sizes are constants where they can be: a kernel of regular sizes serves no smaller
     *     problem. Addresses are then known without a read, but loops of constant length unroll, which costs certifying registers
     */
    GroupTile(IntArray sizes, int thread, int threads, int group, long size, boolean constant) {
        this.thread = thread;
        this.threads = threads;
        this.group = group;
        solverRanks = SizeCode.ranks(size);
        solverItems = SizeCode.items(size);
        solverEntries = SizeCode.entries(size);
        solverThreads = threads;
        boolean exact = constant && SizeCode.degree(size) > 0;
        ranks = exact ? solverRanks : sizes.get(BatchLayout.RANKS);
        items = exact ? solverItems : sizes.get(BatchLayout.ITEMS);
        entries = exact ? solverEntries : sizes.get(BatchLayout.ENTRIES);
        mostRanks = solverRanks;
        mostItems = solverItems;
        mostEntries = solverEntries;
    }

    private static int words(int ranks, int items, int entries, int threads) {
        return entries + items + 3 * ranks + 2 * threads + 2;
    }

    /** {@return doubles of local memory of a kernel for problems of all sizes} */
    static int words(int threads) {
        return words(BatchLayout.MAX_RANKS, BatchLayout.MAX_ITEMS, BatchLayout.MAX_ENTRIES, threads);
    }

    /** {@return doubles of local memory of a kernel that is compiled for a size, see {@link SizeCode}} */
    public static int words(long size, int threads) {
        return words(SizeCode.ranks(size), SizeCode.items(size), SizeCode.entries(size), threads);
    }

    int share(int e) {
        return e;
    }

    /** Load of an item in the caller's order, before shares are there. */
    int callersLoad(int i) {
        return i;
    }

    int load(int i) {
        return mostEntries + i;
    }

    int fixed(int r) {
        return mostEntries + mostItems + r;
    }

    int speed(int r) {
        return mostEntries + mostItems + mostRanks + r;
    }

    int level(int r) {
        return mostEntries + mostItems + 2 * mostRanks + r;
    }

    int partial(int k) {
        return mostEntries + mostItems + 3 * mostRanks + k;
    }

    int partialSpeed(int k) {
        return mostEntries + mostItems + 3 * mostRanks + threads + k;
    }

    int mean() {
        return mostEntries + mostItems + 3 * mostRanks + 2 * threads;
    }

    int stamp() {
        return mostEntries + mostItems + 3 * mostRanks + 2 * threads + 1;
    }

    int position(int r) {
        return mostEntries + r;
    }

    int last(int i) {
        return mostEntries + mostRanks + i;
    }

    int host(int[] table, int e) {
        return table[solverItems + 1 + e];
    }

    int rankFirst(int[] table, int r) {
        return table[solverItems + 1 + solverEntries + r];
    }

    int rankEntry(int[] table, int k) {
        return table[solverItems + solverEntries + solverRanks + 2 + k];
    }

    /** Words of the table that certifying reads. */
    int tableWords() {
        return solverItems + solverEntries + solverRanks + 2 + entries;
    }

    /** Word of the group's answer in the solver's output. */
    int out(int word) {
        return group * (solverEntries + SolverLayout.TAIL) + word;
    }

    int tail(int word) {
        return out(solverEntries + word);
    }
}
