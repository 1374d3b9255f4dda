// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;

/**
 * Mehrotra's predictor-corrector on one {@link StandardForm} (Mehrotra, SIAM J. Optim. 1992; Wright, Primal-Dual
 * Interior-Point Methods, 1997, ch. 10): the iterate and its steps. Stopping is the caller's.
 *
 * <pre>
 *   A x + g t = b,   A' y + z = 0,   g' y = 1,   x[j] z[j] = 0,   x, z &gt;= 0
 * </pre>
 */
final class PredictorCorrector {
    private static final double LEAST_STEP_RATIO = 0.99;
    private static final double MOST_STEP_RATIO = 0.9999;

    private final StandardForm form;
    private final NewtonSystem system;
    final DMatrixRMaj x;
    /** Duals of the rows; those of the ranks' rows are the weights y of math. */
    final DMatrixRMaj y;

    private final DMatrixRMaj z;
    private final DMatrixRMaj dx;
    private final DMatrixRMaj dy;
    private final DMatrixRMaj dz;
    private final DMatrixRMaj primalResidual;
    private final DMatrixRMaj dualResidual;
    private final DMatrixRMaj complementarity;
    private final DMatrixRMaj columnWork;
    private final DMatrixRMaj h;
    private double t;
    private double dt;

    /** A workspace for programs no larger than the form is when this is called. */
    PredictorCorrector(StandardForm form) {
        this.form = form;
        system = new NewtonSystem(form);
        int rows = form.a.numRows;
        int columns = form.a.numCols;
        x = new DMatrixRMaj(columns, 1);
        z = new DMatrixRMaj(columns, 1);
        dx = new DMatrixRMaj(columns, 1);
        dz = new DMatrixRMaj(columns, 1);
        dualResidual = new DMatrixRMaj(columns, 1);
        complementarity = new DMatrixRMaj(columns, 1);
        columnWork = new DMatrixRMaj(columns, 1);
        y = new DMatrixRMaj(rows, 1);
        dy = new DMatrixRMaj(rows, 1);
        primalResidual = new DMatrixRMaj(rows, 1);
        h = new DMatrixRMaj(rows, 1);
    }

    /**
     * Starts strictly inside both programs: even shares, t above every rank's load, equal weights y, and duals of the
     * items low enough for z to be positive and of the size of the ranks' products x z.
     */
    void start() {
        int rows = form.a.numRows;
        int columns = form.a.numCols;
        x.reshape(columns, 1);
        x.zero();
        y.reshape(rows, 1);
        y.zero();
        for (int j = 0; j < form.entries(); j++) {
            y.data[form.itemRow(j)]++; // counts the hosts, for the moment
        }
        for (int j = 0; j < form.entries(); j++) {
            x.data[j] = 1 / y.data[form.itemRow(j)];
        }
        primalResidual.setTo(form.b);
        CommonOps_DDRM.multAdd(-1, form.a, x, primalResidual);
        t = 0;
        for (int k = form.items(); k < rows; k++) {
            t = Math.max(t, primalResidual.data[k] / form.g.data[k]);
        }
        t *= 1.1;
        double weight = 1 / CommonOps_DDRM.elementSum(form.g);
        double products = 0;
        for (int r = 0; r < form.ranks(); r++) {
            int row = form.items() + r;
            x.data[form.entries() + r] = form.g.data[row] * t - primalResidual.data[row];
            products += weight * x.data[form.entries() + r];
        }
        startDuals(weight, products / form.ranks());
    }

    private void startDuals(double weight, double product) {
        for (int k = 0; k < y.numRows; k++) {
            y.data[k] = k < form.items() ? 0 : weight;
        }
        z.reshape(x.numRows, 1);
        CommonOps_DDRM.multTransA(-1, form.a, y, z);
        // An entry's z is now w[i] * weight, the same for all of an item; it becomes product / x by the item's dual.
        for (int j = 0; j < form.entries(); j++) {
            y.data[form.itemRow(j)] = z.data[j] - product / x.data[j];
        }
        CommonOps_DDRM.multTransA(-1, form.a, y, z);
    }

