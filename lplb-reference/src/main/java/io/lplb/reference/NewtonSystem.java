// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * The linear system of an interior-point step, reduced to the duals of the rows and to t:
 *
 * <pre>
 *   M dy + g dt = h,   g' dy = k,      M = A D A',   D = diag(x / z)
 * </pre>
 *
 * <p>Near the optimum M becomes singular along g restricted to the ranks at the maximum, the very direction in which t
 * moves them together. So {@code rho g g'} is added to M and {@code rho k g} to h: as {@code g' dy = k}, the solution
 * stays, and the matrix is positive definite where M alone breaks down. It is scaled to a unit diagonal and factored by
 * EJML's Cholesky; where that fails, a little is added to the diagonal, which refinement against the unchanged system
 * repairs.
 */
final class NewtonSystem {
    private static final double FIRST_SHIFT = 1e-15;
    private static final double LAST_SHIFT = 1e-6;
    private static final int REFINEMENTS = 3;

    private final StandardForm form;
    private final LinearSolverDense<DMatrixRMaj> cholesky;
    private final DMatrixRMaj scaledA;
    private final DMatrixRMaj matrix;
    private final DMatrixRMaj factored;
    private final DMatrixRMaj scale;
    private final DMatrixRMaj weight;
    private final DMatrixRMaj transposed;
    private final DMatrixRMaj residual;
    private final DMatrixRMaj right;
    private final DMatrixRMaj alongT;
    private double rho;
    private double gAlongT;

    /** A workspace for programs no larger than the form is when this is called. */
    NewtonSystem(StandardForm form) {
        this.form = form;
        int rows = form.a.numRows;
        int columns = form.a.numCols;
        cholesky = LinearSolverFactory_DDRM.chol(rows);
        scaledA = new DMatrixRMaj(rows, columns);
        matrix = new DMatrixRMaj(rows, rows);
        factored = new DMatrixRMaj(rows, rows);
        scale = new DMatrixRMaj(rows, 1);
        weight = new DMatrixRMaj(columns, 1);
        transposed = new DMatrixRMaj(columns, 1);
        residual = new DMatrixRMaj(rows, 1);
        right = new DMatrixRMaj(rows, 1);
        alongT = new DMatrixRMaj(rows, 1);
    }

    /** Factors the system at an iterate; false if it cannot be factored, or not in finite numbers. */
    boolean factor(DMatrixRMaj x, DMatrixRMaj z) {
        int rows = form.a.numRows;
        int columns = form.a.numCols;
        weight.reshape(columns, 1);
        CommonOps_DDRM.elementDiv(x, z, weight);
        scaledA.setTo(form.a);
        transposed.reshape(columns, 1);
        CommonOps_DDRM.elementPower(weight, 0.5, transposed);
        CommonOps_DDRM.multCols(scaledA, transposed.data);
        matrix.reshape(rows, rows);
        CommonOps_DDRM.multOuter(scaledA, matrix);
        rho = leastRankDiagonal();
        CommonOps_DDRM.multAddTransB(rho, form.g, form.g, matrix);
        if (!factorScaled()) {
            return false;
        }
        solveRefined(form.g, alongT);
        gAlongT = CommonOps_DDRM.dot(form.g, alongT);
        return gAlongT > 0 && gAlongT < Double.POSITIVE_INFINITY;
    }

    /** The weight of g g': large enough to lift the smallest rank's row, small enough not to swamp it. */
    private double leastRankDiagonal() {
        double least = Double.POSITIVE_INFINITY;
        for (int k = form.items(); k < form.a.numRows; k++) {
            double g = form.g.data[k];
            least = Math.min(least, matrix.get(k, k) / (g * g));
        }
        return least;
    }

    private boolean factorScaled() {
        int rows = matrix.numRows;
        scale.reshape(rows, 1);
        for (int k = 0; k < rows; k++) {
            scale.data[k] = Math.sqrt(matrix.get(k, k));
        }
        for (double shift = 0; shift <= LAST_SHIFT; shift = Math.max(10 * shift, FIRST_SHIFT)) {
            factored.setTo(matrix);
            CommonOps_DDRM.divideRowsCols(scale.data, 0, factored, scale.data, 0);
            for (int k = 0; k < rows; k++) {
                factored.set(k, k, 1 + shift);
            }
            if (cholesky.setA(factored)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Solves for one right-hand side after {@link #factor}.
     *
     * @param h {@code [rows]}, overwritten
     * @param dy receives {@code [rows]}
     * @return dt
     */
    double solve(DMatrixRMaj h, double k, DMatrixRMaj dy) {
        CommonOps_DDRM.addEquals(h, rho * k, form.g);
        solveRefined(h, dy);
        double dt = (CommonOps_DDRM.dot(form.g, dy) - k) / gAlongT;
        CommonOps_DDRM.addEquals(dy, -dt, alongT);
        return dt;
    }

    /** Solves {@code (M + rho g g') solution = h}. */
    private void solveRefined(DMatrixRMaj h, DMatrixRMaj solution) {
        solution.reshape(h.numRows, 1);
        solution.zero();
        residual.setTo(h);
        for (int pass = 0; pass <= REFINEMENTS; pass++) {
            solveScaled(residual);
            CommonOps_DDRM.addEquals(solution, residual);
            residualOf(solution, h);
        }
    }

    private void solveScaled(DMatrixRMaj inPlace) {
        CommonOps_DDRM.divideRows(scale.data, inPlace);
        right.setTo(inPlace);
        cholesky.solve(right, inPlace);
        CommonOps_DDRM.divideRows(scale.data, inPlace);
    }

    private void residualOf(DMatrixRMaj solution, DMatrixRMaj h) {
        CommonOps_DDRM.multTransA(form.a, solution, transposed);
        CommonOps_DDRM.elementMult(transposed, weight);
        residual.setTo(h);
        CommonOps_DDRM.multAdd(-1, form.a, transposed, residual);
        CommonOps_DDRM.addEquals(residual, -rho * CommonOps_DDRM.dot(form.g, solution), form.g);
    }
}
