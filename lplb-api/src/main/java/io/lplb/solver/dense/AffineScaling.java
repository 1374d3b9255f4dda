// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver.dense;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/**
 * LPLB's linear program of one group and its five affine-scaling steps, in float (LPLB, {@code minilp.cu}). With G ranks
 * and I items of two hosts:
 *
 * <pre>
 *   columns          I: at first host   I: at second host   G: slack   1: t    1: Big-M         right-hand side
 *   row of rank r       w[i]               w[i]                1        -s[r]     b - sum of       -f[r]
 *   row of item i       1                  1                   0         0        the others        1
 *   cost                0                  0                   0         1        1000
 * </pre>
 *
 * so that all ones solve the equations, and that is where it starts. LPLB knows no speeds: there {@code s[r] = 1}.
 */
final class AffineScaling {
    static final int STEPS = 5;
    private static final float BIG_M_COST = 1000;
    private static final double STEP_FRACTION = 0.999;
    private static final int WARP = 32;

    private final MinMaxProblem problem;
    private final boolean lastWarpOnly;
    private final int rows;
    private final int columns;
    private final FloatCholesky cholesky;
    private final float[] a;
    private final float[] b;
    private final float[] c;
    private final float[] x;
    private final float[] scaledA;
    private final float[] matrix;
    private final float[] v;
    private final float[] d;
    private float largestD;

    /**
     * A workspace.
     *
     * @param lastWarpOnly whether the step length heeds the last 32 variables only, as in LPLB
     */
    AffineScaling(MinMaxProblem problem, boolean lastWarpOnly) {
        this.problem = problem;
        this.lastWarpOnly = lastWarpOnly;
        rows = problem.ranks() + problem.items();
        columns = 2 * problem.items() + problem.ranks() + 2;
        cholesky = new FloatCholesky(rows);
        a = new float[rows * columns];
        b = new float[rows];
        c = new float[columns];
        c[columns - 2] = 1;
        c[columns - 1] = BIG_M_COST;
        x = new float[columns];
        scaledA = new float[rows * columns];
        matrix = new float[rows * rows];
        v = new float[rows];
        d = new float[columns];
    }

    /** Sets up the program of a group, loads divided by {@code scale}, and starts at all ones. */
    void start(MinMaxBatch batch, int group, double scale) {
        int ranks = problem.ranks();
        int items = problem.items();
        Arrays.fill(a, 0);
        for (int i = 0; i < items; i++) {
            float w = (float) (batch.load()[group * items + i] / scale);
            int e = problem.firstEntry(i);
            put(problem.host(e), i, w);
            put(problem.host(e + 1), items + i, w);
            put(ranks + i, i, 1);
            put(ranks + i, items + i, 1);
            b[ranks + i] = 1;
        }
        for (int r = 0; r < ranks; r++) {
            put(r, 2 * items + r, 1);
            put(r, 2 * items + ranks, (float) -problem.speed(r));
            b[r] = (float) -(batch.fixed()[group * ranks + r] / scale);
        }
        for (int row = 0; row < rows; row++) {
            float rest = b[row];
            for (int j = 0; j < columns - 1; j++) {
                rest -= a[row * columns + j];
            }
            put(row, columns - 1, rest);
        }
        Arrays.fill(x, 1);
    }

    private void put(int row, int column, float value) {
        a[row * columns + column] = value;
    }

    /** Takes one step; false if the system cannot be factored. */
    boolean step() {
        for (int k = 0; k < a.length; k++) {
            float at = x[k % columns];
            scaledA[k] = a[k] * at * at;
        }
        for (int i = 0; i < rows; i++) {
            v[i] = dot(scaledA, i * columns, c, 0);
            for (int j = 0; j <= i; j++) {
                matrix[i * rows + j] = dot(scaledA, i * columns, a, j * columns);
            }
        }
        if (!cholesky.factor(matrix)) {
            return false;
        }
        cholesky.solve(v);
        for (int j = 0; j < columns; j++) {
            float r = 0;
            for (int i = 0; i < rows; i++) {
                r += v[i] * a[i * columns + j];
            }
            d[j] = x[j] * (c[j] - r);
        }
        largestD = largest(d);
        float alpha = (float) (STEP_FRACTION / largestD);
        for (int j = 0; j < columns; j++) {
            x[j] *= 1 - alpha * d[j];
        }
        return true;
    }

    private float dot(float[] left, int leftAt, float[] right, int rightAt) {
        float sum = 0;
        for (int j = 0; j < columns; j++) {
            sum += left[leftAt + j] * right[rightAt + j];
        }
        return sum;
    }

    /**
     * LPLB's warp keeps, in each of its 32 lanes, the d that the lane computed last instead of the largest one that it
     * computed. Like a device's maximum, this one passes over NaN.
     */
    private float largest(float[] values) {
        int from = lastWarpOnly ? Math.max(0, columns - WARP) : 0;
        float max = values[from];
        for (int j = from + 1; j < columns; j++) {
            max = values[j] > max || Float.isNaN(max) ? values[j] : max;
        }
        return max;
    }

    /** Returns the largest d of the last step, as far as it was looked at. */
    float largestD() {
        return largestD;
    }

    /** Returns the Big-M variable, 0 in a feasible answer. */
    float bigM() {
        return x[columns - 1];
    }

    /** Returns the largest error of the equations. */
    float residual() {
        float max = 0;
        for (int i = 0; i < rows; i++) {
            float error = Math.abs(dot(a, i * columns, x, 0) - b[i]);
            max = error > max ? error : max;
        }
        return max;
    }

    /** Returns the fraction of an item that its first host keeps, not necessarily within 0 and 1. */
    float ratio(int item) {
        return x[item];
    }
}