    /** Takes one step; false, with the iterate as it was, if the arithmetic breaks down. */
    boolean step() {
        if (!system.factor(x, z)) {
            return false;
        }
        residuals();
        double mu = CommonOps_DDRM.dot(x, z) / x.numRows;
        CommonOps_DDRM.elementMult(x, z, complementarity);
        CommonOps_DDRM.scale(-1, complementarity);
        direction();
        double affine = productAfter(largestStep(x, dx), largestStep(z, dz)) / x.numRows;
        double sigma = Math.pow(affine / mu, 3);
        for (int j = 0; j < x.numRows; j++) {
            complementarity.data[j] = sigma * mu - x.data[j] * z.data[j] - dx.data[j] * dz.data[j];
        }
        direction();
        double ratio = Math.min(MOST_STEP_RATIO, Math.max(LEAST_STEP_RATIO, 1 - mu));
        return advance(Math.min(1, ratio * largestStep(x, dx)), Math.min(1, ratio * largestStep(z, dz)));
    }

    private void residuals() {
        primalResidual.setTo(form.b);
        CommonOps_DDRM.multAdd(-1, form.a, x, primalResidual);
        CommonOps_DDRM.addEquals(primalResidual, -t, form.g);
        dualResidual.reshape(x.numRows, 1);
        CommonOps_DDRM.multTransA(-1, form.a, y, dualResidual);
        CommonOps_DDRM.subtractEquals(dualResidual, z);
        complementarity.reshape(x.numRows, 1);
    }

    /** Solves for (dx, dt, dy, dz) with the residuals and the complementarity as they are. */
    private void direction() {
        dx.reshape(x.numRows, 1);
        dz.reshape(x.numRows, 1);
        columnWork.reshape(x.numRows, 1);
        for (int j = 0; j < x.numRows; j++) {
            columnWork.data[j] = (complementarity.data[j] - x.data[j] * dualResidual.data[j]) / z.data[j];
        }
        h.setTo(primalResidual);
        CommonOps_DDRM.multAdd(-1, form.a, columnWork, h);
        dt = system.solve(h, 1 - CommonOps_DDRM.dot(form.g, y), dy);
        dz.setTo(dualResidual);
        CommonOps_DDRM.multAddTransA(-1, form.a, dy, dz);
        for (int j = 0; j < x.numRows; j++) {
            dx.data[j] = (complementarity.data[j] - x.data[j] * dz.data[j]) / z.data[j];
        }
    }

    /** Returns the step at which the first entry becomes 0, at most 1 / LEAST_STEP_RATIO. */
    private static double largestStep(DMatrixRMaj at, DMatrixRMaj by) {
        double step = 1 / LEAST_STEP_RATIO;
        for (int j = 0; j < at.numRows; j++) {
            if (by.data[j] < 0) {
                step = Math.min(step, -at.data[j] / by.data[j]);
            }
        }
        return step;
    }

    private double productAfter(double primalStep, double dualStep) {
        double p = Math.min(1, primalStep);
        double d = Math.min(1, dualStep);
        double sum = 0;
        for (int j = 0; j < x.numRows; j++) {
            sum += (x.data[j] + p * dx.data[j]) * (z.data[j] + d * dz.data[j]);
        }
        return Math.max(sum, 0);
    }

    private boolean advance(double primalStep, double dualStep) {
        if (MatrixFeatures_DDRM.hasUncountable(dx)
                || MatrixFeatures_DDRM.hasUncountable(dz)
                || MatrixFeatures_DDRM.hasUncountable(dy)) {
            return false;
        }
        CommonOps_DDRM.addEquals(x, primalStep, dx);
        t += primalStep * dt;
        CommonOps_DDRM.addEquals(y, dualStep, dy);
        CommonOps_DDRM.addEquals(z, dualStep, dz);
        return true;
    }
}
