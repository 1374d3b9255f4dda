// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

/**
 * Gaussian elimination of a symmetric positive definite system of up to eight unknowns, wholly in the registers of each
 * thread: all threads of a team do the same work, which costs less than a barrier per pivot would.
 *
 * <pre>
 *   (M + rho s s') = U' diag(1/p) U,   rho = trace(M) / (n s's)
 *   v = (M + rho s s')^-1 s,   x = (M + rho s s')^-1 b,   dt = s'x / s'v,   dy = x - dt v     so that s'dy = 0
 * </pre>
 *
 * <p>Adding {@code rho s s'} changes no solution with {@code s'dy = 0} and takes away the direction along which M is
 * nearly singular. Rows beyond the number of ranks are those of the identity. A pivot without a digit left, or NaN, is
 * replaced by a huge one.
 */
public final class RegisterElimination {
    private static final float PIVOT_FLOOR = 1e-7f;
    private static final float HUGE_PIVOT = 1e30f;

    private final Float8 r0 = new Float8();
    private final Float8 r1 = new Float8();
    private final Float8 r2 = new Float8();
    private final Float8 r3 = new Float8();
    private final Float8 r4 = new Float8();
    private final Float8 r5 = new Float8();
    private final Float8 r6 = new Float8();
    private final Float8 r7 = new Float8();
    private final Float8 p = new Float8();
    private final Float8 s = new Float8();
    private final Float8 v = new Float8();
    private float inverseBorder;

    /** Loads the matrix that {@link MatrixUpdate} left, factors it and solves for the border. */
    void factor(float[] m, ThreadTile t) {
        loadSpeeds(m, t, s);
        loadRow(m, t, 0, r0);
        loadRow(m, t, 1, r1);
        loadRow(m, t, 2, r2);
        loadRow(m, t, 3, r3);
        loadRow(m, t, 4, r4);
        loadRow(m, t, 5, r5);
        loadRow(m, t, 6, r6);
        loadRow(m, t, 7, r7);
        float trace = ((r0.x0 + r1.x1) + (r2.x2 + r3.x3)) + ((r4.x4 + r5.x5) + (r6.x6 + r7.x7));
        float rho = trace / (t.ranks * s.dot(s));
        float floor = PIVOT_FLOOR * trace;
        r0.addTimes(rho * s.x0, s);
        r1.addTimes(rho * s.x1, s);
        r2.addTimes(rho * s.x2, s);
        r3.addTimes(rho * s.x3, s);
        r4.addTimes(rho * s.x4, s);
        r5.addTimes(rho * s.x5, s);
        r6.addTimes(rho * s.x6, s);
        r7.addTimes(rho * s.x7, s);
        p.x0 = inverse(r0.x0, floor);
        eliminate(r0, p.x0, 0);
        p.x1 = inverse(r1.x1, floor);
        eliminate(r1, p.x1, 1);
        p.x2 = inverse(r2.x2, floor);
        eliminate(r2, p.x2, 2);
        p.x3 = inverse(r3.x3, floor);
        eliminate(r3, p.x3, 3);
        p.x4 = inverse(r4.x4, floor);
        eliminate(r4, p.x4, 4);
        p.x5 = inverse(r5.x5, floor);
        eliminate(r5, p.x5, 5);
        p.x6 = inverse(r6.x6, floor);
        eliminate(r6, p.x6, 6);
        p.x7 = inverse(r7.x7, floor);
        v.x0 = s.x0;
        v.x1 = s.x1;
        v.x2 = s.x2;
        v.x3 = s.x3;
        v.x4 = s.x4;
        v.x5 = s.x5;
        v.x6 = s.x6;
        v.x7 = s.x7;
        substitute(v);
        inverseBorder = 1f / s.dot(v);
    }

    /** Takes multiples of the pivot row from the rows below it. */
    private void eliminate(Float8 pivotRow, float inverse, int k) {
        if (k < 1) {
            r1.addTimes(-(pivotRow.x1 * inverse), pivotRow);
        }
        if (k < 2) {
            r2.addTimes(-(pivotRow.x2 * inverse), pivotRow);
        }
        if (k < 3) {
            r3.addTimes(-(pivotRow.x3 * inverse), pivotRow);
        }
        if (k < 4) {
            r4.addTimes(-(pivotRow.x4 * inverse), pivotRow);
        }
        if (k < 5) {
            r5.addTimes(-(pivotRow.x5 * inverse), pivotRow);
        }
        if (k < 6) {
            r6.addTimes(-(pivotRow.x6 * inverse), pivotRow);
        }
        r7.addTimes(-(pivotRow.x7 * inverse), pivotRow);
    }

    private static float inverse(float pivot, float floor) {
        return 1f / (pivot > floor ? pivot : HUGE_PIVOT);
    }

