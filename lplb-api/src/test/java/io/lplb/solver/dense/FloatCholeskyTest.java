// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver.dense;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against EJML in double, on well-conditioned matrices; and matrices that have no factor. */
final class FloatCholeskyTest {

    @ParameterizedTest(name = "{0} x {0}")
    @ValueSource(ints = {1, 2, 7, 24, 48})
    void agreesWithEjml(int size) {
        Random random = new Random(size);
        DMatrixRMaj matrix = RandomMatrices_DDRM.symmetricPosDef(size, random);
        for (int k = 0; k < size; k++) {
            matrix.add(k, k, size);
        }
        DMatrixRMaj b = RandomMatrices_DDRM.rectangle(size, 1, -1, 1, random);
        DMatrixRMaj expected = new DMatrixRMaj(size, 1);
        assertTrue(CommonOps_DDRM.solve(matrix, b, expected));
        float[] solution = toFloat(b);
        FloatCholesky cholesky = new FloatCholesky(size);
        assertTrue(cholesky.factor(toFloat(matrix)));
        cholesky.solve(solution);
        assertArrayEquals(toFloat(expected), solution, 1e-5f, "seed " + size);
    }

    private static float[] toFloat(DMatrixRMaj from) {
        float[] to = new float[from.getNumElements()];
        for (int k = 0; k < to.length; k++) {
            to[k] = (float) from.data[k];
        }
        return to;
    }

    @Test
    void indefiniteNaNAndInfiniteMatricesHaveNoFactor() {
        FloatCholesky cholesky = new FloatCholesky(2);
        assertFalse(cholesky.factor(new float[] {1, 2, 2, 1}), "indefinite");
        assertFalse(cholesky.factor(new float[] {1, 0, Float.NaN, 1}), "NaN");
        assertFalse(cholesky.factor(new float[] {Float.POSITIVE_INFINITY, 0, 0, 1}), "infinite");
        assertFalse(cholesky.factor(new float[4]), "zero");
    }
}
