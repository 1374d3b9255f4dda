// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import java.util.Arrays;

/**
 * Least absolute relative error fit with coefficients that are not negative: minimises the sum of |A x / y - 1| over
 * x &gt;= 0, by iteratively reweighted least squares. Each step solves the non-negative least squares problem exactly: it
 * tries every subset of the few columns as support (Lawson and Hanson, Solving Least Squares Problems, 1974, state the
 * optimality condition that one of them meets).
 */
final class NonNegativeFit {
    private static final int STEPS = 12;
    private static final double SMALLEST_RESIDUAL = 0.003;

    private final int columns;
    private final double[] x;
    private final double[][] gram;
    private final double[] right;

    /**
     * Fits.
     *
     * @param rows {@code [points][columns]}, features divided by the measured time
     */
    NonNegativeFit(double[][] rows) {
        columns = rows[0].length;
        x = new double[columns];
        gram = new double[columns][columns];
        right = new double[columns];
        double[] weight = new double[rows.length];
        Arrays.fill(weight, 1);
        for (int step = 0; step < STEPS; step++) {
            normalEquations(rows, weight);
            solve();
            for (int p = 0; p < rows.length; p++) {
                weight[p] = 1 / (Math.abs(fitted(rows[p]) - 1) + SMALLEST_RESIDUAL);
            }
        }
    }

    /** Returns the coefficients, {@code [columns]}. */
    double[] coefficients() {
        return x;
    }

    /** Returns fitted / measured of a point. */
    double fitted(double[] row) {
        double sum = 0;
        for (int k = 0; k < columns; k++) {
            sum += row[k] * x[k];
        }
        return sum;
    }

    private void normalEquations(double[][] rows, double[] weight) {
        Arrays.fill(right, 0);
        for (double[] line : gram) {
            Arrays.fill(line, 0);
        }
        for (int p = 0; p < rows.length; p++) {
            double[] row = rows[p];
            for (int i = 0; i < columns; i++) {
                double w = weight[p] * row[i];
                right[i] += w;
                for (int j = 0; j <= i; j++) {
                    gram[i][j] += w * row[j];
                }
            }
        }
    }

    /** Takes the support with the least squared error whose solution is not negative. */
    private void solve() {
        double best = 0;
        int[] support = new int[columns];
        double[] solution = new double[columns];
        for (int set = 1; set < 1 << columns; set++) {
            int size = 0;
            for (int k = 0; k < columns; k++) {
                if ((set >> k & 1) != 0) {
                    support[size++] = k;
                }
            }
            if (cholesky(support, size, solution)) {
                double explained = 0;
                boolean valid = true;
                for (int k = 0; k < size; k++) {
                    valid &= solution[k] >= 0;
                    explained += solution[k] * right[support[k]];
                }
                if (valid && explained > best * (1 + 1e-12)) {
                    best = explained;
                    Arrays.fill(x, 0);
                    for (int k = 0; k < size; k++) {
                        x[support[k]] = solution[k];
                    }
                }
            }
        }
    }

    /** Solves the normal equations of a support; false if its columns are dependent. */
    private boolean cholesky(int[] support, int size, double[] solution) {
        double[][] factor = new double[size][size];
        for (int i = 0; i < size; i++) {
            double sum = right[support[i]];
            for (int j = 0; j <= i; j++) {
                double entry = gram[support[i]][support[j]];
                for (int k = 0; k < j; k++) {
                    entry -= factor[i][k] * factor[j][k];
                }
                if (i == j) {
                    if (entry < 1e-9 * gram[support[i]][support[i]]) {
                        return false;
                    }
                    factor[i][i] = Math.sqrt(entry);
                } else {
                    factor[i][j] = entry / factor[j][j];
                    sum -= factor[i][j] * solution[j];
                }
            }
            solution[i] = sum / factor[i][i];
        }
        for (int i = size - 1; i >= 0; i--) {
            for (int k = i + 1; k < size; k++) {
                solution[i] -= factor[k][i] * solution[k];
            }
            solution[i] /= factor[i][i];
        }
        return true;
    }
}
