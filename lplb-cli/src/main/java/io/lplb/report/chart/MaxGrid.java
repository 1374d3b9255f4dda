// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report.chart;

import io.lplb.array.ArrayLength;
import java.util.Arrays;

/**
 * Values of many batches in a grid of bounded size: consecutive batches, and consecutive ranks if there are many, share
 * a cell, which keeps the largest of their values. A cell that got none is NaN.
 *
 * <p>Not thread-safe.
 */
public final class MaxGrid {
    private final long steps;
    private final int ranks;
    private final int columns;
    private final int rows;
    private final float[] cells;

    /**
     * @param ranks number of values of a batch
     * @param steps number of batches, at least 1
     * @param maxRows largest number of rows
     * @param maxColumns largest number of columns
     */
    public MaxGrid(int ranks, long steps, int maxRows, int maxColumns) {
        this.ranks = ranks;
        this.steps = steps;
        this.columns = (int) Math.min(steps, maxColumns);
        this.rows = Math.min(ranks, maxRows);
        this.cells = new float[ArrayLength.of(rows, "rows", columns, "columns")];
        Arrays.fill(cells, Float.NaN);
    }

    /** Adds a value. */
    public void add(long step, int rank, double value) {
        int at = rowOf(rank) * columns + (int) (step * columns / steps);
        // The comparison is false for NaN, so that any value replaces it.
        if (!(cells[at] >= value)) {
            cells[at] = (float) value;
        }
    }

    private int rowOf(int rank) {
        return (int) ((long) rank * rows / ranks);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Returns the first rank of a row. */
    public int firstRank(int row) {
        return (int) (((long) row * ranks + rows - 1) / rows);
    }

    /** Returns the first step of a column; {@code column} may be the number of columns, which gives the end. */
    public long firstStep(int column) {
        return (column * steps + columns - 1) / columns;
    }

    /** Returns whether some cell stands for more than one batch. */
    public boolean mergesSteps() {
        return columns < steps;
    }

    /** Returns whether some cell stands for more than one rank. */
    public boolean mergesRanks() {
        return rows < ranks;
    }

    /** Returns the largest value of a cell, NaN if there was none. */
    public double value(int row, int column) {
        return cells[row * columns + column];
    }
}
