// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.engine.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.reference.DenseInteriorPointSolver;
import io.lplb.solver.Certificate;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.kernel.solve.InteriorPointBlocks;
import io.lplb.tornado.solve.GpuSolver;
import java.util.Random;
import java.util.stream.LongStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Every building block of the interior point by itself, against EJML in double, on random problems and iterates. */
class InteriorPointBlocksTest {
    private static final double FLOAT_ERROR = 2e-5;

    static LongStream seeds() {
        return LongStream.range(0, 16);
    }

    /** Ranks by seed: groups of a warp, of 128 and of 256 threads, and the most of each. */
    private static int drawRanks(long seed, Random random) {
        return seed < 10
                ? 2 + random.nextInt(15)
                : seed < 12 ? 17 + random.nextInt(15) : seed < 14 ? 33 + random.nextInt(31) : seed == 14 ? 32 : 64;
    }

    private final Case test = new Case();

    /** A random problem of 2 to 64 ranks, with speeds in every other case, and an iterate some steps from the start. */
    private static final class Case {
        MinMaxProblem problem = MinMaxProblem.of(1, new int[0][]);
        double[] fixed = {};
        double[] load = {};
        InteriorPointGraph unfused = new InteriorPointGraph(problem);

        void make(long seed) {
            Random random = new Random(seed);
            int ranks = drawRanks(seed, random);
            int[][] hosts = new int[1 + random.nextInt(Math.min(2 * ranks, 64))][];
            for (int i = 0; i < hosts.length; i++) {
                int first = random.nextInt(ranks);
                int count = Math.min(ranks, 2 + random.nextInt(3));
                hosts[i] = new int[count];
                for (int k = 0; k < count; k++) {
                    hosts[i][k] = (first + k * (1 + seedStep(ranks, k))) % ranks;
                }
            }
            double[] speed = new double[ranks];
            for (int r = 0; r < ranks; r++) {
                speed[r] = seed % 2 == 0 ? 1 : 0.5 + random.nextDouble();
            }
            problem = MinMaxProblem.of(ranks, speed, hosts);
            fixed = random.doubles(ranks, 0.1, 1).toArray();
            load = random.doubles(hosts.length, 0.05, 1).toArray();
            double mean = MinMaxBatch.of(problem, fixed, load).meanLoad(0);
            for (int r = 0; r < ranks; r++) {
                fixed[r] /= mean;
            }
            for (int i = 0; i < load.length; i++) {
                load[i] /= mean;
            }
            unfused = new InteriorPointGraph(problem);
            unfused.setLoads(fixed, load);
            unfused.run(InteriorPointBlock.BEGIN);
            for (long k = 0; k < seed % 3; k++) {
                unfused.iterate();
            }
        }

        /** Neighbours, so that hosts differ. */
        private static int seedStep(int ranks, int k) {
            return ranks > k ? 0 : 1;
        }

        int ranks() {
            return problem.ranks();
        }

        double word(int at) {
            return unfused.state().get(at);
        }

        int host(int deviceEntry) {
            return problem.host(unfused.tables().entry(deviceEntry));
        }

