// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver.dense;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * One group as a linear program in standard form, loads divided by the mean load. Items of no load are left out.
 *
 * <pre>
 *   minimise t   subject to   A x + g t = b,   x &gt;= 0,   t free
 *
 *                     entries       slacks  |  t        b
 *   row of item i   |  1 ... 1     |   0    |  0   |    1        the fractions of an item sum to 1
 *   row of rank r   | -w[i] at r   |  -1    | s[r] |  f[r]       s[r] t = load of rank r + slack
 * </pre>
 *
 * A has {@code active items + ranks} rows and {@code active entries + ranks} columns, and full row rank.
 */
final class StandardForm {
    final DMatrixRMaj a;
    final DMatrixRMaj b;
    final DMatrixRMaj g;

    private final MinMaxProblem problem;
    /** The row of the item that an active entry's column belongs to. */
    private final int[] itemRow;

    private int items;
    private int entries;

    /** Room for the largest program that the problem can give. */
    StandardForm(MinMaxProblem problem) {
        this.problem = problem;
        int rows = problem.items() + problem.ranks();
        a = new DMatrixRMaj(rows, problem.entries() + problem.ranks());
        b = new DMatrixRMaj(rows, 1);
        g = new DMatrixRMaj(rows, 1);
        itemRow = new int[problem.entries()];
    }

    /** Sets up the program of a group whose loads are divided by {@code scale}. */
    void set(MinMaxBatch batch, int group, double scale) {
        countActive(batch, group);
        a.reshape(items + problem.ranks(), entries + problem.ranks());
        a.zero();
        b.reshape(a.numRows, 1);
        g.reshape(a.numRows, 1);
        int row = 0;
        int column = 0;
        for (int i = 0; i < problem.items(); i++) {
            double w = batch.load()[group * problem.items() + i];
            if (w > 0) {
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    a.set(row, column, 1);
                    a.set(items + problem.host(e), column, -w / scale);
                    itemRow[column++] = row;
                }
                b.data[row] = 1;
                g.data[row++] = 0;
            }
        }
        for (int r = 0; r < problem.ranks(); r++) {
            a.set(items + r, entries + r, -1);
            b.data[items + r] = batch.fixed()[group * problem.ranks() + r] / scale;
            g.data[items + r] = problem.speed(r);
        }
    }

    private void countActive(MinMaxBatch batch, int group) {
        items = 0;
        entries = 0;
        for (int i = 0; i < problem.items(); i++) {
            if (batch.load()[group * problem.items() + i] > 0) {
                items++;
                entries += problem.hostCount(i);
            }
        }
    }

    /** Returns the number of active items: rank r is row {@code items() + r}. */
    int items() {
        return items;
    }

    /** Returns the number of active entries: the slack of rank r is column {@code entries() + r}. */
    int entries() {
        return entries;
    }

    /** Returns the number of ranks. */
    int ranks() {
        return problem.ranks();
    }

    /** Returns the row of the item that the column of an active entry belongs to. */
    int itemRow(int column) {
        return itemRow[column];
    }

    /**
     * Turns fractions into a split: negative ones count as zero, those of an item are scaled to sum to its load.
     *
     * @param x fractions in the order of the columns
     * @param share receives tokens per entry of the problem, from {@code at} on; 0 for items of no load
     * @return false, with the split unfinished, if an item has no positive finite sum
     */
    boolean toShares(DMatrixRMaj x, MinMaxBatch batch, int group, double[] share, int at) {
        int column = 0;
        for (int i = 0; i < problem.items(); i++) {
            double w = batch.load()[group * problem.items() + i];
            int count = problem.hostCount(i);
            int to = at + problem.firstEntry(i);
            if (w > 0) {
                if (!itemToShares(x.data, column, count, w, share, to)) {
                    return false;
                }
                column += count;
            } else {
                Arrays.fill(share, to, to + count, 0);
            }
        }
        return true;
    }

    private static boolean itemToShares(double[] x, int column, int count, double w, double[] share, int to) {
        double sum = 0;
        for (int k = 0; k < count; k++) {
            sum += Math.max(x[column + k], 0);
        }
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            return false;
        }
        for (int k = 0; k < count; k++) {
            share[to + k] = w * (Math.max(x[column + k], 0) / sum);
        }
        return true;
    }
}
