// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;

/**
 * Sweeps over items of two hosts whose colours are perfect matchings: each thread keeps one item of every colour in
 * registers, and only the loads of ranks go through local memory.
 *
 * <p>That is so where every rank has as many entries as there are colours: a colour has at most {@code ranks / 2} items,
 * and only full ones add up to all. Cube, hypercube, ring and torus are of that kind. The pouring is {@link WaterFilling}'s.
 */
public final class MatchedItems {
    static final int MOST_COLOURS = 4;

    private final Pair p0 = new Pair();
    private final Pair p1 = new Pair();
    private final Pair p2 = new Pair();
    private final Pair p3 = new Pair();

    /** Whether a team's problem is of that kind and its threads are enough. */
    static boolean fits(ThreadTile t) {
        return t.hosts == 2
                && t.degree > 0
                && t.colours == t.degree
                && t.colours <= MOST_COLOURS
                && t.ranks <= 2 * t.threads;
    }

    private static int item(ThreadTile t, int colour) {
        return colour * (t.ranks / 2) + t.lane;
    }

    /** Threads without an item move nothing between a word of their own, which is cheaper than to skip the pouring. */
    private static boolean hasItem(ThreadTile t) {
        return t.lane < t.ranks / 2;
    }

    /** Takes the items' hosts, loads and shares over. */
    void load(float[] m, int[] table, ThreadTile t) {
        if (!hasItem(t)) {
            m[t.idle()] = 0f;
        }
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

    /** One sweep over all items. */
    void sweep(KernelContext context, float[] m, ThreadTile t, float relaxation) {
        p0.pour(m, t, relaxation);
        Reduction.barrier(context, t);
        if (t.colours > 1) {
            p1.pour(m, t, relaxation);
            Reduction.barrier(context, t);
        }
        if (t.colours > 2) {
            p2.pour(m, t, relaxation);
            Reduction.barrier(context, t);
        }
        if (t.colours > 3) {
            p3.pour(m, t, relaxation);
            Reduction.barrier(context, t);
        }
    }

    /** Writes the shares; a barrier must follow before others read them. */
    void store(float[] m, ThreadTile t) {
        if (hasItem(t)) {
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

    /**
     * An item of two hosts. Moves of load instead of levels: what an item moves depends on the difference of its hosts'
     * loads alone, which leaves half as many instructions between reading a load and writing it.
     */
    public static final class Pair {
        private int at0;
        private int at1;
        private float w;
        private float a0;
        private float weight0;
        private float weight1;

        void load(float[] m, int[] table, ThreadTile t, int item) {
            if (hasItem(t)) {
                int h0 = t.host(table, 2 * item);
                int h1 = t.host(table, 2 * item + 1);
                at0 = t.b(h0);
                at1 = t.b(h1);
                w = m[t.w(item)];
                a0 = m[t.a(2 * item)];
                float s0 = t.speed(m, h0);
                float s1 = t.speed(m, h1);
                weight0 = s0 / (s0 + s1);
                weight1 = s1 / (s0 + s1);
            } else {
                at0 = t.idle();
                at1 = t.idle();
            }
        }

        void pour(float[] m, ThreadTile t, float relaxation) {
            float b0 = m[at0];
            float b1 = m[at1];
            float wanted = t.unitSpeeds ? 0.5f * relaxation * (b1 - b0) : relaxation * (weight0 * b1 - weight1 * b0);
            float moved = Reduction.smaller(Reduction.larger(wanted, -a0), w - a0);
            a0 += moved;
            m[at0] = b0 + moved;
            m[at1] = b1 - moved;
        }

        void store(float[] m, ThreadTile t, int item) {
            m[t.a(2 * item)] = a0;
            m[t.a(2 * item + 1)] = w - a0;
        }
    }
}
