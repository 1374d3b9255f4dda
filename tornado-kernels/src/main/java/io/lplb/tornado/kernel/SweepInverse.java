// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Gaussian elimination for any number of ranks, in local memory: Gauss-Jordan in place by the symmetric sweep operator
 * (Goodnight, "A tutorial on the SWEEP operator", Am. Stat. 33, 1979), one barrier a pivot. Sweeping on pivot k, with
 * c the column k and p = c[k]:
 *
 * <pre>
 *   M[i][j] -= c[i] c[j] / p     M[k][j] = c[j] / p     M[i][k] = c[i] / p     M[k][k] = -1 / p
 * </pre>
 *
 * <p>leaves {@code -M^-1} after all pivots, so that a right-hand side costs one product instead of two substitutions
 * with a barrier per row. Whoever updates column k + 1 in step k also writes it to a buffer of its own, of which there
 * are two, so that a step never reads what the same step changes.
 *
 * <p>{@code rho s s'} is added as in {@link RegisterElimination}, and pivots are guarded in the same way.
 */
final class SweepInverse {
    private static final float PIVOT_FLOOR = 1e-7f;
    private static final float HUGE_PIVOT = 1e30f;

    /** Neighbouring threads of a team that share a row. */
    private static final int ROW_THREADS = 8;

    private SweepInverse() {}

    /** Replaces M by minus the inverse of M + rho s s'. */
    static void invert(KernelContext context, float[] m, Team t) {
        int across = t.threads < ROW_THREADS ? t.threads : ROW_THREADS;
        int down = t.threads / across;
        int laneRow = t.lane / across;
        int laneColumn = t.lane % across;
        float trace = 0f;
        float squares = 0f;
        for (int r = 0; r < t.ranks; r++) {
            float s = t.speed(m, r);
            trace += m[t.m(r, r)];
            squares += s * s;
        }
        float rho = trace / (t.ranks * squares);
        float floor = PIVOT_FLOOR * trace;
        Reduction.barrier(context, t);
        for (int i = laneRow; i < t.ranks; i += down) {
            float f = rho * t.speed(m, i);
            for (int j = laneColumn; j < t.ranks; j += across) {
                float x = m[t.m(i, j)] + f * t.speed(m, j);
                m[t.m(i, j)] = x;
                if (j == 0) {
                    m[t.column(0, i)] = x;
                }
            }
        }
        Reduction.barrier(context, t);
        for (int k = 0; k < t.ranks; k++) {
            int parity = k & 1;
            float pivot = m[t.column(parity, k)];
            float inverse = 1f / (pivot > floor ? pivot : HUGE_PIVOT);
            for (int i = laneRow; i < t.ranks; i += down) {
                float c = m[t.column(parity, i)];
                float f = c * inverse;
                for (int j = laneColumn; j < t.ranks; j += across) {
                    float o = m[t.column(parity, j)];
                    int at = t.m(i, j);
                    float x = m[at] + (-f) * o;
                    x = i == k ? o * inverse : x;
                    x = j == k ? (i == k ? -inverse : f) : x;
                    m[at] = x;
                    if (j == k + 1) {
                        m[t.column(1 - parity, i)] = x;
                    }
                }
            }
            Reduction.barrier(context, t);
        }
    }

    /** Solves for the border: v = (M + rho s s')^-1 s; returns 1 / s'v. Needs a barrier before v is read elsewhere. */
    static float border(KernelContext context, float[] m, Team t) {
        float sum = 0f;
        for (int r = t.lane; r < t.ranks; r += t.threads) {
            float v = 0f;
            for (int c = 0; c < t.ranks; c++) {
                v += m[t.m(r, c)] * t.speed(m, c);
            }
            m[t.v(r)] = -v;
            sum += t.speed(m, r) * -v;
        }
        return 1f / Reduction.sum(context, m, t, sum);
    }

    /** Solves for the right-hand side b; writes dy and returns dt. */
    static float solve(KernelContext context, float[] m, Team t, float inverseBorder) {
        float sum = 0f;
        for (int r = t.lane; r < t.ranks; r += t.threads) {
            float x = 0f;
            for (int c = 0; c < t.ranks; c++) {
                x += m[t.m(r, c)] * m[t.b(c)];
            }
            m[t.dy(r)] = -x;
            sum += t.speed(m, r) * -x;
        }
        float dt = Reduction.sum(context, m, t, sum) * inverseBorder;
        for (int r = t.lane; r < t.ranks; r += t.threads) {
            m[t.dy(r)] += -dt * m[t.v(r)];
        }
        return dt;
    }
}
