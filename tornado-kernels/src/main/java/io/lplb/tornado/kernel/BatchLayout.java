// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

/**
 * How a batch and its certified answers lie in the buffers of {@link BatchKernels}; shared by the kernels and by the host.
 * A batch is what the caller's arrays hold, in tokens and in the caller's order, so that a copy is all that the host does.
 *
 * <pre>
 *   sizes    int      see the constants below; constant
 *   table    int      io.lplb.tornado.graph.ProblemTables, as for the solver
 *   order    int      | item of the caller's [items] | entry of the kernel's, for each of the caller's [entries] |
 *   numbers  double   | tolerance | sum of the speeds | speed [ranks] |
 *   batch    double   | count | stamp | 2 unused | fixed [capacity][ranks] | load [capacity][items] |
 *   held     double   as batch, on the device; then  mean load [capacity]
 *   answers  double   report [capacity][4] | share [capacity][entries] |
 *   report            | largest load | lower bound | iterations | status * STAMPS + stamp |
 * </pre>
 *
 * <p>A status is one of {@link Packing}'s, as the certificate in double has it; 0 says that there is no answer. The stamp is a number that the host changes with
 * every launch: a report without it is an old one.
 */
public final class BatchLayout {
    /** Threads of a work-group, one for each group of the batch. */
    public static final int THREADS = 32;

    /** Stamps are whole numbers below this one, also in a float. */
    public static final int STAMPS = 1 << 20;

    /** Doubles in front of a batch. */
    public static final int HEADER = 4;

    public static final int COUNT = 0;

    public static final int STAMP = 1;

    /** Elements of {@code sizes}: those of the problem, then those of the size that the solver's kernel is made for. */
    public static final int RANKS = 0;

    public static final int ITEMS = 1;

    public static final int ENTRIES = 2;

    public static final int CAPACITY = 3;

    public static final int SOLVER_RANKS = 4;

    public static final int SOLVER_ITEMS = 5;

    public static final int SOLVER_ENTRIES = 6;

    /** Threads of a work-group of the solver's, which it writes into its answers. */
    public static final int SOLVER_THREADS = 7;

    /** Elements of {@code sizes}. */
    public static final int SIZES = 8;

    /** Elements of {@code numbers}. */
    public static final int TOLERANCE = 0;

    public static final int TOTAL_SPEED = 1;

    public static final int SPEEDS = 2;

    /** Doubles of a report. */
    public static final int REPORT = 4;

    public static final int LARGEST = 0;

    public static final int BOUND = 1;

    public static final int ITERATIONS = 2;

    public static final int STATUS = 3;

    /** What the kernels' local arrays hold of a group. */
    public static final int MAX_RANKS = 64;

    public static final int MAX_ITEMS = 256;

    public static final int MAX_ENTRIES = 704;

    private BatchLayout() {}

    /** Whether the kernels' local arrays hold groups of these numbers. */
    public static boolean fits(int ranks, int items, int entries) {
        return ranks <= MAX_RANKS && items <= MAX_ITEMS && entries <= MAX_ENTRIES;
    }

    /** Returns the place of a group's fixed loads in a batch. */
    public static int fixedAt(int ranks, int group) {
        return HEADER + group * ranks;
    }

    /** Returns the place of a group's items' loads in a batch. */
    public static int loadAt(int ranks, int items, int capacity, int group) {
        return HEADER + capacity * ranks + group * items;
    }

    /** Returns the place of a group's mean load in what the device holds. */
    static int meanAt(int ranks, int items, int capacity, int group) {
        return HEADER + capacity * (ranks + items) + group;
    }

    /** Returns the place of a group's shares in the answers. */
    public static int shareAt(int entries, int capacity, int group) {
        return REPORT * capacity + group * entries;
    }
}
