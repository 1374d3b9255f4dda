// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

/**
 * Matrix update: M of the interior point from the shares, the duals and the host lists, row by row.
 *
 * <pre>
 *   M[r][r] = q[r] / y[r] + sum over items i on r, other hosts h of i:  d[i,r] d[i,h] / sum(d[i])
 *   M[r][h] =             - sum over items i on r and h              :  d[i,r] d[i,h] / sum(d[i])        d = a / z
 * </pre>
 *
 * <p>The off-diagonal terms of a row are also what its diagonal gains, so nothing is subtracted and nothing cancels.
 * Each row belongs to one thread; both triangles are written.
 */
public final class MatrixUpdate {
    private MatrixUpdate() {}

    /** Assembles the rows of this thread from d, inverse sums, and q / y in dy. */
    static void assemble(float[] m, int[] table, ThreadTile t) {
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                for (int c = 0; c < t.ranks; c++) {
                    m[t.m(r, c)] = 0f;
                }
                float diagonal = m[t.dy(r)];
                int firstOfRank = t.rankFirst(table, r);
                int degree = t.rankCount(table, r);
                for (int k = 0; k < degree; k++) {
                    int e = t.rankEntry(table, firstOfRank + k);
                    int i = t.rankItem(table, firstOfRank + k);
                    float scaled = m[t.d(e)] * m[t.inverseSum(i)];
                    int first = t.first(table, i);
                    int count = t.count(table, i);
                    if (t.hosts == 2) {
                        int o = 2 * first + 1 - e;
                        diagonal += take(m, t, r, t.host(table, o), scaled * m[t.d(o)]);
                    } else {
                        for (int h = 0; h < count; h++) {
                            int o = first + h;
                            float other = 1f - ThreadTile.equal(o, e);
                            diagonal += take(m, t, r, t.host(table, o), other * scaled * m[t.d(o)]);
                        }
                    }
                }
                m[t.m(r, r)] = diagonal;
            }
        }
    }

    /** Takes a weight off an element; returns it. */
    private static float take(float[] m, ThreadTile t, int r, int other, float weight) {
        int at = t.m(r, other);
        m[at] = m[at] - weight;
        return weight;
    }
}