    /** Solves with the factors, in place. */
    private void substitute(Float8 x) {
        forward(x);
        x.x7 *= p.x7;
        float f = -x.x7;
        x.x6 += f * r6.x7;
        x.x5 += f * r5.x7;
        x.x4 += f * r4.x7;
        x.x3 += f * r3.x7;
        x.x2 += f * r2.x7;
        x.x1 += f * r1.x7;
        x.x0 += f * r0.x7;
        x.x6 *= p.x6;
        f = -x.x6;
        x.x5 += f * r5.x6;
        x.x4 += f * r4.x6;
        x.x3 += f * r3.x6;
        x.x2 += f * r2.x6;
        x.x1 += f * r1.x6;
        x.x0 += f * r0.x6;
        x.x5 *= p.x5;
        f = -x.x5;
        x.x4 += f * r4.x5;
        x.x3 += f * r3.x5;
        x.x2 += f * r2.x5;
        x.x1 += f * r1.x5;
        x.x0 += f * r0.x5;
        x.x4 *= p.x4;
        f = -x.x4;
        x.x3 += f * r3.x4;
        x.x2 += f * r2.x4;
        x.x1 += f * r1.x4;
        x.x0 += f * r0.x4;
        x.x3 *= p.x3;
        f = -x.x3;
        x.x2 += f * r2.x3;
        x.x1 += f * r1.x3;
        x.x0 += f * r0.x3;
        x.x2 *= p.x2;
        f = -x.x2;
        x.x1 += f * r1.x2;
        x.x0 += f * r0.x2;
        x.x1 *= p.x1;
        f = -x.x1;
        x.x0 += f * r0.x1;
        x.x0 *= p.x0;
    }

    /** The pivots' rows do to a right-hand side what they did to the rows below them. */
    private void forward(Float8 x) {
        float f = -(x.x0 * p.x0);
        x.x1 += f * r0.x1;
        x.x2 += f * r0.x2;
        x.x3 += f * r0.x3;
        x.x4 += f * r0.x4;
        x.x5 += f * r0.x5;
        x.x6 += f * r0.x6;
        x.x7 += f * r0.x7;
        f = -(x.x1 * p.x1);
        x.x2 += f * r1.x2;
        x.x3 += f * r1.x3;
        x.x4 += f * r1.x4;
        x.x5 += f * r1.x5;
        x.x6 += f * r1.x6;
        x.x7 += f * r1.x7;
        f = -(x.x2 * p.x2);
        x.x3 += f * r2.x3;
        x.x4 += f * r2.x4;
        x.x5 += f * r2.x5;
        x.x6 += f * r2.x6;
        x.x7 += f * r2.x7;
        f = -(x.x3 * p.x3);
        x.x4 += f * r3.x4;
        x.x5 += f * r3.x5;
        x.x6 += f * r3.x6;
        x.x7 += f * r3.x7;
        f = -(x.x4 * p.x4);
        x.x5 += f * r4.x5;
        x.x6 += f * r4.x6;
        x.x7 += f * r4.x7;
        f = -(x.x5 * p.x5);
        x.x6 += f * r5.x6;
        x.x7 += f * r5.x7;
        f = -(x.x6 * p.x6);
        x.x7 += f * r6.x7;
    }

    /** Solves for the right-hand side b; writes dy and returns dt. All threads know all of dy, the first one writes. */
    float solve(float[] m, ThreadTile t) {
        Float8 x = new Float8();
        x.x0 = m[t.b(0)];
        x.x1 = t.ranks > 1 ? m[t.b(1)] : 0f;
        x.x2 = t.ranks > 2 ? m[t.b(2)] : 0f;
        x.x3 = t.ranks > 3 ? m[t.b(3)] : 0f;
        x.x4 = t.ranks > 4 ? m[t.b(4)] : 0f;
        x.x5 = t.ranks > 5 ? m[t.b(5)] : 0f;
        x.x6 = t.ranks > 6 ? m[t.b(6)] : 0f;
        x.x7 = t.ranks > 7 ? m[t.b(7)] : 0f;
        substitute(x);
        float dt = s.dot(x) * inverseBorder;
        x.addTimes(-dt, v);
        if (t.lane == 0) {
            for (int r = 0; r < t.ranks; r++) {
                m[t.dy(r)] = x.get(r);
            }
        }
        return dt;
    }

    private static void loadRow(float[] m, ThreadTile t, int r, Float8 row) {
        row.x0 = element(m, t, r, 0);
        row.x1 = element(m, t, r, 1);
        row.x2 = element(m, t, r, 2);
        row.x3 = element(m, t, r, 3);
        row.x4 = element(m, t, r, 4);
        row.x5 = element(m, t, r, 5);
        row.x6 = element(m, t, r, 6);
        row.x7 = element(m, t, r, 7);
    }

    /** The upper triangle; nothing below it is used. */
    private static float element(float[] m, ThreadTile t, int r, int c) {
        if (r >= t.ranks || c >= t.ranks) {
            return r == c ? 1f : 0f;
        }
        return c < r ? 0f : m[t.m(r, c)];
    }

    private static void loadSpeeds(float[] m, ThreadTile t, Float8 s) {
        s.x0 = t.speed(m, 0);
        s.x1 = t.ranks > 1 ? t.speed(m, 1) : 0f;
        s.x2 = t.ranks > 2 ? t.speed(m, 2) : 0f;
        s.x3 = t.ranks > 3 ? t.speed(m, 3) : 0f;
        s.x4 = t.ranks > 4 ? t.speed(m, 4) : 0f;
        s.x5 = t.ranks > 5 ? t.speed(m, 5) : 0f;
        s.x6 = t.ranks > 6 ? t.speed(m, 6) : 0f;
        s.x7 = t.ranks > 7 ? t.speed(m, 7) : 0f;
    }
}
