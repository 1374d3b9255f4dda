// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Gaussian elimination for more ranks than {@link RegisterElimination} takes: Gauss-Jordan in place by the symmetric
 * sweep operator (Goodnight, "A tutorial on the SWEEP operator", Am. Stat. 33, 1979), two pivots at a time. Sweeping on
 * the pivots K = {k, k + 1}, with c[i] the two elements of row i in their columns and W the inverse of their block:
 *
 * <pre>
 *   M[i][j] -= c[i]' W c[j]     M[K][j] = W c[j]     M[i][K] = c[i]' W     M[K][K] = -W
 * </pre>
 *
 * <p>leaves {@code -M^-1} after all pivots, so that a right-hand side costs one product instead of two substitutions
 * with a barrier per row.
 *
 * <p>The matrix lies in registers, dealt out like cards: thread (u, v), v = 0..7, holds the elements (i, j) with
 * {@code i % down = u, j % 8 = v}, at most four rows of at most eight each. A pair of pivots costs one barrier: its
 * columns come from a buffer in local memory, and who updates the next two columns writes them to the other of two
 * buffers.
 *
 * <p>Needs at least two threads a rank, a multiple of 32, and at most 64 ranks. {@code rho s s'} is added as in
 * {@link RegisterElimination}, and pivots are guarded in the same way.
 */
public final class TileInverse {
    /** Threads that share a row. */
    static final int ACROSS = 8;

    private static final float PIVOT_FLOOR = 1e-7f;
    private static final float HUGE_PIVOT = 1e30f;

    private final Float8 t0 = new Float8();
    private final Float8 t1 = new Float8();
    private final Float8 t2 = new Float8();
    private final Float8 t3 = new Float8();
    private float inverseBorder;

    private static int row(ThreadTile t, int which) {
        return t.lane / ACROSS + which * (t.threads / ACROSS);
    }

    private static boolean rowsFit(ThreadTile t) {
        return t.ranks % (t.threads / ACROSS) == 0;
    }

    private static boolean has(ThreadTile t, int which) {
        return which * (t.threads / ACROSS) < t.ranks;
    }

    /** Takes over M + rho s s' and inverts it; solves for the border, which leaves v. */
    void invert(KernelContext context, float[] m, ThreadTile t) {
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
        Float8 o = new Float8();
        Float8 o1 = new Float8();
        Pair pair = new Pair();
        for (int k = 0; k < t.ranks; k += 2) {
            pair.read(m, t, k, floor);
            loadVector(m, t, t.column(pair.buffer, 0), v, o);
            loadVector(m, t, t.column(pair.buffer + 1, 0), v, o1);
            pair.place(v, k);
            sweepRow(m, t, 0, k, pair, o, o1, t0);
            sweepRow(m, t, 1, k, pair, o, o1, t1);
            sweepRow(m, t, 2, k, pair, o, o1, t2);
            sweepRow(m, t, 3, k, pair, o, o1, t3);
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

    private static void load(float[] m, ThreadTile t, int which, int v, float rho, Float8 x) {
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
            if (inside && v < 2) {
                m[t.column(v, i)] = x.x0;
            }
        }
    }

    private static float element(float[] m, ThreadTile t, boolean inside, int i, int j, float f) {
        return inside && (t.ranks % ACROSS == 0 || j < t.ranks) ? m[t.m(i, j)] + f * t.speed(m, j) : 0f;
    }

    /** This thread's elements v, v + 8, ... of a vector. */
    private static void loadVector(float[] m, ThreadTile t, int from, int v, Float8 o) {
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

    private static float word(float[] m, ThreadTile t, int from, int j) {
        return t.ranks % ACROSS == 0 || j < t.ranks ? m[from + j] : 0f;
    }

    private static void sweepRow(float[] m, ThreadTile t, int which, int k, Pair p, Float8 o, Float8 o1, Float8 x) {
        if (has(t, which)) {
            int i = row(t, which);
            boolean inside = rowsFit(t) || i < t.ranks;
            float c0 = inside ? m[t.column(p.buffer, i)] : 0f;
            float c1 = inside ? p.second(m, t, k, i) : 0f;
            float e0 = ThreadTile.equal(i, k);
            float e1 = ThreadTile.equal(i, k + 1);
            float keep = 1f - e0 - e1;
            float f0 = keep * (c0 * p.w00 + c1 * p.w01) - e0 * p.w00 - e1 * p.w01;
            float f1 = keep * (c0 * p.w01 + c1 * p.w11) - e0 * p.w01 - e1 * p.w11;
            float inverse = f0 + p.odd * (f1 - f0);
            x.x0 = p.own.x0 * inverse + (1f - p.own.x0) * (keep * x.x0 - f0 * o.x0 - f1 * o1.x0);
            float ahead = p.next.x0 * x.x0;
            if (ACROSS < t.ranks) {
                x.x1 = p.own.x1 * inverse + (1f - p.own.x1) * (keep * x.x1 - f0 * o.x1 - f1 * o1.x1);
                ahead += p.next.x1 * x.x1;
            }
            if (2 * ACROSS < t.ranks) {
                x.x2 = p.own.x2 * inverse + (1f - p.own.x2) * (keep * x.x2 - f0 * o.x2 - f1 * o1.x2);
                ahead += p.next.x2 * x.x2;
            }
            if (3 * ACROSS < t.ranks) {
                x.x3 = p.own.x3 * inverse + (1f - p.own.x3) * (keep * x.x3 - f0 * o.x3 - f1 * o1.x3);
                ahead += p.next.x3 * x.x3;
            }
            if (4 * ACROSS < t.ranks) {
                x.x4 = p.own.x4 * inverse + (1f - p.own.x4) * (keep * x.x4 - f0 * o.x4 - f1 * o1.x4);
                ahead += p.next.x4 * x.x4;
            }
            if (5 * ACROSS < t.ranks) {
                x.x5 = p.own.x5 * inverse + (1f - p.own.x5) * (keep * x.x5 - f0 * o.x5 - f1 * o1.x5);
                ahead += p.next.x5 * x.x5;
            }
            if (6 * ACROSS < t.ranks) {
                x.x6 = p.own.x6 * inverse + (1f - p.own.x6) * (keep * x.x6 - f0 * o.x6 - f1 * o1.x6);
                ahead += p.next.x6 * x.x6;
            }
            if (7 * ACROSS < t.ranks) {
                x.x7 = p.own.x7 * inverse + (1f - p.own.x7) * (keep * x.x7 - f0 * o.x7 - f1 * o1.x7);
                ahead += p.next.x7 * x.x7;
            }
            if (inside && p.nextColumn >= 0 && k + 2 < t.ranks) {
                m[t.column(2 - p.buffer + p.parity, i)] = ahead;
            }
        }
    }

    /**
     * Multiplies with the inverse and sums over the threads of a row; leaves the product in v or dy.
     *
     * @return the sum of s times the product
     */
    private float multiply(KernelContext context, float[] m, ThreadTile t, int v, Float8 o, boolean border) {
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

    private static void partial(float[] m, ThreadTile t, int which, int v, Float8 o, Float8 x) {
        if (has(t, which)) {
            int i = row(t, which);
            if (rowsFit(t) || i < t.ranks) {
                m[t.partial(i, v)] = x.dot(o);
            }
        }
    }

    /** Solves for the right-hand side b; writes dy and returns dt. Each thread corrects the dy it wrote. */
    float solve(KernelContext context, float[] m, ThreadTile t) {
        Float8 o = new Float8();
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

    /** Two pivots: the inverse of their block, and which of this thread's columns are theirs or next. */
    public static final class Pair {
        int buffer;
        int parity;
        int nextColumn;
        float odd;
        final Float8 own = new Float8();
        final Float8 next = new Float8();
        float w00;
        float w01;
        float w11;

        /** Inverts the block by its own elimination; a pivot that is too small becomes huge, which fixes its dy at 0. */
        void read(float[] m, ThreadTile t, int k, float floor) {
            buffer = k & 2;
            float p = m[t.column(buffer, k)];
            float off = second(m, t, k, k);
            float q = k + 1 < t.ranks ? m[t.column(buffer + 1, k + 1)] : 0f;
            float inverse = 1f / (p > floor ? p : HUGE_PIVOT);
            float factor = off * inverse;
            float rest = q - factor * off;
            w11 = 1f / (rest > floor ? rest : HUGE_PIVOT);
            w01 = -factor * w11;
            w00 = inverse - factor * w01;
        }

        /** An element of the second pivot's column. */
        float second(float[] m, ThreadTile t, int k, int i) {
            return t.ranks % 2 == 0 || k + 1 < t.ranks ? m[t.column(buffer + 1, i)] : 0f;
        }

        /** Masks instead of choices: TornadoVM makes a branch of every choice, and eight a row are slower than this. */
        void place(int v, int k) {
            parity = v & 1;
            odd = parity;
            int ownColumn = (v & -2) == (k & (ACROSS - 1)) ? k / ACROSS : -1;
            nextColumn = (v & -2) == ((k + 2) & (ACROSS - 1)) ? (k + 2) / ACROSS : -1;
            own.setUnit(ownColumn);
            next.setUnit(nextColumn);
        }
    }
}