        /** M as math defines it: diag(q/y) + sum over items of D - D 1 1' D / (1' D 1), in double. */
        DMatrixRMaj expectedM() {
            DMatrixRMaj m = new DMatrixRMaj(ranks(), ranks());
            for (int r = 0; r < ranks(); r++) {
                m.add(r, r, word(unfused.places().q(r)) / word(unfused.places().y(r)));
            }
            int e = 0;
            for (int i = 0; i < problem.items(); i++) {
                int count = problem.hostCount(unfused.tables().item(i));
                double[] d = new double[count];
                double sum = 0;
                for (int k = 0; k < count; k++) {
                    d[k] = word(unfused.places().a(e + k))
                            / word(unfused.places().z(e + k));
                    sum += d[k];
                }
                for (int k = 0; k < count; k++) {
                    m.add(host(e + k), host(e + k), d[k]);
                    for (int l = 0; l < count; l++) {
                        m.add(host(e + k), host(e + l), -d[k] * d[l] / sum);
                    }
                }
                e += count;
            }
            return m;
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void matrixUpdate(long seed) {
        test.make(seed);
        DMatrixRMaj expected = test.expectedM();
        test.unfused.run(InteriorPointBlock.MATRIX_UPDATE);
        double scale = CommonOps_DDRM.elementMaxAbs(expected);
        for (int i = 0; i < test.ranks(); i++) {
            for (int j = 0; j < test.ranks(); j++) {
                double got = test.word(test.unfused.places().m(i, j));
                assertEquals(expected.get(i, j), got, FLOAT_ERROR * scale, "M[" + i + "][" + j + "]");
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void elimination(long seed) {
        test.make(seed);
        int n = test.ranks();
        test.unfused.run(InteriorPointBlock.MATRIX_UPDATE);
        DMatrixRMaj bordered = new DMatrixRMaj(n + 1, n + 1);
        DMatrixRMaj rhs = new DMatrixRMaj(n + 1, 1);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                bordered.set(i, j, test.word(test.unfused.places().m(i, j)));
            }
            bordered.set(i, n, test.problem.speed(i));
            bordered.set(n, i, test.problem.speed(i));
            rhs.set(i, 0, test.word(test.unfused.places().b(i)));
        }
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.lu(n + 1);
        assertTrue(solver.setA(bordered.copy()), "EJML factors the bordered system");
        DMatrixRMaj expected = new DMatrixRMaj(n + 1, 1);
        solver.solve(rhs, expected);
        test.unfused.run(InteriorPointBlock.ELIMINATE);
        double scale = CommonOps_DDRM.elementMaxAbs(expected);
        for (int i = 0; i < n; i++) {
            double got = test.word(test.unfused.places().dy(i));
            assertEquals(expected.get(i, 0), got, 1e-3 * scale, "dy[" + i + "]");
        }
        assertEquals(expected.get(n, 0), test.unfused.scalar(InteriorPointBlocks.DT), 1e-3 * scale, "dt");
    }

    /** The predictor's direction solves the linearised conditions: products fall to 0 and all sums stay. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void directionSolvesTheNewtonEquations(long seed) {
        test.make(seed);
        test.unfused.run(InteriorPointBlock.MATRIX_UPDATE, InteriorPointBlock.ELIMINATE, InteriorPointBlock.DIRECTION);
        double[] row = new double[test.ranks()];
        int e = 0;
        for (int i = 0; i < test.problem.items(); i++) {
            double moved = 0;
            int end = e + test.problem.hostCount(test.unfused.tables().item(i));
            while (e < end) {
                double a = test.word(test.unfused.places().a(e));
                double z = test.word(test.unfused.places().z(e));
                double da = test.word(test.unfused.places().da(e));
                double dz = test.word(test.unfused.places().dz(e));
                assertEquals(
                        -a * z, z * da + a * dz, 2e-3 * Math.max(a * z, Math.abs(z * da)), "product of entry " + e);
                moved += da;
                row[test.host(e)] += da;
                e++;
            }
            assertEquals(0, moved, 2e-4, "item " + i);
        }
        double dt = test.unfused.scalar(InteriorPointBlocks.DT);
        double normal = 0;
        for (int r = 0; r < test.ranks(); r++) {
            double q = test.word(test.unfused.places().q(r));
            double y = test.word(test.unfused.places().y(r));
            double dq = test.word(test.unfused.places().dq(r));
            double dy = test.word(test.unfused.places().dy(r));
            assertEquals(-q * y, y * dq + q * dy, 2e-3 * Math.max(q * y, Math.abs(y * dq)), "product of rank " + r);
            assertEquals(test.problem.speed(r) * dt, row[r] + dq, 1e-3, "row of rank " + r);
            normal += test.problem.speed(r) * dy;
        }
        assertEquals(0, normal, 1e-4, "s'dy");
    }

    /** The loop-parallel form leaves what the block leaves. */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void loopsUpdateTheMatrixAsTheBlockDoes(long seed) {
        test.make(seed);
        FloatArray before = FloatArray.fromArray(test.unfused.state().toHeapArray());
        test.unfused.run(InteriorPointBlock.MATRIX_UPDATE);
        float[] expected = test.unfused.state().toHeapArray();
        for (int k = 0; k < expected.length; k++) {
            test.unfused.state().set(k, before.get(k));
        }
        try (PlanOwner loops = test.unfused.prepareLoops(1)) {
            loops.execute();
        }
        double scale = CommonOps_DDRM.elementMaxAbs(test.expectedM());
        for (int i = 0; i < test.ranks(); i++) {
            for (int j = 0; j < test.ranks(); j++) {
                int at = test.unfused.places().m(i, j);
                assertEquals(expected[at], test.word(at), FLOAT_ERROR * scale, "M[" + i + "][" + j + "]");
            }
            int b = test.unfused.places().b(i);
            assertEquals(expected[b], test.word(b), 1e-5 * (1 + Math.abs(expected[b])), "b[" + i + "]");
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void stepsKeepTheIterateFeasible(long seed) {
        test.make(seed);
        double before = test.unfused.scalar(InteriorPointBlocks.PRODUCTS);
        test.unfused.iterate();
        double products = 0;
        double top = test.unfused.scalar(InteriorPointBlocks.TOP);
        double[] sum = test.fixed.clone();
        for (int e = 0; e < test.problem.entries(); e++) {
            double a = test.word(test.unfused.places().a(e));
            double z = test.word(test.unfused.places().z(e));
            assertTrue(a > 0 && z > 0, "entry " + e + " stays inside: a " + a + ", z " + z);
            sum[test.host(e)] += a;
            products += a * z;
        }
        double normal = 0;
        for (int r = 0; r < test.ranks(); r++) {
            double q = test.word(test.unfused.places().q(r));
            double y = test.word(test.unfused.places().y(r));
            assertTrue(q > 0 && y > 0, "rank " + r + " stays inside: q " + q + ", y " + y);
            assertEquals(test.problem.speed(r) * top, sum[r] + q, 1e-4, "row of rank " + r);
            products += q * y;
            normal += test.problem.speed(r) * y;
        }
        assertEquals(1, normal, 1e-4, "s'y");
        assertEquals(products, test.unfused.scalar(InteriorPointBlocks.PRODUCTS), 1e-4 + 1e-3 * before, "products");
        assertTrue(products < before, "products fall: " + before + " to " + products);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void certificate(long seed) {
        test.make(seed);
        test.unfused.run(InteriorPointBlock.SWEEP, InteriorPointBlock.CERTIFY);
        double[] share = new double[test.problem.entries()];
        for (int e = 0; e < share.length; e++) {
            share[test.unfused.tables().entry(e)] =
                    test.word(test.unfused.places().a(e));
        }
        Certificate expected = new Certificate(test.problem);
        expected.evaluate(test.fixed, 0, test.load, 0, share, 0);
        assertEquals(expected.maxLoad(), test.unfused.scalar(InteriorPointBlocks.LENGTHS), FLOAT_ERROR, "largest load");
        double bound = test.unfused.scalar(InteriorPointBlocks.LENGTHS + 1);
        assertEquals(expected.lowerBound(), bound, 1e-4, "lower bound");
        SplitBatch optimal = new SplitBatch(test.problem, 1);
        try (MinMaxSolver dense = new DenseInteriorPointSolver(test.problem)) {
            dense.solve(MinMaxBatch.of(test.problem, test.fixed, test.load), optimal);
        }
        assertTrue(bound <= optimal.maxLoad(0) + 1e-4, "bound " + bound + " is not above EJML's optimum");
        assertTrue(expected.maxLoad() >= optimal.maxLoad(0) - 1e-6, "the largest load is not below it");
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void separateTasksAgreeWithTheFusedKernel(long seed) {
        test.make(seed);
        for (int k = 0; k < 20 && test.unfused.scalar(InteriorPointBlocks.PRODUCTS) > 1e-3; k++) {
            test.unfused.iterate();
        }
        for (int k = 0; k < 4; k++) {
            test.unfused.run(InteriorPointBlock.SWEEP);
        }
        test.unfused.run(InteriorPointBlock.CERTIFY);
        MinMaxBatch batch = MinMaxBatch.of(test.problem, test.fixed, test.load);
        SplitBatch split = new SplitBatch(test.problem, 1);
        try (GpuSolver fused = new GpuSolver(InteriorPointSolver.NAME, test.problem, 1e-4, 1)) {
            fused.solve(batch, split);
        }
        assertEquals(split.maxLoad(0), test.unfused.scalar(InteriorPointBlocks.LENGTHS), 1e-4, "largest load");
    }
}
