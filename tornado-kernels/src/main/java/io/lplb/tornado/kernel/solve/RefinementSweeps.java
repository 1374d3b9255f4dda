// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Sweeps until the certificate closes the gap or the sweeps run out; writes the best split seen and the tail. The end
 * of both fused kernels.
 */
public final class RefinementSweeps {
    /** Sweeps between two certificates. */
    private static final int SWEEPS_PER_CHECK = 4;

    /** Long chains of ranks need more sweeps before a first certificate is worth its time. */
    private static final int LONG_CHAIN_RANKS = 16;

    /** Sweeps of long chains that pour plainly; later ones over-relax. Others do so after half as many. */
    private static final int PLAIN_SWEEPS = 4;

    private static final float OVER_RELAXATION = 1.4f;

    private static final float LONG_CHAIN_RELAXATION = 1.5f;

    private RefinementSweeps() {}

    /**
     * Whether the largest load is compared with the last bound after every sweep: cheap for a team that waits for no other,
     * and bounds seldom change after the first certificates.
     */
    private static boolean watches(ThreadTile t) {
        return t.teams == 1 && DeviceCertificate.fewRanks(t);
    }

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
            ThreadTile t,
            int group,
            boolean inside,
            float iterations,
            float sweepCounts,
            int maxRounds,
            float tolerance,
            float stamp) {
        MatchedItems matched = new MatchedItems();
        if (MatchedItems.fits(t)) {
            matched.load(m, table, t);
        }
        float best = Float.MAX_VALUE;
        float bound = 0f;
        float sweeps = 0f;
        boolean chains = t.ranks > LONG_CHAIN_RANKS && t.hosts == 2;
        int plain = chains ? PLAIN_SWEEPS : PLAIN_SWEEPS / 2;
        int next = chains ? SWEEPS_PER_CHECK : SWEEPS_PER_CHECK / 2;
        int done = 0;
        int rounds = 0;
        float running = 1f;
        float any = 1f;
        while (rounds < maxRounds && any > 0f) {
            while (done < next) {
                float relaxation = done < plain ? 1f : chains ? LONG_CHAIN_RELAXATION : OVER_RELAXATION;
                if (MatchedItems.fits(t)) {
                    matched.sweep(context, m, t, relaxation);
                } else {
                    WaterFilling.sweep(context, m, table, t, relaxation);
                }
                done++;
                if (watches(t)) {
                    float top = DeviceCertificate.largestLoad(m, t);
                    next = top - bound > tolerance ? next : done;
                    Reduction.barrier(context, t);
                }
            }
            if (MatchedItems.fits(t)) {
                matched.store(m, t);
            }
            Reduction.Totals x = DeviceCertificate.certify(context, m, table, t);
            if (running > 0f) {
                sweeps = done;
                bound = Reduction.larger(bound, x.max1);
                // Only by its own bound, which the host finds too: a bound of an earlier split may be better than it.
                float open = x.max0 - x.max1 > tolerance ? 1f : 0f;
                // Closed, or a smaller largest load than before; one comparison, as TornadoVM's CUDA backend lets the
                // else path of an "or" fall into its then block.
                if (Reduction.smaller(open - 0.5f, x.max0 - best) < 0f) {
                    best = x.max0;
                    if (inside) {
                        GroupMemory.storeShares(out, m, table, t, group);
                    }
                }
                running = open;
            }
            rounds++;
            next = done + (watches(t) && rounds > 1 ? 2 * SWEEPS_PER_CHECK : SWEEPS_PER_CHECK);
            Reduction.barrier(context, t);
            any = Reduction.sumOverTeams(context, m, t, running);
        }
        float status = running > 0f ? SolverLayout.LIMIT : SolverLayout.CONVERGED;
        float before = iterations < 0f ? -1f - iterations : iterations;
        if (inside) {
            GroupMemory.storeTail(
                    context,
                    out,
                    t,
                    group,
                    best,
                    Reduction.smaller(bound, best),
                    before + sweepCounts * sweeps,
                    iterations < 0f && status != SolverLayout.CONVERGED ? SolverLayout.BROKEN : status,
                    stamp);
        }
    }
}
