// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against EJML's general solver on the whole bordered matrix. */
class BorderedSystemTest {

    @ParameterizedTest(name = "n = {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 64})
    void agreesWithAGeneralSolver(int n) {
        Random random = new Random(n);
        for (int trial = 0; trial < 20; trial++) {
            double[] s = random.doubles(n, 0.5, 2).toArray();
            DMatrixRMaj full = new DMatrixRMaj(n + 1, n + 1);
            BorderedSystem system = new BorderedSystem(s.length);
            system.setBorder(s, s.length);
            system.clear();
            for (int i = 0; i < n; i++) {
                double d = Math.exp(3 * random.nextGaussian());
                system.addDiagonal(i, d);
                full.add(i, i, d);
                full.set(i, n, s[i]);
                full.set(n, i, s[i]);
            }
            for (int edge = 0; edge < 2 * n; edge++) {
                int i = random.nextInt(n);
                int j = random.nextInt(n);
                if (i != j) {
                    double weight = Math.exp(3 * random.nextGaussian());
                    system.addEdge(i, j, weight);
                    full.add(i, j, -weight);
                    full.add(j, i, -weight);
                    full.add(i, i, weight);
                    full.add(j, j, weight);
                }
            }
            for (int rhs = 0; rhs < 2; rhs++) {
                double[] b = random.doubles(n, -1, 1).toArray();
                DMatrixRMaj right = new DMatrixRMaj(n + 1, 1);
                System.arraycopy(b, 0, right.data, 0, n);
                DMatrixRMaj expected = new DMatrixRMaj(n + 1, 1);
                assertTrue(CommonOps_DDRM.solve(full, right, expected));
                double dt = rhs == 0 ? system.factorAndSolve(b) : system.solve(b);
                for (int r = 0; r < n; r++) {
                    assertEquals(expected.get(r), b[r], 1e-9, "n " + n + ", trial " + trial + ", rank " + r);
                }
                assertEquals(expected.get(n), dt, 1e-9 * Math.max(1, Math.abs(dt)));
            }
        }
    }

    @Test
    void aUselessPivotLeavesItsUnknownAlone() {
        BorderedSystem system = new BorderedSystem(3);
        system.setBorder(new double[] {1, 1, 1}, 3);
        system.clear();
        double[] b = {1, 2, 3};
        double dt = system.factorAndSolve(b);
        assertTrue(Double.isFinite(b[0]) && Double.isFinite(b[1]) && Double.isFinite(b[2]), "dt " + dt);
    }
}
