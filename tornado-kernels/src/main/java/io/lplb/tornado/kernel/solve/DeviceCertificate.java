// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Certificate of a split: its largest load and the best of the bounds from the k most loaded ranks, k = 1..ranks, as in
 * {@code io.lplb.solver.Certificate}; in float, to decide when to stop. The host computes it again in double.
 *
 * <p>Positions come from counting the ranks in front, and each bound is summed by a thread of its own: O(ranks^2 + ranks
 * items) work, but no sorting network and few barriers.
 */
public final class DeviceCertificate {
    private DeviceCertificate() {}

    /** Up to this many ranks every thread reads all loads and bounds: a tree of shuffles takes longer. */
    private static final int FEW_RANKS = 16;

    static boolean fewRanks(ThreadTile t) {
        return t.ranks <= FEW_RANKS;
    }

    /**
     * Certifies the loads b of the shares; overwrites dq, dy and inverseSum, so it is not for the middle of a step.
     *
     * @return the largest load in max0, the bound in max1
     */
    static Reduction.Totals certify(KernelContext context, float[] m, int[] table, ThreadTile t) {
        float largest = 0f;
        if (!t.unitSpeeds) {
            relativeLoads(m, t);
            Reduction.barrier(context, t);
        }
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                float load = relativeLoad(m, t, r);
                largest = Reduction.larger(largest, load);
                float position = 0f;
                for (int o = 0; o < t.ranks; o++) {
                    float other = relativeLoad(m, t, o);
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
        if (fewRanks(t)) {
            return new Reduction.Totals(largestLoad(m, t), bestOfFew(context, m, table, t), 0f, 0f);
        }
        float bound = t.boundParts == 1 ? bestBound(m, table, t) : bestBoundInParts(context, m, table, t);
        Reduction.Totals x = new Reduction.Totals(largest, bound, 0f, 0f);
        Reduction.reduceMaxima(context, m, t, x);
        return x;
    }

    /** Loads by speed, in dq. */
    private static void relativeLoads(float[] m, ThreadTile t) {
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                m[t.dq(r)] = m[t.b(r)] / t.speed(m, r);
            }
        }
    }

    private static float relativeLoad(float[] m, ThreadTile t, int r) {
        return t.unitSpeeds ? m[t.b(r)] : m[t.dq(r)];
    }

    /** The largest load by speed, found by every thread for itself. */
    static float largestLoad(float[] m, ThreadTile t) {
        float largest = 0f;
        for (int r = 0; r < t.ranks; r++) {
            largest = Reduction.larger(largest, m[t.b(r)] / t.speed(m, r));
        }
        return largest;
    }

    private static float bestOfFew(KernelContext context, float[] m, int[] table, ThreadTile t) {
        for (int j = 0; j < t.rankRounds; j++) {
            int k = t.lane + j * t.threads;
            if (k < t.ranks) {
                m[t.dq(k)] = bound(m, table, t, k);
            }
        }
        Reduction.barrier(context, t);
        float best = 0f;
        for (int k = 0; k < t.ranks; k++) {
            best = Reduction.larger(best, m[t.dq(k)]);
        }
        return best;
    }

    private static float bestBound(float[] m, int[] table, ThreadTile t) {
        float best = 0f;
        for (int k = t.lane; k < t.ranks; k += t.threads) {
            best = Reduction.larger(best, bound(m, table, t, k));
        }
        return best;
    }

    /** The bound from the ranks of positions up to k. */
    private static float bound(float[] m, int[] table, ThreadTile t, int k) {
        float fixed = 0f;
        float speeds = 0f;
        for (int r = 0; r < t.ranks; r++) {
            float in = m[t.dy(r)] <= k ? 1f : 0f;
            fixed += in * m[t.f(r)];
            speeds += in * t.speed(m, r);
        }
        float inside = 0f;
        int items = t.realItems(table);
        for (int i = 0; i < items; i++) {
            float in = m[t.inverseSum(i)] <= k ? 1f : 0f;
            inside += in * m[t.w(i)];
        }
        return (fixed + inside) / (t.unitSpeeds ? k + 1 : speeds);
    }

    /** As many threads as a bound has parts lie beside each other in a warp; each adds every so many ranks and items. */
    private static float bestBoundInParts(KernelContext context, float[] m, int[] table, ThreadTile t) {
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
