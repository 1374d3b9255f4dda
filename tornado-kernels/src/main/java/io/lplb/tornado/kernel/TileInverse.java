// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Gaussian elimination for more ranks than {@link RegisterElimination} takes: Gauss-Jordan in place by the symmetric
 * sweep operator (Goodnight, "A tutorial on the SWEEP operator", Am. Stat. 33, 1979). Sweeping on pivot k, with c the
 * column k and p = c[k]:
 *
 * <pre>
 *   M[i][j] -= c[i] c[j] / p     M[k][j] = c[j] / p     M[i][k] = c[i] / p     M[k][k] = -1 / p
 * </pre>
 *
 * <p>leaves {@code -M^-1} after all pivots, so that a right-hand side costs one product instead of two substitutions
 * with a barrier per row.
 *
 * <p>The matrix lies in registers, dealt out like cards: thread (u, v), v = 0..7, holds the elements (i, j) with
 * {@code i % down = u, j % 8 = v}, at most four rows of at most eight each. A pivot costs one barrier: its column comes
 * from a buffer in local memory, and who updates column k + 1 writes it to the other of two buffers.
 *
 * <p>Needs at least two threads a rank, a multiple of 32, and at most 64 ranks. {@code rho s s'} is added as in
 * {@link RegisterElimination}, and pivots are guarded in the same way.
 */
final class TileInverse {
    /** Threads that share a row. */
    static final int ACROSS = 8;

    private static final float PIVOT_FLOOR = 1e-7f;
    private static final float HUGE_PIVOT = 1e30f;

    private final Row8 t0 = new Row8();
    private final Row8 t1 = new Row8();
    private final Row8 t2 = new Row8();
    private final Row8 t3 = new Row8();
    private float inverseBorder;

    private static int row(Team t, int which) {
        return t.lane / ACROSS + which * (t.threads / ACROSS);
    }

    private static boolean rowsFit(Team t) {
        return t.ranks % (t.threads / ACROSS) == 0;
    }

    private static boolean has(Team t, int which) {
        return which * (t.threads / ACROSS) < t.ranks;
    }

    /** Takes over M + rho s s' and inverts it; solves for the border, which leaves v. */
    void invert(KernelContext context, float[] m, Team t) {
        float trace = 0f;
        float squares = 0f;
        for (int r = 0; r < t.ranks; r++) {
            float s = t.speed(m, r);
            trace += m[t.m(r, r)];
            squares += s * s;
        }
        float rho = trace / (t.ranks * squares);
        float floor = PIVOT_FLOOR * trace;
        int v = t.lane % ACROSS;
        load(m, t, 0, v, rho, t0);
        load(m, t, 1, v, rho, t1);
        load(m, t, 2, v, rho, t2);
        load(m, t, 3, v, rho, t3);
        Reduction.barrier(context, t);
        Row8 o = new Row8();
        for (int k = 0; k < t.ranks; k++) {
            int parity = k & 1;
            float pivot = m[t.column(parity, k)];
            float inverse = 1f / (pivot > floor ? pivot : HUGE_PIVOT);
            loadColumn(m, t, parity, v, o);
            int own = v == (k & (ACROSS - 1)) ? k / ACROSS : -1;
            int next = v == ((k + 1) & (ACROSS - 1)) ? (k + 1) / ACROSS : -1;
            sweepRow(m, t, 0, k, parity, inverse, own, next, o, t0);
            sweepRow(m, t, 1, k, parity, inverse, own, next, o, t1);
            sweepRow(m, t, 2, k, parity, inverse, own, next, o, t2);
            sweepRow(m, t, 3, k, parity, inverse, own, next, o, t3);
            Reduction.barrier(context, t);
        }
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                m[t.v(r)] = t.speed(m, r);
            }
        }
        Reduction.barrier(context, t);
        loadVector(m, t, t.v(0), v, o);
        inverseBorder = 1f / multiply(context, m, t, v, o, true);
        Reduction.barrier(context, t);
    }

    private static void load(float[] m, Team t, int which, int v, float rho, Row8 x) {
        if (has(t, which)) {
            int i = row(t, which);
            boolean inside = rowsFit(t) || i < t.ranks;
            float f = inside ? rho * t.speed(m, i) : 0f;
            x.x0 = element(m, t, inside, i, v, f);
            if (ACROSS < t.ranks) {
                x.x1 = element(m, t, inside, i, v + ACROSS, f);
            }
            if (2 * ACROSS < t.ranks) {
                x.x2 = element(m, t, inside, i, v + 2 * ACROSS, f);
            }
            if (3 * ACROSS < t.ranks) {
                x.x3 = element(m, t, inside, i, v + 3 * ACROSS, f);
            }
            if (4 * ACROSS < t.ranks) {
                x.x4 = element(m, t, inside, i, v + 4 * ACROSS, f);
            }
            if (5 * ACROSS < t.ranks) {
                x.x5 = element(m, t, inside, i, v + 5 * ACROSS, f);
            }
            if (6 * ACROSS < t.ranks) {
                x.x6 = element(m, t, inside, i, v + 6 * ACROSS, f);
            }
            if (7 * ACROSS < t.ranks) {
                x.x7 = element(m, t, inside, i, v + 7 * ACROSS, f);
            }
            if (inside && v == 0) {
                m[t.column(0, i)] = x.x0;
            }
        }
    }

    private static float element(float[] m, Team t, boolean inside, int i, int j, float f) {
        return inside && (t.ranks % ACROSS == 0 || j < t.ranks) ? m[t.m(i, j)] + f * t.speed(m, j) : 0f;
    }

    private static void loadColumn(float[] m, Team t, int parity, int v, Row8 o) {
        loadVector(m, t, t.column(parity, 0), v, o);
    }

    /** This thread's elements v, v + 8, ... of a vector. */
    private static void loadVector(float[] m, Team t, int from, int v, Row8 o) {
        o.x0 = word(m, t, from, v);
        if (ACROSS < t.ranks) {
            o.x1 = word(m, t, from, v + ACROSS);
        }
        if (2 * ACROSS < t.ranks) {
            o.x2 = word(m, t, from, v + 2 * ACROSS);
        }
        if (3 * ACROSS < t.ranks) {
            o.x3 = word(m, t, from, v + 3 * ACROSS);
        }
        if (4 * ACROSS < t.ranks) {
            o.x4 = word(m, t, from, v + 4 * ACROSS);
        }
        if (5 * ACROSS < t.ranks) {
            o.x5 = word(m, t, from, v + 5 * ACROSS);
        }
        if (6 * ACROSS < t.ranks) {
            o.x6 = word(m, t, from, v + 6 * ACROSS);
        }
        if (7 * ACROSS < t.ranks) {
            o.x7 = word(m, t, from, v + 7 * ACROSS);
        }
    }

    private static float word(float[] m, Team t, int from, int j) {
        return t.ranks % ACROSS == 0 || j < t.ranks ? m[from + j] : 0f;
    }

    private static void sweepRow(
            float[] m, Team t, int which, int k, int parity, float inverse, int own, int next, Row8 o, Row8 x) {
        if (has(t, which)) {
            int i = row(t, which);
            boolean inside = rowsFit(t) || i < t.ranks;
            float c = inside ? m[t.column(parity, i)] : 0f;
            float f = c * inverse;
            float keep = i == k ? 0f : 1f;
            float factor = i == k ? inverse : -f;
            float diagonal = i == k ? -inverse : f;
            x.x0 = own == 0 ? diagonal : keep * x.x0 + factor * o.x0;
            float ahead = x.x0;
            if (ACROSS < t.ranks) {
                x.x1 = own == 1 ? diagonal : keep * x.x1 + factor * o.x1;
                ahead = next == 1 ? x.x1 : ahead;
            }
            if (2 * ACROSS < t.ranks) {
                x.x2 = own == 2 ? diagonal : keep * x.x2 + factor * o.x2;
                ahead = next == 2 ? x.x2 : ahead;
            }
            if (3 * ACROSS < t.ranks) {
                x.x3 = own == 3 ? diagonal : keep * x.x3 + factor * o.x3;
                ahead = next == 3 ? x.x3 : ahead;
            }
            if (4 * ACROSS < t.ranks) {
                x.x4 = own == 4 ? diagonal : keep * x.x4 + factor * o.x4;
                ahead = next == 4 ? x.x4 : ahead;
            }
            if (5 * ACROSS < t.ranks) {
                x.x5 = own == 5 ? diagonal : keep * x.x5 + factor * o.x5;
                ahead = next == 5 ? x.x5 : ahead;
            }
            if (6 * ACROSS < t.ranks) {
                x.x6 = own == 6 ? diagonal : keep * x.x6 + factor * o.x6;
                ahead = next == 6 ? x.x6 : ahead;
            }
            if (7 * ACROSS < t.ranks) {
                x.x7 = own == 7 ? diagonal : keep * x.x7 + factor * o.x7;
                ahead = next == 7 ? x.x7 : ahead;
            }
            if (inside && next >= 0 && k + 1 < t.ranks) {
                m[t.column(1 - parity, i)] = ahead;
            }
        }
    }

    /**
     * Multiplies with the inverse and sums over the threads of a row; leaves the product in v or dy.
     *
     * @return the sum of s times the product
     */
    private float multiply(KernelContext context, float[] m, Team t, int v, Row8 o, boolean border) {
        partial(m, t, 0, v, o, t0);
        partial(m, t, 1, v, o, t1);
        partial(m, t, 2, v, o, t2);
        partial(m, t, 3, v, o, t3);
        Reduction.barrier(context, t);
        float sum = 0f;
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                float x = 0f;
                for (int c = 0; c < ACROSS; c++) {
                    x += m[t.partial(r, c)];
                }
                m[border ? t.v(r) : t.dy(r)] = -x;
                sum += t.speed(m, r) * -x;
            }
        }
        return Reduction.sum(context, m, t, sum);
    }

    private static void partial(float[] m, Team t, int which, int v, Row8 o, Row8 x) {
        if (has(t, which)) {
            int i = row(t, which);
            if (rowsFit(t) || i < t.ranks) {
                m[t.partial(i, v)] = x.dot(o);
            }
        }
    }

    /** Solves for the right-hand side b; writes dy and returns dt. Each thread corrects the dy it wrote. */
    float solve(KernelContext context, float[] m, Team t) {
        Row8 o = new Row8();
        int v = t.lane % ACROSS;
        loadVector(m, t, t.b(0), v, o);
        float dt = multiply(context, m, t, v, o, false) * inverseBorder;
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                m[t.dy(r)] = m[t.dy(r)] + -dt * m[t.v(r)];
            }
        }
        return dt;
    }
}
