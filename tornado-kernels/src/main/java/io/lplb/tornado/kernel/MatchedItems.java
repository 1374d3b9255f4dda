// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Sweeps over items of two hosts whose colours are perfect matchings: each thread keeps one item of every colour in
 * registers, and only the loads of ranks go through local memory.
 *
 * <p>That is so where every rank has as many entries as there are colours: a colour has at most {@code ranks / 2} items,
 * and only full ones add up to all. Cube, hypercube, ring and torus are of that kind. The pouring is {@link Pouring}'s.
 */
final class MatchedItems {
    private static final int MOST_COLOURS = 4;

    private final Pair p0 = new Pair();
    private final Pair p1 = new Pair();
    private final Pair p2 = new Pair();
    private final Pair p3 = new Pair();

    /** Whether a team's problem is of that kind and its threads are enough. */
    static boolean fits(Team t) {
        return t.hosts == 2
                && t.degree > 0
                && t.colours == t.degree
                && t.colours <= MOST_COLOURS
                && t.ranks <= 2 * t.threads;
    }

    private static int item(Team t, int colour) {
        return colour * (t.ranks / 2) + t.lane;
    }

    /** Takes the items' hosts, loads and shares over. */
    void load(float[] m, int[] table, Team t) {
        if (t.lane < t.ranks / 2) {
            p0.load(m, table, t, item(t, 0));
            if (t.colours > 1) {
                p1.load(m, table, t, item(t, 1));
            }
            if (t.colours > 2) {
                p2.load(m, table, t, item(t, 2));
            }
            if (t.colours > 3) {
                p3.load(m, table, t, item(t, 3));
            }
        }
    }

    /** One sweep over all items. */
    void sweep(KernelContext context, float[] m, Team t, float relaxation) {
        if (t.lane < t.ranks / 2) {
            p0.pour(m, t, relaxation);
        }
        Reduction.barrier(context, t);
        if (t.colours > 1) {
            if (t.lane < t.ranks / 2) {
                p1.pour(m, t, relaxation);
            }
            Reduction.barrier(context, t);
        }
        if (t.colours > 2) {
            if (t.lane < t.ranks / 2) {
                p2.pour(m, t, relaxation);
            }
            Reduction.barrier(context, t);
        }
        if (t.colours > 3) {
            if (t.lane < t.ranks / 2) {
                p3.pour(m, t, relaxation);
            }
            Reduction.barrier(context, t);
        }
    }

    /** Writes the shares; a barrier must follow before others read them. */
    void store(float[] m, Team t) {
        if (t.lane < t.ranks / 2) {
            p0.store(m, t, item(t, 0));
            if (t.colours > 1) {
                p1.store(m, t, item(t, 1));
            }
            if (t.colours > 2) {
                p2.store(m, t, item(t, 2));
            }
            if (t.colours > 3) {
                p3.store(m, t, item(t, 3));
            }
        }
    }

    /** An item of two hosts. */
    static final class Pair {
        private int at0;
        private int at1;
        private float w;
        private float a0;
        private float a1;
        private float s0;
        private float width;

        void load(float[] m, int[] table, Team t, int item) {
            int h0 = t.host(table, 2 * item);
            int h1 = t.host(table, 2 * item + 1);
            at0 = t.b(h0);
            at1 = t.b(h1);
            w = m[t.w(item)];
            a0 = m[t.a(2 * item)];
            a1 = m[t.a(2 * item + 1)]; // not w - a0 while the item is empty
            s0 = t.speed(m, h0);
            width = t.unitSpeeds ? 0.5f : 1f / (s0 + t.speed(m, h1));
        }

        void pour(float[] m, Team t, float relaxation) {
            float b0 = m[at0] - a0;
            float b1 = m[at1] - a1;
            float level = (w + b0 + b1) * width;
            float exact = (t.unitSpeeds ? 1f : s0) * level - b0;
            a0 = Reduction.smaller(Reduction.larger(a0 + relaxation * (exact - a0), 0f), w);
            a1 = w - a0;
            m[at0] = b0 + a0;
            m[at1] = b1 + a1;
        }

        void store(float[] m, Team t, int item) {
            m[t.a(2 * item)] = a0;
            m[t.a(2 * item + 1)] = a1;
        }
    }
}
