// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Building blocks of the interior point, one work-group per problem: the readable form of {@link InteriorPointKernel}. {@link WarpBlocks},
 * {@link FourWarpBlocks} and {@link EightWarpBlocks} are the kernels for groups of up to 16, 32 and 64 ranks.
 *
 * <pre>
 *   state   | words of the team, as laid out in {@link ThreadTile} | top | products | terms | primal, dual | A, B | dt |
 * </pre>
 *
 * <p>Each block reads the state into local memory, does its part and writes it back. In order: {@link #begin}, then per iteration {@link
 * #matrixUpdate}, {@link #eliminate}, {@link #direction}, {@link #correct}, {@link #eliminate}, {@link #direction}, {@link #advance}; at the
 * end {@link #sweep} as often as wanted, and {@link #certify}.
 */
public final class InteriorPointBlocks {
    /** Scalars behind the team's words. */
    public static final int SCALARS = 8;

    public static final int TOP = 0;

    public static final int PRODUCTS = 1;

    public static final int TERMS = 2;

    /** Inverse length to the boundary, primal and, next, dual; after {@link #certify} the largest load and the bound. */
    public static final int LENGTHS = 3;

    /** A and, next, B of {@link NewtonStep}. */
    public static final int SLOPES = 5;

    public static final int DT = 7;

    private static final float STEP_RATIO = 0.99f;

    private InteriorPointBlocks() {}

    /** {@return words of a state for work-groups of so many threads} */
    public static int stateWords(long size, int threads) {
        return ThreadTile.words(size, threads) + SCALARS;
    }

    /** {@return where f, w and the speeds go before {@link #begin}, and where a, b, dy and M are} */
    public static StatePlaces places(long size, int threads) {
        return new StatePlaces(new ThreadTile(0, 0, threads, 1, size));
    }

    private static int words(ThreadTile t) {
        return ThreadTile.words(t.ranks, t.items, t.entries, t.threads, t.unitSpeeds);
    }

    private static void load(
            KernelContext context, IntArray tables, FloatArray state, float[] m, int[] table, ThreadTile t) {
        for (int k = t.lane; k < ThreadTile.tableWords(t.ranks, t.items, t.entries, t.colours); k += t.threads) {
            table[k] = tables.get(k);
        }
        for (int k = t.lane; k < words(t); k += t.threads) {
            m[k] = state.get(k);
        }
        context.localBarrier();
    }

    private static void store(KernelContext context, FloatArray state, float[] m, ThreadTile t) {
        context.localBarrier();
        for (int k = t.lane; k < words(t); k += t.threads) {
            state.set(k, m[k]);
        }
    }

    private static void storeScalar(FloatArray state, ThreadTile t, int which, float value) {
        if (t.lane == 0) {
            state.set(words(t) + which, value);
        }
    }

    private static float scalar(FloatArray state, ThreadTile t, int which) {
        return state.get(words(t) + which);
    }

    /** Even split and the first iterate. */
    static void begin(KernelContext context, IntArray tables, FloatArray state, float[] m, int[] table, ThreadTile t) {
        load(context, tables, state, m, table, t);
        float totalSpeed = 0f;
        for (int r = 0; r < t.ranks; r++) {
            totalSpeed += t.speed(m, r);
        }
        NewtonStep.evenSplit(m, table, t);
        context.localBarrier();
        Reduction.Totals x = NewtonStep.start(context, m, table, t, totalSpeed);
        storeScalar(state, t, TOP, x.max0);
        storeScalar(state, t, PRODUCTS, x.sum0);
        storeScalar(state, t, TERMS, x.sum1);
        store(context, state, m, t);
    }

    /** Matrix update: M and the predictor's right-hand side from the iterate. */
    static void matrixUpdate(
            KernelContext context, IntArray tables, FloatArray state, float[] m, int[] table, ThreadTile t) {
        load(context, tables, state, m, table, t);
        NewtonStep.scale(m, table, t, 0f);
        NewtonStep.residuals(m, table, t, scalar(state, t, TOP), 0f);
        context.localBarrier();
        MatrixUpdate.assemble(m, table, t);
        NewtonStep.rightHandSide(m, table, t);
        store(context, state, m, t);
    }

    /** Gaussian elimination: dy and dt from M and the right-hand side; M is kept. */
    static void eliminate(
            KernelContext context, IntArray tables, FloatArray state, float[] m, int[] table, ThreadTile t) {
        load(context, tables, state, m, table, t);
        float dt;
        if (t.ranks <= ThreadTile.REGISTER_RANKS) {
            RegisterElimination small = new RegisterElimination();
            small.factor(m, t);
            dt = small.solve(m, t);
            storeScalar(state, t, DT, dt);
            store(context, state, m, t);
        } else {
            TileInverse large = new TileInverse();
            large.invert(context, m, t);
            dt = large.solve(context, m, t);
            storeScalar(state, t, DT, dt);
            context.localBarrier();
            if (t.lane < t.ranks) {
                state.set(t.dy(t.lane), m[t.dy(t.lane)]);
            }
        }
    }

    /** The direction from dy, its lengths and slopes. */
    static void direction(
            KernelContext context, IntArray tables, FloatArray state, float[] m, int[] table, ThreadTile t) {
        load(context, tables, state, m, table, t);
        Reduction.Totals x = NewtonStep.direction(context, m, table, t);
        storeScalar(state, t, LENGTHS, x.max0);
        storeScalar(state, t, LENGTHS + 1, x.max1);
        storeScalar(state, t, SLOPES, x.sum0);
        storeScalar(state, t, SLOPES + 1, x.sum1);
        store(context, state, m, t);
    }

    /** The corrector's right-hand side. */
    static void correct(
            KernelContext context, IntArray tables, FloatArray state, float[] m, int[] table, ThreadTile t) {
        load(context, tables, state, m, table, t);
        float products = scalar(state, t, PRODUCTS);
        float primal = 1f / scalar(state, t, LENGTHS);
        float dual = 1f / scalar(state, t, LENGTHS + 1);
        float ratio = (products + primal * scalar(state, t, SLOPES) + dual * scalar(state, t, SLOPES + 1)) / products;
        ratio = ratio > 0f ? ratio : 0f;
        NewtonStep.correct(m, table, t, ratio * ratio * ratio * products / scalar(state, t, TERMS));
        context.localBarrier();
        NewtonStep.rightHandSide(m, table, t);
        store(context, state, m, t);
    }

    /** Ratio test and update of the iterate. */
    static void advance(
            KernelContext context, IntArray tables, FloatArray state, float[] m, int[] table, ThreadTile t) {
        load(context, tables, state, m, table, t);
        float products = scalar(state, t, PRODUCTS);
        float top = scalar(state, t, TOP);
        float keep = Reduction.larger(STEP_RATIO, 1f - products / scalar(state, t, TERMS));
        float primal = Reduction.smaller(1f, keep / scalar(state, t, LENGTHS));
        float dual = Reduction.smaller(1f, keep / scalar(state, t, LENGTHS + 1));
        float next = products + primal * scalar(state, t, SLOPES) + dual * scalar(state, t, SLOPES + 1);
        float dt = scalar(state, t, DT);
        NewtonStep.advance(m, table, t, primal, dual);
        context.localBarrier();
        storeScalar(state, t, TOP, top + primal * dt);
        storeScalar(state, t, PRODUCTS, next);
        store(context, state, m, t);
    }

    /** Cleans the shares and sweeps once over all items, plainly. */
    static void sweep(KernelContext context, IntArray tables, FloatArray state, float[] m, int[] table, ThreadTile t) {
        load(context, tables, state, m, table, t);
        WaterFilling.clean(m, table, t);
        context.localBarrier();
        WaterFilling.loads(m, table, t);
        context.localBarrier();
        WaterFilling.sweep(context, m, table, t, 1f);
        store(context, state, m, t);
    }

    /** Certificate of the shares after a sweep: the largest load and the bound. */
    static void certify(
            KernelContext context, IntArray tables, FloatArray state, float[] m, int[] table, ThreadTile t) {
        load(context, tables, state, m, table, t);
        Reduction.Totals x = DeviceCertificate.certify(context, m, table, t);
        storeScalar(state, t, LENGTHS, x.max0);
        storeScalar(state, t, LENGTHS + 1, x.max1);
        store(context, state, m, t);
    }
}
