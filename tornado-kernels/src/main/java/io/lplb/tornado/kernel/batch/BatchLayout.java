// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.batch;

import io.lplb.tornado.kernel.solve.SolverLayout;

/**
 * How a batch and its certified answers lie in the buffers of {@link BatchKernels}; shared by the kernels and by the host.
 * A batch is what the caller's arrays hold, in tokens and in the caller's order, so that a copy is all that the host does.
 *
 * <pre>
 *   sizes    int      see the constants below; constant
 *   table    int      io.lplb.tornado.program.ProblemTables, as for the solver
 *   order    int      | the caller's number of the kernel's items [items] | the kernel's entry of the caller's fractions |
 *   numbers  double   | tolerance | sum of the speeds | speed [ranks] |
 *   fixed    double   [group][ranks]
 *   load     double   [group][items]
 *   stamps   double   [group]
 *   held     double   [group] | fixed [ranks] | load [items], in the kernel's order | mean load | stamp |, on the device
 *   fractions float   [group][entries - items]
 *   reports  double   [group] | largest load | lower bound | iterations | status * STAMPS + stamp |
 * </pre>
 *
 * <p>An item's fractions are what its hosts get of its load, for all hosts but the last, which gets the rest: half of what shares
 * would be, in a quarter of the bytes, since the way to the host is what a large batch waits for. The shares that a
 * certificate is about are those that the host computes from them: load times fraction, and the rest by differences.
 *
 * <p>A status is one of {@link SolverLayout}'s, as the certificate in double has it; 0 says that there is no answer. The stamp is a number that the host changes with
 * every launch: a report without it is an old one. Every group has it beside its loads: one that all groups read from the same place,
 * far away, they would read one after another.
 */
public final class BatchLayout {
    /** Threads of a work-group, one for each group of the batch. */
    public static final int THREADS = 32;

    /** Stamps are whole numbers below this one, also in a float. */
    public static final int STAMPS = 1 << 20;

    /** Elements of {@code sizes}: those of the problem, then those of the size that the solver's kernel is made for. */
    public static final int RANKS = 0;

    public static final int ITEMS = 1;

    public static final int ENTRIES = 2;

    public static final int SOLVER_RANKS = 3;

    public static final int SOLVER_ITEMS = 4;

    public static final int SOLVER_ENTRIES = 5;

    /** Threads of a work-group of the solver's, which it writes into its answers. */
    public static final int SOLVER_THREADS = 6;

    /** Elements of {@code sizes}. */
    public static final int SIZES = 7;

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

    /** Contents of the kernels' local arrays for a group. */
    public static final int MAX_RANKS = 64;

    public static final int MAX_ITEMS = 256;

    public static final int MAX_ENTRIES = 704;

    /** What certifying needs of the solver's table: hosts of items, and entries of ranks. */
    public static final int MAX_TABLE = MAX_ITEMS + 2 * MAX_ENTRIES + MAX_RANKS + 2;

    private BatchLayout() {}

    /** Whether the kernels' local arrays hold groups of these numbers. */
    public static boolean fits(int ranks, int items, int entries) {
        return ranks <= MAX_RANKS && items <= MAX_ITEMS && entries <= MAX_ENTRIES;
    }

    /** Returns the words of the solver's table that certifying needs, see {@link #MAX_TABLE}. */
    public static int tableWords(int ranks, int items, int entries) {
        return items + 2 * entries + ranks + 2;
    }

    /** Returns the doubles that the device holds of a group. */
    public static int heldWords(int ranks, int items) {
        return ranks + items + 2;
    }

    /** Returns the fractions of a group. */
    public static int fractions(int items, int entries) {
        return entries - items;
    }
}
