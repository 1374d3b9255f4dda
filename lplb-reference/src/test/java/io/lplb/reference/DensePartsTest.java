// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.HostLists;
import java.util.Arrays;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.MatrixFeatures_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of the dense solver by themselves: the program, the linear system, the bound. */
final class DensePartsTest {
    private static final MinMaxProblem SMALL =
            MinMaxProblem.of(2, new double[] {1, 2}, new int[][] {{0, 1}, {1}, {1, 0}});

    @Test
    void programLeavesOutItemsOfNoLoad() {
        StandardForm form = new StandardForm(SMALL);
        form.set(MinMaxBatch.of(SMALL, new double[] {3, 4}, new double[] {0, 5, 6}), 0, 2);
        DMatrixRMaj expected = new DMatrixRMaj(new double[][] {
            {1, 0, 0, 0, 0},
            {0, 1, 1, 0, 0},
            {0, 0, -3, -1, 0},
            {-2.5, -3, 0, 0, -1},
        });
        assertTrue(MatrixFeatures_DDRM.isEquals(expected, form.a), () -> "got " + form.a);
        assertArrayEquals(new double[] {1, 1, 1.5, 2}, Arrays.copyOf(form.b.data, 4), "b");
        assertArrayEquals(new double[] {0, 0, 0.5, 1}, Arrays.copyOf(form.g.data, 4), "g, in units of 2");
    }

    @Test
    void fractionsBecomeSharesThatSumToTheLoads() {
        MinMaxBatch batch = MinMaxBatch.of(SMALL, new double[2], new double[] {0, 5, 6});
        StandardForm form = new StandardForm(SMALL);
        form.set(batch, 0, 1);
        double[] share = {9, 9, 9, 9, 9, 9};
        DMatrixRMaj x = new DMatrixRMaj(new double[] {0.9, 0.5, -1e-3, 1, 1});
        assertTrue(form.toShares(x, batch, 0, share, 1));
        assertArrayEquals(new double[] {9, 0, 0, 5, 6, 0}, share, "entries from 1 on");
        x.data[0] = 0;
        assertFalse(form.toShares(x, batch, 0, share, 1), "an item without a share");
        x.data[0] = Double.NaN;
        assertFalse(form.toShares(x, batch, 0, share, 1), "not a number");
    }

    /** Against a general solve of the bordered system; the iterate spans many orders of magnitude. */
    @ParameterizedTest(name = "x / z from 1e-{0} to 1e{0}")
    @ValueSource(ints = {0, 2, 4})
    void systemSolvesTheBorderedEquations(int decades) {
        Random random = new Random(decades);
        MinMaxProblem problem = MinMaxProblem.of(8, HostLists.cube());
        MinMaxBatch batch = new MinMaxBatch(problem, 1);
        Arrays.setAll(batch.fixed(), k -> random.nextDouble());
        Arrays.setAll(batch.load(), k -> random.nextDouble());
        StandardForm form = new StandardForm(problem);
        form.set(batch, 0, 1);
        int rows = form.a.numRows;
        DMatrixRMaj z = new DMatrixRMaj(form.a.numCols, 1);
        CommonOps_DDRM.fill(z, 1);
        DMatrixRMaj x = new DMatrixRMaj(form.a.numCols, 1);
        Arrays.setAll(x.data, j -> Math.pow(10, decades * (2 * random.nextDouble() - 1)));
        DMatrixRMaj h = RandomMatrices_DDRM.rectangle(rows, 1, random);

        DMatrixRMaj bordered = new DMatrixRMaj(rows + 1, rows + 1);
        DMatrixRMaj scaled = form.a.copy();
        CommonOps_DDRM.multCols(scaled, x.data);
        DMatrixRMaj matrix = new DMatrixRMaj(rows, rows);
        CommonOps_DDRM.multTransB(scaled, form.a, matrix);
        CommonOps_DDRM.insert(matrix, bordered, 0, 0);
        for (int k = 0; k < rows; k++) {
            bordered.set(k, rows, form.g.data[k]);
            bordered.set(rows, k, form.g.data[k]);
        }
        DMatrixRMaj right = new DMatrixRMaj(rows + 1, 1);
        CommonOps_DDRM.insert(h, right, 0, 0);
        right.data[rows] = 0.3;
        DMatrixRMaj expected = new DMatrixRMaj(rows + 1, 1);
        assertTrue(CommonOps_DDRM.solve(bordered, right, expected));

        NewtonSystem system = new NewtonSystem(form);
        assertTrue(system.factor(x, z));
        DMatrixRMaj dy = new DMatrixRMaj(rows, 1);
        double dt = system.solve(h, 0.3, dy);
        double size = CommonOps_DDRM.elementMaxAbs(expected);
        assertEquals(expected.data[rows], dt, 1e-9 * size, "dt");
        for (int k = 0; k < rows; k++) {
            assertEquals(expected.data[k], dy.data[k], 1e-9 * size, "dy of row " + k);
        }
    }

    @Test
    void systemThatIsNotANumberIsRefused() {
        StandardForm form = new StandardForm(SMALL);
        form.set(MinMaxBatch.of(SMALL, new double[2], new double[] {1, 1, 1}), 0, 1);
        DMatrixRMaj ones = new DMatrixRMaj(form.a.numCols, 1);
        CommonOps_DDRM.fill(ones, 1);
        DMatrixRMaj x = ones.copy();
        x.data[0] = Double.NaN;
        assertFalse(new NewtonSystem(form).factor(x, ones));
    }

    @Test
    void boundsByHand() {
        WeakDuality duality = new WeakDuality(SMALL);
        MinMaxBatch batch = MinMaxBatch.of(SMALL, new double[] {3, 1}, new double[] {6, 4, 2});
        assertEquals(16.0 / 3, duality.bound(batch, 0, new double[] {1, 1}), 1e-13, "all ranks: 16 tokens, speed 3");
        assertEquals(16.0 / 3, duality.bound(batch, 0, new double[] {1, 0.9}), 1e-13, "the level set of both ranks");
        assertEquals(3, duality.bound(batch, 0, new double[] {1, 0}), 1e-13, "rank 0 alone keeps 3");
        assertEquals(2.5, duality.bound(batch, 0, new double[] {0, 1}), 1e-13, "rank 1 alone keeps 1 + 4, at speed 2");
        assertEquals(0, duality.bound(batch, 0, new double[] {0, -1}), "no positive weight");
        assertEquals(7, duality.maxLoad(batch, 0, new double[] {4, 2, 4, 2, 0}, 0), "3 + 4 beside (1 + 2 + 4 + 2) / 2");
    }
}
