// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_FDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * LPLB's linear program of one group and its five affine-scaling steps (LPLB, {@code minilp.cu}), in float as there, on
 * EJML's dense matrices. With G ranks and I items of two hosts:
 *
 * <pre>
 *   columns          I: at first host   I: at second host   G: slack   1: t    1: Big-M         right-hand side
 *   row of rank r       w[i]               w[i]                1        -s[r]     b - sum of       -f[r]
 *   row of item i       1                  1                   0         0        the others        1
 *   cost                0                  0                   0         1        1000
 * </pre>
 *
 * so that all ones solve the equations, and that is where it starts. LPLB knows no speeds: there {@code s[r] = 1}. An
 * inactive rank counts as one of speed 1 without load, and an item with one active host as fixed load of that host.
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
    private final LinearSolverDense<FMatrixRMaj> cholesky;
    private final FMatrixRMaj a;
    private final FMatrixRMaj b;
    private final FMatrixRMaj c;
    private final FMatrixRMaj x;
    private final FMatrixRMaj squares;
    private final FMatrixRMaj scaledA;
    private final FMatrixRMaj matrix;
    private final FMatrixRMaj right;
    private final FMatrixRMaj v;
    private final FMatrixRMaj d;
    private final FMatrixRMaj errors;
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
        cholesky = LinearSolverFactory_FDRM.chol(rows);
        a = new FMatrixRMaj(rows, columns);
        b = new FMatrixRMaj(rows, 1);
        c = new FMatrixRMaj(columns, 1);
        c.data[columns - 2] = 1;
        c.data[columns - 1] = BIG_M_COST;
        x = new FMatrixRMaj(columns, 1);
        squares = new FMatrixRMaj(columns, 1);
        scaledA = new FMatrixRMaj(rows, columns);
        matrix = new FMatrixRMaj(rows, rows);
        right = new FMatrixRMaj(rows, 1);
        v = new FMatrixRMaj(rows, 1);
        d = new FMatrixRMaj(columns, 1);
        errors = new FMatrixRMaj(rows, 1);
    }

    /** Sets up the program of a group, loads divided by {@code scale}, and starts at all ones. */
    void start(MinMaxBatch batch, int group, double scale) {
        int ranks = problem.ranks();
        int items = problem.items();
        a.zero();
        for (int r = 0; r < ranks; r++) {
            double speed = batch.speed()[group * ranks + r];
            a.set(r, 2 * items + r, 1);
            a.set(r, 2 * items + ranks, (float) -(speed > 0 ? speed / batch.speedUnit(group) : 1));
            b.data[r] = speed > 0 ? (float) -(batch.fixed()[group * ranks + r] / scale) : 0;
        }
        for (int i = 0; i < items; i++) {
            float w = (float) (batch.load()[group * items + i] / scale);
            int first = problem.host(problem.firstEntry(i));
            int second = problem.host(problem.firstEntry(i) + 1);
            boolean hasFirst = batch.speed()[group * ranks + first] > 0;
            boolean hasSecond = batch.speed()[group * ranks + second] > 0;
            if (hasFirst && hasSecond) {
                a.set(first, i, w);
                a.set(second, items + i, w);
            } else if (hasFirst || hasSecond) {
                b.data[hasFirst ? first : second] -= w;
            }
            a.set(ranks + i, i, 1);
            a.set(ranks + i, items + i, 1);
            b.data[ranks + i] = 1;
        }
        // With the Big-M column still 0 and x all ones, what the equations leave is that column.
        CommonOps_FDRM.fill(x, 1);
        setErrors();
        CommonOps_FDRM.insert(errors, a, 0, columns - 1);
    }

    private void setErrors() {
        CommonOps_FDRM.mult(a, x, errors);
        CommonOps_FDRM.subtract(b, errors, errors);
    }

    /** Takes one step; false if the system cannot be factored. */
    boolean step() {
        CommonOps_FDRM.elementMult(x, x, squares);
        scaledA.setTo(a);
        CommonOps_FDRM.multCols(scaledA, squares.data);
        CommonOps_FDRM.multTransB(scaledA, a, matrix);
        CommonOps_FDRM.mult(scaledA, c, right);
        if (!cholesky.setA(matrix)) {
            return false;
        }
        cholesky.solve(right, v);
        CommonOps_FDRM.multTransA(a, v, d);
        CommonOps_FDRM.subtract(c, d, d);
        CommonOps_FDRM.elementMult(d, x);
        largestD = largest(d.data);
        float alpha = (float) (STEP_FRACTION / largestD);
        for (int j = 0; j < columns; j++) {
            x.data[j] *= 1 - alpha * d.data[j];
        }
        return true;
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
        return x.data[columns - 1];
    }

    /** Returns the largest error of the equations. */
    float residual() {
        setErrors();
        return CommonOps_FDRM.elementMaxAbs(errors);
    }

    /** Returns the fraction of an item that its first host keeps, not necessarily within 0 and 1. */
    float ratio(int item) {
        return x.data[item];
    }
}
