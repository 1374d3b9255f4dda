// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver.dense;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
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
    /** The active entries, as numbers of the problem's entries: column j is entry {@code entry[j]}. */
    private final int[] entry;

    private final MinMaxProblem problem;
    private int items;
    private int entries;

    /** Room for the largest program that the problem can give. */
    StandardForm(MinMaxProblem problem) {
        this.problem = problem;
        int rows = problem.items() + problem.ranks();
        a = new DMatrixRMaj(rows, problem.entries() + problem.ranks());
        b = new DMatrixRMaj(rows, 1);
        g = new DMatrixRMaj(rows, 1);
        entry = new int[problem.entries()];
    }

    /** Sets up the program of a group whose loads are divided by {@code scale}. */
    void set(MinMaxBatch batch, int group, double scale) {
        select(batch, group);
        int rows = items + problem.ranks();
        int columns = entries + problem.ranks();
        a.reshape(rows, columns);
        b.reshape(rows, 1);
        g.reshape(rows, 1);
        a.zero();
        g.zero();
        int row = -1;
        int lastItem = -1;
        for (int j = 0; j < entries; j++) {
            int item = itemOf(entry[j], Math.max(lastItem, 0));
            if (item != lastItem) {
                lastItem = item;
                row++;
                b.set(row, 0, 1);
            }
            double w = batch.load()[group * problem.items() + item] / scale;
            a.set(row, j, 1);
            a.set(items + problem.host(entry[j]), j, -w);
        }
        for (int r = 0; r < problem.ranks(); r++) {
            a.set(items + r, entries + r, -1);
            b.set(items + r, 0, batch.fixed()[group * problem.ranks() + r] / scale);
            g.set(items + r, 0, problem.speed(r));
        }
    }

    private void select(MinMaxBatch batch, int group) {
        items = 0;
        entries = 0;
        for (int i = 0; i < problem.items(); i++) {
            if (batch.load()[group * problem.items() + i] > 0) {
                items++;
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    entry[entries++] = e;
                }
            }
        }
    }

    private int itemOf(int e, int from) {
        int item = from;
        while (problem.firstEntry(item + 1) <= e) {
            item++;
        }
        return item;
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

    /** Writes an even split of every item into x's entries. */
    void evenFractions(DMatrixRMaj x) {
        for (int j = 0; j < entries; j++) {
            x.data[j] = 1.0 / problem.hostCount(itemOf(entry[j], 0));
        }
    }

    /**
     * Turns fractions into a split: negative ones count as zero, those of an item are scaled to sum to its load.
     *
     * @param x fractions in the order of the columns
     * @param share receives tokens per entry of the problem, from {@code at} on; 0 for items of no load
     * @return false, with the split unfinished, if an item has no positive finite sum
     */
    boolean toShares(DMatrixRMaj x, MinMaxBatch batch, int group, double[] share, int at) {
        int j = 0;
        for (int i = 0; i < problem.items(); i++) {
            double w = batch.load()[group * problem.items() + i];
            int count = problem.hostCount(i);
            int to = at + problem.firstEntry(i);
            if (w > 0) {
                double sum = 0;
                for (int k = 0; k < count; k++) {
                    sum += Math.max(x.data[j + k], 0);
                }
                if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
                    return false;
                }
                for (int k = 0; k < count; k++) {
                    share[to + k] = w * (Math.max(x.data[j + k], 0) / sum);
                }
                j += count;
            } else {
                for (int k = 0; k < count; k++) {
                    share[to + k] = 0;
                }
            }
        }
        return true;
    }
}
