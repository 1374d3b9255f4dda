// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Sweeps until the certificate closes the gap or the sweeps run out; writes the best split seen and the tail. The end
 * of both fused kernels.
 */
final class Finish {
    /** Sweeps between two certificates. */
    private static final int SWEEPS_PER_CHECK = 4;

    /** Sweeps that pour plainly; later ones over-relax. */
    private static final int PLAIN_SWEEPS = 4;

    private static final float OVER_RELAXATION = 1.4f;

    private Finish() {}

    /**
     * Sweeps and writes, from shares a with their loads b.
     *
     * @param iterations what has been done before; negative if that broke down
     */
    static void sweepAndStore(
            KernelContext context,
            FloatArray out,
            float[] m,
            int[] table,
            Team t,
            int group,
            boolean inside,
            float iterations,
            float sweepCounts,
            int maxRounds,
            float tolerance,
            float stamp) {
        float best = Float.MAX_VALUE;
        float bound = 0f;
        float sweeps = 0f;
        int rounds = 0;
        float running = 1f;
        float any = 1f;
        while (rounds < maxRounds && any > 0f) {
            for (int k = 0; k < SWEEPS_PER_CHECK; k++) {
                Pouring.sweep(
                        context, m, table, t, rounds * SWEEPS_PER_CHECK + k < PLAIN_SWEEPS ? 1f : OVER_RELAXATION);
            }
            Reduction.Totals x = DeviceCertificate.certify(context, m, table, t);
            if (running > 0f) {
                bound = Reduction.larger(bound, x.max1);
                sweeps += SWEEPS_PER_CHECK;
                if (x.max0 < best) {
                    best = x.max0;
                    if (inside) {
                        GroupMemory.storeShares(out, m, t, group);
                    }
                }
                running = best - bound > tolerance ? 1f : 0f;
            }
            rounds++;
            Reduction.barrier(context, t);
            any = Reduction.sumOverTeams(context, m, t, running);
        }
        float status = best - bound <= tolerance ? Packing.CONVERGED : Packing.LIMIT;
        float done = iterations < 0f ? -1f - iterations : iterations;
        if (inside) {
            GroupMemory.storeTail(
                    context,
                    out,
                    t,
                    group,
                    best,
                    Reduction.smaller(bound, best),
                    done + sweepCounts * sweeps,
                    iterations < 0f && status != Packing.CONVERGED ? Packing.BROKEN : status,
                    stamp);
        }
    }
}
