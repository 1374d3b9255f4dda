// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

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

    /** The row of a rank after those of the items, -1 for an inactive rank. */
    private final int[] rankRow;

    private int items;
    private int entries;
    private int ranks;

    /** Room for the largest program that the problem can give. */
    StandardForm(MinMaxProblem problem) {
        this.problem = problem;
        int rows = problem.items() + problem.ranks();
        a = new DMatrixRMaj(rows, problem.entries() + problem.ranks());
        b = new DMatrixRMaj(rows, 1);
        g = new DMatrixRMaj(rows, 1);
        itemRow = new int[problem.entries()];
        rankRow = new int[problem.ranks()];
    }

    /** Sets up the program of a group whose loads are divided by {@code scale}. */
    void set(MinMaxBatch batch, int group, double scale) {
        countActive(batch, group);
        a.reshape(items + ranks, entries + ranks);
        a.zero();
        b.reshape(a.numRows, 1);
        g.reshape(a.numRows, 1);
        int row = 0;
        int column = 0;
        for (int i = 0; i < problem.items(); i++) {
            if (isActive(batch, group, i)) {
                double w = batch.load()[group * problem.items() + i];
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    int r = rankRow[problem.host(e)];
                    if (r >= 0) {
                        a.set(row, column, 1);
                        a.set(items + r, column, -w / scale);
                        itemRow[column++] = row;
                    }
                }
                b.data[row] = 1;
                g.data[row++] = 0;
            }
        }
        double[] speed = batch.speed();
        for (int k = 0; k < problem.ranks(); k++) {
            int r = rankRow[k];
            if (r >= 0) {
                int at = group * problem.ranks() + k;
                a.set(items + r, entries + r, -1);
                b.data[items + r] = batch.fixed()[at] / scale;
                g.data[items + r] = speed[at] / batch.speedUnit(group);
            }
        }
    }

    private boolean isActive(MinMaxBatch batch, int group, int item) {
        return batch.load()[group * problem.items() + item] > 0 && batch.isCovered(group, item);
    }

    private void countActive(MinMaxBatch batch, int group) {
        items = 0;
        entries = 0;
        ranks = 0;
        for (int r = 0; r < problem.ranks(); r++) {
            rankRow[r] = batch.speed()[group * problem.ranks() + r] > 0 ? ranks++ : -1;
        }
        for (int i = 0; i < problem.items(); i++) {
            if (isActive(batch, group, i)) {
                items++;
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    entries += rankRow[problem.host(e)] >= 0 ? 1 : 0;
                }
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

    /** Returns the number of active ranks. */
    int ranks() {
        return ranks;
    }

    /** Returns the number of an active rank among those that are active, -1 for an inactive rank. */
    int activeRank(int rank) {
        return rankRow[rank];
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
            Arrays.fill(share, at + problem.firstEntry(i), at + problem.firstEntry(i + 1), 0);
            if (isActive(batch, group, i)) {
                int end = column;
                while (end < entries && itemRow[end] == itemRow[column]) {
                    end++;
                }
                double sum = 0;
                for (int j = column; j < end; j++) {
                    sum += Math.max(x.data[j], 0);
                }
                if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
                    return false;
                }
                double w = batch.load()[group * problem.items() + i];
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    if (rankRow[problem.host(e)] >= 0) {
                        share[at + e] = w * (Math.max(x.data[column++], 0) / sum);
                    }
                }
            }
        }
        return true;
    }
}
