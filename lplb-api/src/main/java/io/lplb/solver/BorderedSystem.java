// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.array.ArrayLength;
import java.util.Arrays;

/**
 * Gaussian elimination for the linear systems of the interior point:
 *
 * <pre>
 *   | M   s | |dy|   |b|
 *   |       | |  | = | |      M [n][n] symmetric, positive definite but barely so near the optimum
 *   | s'  0 | |dt|   |0|      s [n]    the ranks' speeds
 * </pre>
 *
 * <p>Near the optimum M is almost singular along the bottleneck ranks: the border alone says how far they move
 * together, and eliminating M first would subtract two huge, nearly equal vectors. Since s'dy = 0, adding
 * {@code rho s s'} to M changes no solution and takes that direction away, so {@link #factorAndSolve} does it, with a rho of
 * M's own size.
 *
 * <p>Storage: the upper triangle by rows, each row followed by its entries of the border and of a first right-hand side, so that
 * one pass eliminates all three together, and every inner loop runs along a row:
 *
 * <pre>
 *   row k  | ... | M[k][k] | M[k][k+1] ... M[k][n-1] | s[k] | b[k] |      stride n + 2
 * </pre>
 *
 * <p>No pivoting, as M is positive definite; a pivot that rounding has left without a digit is replaced by a huge one,
 * which keeps that unknown where it is.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class BorderedSystem {
    /** A pivot below this fraction of the largest diagonal entry carries no digit any more. */
    private static final double PIVOT_FLOOR = 1e-15;

    private static final double HUGE_PIVOT = 1e100;

    /** Rows eliminated together: each later row is then read and written once for all of them. */
    private static final int PANEL = 4;

    private final double[] s;
    private int n;
    private int stride;
    private double sumOfSquares;
    private final double[] m;
    private final double[] inversePivot;
    private final double[] borderSolution;
    private double borderDotS;

    /** A workspace for systems of up to {@code most} unknowns beside the border's. */
    BorderedSystem(int most) {
        this.s = new double[most];
        this.m = new double[ArrayLength.of(most, "ranks", most + 2, "columns")];
        this.inversePivot = new double[most];
        this.borderSolution = new double[most];
    }

    /**
     * Sets the border, and with it the size, of the systems to come.
     *
     * @param border the first {@code size} are s, positive
     */
    void setBorder(double[] border, int size) {
        n = size;
        stride = size + 2;
        System.arraycopy(border, 0, s, 0, size);
        sumOfSquares = dot(s, s);
    }

    /** Sets M to zero. */
    void clear() {
        Arrays.fill(m, 0, n * stride, 0);
    }

    /** Adds to {@code M[i][i]}. */
    void addDiagonal(int i, double v) {
        m[i * stride + i] += v;
    }

    /** Adds the Laplacian of an edge: weight at {@code [i][i]} and {@code [j][j]}, -weight off the diagonal. */
    void addEdge(int i, int j, double weight) {
        m[i * stride + i] += weight;
        m[j * stride + j] += weight;
        m[Math.min(i, j) * stride + Math.max(i, j)] -= weight;
    }

    /**
     * Factors the matrix added up since {@link #clear()} and solves for a first right-hand side, which costs less here
     * than in a {@link #solve} of its own: it goes along with the border.
     *
     * @param b {@code [n]}, replaced by dy
     * @return dt
     */
    double factorAndSolve(double[] b) {
        double floor = PIVOT_FLOOR * regularise();
        for (int r = 0; r < n; r++) {
            m[r * stride + n + 1] = b[r];
        }
        int k = 0;
        for (; k + PANEL <= n; k += PANEL) {
            eliminateInside(k, k + PANEL, floor);
            for (int i = k + PANEL; i < n; i++) {
                subtractPanel(i, k);
            }
        }
        eliminateInside(k, n, floor);
        substituteBackBoth(b);
        borderDotS = dot(s, borderSolution);
        return withBorder(b);
    }

    /** Back substitution of the border and the first right-hand side side by side: neither waits for the other. */
    private void substituteBackBoth(double[] b) {
        for (int k = n - 1; k >= 0; k--) {
            int row = k * stride;
            double border = m[row + n];
            double first = m[row + n + 1];
            for (int i = k + 1; i < n; i++) {
                border -= m[row + i] * borderSolution[i];
                first -= m[row + i] * b[i];
            }
            borderSolution[k] = border * inversePivot[k];
            b[k] = first * inversePivot[k];
        }
    }

    /** Takes the solution without the border's unknown to the one with it. */
    private double withBorder(double[] b) {
        double dt = dot(s, b) / borderDotS;
        for (int r = 0; r < n; r++) {
            b[r] -= dt * borderSolution[r];
        }
        return dt;
    }

    /** Eliminates the rows {@code from} to {@code to - 1} among each other. */
    private void eliminateInside(int from, int to, double floor) {
        for (int k = from; k < to; k++) {
            int rowK = k * stride;
            double pivot = m[rowK + k];
            // Written so that a NaN takes the huge pivot too.
            double inverse = 1 / (pivot > floor ? pivot : HUGE_PIVOT);
            inversePivot[k] = inverse;
            for (int i = k + 1; i < to; i++) {
                subtractRow(i * stride, rowK, i, m[rowK + i] * inverse);
            }
        }
    }

    /** Row i loses its multiples of the {@link #PANEL} eliminated rows from k on, in one pass over the row. */
    private void subtractPanel(int i, int k) {
        int row = i * stride;
        int r0 = k * stride;
        int r1 = r0 + stride;
        int r2 = r1 + stride;
        int r3 = r2 + stride;
        double f0 = m[r0 + i] * inversePivot[k];
        double f1 = m[r1 + i] * inversePivot[k + 1];
        double f2 = m[r2 + i] * inversePivot[k + 2];
        double f3 = m[r3 + i] * inversePivot[k + 3];
        for (int j = i; j < stride; j++) {
            m[row + j] -= f0 * m[r0 + j] + f1 * m[r1 + j] + f2 * m[r2 + j] + f3 * m[r3 + j];
        }
    }

    /** Columns {@code from} on of a row lose a multiple of another row. */
    private void subtractRow(int row, int pivotRow, int from, double factor) {
        for (int j = from; j < stride; j++) {
            m[row + j] -= factor * m[pivotRow + j];
        }
    }

    /** Adds rho s s' and the border column; returns the largest diagonal entry. */
    private double regularise() {
        double trace = 0;
        double largest = 0;
        for (int r = 0; r < n; r++) {
            double d = m[r * stride + r];
            trace += d;
            largest = Math.max(largest, d);
        }
        double rho = trace / (n * sumOfSquares);
        for (int i = 0; i < n; i++) {
            int row = i * stride;
            double f = rho * s[i];
            for (int j = i; j < n; j++) {
                m[row + j] += f * s[j];
            }
            m[row + n] = s[i];
        }
        return largest;
    }

    /**
     * Solves for another right-hand side.
     *
     * @param b {@code [n]}, replaced by dy
     * @return dt
     */
    double solve(double[] b) {
        for (int k = 0; k < n; k++) {
            int row = k * stride;
            double factor = b[k] * inversePivot[k];
            for (int i = k + 1; i < n; i++) {
                b[i] -= factor * m[row + i];
            }
        }
        substituteBack(b);
        return withBorder(b);
    }

    private void substituteBack(double[] b) {
        for (int k = n - 1; k >= 0; k--) {
            int row = k * stride;
            b[k] = (b[k] - rowDot(row, k + 1, b)) * inversePivot[k];
        }
    }

    /** Sum of row times b from a column on; four sums side by side, since additions in a chain wait for each other. */
    private double rowDot(int row, int from, double[] b) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = from;
        for (; i + 3 < n; i += 4) {
            s0 += m[row + i] * b[i];
            s1 += m[row + i + 1] * b[i + 1];
            s2 += m[row + i + 2] * b[i + 2];
            s3 += m[row + i + 3] * b[i + 3];
        }
        for (; i < n; i++) {
            s0 += m[row + i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    private double dot(double[] a, double[] b) {
        double sum = 0;
        for (int k = 0; k < n; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
