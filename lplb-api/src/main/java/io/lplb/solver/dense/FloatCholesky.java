// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver.dense;

/**
 * Cholesky's factorisation in float, which is what LPLB solves its systems with (cuSOLVERDx {@code posv}), rounding
 * included. EJML's float matrices would do; but {@code ejml-fdense} and {@code ejml-ddense} share package names, so a
 * module cannot read both.
 *
 * <p>Not thread-safe: the last factor is kept.
 */
final class FloatCholesky {
    private final int size;
    private final float[] factor;

    FloatCholesky(int size) {
        this.size = size;
        this.factor = new float[size * size];
    }

    /**
     * Factors a symmetric matrix.
     *
     * @param matrix {@code [size][size]} row by row; only the lower triangle is read
     * @return false if a pivot is not a positive finite number
     */
    boolean factor(float[] matrix) {
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                float sum = matrix[i * size + j];
                for (int k = 0; k < j; k++) {
                    sum -= factor[i * size + k] * factor[j * size + k];
                }
                if (i > j) {
                    factor[i * size + j] = sum / factor[j * size + j];
                } else if (sum > 0 && sum < Float.POSITIVE_INFINITY) {
                    factor[i * size + i] = (float) Math.sqrt(sum);
                } else {
                    return false;
                }
            }
        }
        return true;
    }

    /** Replaces a right-hand side {@code [size]} by the solution. */
    void solve(float[] b) {
        for (int i = 0; i < size; i++) {
            float sum = b[i];
            for (int k = 0; k < i; k++) {
                sum -= factor[i * size + k] * b[k];
            }
            b[i] = sum / factor[i * size + i];
        }
        for (int i = size - 1; i >= 0; i--) {
            float sum = b[i];
            for (int k = i + 1; k < size; k++) {
                sum -= factor[k * size + i] * b[k];
            }
            b[i] = sum / factor[i * size + i];
        }
    }
}
