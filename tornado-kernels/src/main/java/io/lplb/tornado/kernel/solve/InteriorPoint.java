// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Interior point of one problem by one team, until the sum of products is small enough for the sweeps to finish. See
 * {@code io.lplb.solver.InteriorPointSolver} for the method.
 *
 * <p>For many ranks Mehrotra's predictor-corrector, since a second right-hand side costs little beside the inverse. For
 * few ranks one direction a step, centred by a fixed factor: the predictor is two fifths of a step there and saves a
 * fifth of the steps. Measurements: docs/measurements/kernels.md.
 */
public final class InteriorPoint {
    /** Up to this many ranks a step has no predictor. */
    private static final int SINGLE_DIRECTION_RANKS = 16;

    /** Up to this many ranks chains are short, and the sweeps take over early. */
    private static final int EARLY_RANKS = 16;

    /** Products aimed at by a step without a predictor, in present ones. */
    private static final float CENTRING = 0.05f;

    private static final int MAX_ITERATIONS = 20;
    private static final float STEP_RATIO = 0.99f;

    /** Beyond the square of anything that a problem of mean load 1 leads to. */
    private static final float LARGEST_SQUARE = 1e30f;

    private InteriorPoint() {}

    /** Sum of products at which the sweeps take over, in mean loads: the duality gap then. */
    private static float handOver(ThreadTile t) {
        return t.ranks <= EARLY_RANKS ? 0.3f : 3e-3f;
    }

    /**
     * Iterates from the even split; leaves the shares in a, not yet cleaned.
     *
     * @return iterations in sum0, negative if numbers stopped being finite
     */
    static float iterate(KernelContext context, float[] m, int[] table, ThreadTile t, float totalSpeed) {
        NewtonStep.evenSplit(m, table, t);
        Reduction.barrier(context, t);
        Reduction.Totals state = NewtonStep.start(context, m, table, t, totalSpeed);
        float top = state.max0;
        float products = state.sum0;
        float terms = state.sum1;
        float running = products > handOver(t) ? 1f : 0f;
        float broken = 0f;
        int rounds = 0;
        float iterations = 0f;
        float any = Reduction.sumOverTeams(context, m, t, running);
        while (rounds < MAX_ITERATIONS && any > 0f) {
            float mu = products / terms;
            float target = t.ranks <= SINGLE_DIRECTION_RANKS ? CENTRING * mu : 0f;
            NewtonStep.scale(m, table, t, target);
            NewtonStep.residuals(m, table, t, top, target);
            Reduction.barrier(context, t);
            MatrixUpdate.assemble(m, table, t);
            NewtonStep.rightHandSide(m, table, t);
            Reduction.barrier(context, t);
            RegisterElimination small = new RegisterElimination();
            TileInverse large = new TileInverse();
            float dt;
            if (t.ranks <= ThreadTile.REGISTER_RANKS) {
                small.factor(m, t);
                dt = small.solve(m, t);
            } else {
                large.invert(context, m, t);
                dt = large.solve(context, m, t);
            }
            Reduction.barrier(context, t);
            Reduction.Totals x = NewtonStep.direction(context, m, table, t);
            if (t.ranks > SINGLE_DIRECTION_RANKS) {
                float ratio = (products + x.sum0 / x.max0 + x.sum1 / x.max1) / products;
                ratio = ratio > 0f ? ratio : 0f;
                NewtonStep.correct(m, table, t, ratio * ratio * ratio * mu);
                Reduction.barrier(context, t);
                NewtonStep.rightHandSide(m, table, t);
                Reduction.barrier(context, t);
                dt = large.solve(context, m, t);
                Reduction.barrier(context, t);
                x = NewtonStep.direction(context, m, table, t);
            }
            float keep = Reduction.larger(STEP_RATIO, 1f - mu);
            float primal = Reduction.smaller(1f, keep / x.max0);
            float dual = Reduction.smaller(1f, keep / x.max1);
            float next = products + primal * x.sum0 + dual * x.sum1;
            // Not below the limit either if one of them is NaN: nothing moves then.
            float size = next * next + x.sum0 * x.sum0 + dt * dt;
            float finite = size < LARGEST_SQUARE ? 1f : 0f;
            broken = Reduction.larger(broken, running * (1f - finite));
            running = running * finite;
            if (running > 0f) {
                NewtonStep.advance(m, table, t, primal, dual);
                top += primal * dt;
                products = next;
            }
            iterations += running;
            running = next > handOver(t) ? running : 0f;
            rounds++;
            Reduction.barrier(context, t);
            any = Reduction.sumOverTeams(context, m, t, running);
        }
        return broken > 0f ? -1f - iterations : iterations;
    }
}
