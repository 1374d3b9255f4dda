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
        float bound = t.boundParts == 1 ? bestBound(m, table, t) : bestBoundInParts(context, m, table, t);
        Reduction.Totals x = new Reduction.Totals(largest, bound, 0f, 0f);
        Reduction.reduceMaxima(context, m, t, x);
        return x;
    }

    private static float bestBound(float[] m, int[] table, Team t) {
        float best = 0f;
        int items = t.realItems(table);
        for (int k = t.lane; k < t.ranks; k += t.threads) {
            float inside = 0f;
            float speeds = 0f;
            for (int r = 0; r < t.ranks; r++) {
                boolean in = m[t.dy(r)] <= k;
                inside += in ? m[t.f(r)] : 0f;
                speeds += in ? t.speed(m, r) : 0f;
            }
            for (int i = 0; i < items; i++) {
                inside += m[t.inverseSum(i)] <= k ? m[t.w(i)] : 0f;
            }
            best = Reduction.larger(best, inside / speeds);
        }
        return best;
    }

    /** As many threads as a bound has parts lie beside each other in a warp; each adds every so many ranks and items. */
    private static float bestBoundInParts(KernelContext context, float[] m, int[] table, Team t) {
        float best = 0f;
        int part = t.lane % t.boundParts;
        int items = t.realItems(table);
        int rounds = (t.ranks * t.boundParts + t.threads - 1) / t.threads;
        for (int j = 0; j < rounds; j++) {
            int k = (t.lane + j * t.threads) / t.boundParts;
            float inside = 0f;
            float speeds = 0f;
            for (int r = part; r < t.ranks; r += t.boundParts) {
                boolean in = m[t.dy(r)] <= k;
                inside += in ? m[t.f(r)] : 0f;
                speeds += in ? t.speed(m, r) : 0f;
            }
            for (int i = part; i < items; i += t.boundParts) {
                inside += m[t.inverseSum(i)] <= k ? m[t.w(i)] : 0f;
            }
            if (t.boundParts == 4) {
                inside += context.simdShuffleDown(inside, 2);
                speeds += context.simdShuffleDown(speeds, 2);
            }
            inside += context.simdShuffleDown(inside, 1);
            speeds += context.simdShuffleDown(speeds, 1);
            // Only the first thread of a bound has all of it.
            best = part == 0 && k < t.ranks ? Reduction.larger(best, inside / speeds) : best;
        }
        return best;
    }
}
