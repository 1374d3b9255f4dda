// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Relaxation sweeps: coordinate descent on the squares of the loads, as in {@code io.lplb.solver.RelaxationSolver}.
 * Items of one colour share no rank, so a team pours them at the same time, with a barrier after each colour.
 */
public final class WaterFilling {
    private WaterFilling() {}

    /** Empties all items: the first sweep then pours onto the fixed loads alone. */
    static void empty(float[] m, int[] table, ThreadTile t) {
        for (int e = t.lane; e < t.entries; e += t.threads) {
            m[t.a(e)] = 0f;
        }
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                m[t.b(r)] = m[t.f(r)];
            }
        }
    }

    /** Makes a split of what the interior point left: no negative share, shares that sum to their item. */
    static void clean(float[] m, int[] table, ThreadTile t) {
        for (int j = 0; j < t.itemRounds; j++) {
            int i = t.lane + j * t.threads;
            if (i < t.items) {
                int first = t.first(table, i);
                int count = t.count(table, i);
                float sum = 0f;
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    sum += Reduction.larger(m[t.a(e)], 0f);
                }
                float w = m[t.w(i)];
                float scale = sum > 0f ? w / sum : 0f;
                float rest = sum > 0f ? 0f : w / count;
                for (int k = 0; k < count; k++) {
                    int e = first + k;
                    m[t.a(e)] = Reduction.larger(m[t.a(e)], 0f) * scale + rest;
                }
            }
        }
    }

    /** Sets the load b of every rank from the shares. */
    static void loads(float[] m, int[] table, ThreadTile t) {
        for (int j = 0; j < t.rankRounds; j++) {
            int r = t.lane + j * t.threads;
            if (r < t.ranks) {
                m[t.b(r)] = NewtonStep.rankSum(m, table, t, r);
            }
        }
    }

    /** One sweep over all items. */
    static void sweep(KernelContext context, float[] m, int[] table, ThreadTile t, float relaxation) {
        if (t.degree > 0) {
            for (int c = 0; c < t.colours; c++) {
                pourColour(context, m, table, t, t.colourFirst(table, c), t.colourFirst(table, c + 1), relaxation);
            }
        } else {
            // Tables that are made for more items than there are end with colours of none.
            int all = t.realItems(table);
            int end = 0;
            int c = 0;
            while (end < all) {
                int begin = end;
                c++;
                end = t.colourFirst(table, c);
                pourColour(context, m, table, t, begin, end, relaxation);
            }
        }
    }

    private static void pourColour(
            KernelContext context, float[] m, int[] table, ThreadTile t, int begin, int end, float relaxation) {
        for (int i = begin + t.lane; i < end; i += t.threads) {
            if (t.hosts == 2) {
                pourTwo(m, table, t, i, relaxation);
            } else if (t.mostHosts <= WaterFilling8.HOSTS) {
                new WaterFilling8().pour(m, table, t, i, relaxation);
            } else {
                pour(m, table, t, i, relaxation);
            }
        }
        Reduction.barrier(context, t);
    }

    /** Two hosts: equalise the ends, go beyond that by the over-relaxation, and clip. */
    private static void pourTwo(float[] m, int[] table, ThreadTile t, int i, float relaxation) {
        int e = 2 * i;
        int h0 = t.host(table, e);
        int h1 = t.host(table, e + 1);
        float w = m[t.w(i)];
        float a0 = m[t.a(e)];
        float b0 = m[t.b(h0)] - a0;
        float b1 = m[t.b(h1)] - m[t.a(e + 1)];
        float s0 = t.speed(m, h0);
        float width = t.unitSpeeds ? 0.5f : 1f / (s0 + t.speed(m, h1));
        float level = (w + b0 + b1) * width;
        float exact = s0 * level - b0;
        exact = Reduction.smaller(Reduction.larger(a0 + relaxation * (exact - a0), 0f), w);
        m[t.a(e)] = exact;
        m[t.a(e + 1)] = w - exact;
        m[t.b(h0)] = b0 + exact;
        m[t.b(h1)] = b1 + (w - exact);
    }

    private static void pour(float[] m, int[] table, ThreadTile t, int i, float relaxation) {
        int first = t.first(table, i);
        int count = t.count(table, i);
        float water = m[t.w(i)];
        float width = 0f;
        for (int k = 0; k < count; k++) {
            int e = first + k;
            int r = t.host(table, e);
            float base = m[t.b(r)] - m[t.a(e)];
            m[t.b(r)] = base;
            water += base;
            width += t.speed(m, r);
        }
        float level = water / width;
        float least = 0f;
        boolean dry = false;
        for (int k = 0; k < count; k++) {
            int e = first + k;
            int r = t.host(table, e);
            float a = m[t.a(e)];
            float exact = t.speed(m, r) * level - m[t.b(r)];
            float v = a + relaxation * (exact - a);
            least = v < least ? v : least;
            dry = dry || exact < 0f;
        }
        boolean beyond = least == 0f;
        if (!beyond && dry) {
            level = levelAmongLowest(m, table, t, i, level);
        }
        for (int k = 0; k < count; k++) {
            int e = first + k;
            int r = t.host(table, e);
            float a = m[t.a(e)];
            float base = m[t.b(r)];
            float exact = t.speed(m, r) * level - base;
            float v = beyond ? a + relaxation * (exact - a) : Reduction.larger(exact, 0f);
            m[t.a(e)] = v;
            m[t.b(r)] = base + v;
        }
    }

    /** The level when some hosts stand above it: leave those out, which lowers it, until none is left to leave out. */
    private static float levelAmongLowest(float[] m, int[] table, ThreadTile t, int i, float tooHigh) {
        int first = t.first(table, i);
        int count = t.count(table, i);
        float level = tooHigh;
        int before = count + 1;
        int wet = count;
        while (wet < before) {
            before = wet;
            wet = 0;
            float water = m[t.w(i)];
            float width = 0f;
            for (int k = 0; k < count; k++) {
                int e = first + k;
                int r = t.host(table, e);
                float base = m[t.b(r)];
                float s = t.speed(m, r);
                boolean isWet = base < s * level;
                water += isWet ? base : 0f;
                width += isWet ? s : 0f;
                wet += isWet ? 1 : 0;
            }
            level = wet > 0 ? water / width : level;
        }
        return level;
    }
}
