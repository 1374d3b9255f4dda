// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Certificate of a split: its largest load and the best of the bounds from the k most loaded ranks, k = 1..ranks, as in
 * {@code io.lplb.solver.Certificate}; in float, to decide when to stop. The host computes it again in double.
 *
 * <p>Positions come from counting the ranks in front, and each bound is summed by a thread of its own: O(ranks^2 + ranks
 * items) work, but no sorting network and four barriers.
 */
final class DeviceCertificate {
    private DeviceCertificate() {}

    /**
     * Certifies the loads b of the shares; overwrites dq, dy and inverseSum, so it is not for the middle of a step.
     *
     * @return the largest load in max0, the bound in max1
     */
    static Reduction.Totals certify(KernelContext context, float[] m, int[] table, Team t) {
        float largest = 0f;
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                float load = m[t.b(r)] / t.speed(m, r);
                m[t.dq(r)] = load;
                largest = Reduction.larger(largest, load);
            }
        }
        Reduction.barrier(context, t);
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                float load = m[t.dq(r)];
                float position = 0f;
                for (int o = 0; o < t.ranks; o++) {
                    float other = m[t.dq(o)];
                    float tie = o < r ? 1f : 0f;
                    position += other > load ? 1f : 0f;
                    position += other == load ? tie : 0f;
                }
                m[t.dy(r)] = position;
            }
        }
        Reduction.barrier(context, t);
        for (int j = 0; j < t.itemRounds; j++) {
            int i = t.lane + j * t.threads;
            if (i < t.items) {
                float last = 0f;
                int count = t.count(table, i);
                int first = t.first(table, i);
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    last = Reduction.larger(last, m[t.dy(t.host(table, e))]);
                }
                m[t.inverseSum(i)] = last;
            }
        }
        Reduction.barrier(context, t);
        Reduction.Totals x = new Reduction.Totals(largest, bestBound(m, t), 0f, 0f);
        Reduction.reduce(context, m, t, x);
        return x;
    }

    private static float bestBound(float[] m, Team t) {
        float best = 0f;
        for (int k = t.lane; k < t.ranks; k += t.threads) {
            float inside = 0f;
            float speeds = 0f;
            for (int r = 0; r < t.ranks; r++) {
                boolean in = m[t.dy(r)] <= k;
                inside += in ? m[t.f(r)] : 0f;
                speeds += in ? t.speed(m, r) : 0f;
            }
            for (int i = 0; i < t.items; i++) {
                inside += m[t.inverseSum(i)] <= k ? m[t.w(i)] : 0f;
            }
            best = Reduction.larger(best, inside / speeds);
        }
        return best;
    }
}
