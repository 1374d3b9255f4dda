// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * The parts of an interior-point step around the linear system: start, right-hand sides, directions, ratio test and
 * update. The formulas are those of {@code io.lplb.solver.InteriorPointSolver}; the names too.
 *
 * <p>Items too light to matter keep their even split and take no part: their duals would dwarf everything in float.
 *
 * <p>Sums of products are not summed again after a step. Directions of a feasible iterate are orthogonal, so
 *
 * <pre>
 *   products(p, d) = products + p A + d B,   A = sum of y dq + z da,   B = sum of q dy + a dz
 * </pre>
 *
 * and A and B come with the ratio test in one reduction. A NaN or an infinity anywhere shows in A or B.
 */
public final class NewtonStep {
    /** Lightest item that takes part, in mean loads: lighter than what float resolves in a rank's load. */
    static final float LIGHTEST = 1e-7f;

    private static final float START_MARGIN = 0.5f;

    private NewtonStep() {}

    /** 1 for an item that takes part, else 0: a factor, where a choice would be a branch. */
    private static float active(float w) {
        return w > LIGHTEST ? 1f : 0f;
    }

    /** Divides every item evenly. */
    static void evenSplit(float[] m, int[] table, ThreadTile t) {
        for (int j = 0; j < t.itemRounds; j++) {
            int i = t.lane + j * t.threads;
            if (i < t.items) {
                int first = t.first(table, i);
                int count = t.count(table, i);
                float share = m[t.w(i)] / count;
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    m[t.a(e)] = share;
                }
            }
        }
    }

    /** Fixed load and shares of a rank. */
    static float rankSum(float[] m, int[] table, ThreadTile t, int r) {
        float sum = m[t.f(r)];
        int firstOfRank = t.rankFirst(table, r);
        int degree = t.rankCount(table, r);
        for (int k = 0; k < degree; k++) {
            sum += m[t.a(t.rankEntry(table, firstOfRank + k))];
        }
        return sum;
    }

    /**
     * Sets q, y and z of the first iterate, feasible on both sides with all products equal; needs the even split.
     *
     * @return t, in max0; the sum of all products, in sum0; their number, in sum1
     */
    static Reduction.Totals start(KernelContext context, float[] m, int[] table, ThreadTile t, float totalSpeed) {
        float largest = 0f;
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                float sum = rankSum(m, table, t, r);
                m[t.q(r)] = sum;
                largest = Reduction.larger(largest, sum / t.speed(m, r));
            }
        }
        float top = Reduction.max(context, m, t, largest) + START_MARGIN;
        float equalY = 1f / totalSpeed;
        float products = 0f;
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                float q = t.speed(m, r) * top - m[t.q(r)];
                m[t.q(r)] = q;
                m[t.y(r)] = equalY;
                products += q * equalY;
            }
        }
        float terms = 0f;
        for (int j = 0; j < t.itemRounds; j++) {
            int i = t.lane + j * t.threads;
            if (i < t.items) {
                terms += active(m[t.w(i)]) * t.count(table, i);
            }
        }
        Reduction.Totals totals = new Reduction.Totals(top, 0f, products, terms);
        Reduction.reduce(context, m, t, totals);
        float mu = totals.sum0 / t.ranks;
        totals.sum1 += t.ranks;
        totals.sum0 = mu * totals.sum1;
        for (int j = 0; j < t.itemRounds; j++) {
            int i = t.lane + j * t.threads;
            if (i < t.items) {
                float active = active(m[t.w(i)]);
                int count = t.count(table, i);
                int first = t.first(table, i);
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    m[t.z(e)] = (active * mu + (1f - active)) / (active * m[t.a(e)] + (1f - active));
                }
            }
        }
        return totals;
    }

    /**
     * d, 1/z and their sums per item, and the items' part of the right-hand side.
     *
     * @param target what all products should become; 0 for a predictor
     */
    static void scale(float[] m, int[] table, ThreadTile t, float target) {
        for (int j = 0; j < t.itemRounds; j++) {
            int i = t.lane + j * t.threads;
            if (i < t.items) {
                int first = t.first(table, i);
                int count = t.count(table, i);
                float w = m[t.w(i)];
                float active = active(w);
                float sum = 0f;
                float added = 0f;
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    float a = m[t.a(e)];
                    float inverse = active / m[t.z(e)];
                    float centre = target * inverse;
                    m[t.inverseZ(e)] = inverse;
                    m[t.d(e)] = a * inverse;
                    m[t.da(e)] = centre - active * a;
                    sum += a * inverse;
                    added += centre;
                }
                float inverseSum = active / (sum + (1f - active));
                m[t.inverseSum(i)] = inverseSum;
                // With da = centre - a, the item's residual w - sum(a) and the sum of da make up added - w.
                contribute(m, t, first, count, (added - w) * inverseSum);
            }
        }
    }

    /** Leaves in dz what an item's entries add to their ranks' right-hand side. */
    private static void contribute(float[] m, ThreadTile t, int first, int count, float mean) {
        for (int k = 0; k < count; k++) {
            int e = first + k;
            m[t.dz(e)] = m[t.da(e)] + -m[t.d(e)] * mean;
        }
    }

    /**
     * Residuals of the rank rows, and the ranks' part of the right-hand side; leaves q/y in dy until that is known.
     *
     * @param target what all products should become; 0 for a predictor
     */
    static void residuals(float[] m, int[] table, ThreadTile t, float top, float target) {
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                float q = m[t.q(r)];
                m[t.residual(r)] = rankSum(m, table, t, r) + q - t.speed(m, r) * top;
                float inverseY = 1f / m[t.y(r)];
                m[t.dq(r)] = target * inverseY - q;
                m[t.dy(r)] = q * inverseY;
            }
        }
    }

    /** Sets the right-hand side b of a direction. */
    static void rightHandSide(float[] m, int[] table, ThreadTile t) {
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                float sum = m[t.dq(r)] + m[t.residual(r)];
                int firstOfRank = t.rankFirst(table, r);
                int degree = t.rankCount(table, r);
                for (int k = 0; k < degree; k++) {
                    sum += m[t.dz(t.rankEntry(table, firstOfRank + k))];
                }
                m[t.b(r)] = sum;
            }
        }
    }

    /** Replaces the first-order terms by those of the corrector: products equal to target, second order included. */
    static void correct(float[] m, int[] table, ThreadTile t, float target) {
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                m[t.dq(r)] = (target + -m[t.dq(r)] * m[t.dy(r)]) / m[t.y(r)] - m[t.q(r)];
            }
        }
        for (int j = 0; j < t.itemRounds; j++) {
            int i = t.lane + j * t.threads;
            if (i < t.items) {
                int first = t.first(table, i);
                int count = t.count(table, i);
                float w = m[t.w(i)];
                float active = active(w);
                float sum = 0f;
                float total = 0f;
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    float a = m[t.a(e)];
                    float da = (target + -m[t.da(e)] * m[t.dz(e)]) * m[t.inverseZ(e)] - a;
                    da *= active;
                    m[t.da(e)] = da;
                    sum += da;
                    total += a;
                }
                contribute(m, t, first, count, (sum + total - w) * m[t.inverseSum(i)]);
            }
        }
    }

    /**
     * The rest of a direction once dy is known.
     *
     * @return the inverse lengths to the boundary, primal in max0 and dual in max1; A in sum0, B in sum1
     */
    static Reduction.Totals direction(KernelContext context, float[] m, int[] table, ThreadTile t) {
        Reduction.Totals x = new Reduction.Totals(1f, 1f, 0f, 0f);
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                float q = m[t.q(r)];
                float y = m[t.y(r)];
                float dy = m[t.dy(r)];
                float relative = dy / y;
                float dq = m[t.dq(r)] + -q * relative;
                m[t.dq(r)] = dq;
                x.max0 = Reduction.larger(x.max0, -dq / q);
                x.max1 = Reduction.larger(x.max1, -relative);
                x.sum0 += y * dq;
                x.sum1 += q * dy;
            }
        }
        for (int j = 0; j < t.itemRounds; j++) {
            int i = t.lane + j * t.threads;
            if (i < t.items) {
                int first = t.first(table, i);
                int count = t.count(table, i);
                float w = m[t.w(i)];
                float active = active(w);
                float sum = w;
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    sum += m[t.d(e)] * m[t.dy(t.host(table, e))] - m[t.da(e)] - m[t.a(e)];
                }
                float du = sum * m[t.inverseSum(i)];
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    float a = m[t.a(e)];
                    float z = m[t.z(e)];
                    float dz = active * (m[t.dy(t.host(table, e))] - du);
                    float da = m[t.da(e)] + -m[t.d(e)] * dz;
                    m[t.dz(e)] = dz;
                    m[t.da(e)] = da;
                    x.max0 = Reduction.larger(x.max0, -da / (a + (1f - active)));
                    x.max1 = Reduction.larger(x.max1, -dz * m[t.inverseZ(e)]);
                    x.sum0 += z * da;
                    x.sum1 += a * dz;
                }
            }
        }
        Reduction.reduce(context, m, t, x);
        return x;
    }

    /** Moves the iterate. */
    static void advance(float[] m, int[] table, ThreadTile t, float primal, float dual) {
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                m[t.q(r)] = m[t.q(r)] + primal * m[t.dq(r)];
                m[t.y(r)] = m[t.y(r)] + dual * m[t.dy(r)];
            }
        }
        for (int j = 0; j < t.itemRounds; j++) {
            int i = t.lane + j * t.threads;
            if (i < t.items) {
                int count = t.count(table, i);
                int first = t.first(table, i);
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    m[t.a(e)] = m[t.a(e)] + primal * m[t.da(e)];
                    m[t.z(e)] = m[t.z(e)] + dual * m[t.dz(e)];
                }
            }
        }
    }
}
