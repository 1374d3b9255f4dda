// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.experts;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Product of {@link #ROWS} rows and {@link #COLUMNS} columns by one work-group of {@link #THREADS} threads: thread (ty, tx) keeps the sums
 * of rows {@code 8 ty .. 8 ty + 7} and columns {@code tx, tx + 16, .., tx + 112} in registers (the blocked product of Golub and Van Loan,
 * Matrix Computations, 1.3). The next {@link #DEPTH} elements of every row and column are read while the last ones are multiplied.
 *
 * <pre>
 *   left   [DEPTH][ROWS + 1]       right   [DEPTH][COLUMNS + 1]       local memory, one word behind each line against bank conflicts
 * </pre>
 */
public final class RowProduct {
    /** Rows of a work-group. */
    public static final int ROWS = 64;

    /** Columns of a work-group. */
    public static final int COLUMNS = 128;

    /** Threads of a work-group. */
    public static final int THREADS = 128;

    /** Rows and columns of a thread. */
    static final int EACH = 8;

    /** Distance of a thread's columns, and number of threads side by side. */
    static final int STEP = COLUMNS / EACH;

    private static final int DEPTH = 16;
    private static final int LEFT_PITCH = ROWS + 1;
    private static final int RIGHT_PITCH = COLUMNS + 1;

    /** Elements of the left part in local memory. */
    static final int LEFT = DEPTH * LEFT_PITCH;

    /** Elements of the right part in local memory. */
    static final int RIGHT = DEPTH * RIGHT_PITCH;

    /** Lines that all threads read at once. */
    private static final int LINES = THREADS / DEPTH;

    final EightFloats r0 = new EightFloats();
    final EightFloats r1 = new EightFloats();
    final EightFloats r2 = new EightFloats();
    final EightFloats r3 = new EightFloats();
    final EightFloats r4 = new EightFloats();
    final EightFloats r5 = new EightFloats();
    final EightFloats r6 = new EightFloats();
    final EightFloats r7 = new EightFloats();

    /**
     * Multiplies; a barrier must come before, when {@code rowAt} and {@code columnAt} are written.
     *
     * @param rowAt local memory, {@code [ROWS]}: where each row begins in {@code rows}, -1 for a row of zeros
     * @param columnAt local memory, {@code [COLUMNS]}: where each column begins in {@code columns}, -1 for one of zeros
     * @param length elements of a row or column
     * @param left local memory, {@link #LEFT}
     * @param right local memory, {@link #RIGHT}
     */
    void multiply(
            KernelContext context,
            int thread,
            FloatArray rows,
            int[] rowAt,
            FloatArray columns,
            int[] columnAt,
            int length,
            float[] left,
            float[] right) {
        int line = thread / DEPTH;
        int depth = thread % DEPTH;
        int tx = thread % STEP;
        int rowOf = thread / STEP * EACH;
        EightFloats rowsNext = new EightFloats();
        EightFloats columnsNext = new EightFloats();
        EightFloats moreNext = new EightFloats();
        EightFloats factors = new EightFloats();
        readLines(rowsNext, rows, rowAt, line, depth, length);
        readLines(columnsNext, columns, columnAt, line, depth, length);
        readLines(moreNext, columns, columnAt, line + COLUMNS / 2, depth, length);
        for (int k = 0; k < length; k += DEPTH) {
            rowsNext.write(left, depth * LEFT_PITCH + line, LINES);
            columnsNext.write(right, depth * RIGHT_PITCH + line, LINES);
            moreNext.write(right, depth * RIGHT_PITCH + COLUMNS / 2 + line, LINES);
            context.localBarrier();
            readLines(rowsNext, rows, rowAt, line, k + DEPTH + depth, length);
            readLines(columnsNext, columns, columnAt, line, k + DEPTH + depth, length);
            readLines(moreNext, columns, columnAt, line + COLUMNS / 2, k + DEPTH + depth, length);
            for (int d = 0; d < DEPTH; d++) {
                factors.read(right, d * RIGHT_PITCH + tx, STEP);
                int at = d * LEFT_PITCH + rowOf;
                r0.addTimes(left[at], factors);
                r1.addTimes(left[at + 1], factors);
                r2.addTimes(left[at + 2], factors);
                r3.addTimes(left[at + 3], factors);
                r4.addTimes(left[at + 4], factors);
                r5.addTimes(left[at + 5], factors);
                r6.addTimes(left[at + 6], factors);
                r7.addTimes(left[at + 7], factors);
            }
            context.localBarrier();
        }
    }

    /** Reads one element of eight rows or columns. */
    private static void readLines(EightFloats to, FloatArray from, int[] begins, int line, int k, int length) {
        to.x0 = element(from, begins[line], k, length);
        to.x1 = element(from, begins[line + LINES], k, length);
        to.x2 = element(from, begins[line + 2 * LINES], k, length);
        to.x3 = element(from, begins[line + 3 * LINES], k, length);
        to.x4 = element(from, begins[line + 4 * LINES], k, length);
        to.x5 = element(from, begins[line + 5 * LINES], k, length);
        to.x6 = element(from, begins[line + 6 * LINES], k, length);
        to.x7 = element(from, begins[line + 7 * LINES], k, length);
    }

    private static float element(FloatArray from, int begin, int k, int length) {
        int at = k < length ? begin : -1;
        return at > -1 ? from.get(at + k) : 0f;
    }
}
