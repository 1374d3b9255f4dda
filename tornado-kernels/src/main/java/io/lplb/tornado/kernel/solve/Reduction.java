// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Reductions over the threads of a team; every thread gets the same bits.
 *
 * <p>A team of one thread has nothing to do. A team inside a warp goes through local memory, since shuffles need a whole
 * warp. Whole warps reduce by shuffles, and several of them exchange one value each. Each call contains the barriers it
 * needs, in front of what it writes and behind it.
 */
public final class Reduction {
    private static final int WARP = 32;

    private Reduction() {}

    /** Barrier of the work-group; nothing where every team is a single thread. */
    static void barrier(KernelContext context, ThreadTile t) {
        if (t.threads > 1) {
            context.localBarrier();
        }
    }

    static float max(KernelContext context, float[] m, ThreadTile t, float value) {
        Totals totals = new Totals(value, value, 0f, 0f);
        reduceMaxima(context, m, t, totals);
        return totals.max0;
    }

    static float sum(KernelContext context, float[] m, ThreadTile t, float value) {
        Totals totals = new Totals(0f, 0f, value, value);
        reduce(context, m, t, totals);
        return totals.sum0;
    }

    /** Two maxima and two sums at once: they wait for each other's latency instead of adding it up. */
    static void reduce(KernelContext context, float[] m, ThreadTile t, Totals x) {
        if (t.threads >= WARP) {
            shuffleMaxima(context, x);
            x.sum0 = context.simdSum(x.sum0);
            x.sum1 = context.simdSum(x.sum1);
        }
        reduceWarps(context, m, t, x);
    }

    /** The maxima alone; the sums are undefined afterwards. */
    static void reduceMaxima(KernelContext context, float[] m, ThreadTile t, Totals x) {
        if (t.threads >= WARP) {
            shuffleMaxima(context, x);
        }
        reduceWarps(context, m, t, x);
    }

    private static void shuffleMaxima(KernelContext context, Totals x) {
        float max0 = x.max0;
        float max1 = x.max1;
        for (int step = WARP / 2; step > 0; step /= 2) {
            max0 = larger(max0, context.simdShuffleDown(max0, step));
            max1 = larger(max1, context.simdShuffleDown(max1, step));
        }
        x.max0 = context.simdBroadcastFirst(max0);
        x.max1 = context.simdBroadcastFirst(max1);
    }

    private static void reduceWarps(KernelContext context, float[] m, ThreadTile t, Totals x) {
        if (t.threads > WARP) {
            exchange(context, m, t, x, t.lane / WARP, t.threads / WARP, (t.lane & (WARP - 1)) == 0);
        } else if (t.threads > 1 && t.threads < WARP) {
            exchange(context, m, t, x, t.lane, t.threads, true);
        }
    }

    private static void exchange(
            KernelContext context, float[] m, ThreadTile t, Totals x, int place, int places, boolean writes) {
        context.localBarrier();
        if (writes) {
            m[t.reduction(0, place)] = x.max0;
            m[t.reduction(1, place)] = x.max1;
            m[t.reduction(2, place)] = x.sum0;
            m[t.reduction(3, place)] = x.sum1;
        }
        context.localBarrier();
        float max0 = m[t.reduction(0, 0)];
        float max1 = m[t.reduction(1, 0)];
        float sum0 = m[t.reduction(2, 0)];
        float sum1 = m[t.reduction(3, 0)];
        for (int k = 1; k < places; k++) {
            max0 = larger(max0, m[t.reduction(0, k)]);
            max1 = larger(max1, m[t.reduction(1, k)]);
            sum0 += m[t.reduction(2, k)];
            sum1 += m[t.reduction(3, k)];
        }
        x.max0 = max0;
        x.max1 = max1;
        x.sum0 = sum0;
        x.sum1 = sum1;
    }

    /**
     * Adds up over the teams of the work-group, which must go through their barriers together; a lone team's own value.
     * Flags are floats here and in the loops that use this: TornadoVM 5.2.0 computes a boolean where it is first used,
     * and if that is inside a branch, threads that did not take it use an undefined one later.
     */
    static float sumOverTeams(KernelContext context, float[] m, ThreadTile t, float mine) {
        float sum = mine;
        if (t.threads > 1 && t.teams > 1) {
            context.localBarrier();
            if (t.lane == 0) {
                m[t.reduction(0, 0)] = mine;
            }
            context.localBarrier();
            sum = 0f;
            int first = t.reduction(0, 0) - t.at;
            for (int k = 0; k < t.teams; k++) {
                sum += m[first + k];
            }
        }
        return sum;
    }

    /** One instruction, where a comparison and a choice would be a branch. */
    static float smaller(float a, float b) {
        return TornadoMath.min(a, b);
    }

    static float larger(float a, float b) {
        return TornadoMath.max(a, b);
    }

    /** Values that are reduced together. */
    public static final class Totals {
        float max0;
        float max1;
        float sum0;
        float sum1;

        Totals(float max0, float max1, float sum0, float sum1) {
            this.max0 = max0;
            this.max1 = max1;
            this.sum0 = sum0;
            this.sum1 = sum1;
        }
    }
}
