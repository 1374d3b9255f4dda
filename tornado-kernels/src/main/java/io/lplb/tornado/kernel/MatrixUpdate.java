// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

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
final class MatrixUpdate {
    private MatrixUpdate() {}

    /** Assembles the rows of this thread from d, inverse sums, q and y. */
    static void assemble(float[] m, int[] table, Team t) {
        for (int r = t.lane; r < t.ranks; r += t.threads) {
            for (int c = 0; c < t.ranks; c++) {
                m[t.m(r, c)] = 0f;
            }
            float diagonal = m[t.q(r)] / m[t.y(r)];
            int end = t.rankFirst(table, r + 1);
            for (int k = t.rankFirst(table, r); k < end; k++) {
                int e = t.rankEntry(table, k);
                int i = t.rankItem(table, k);
                float scaled = m[t.d(e)] * m[t.inverseSum(i)];
                int itemEnd = t.end(table, i);
                for (int o = t.first(table, i); o < itemEnd; o++) {
                    if (o != e) {
                        float weight = scaled * m[t.d(o)];
                        int at = t.m(r, t.host(table, o));
                        diagonal += weight;
                        m[at] = m[at] - weight;
                    }
                }
            }
            m[t.m(r, r)] = diagonal;
        }
    }
}
