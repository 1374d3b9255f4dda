// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The block {@link InteriorPointBlocks#matrixUpdate} in TornadoVM's loop-parallel form, for comparison: two loops whose iterations run in
 * parallel, first {@link #scale} over items, then {@link #assemble} over ranks. TornadoVM chooses the grid. All words stay in global memory,
 * and the second loop needs a launch of its own, as it reads what other threads wrote in the first.
 */
public final class LoopMatrixUpdate {
    private LoopMatrixUpdate() {}

    /**
     * d, 1 / z and their sums per item, and the items' part of the right-hand side.
     *
     * @param tables see {@link ThreadTile}
     * @param state see {@link InteriorPointBlocks}
     * @param size sizes of the problem, see {@link SizeCode}
     * @param threads threads of the work-groups whose state it is
     */
    public static void scale(IntArray tables, FloatArray state, long size, int threads) {
        ThreadTile t = new ThreadTile(0, 0, threads, 1, size);
        int items = SizeCode.items(size);
        for (@Parallel int i = 0; i < items; i++) {
            int first = tables.get(i);
            int end = tables.get(i + 1);
            float w = state.get(t.w(i));
            float active = w > NewtonStep.LIGHTEST ? 1f : 0f;
            float sum = 0f;
            for (int e = first; e < end; e++) {
                float a = state.get(t.a(e));
                float inverse = active / state.get(t.z(e));
                state.set(t.inverseZ(e), inverse);
                state.set(t.d(e), a * inverse);
                state.set(t.da(e), -active * a);
                sum += a * inverse;
            }
            float inverseSum = active / (sum + (1f - active));
            state.set(t.inverseSum(i), inverseSum);
            for (int e = first; e < end; e++) {
                state.set(t.dz(e), state.get(t.da(e)) + state.get(t.d(e)) * w * inverseSum);
            }
        }
    }

    /**
     * Rows of M, residuals and the right-hand side of the predictor; see {@link #scale}.
     *
     * @param tables see {@link ThreadTile}
     * @param state see {@link InteriorPointBlocks}
     * @param size sizes of the problem, see {@link SizeCode}
     * @param threads threads of the work-groups whose state it is
     */
    public static void assemble(IntArray tables, FloatArray state, long size, int threads) {
        ThreadTile t = new ThreadTile(0, 0, threads, 1, size);
        int ranks = SizeCode.ranks(size);
        int hostsAt = SizeCode.items(size) + 1;
        int ranksAt = hostsAt + SizeCode.entries(size);
        int entriesAt = ranksAt + ranks + 1;
        int itemsAt = entriesAt + SizeCode.entries(size) + SizeCode.colours(size) + 1;
        float top = state.get(ThreadTile.words(size, threads) + InteriorPointBlocks.TOP);
        for (@Parallel int r = 0; r < ranks; r++) {
            for (int c = 0; c < ranks; c++) {
                state.set(t.m(r, c), 0f);
            }
            float q = state.get(t.q(r));
            float diagonal = q / state.get(t.y(r));
            float sum = state.get(t.f(r));
            float added = 0f;
            for (int k = tables.get(ranksAt + r); k < tables.get(ranksAt + r + 1); k++) {
                int e = tables.get(entriesAt + k);
                int i = tables.get(itemsAt + k);
                sum += state.get(t.a(e));
                added += state.get(t.dz(e));
                float scaled = state.get(t.d(e)) * state.get(t.inverseSum(i));
                for (int o = tables.get(i); o < tables.get(i + 1); o++) {
                    float weight = (1f - ThreadTile.equal(o, e)) * scaled * state.get(t.d(o));
                    int at = t.m(r, tables.get(hostsAt + o));
                    state.set(at, state.get(at) - weight);
                    diagonal += weight;
                }
            }
            state.set(t.m(r, r), diagonal);
            float speed = SizeCode.unitSpeeds(size) ? 1f : state.get(t.s(r));
            float residual = sum + q - speed * top;
            state.set(t.residual(r), residual);
            state.set(t.dq(r), -q);
            state.set(t.dy(r), q / state.get(t.y(r)));
            state.set(t.b(r), residual - q + added);
        }
    }
}
