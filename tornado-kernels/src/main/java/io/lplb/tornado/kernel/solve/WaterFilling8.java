// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Pours an item with up to eight hosts, from registers: the loads of all hosts are read side by side, and the search for
 * the level touches no memory. Otherwise as {@link WaterFilling}.
 *
 * <p>Places beyond the item's hosts hold a base so high that no water reaches it, and speed 0.
 */
public final class WaterFilling8 {
    /** Most hosts of an item. */
    static final int HOSTS = 8;

    private static final float OUT_OF_REACH = 1e30f;

    private final Float8 share = new Float8();
    private final Float8 base = new Float8();
    private final Float8 s = new Float8();

    /** Pours one item anew. */
    void pour(float[] m, int[] table, ThreadTile t, int item, float relaxation) {
        int first = t.first(table, item);
        int count = t.count(table, item);
        float w = m[t.w(item)];
        read(m, table, t, first, count);
        float level = level(t, w, OUT_OF_REACH);
        float beyond = relaxation;
        if (least(t, count, level, relaxation) < 0f) {
            beyond = 1f;
            int rounds = 0;
            float before = OUT_OF_REACH;
            while (rounds < HOSTS && before != level) {
                before = level;
                level = level(t, w, before);
                rounds++;
            }
        }
        write(m, table, t, first, count, level, beyond);
    }

    /** Places that an item does not have read its last host, so that nothing but the choice of the value is conditional. */
    private void read(float[] m, int[] table, ThreadTile t, int first, int count) {
        int last = first + count - 1;
        share.x0 = m[t.a(first)];
        if (t.mostHosts > 1) {
            share.x1 = m[t.a(TornadoMath.min(first + 1, last))];
        }
        if (t.mostHosts > 2) {
            share.x2 = m[t.a(TornadoMath.min(first + 2, last))];
        }
        if (t.mostHosts > 3) {
            share.x3 = m[t.a(TornadoMath.min(first + 3, last))];
        }
        if (t.mostHosts > 4) {
            share.x4 = m[t.a(TornadoMath.min(first + 4, last))];
        }
        if (t.mostHosts > 5) {
            share.x5 = m[t.a(TornadoMath.min(first + 5, last))];
        }
        if (t.mostHosts > 6) {
            share.x6 = m[t.a(TornadoMath.min(first + 6, last))];
        }
        if (t.mostHosts > 7) {
            share.x7 = m[t.a(TornadoMath.min(first + 7, last))];
        }
        base.x0 = m[t.b(t.host(table, first))] - share.x0;
        if (t.mostHosts > 1) {
            base.x1 = reachable(count, 1, m[t.b(t.host(table, TornadoMath.min(first + 1, last)))] - share.x1);
        }
        if (t.mostHosts > 2) {
            base.x2 = reachable(count, 2, m[t.b(t.host(table, TornadoMath.min(first + 2, last)))] - share.x2);
        }
        if (t.mostHosts > 3) {
            base.x3 = reachable(count, 3, m[t.b(t.host(table, TornadoMath.min(first + 3, last)))] - share.x3);
        }
        if (t.mostHosts > 4) {
            base.x4 = reachable(count, 4, m[t.b(t.host(table, TornadoMath.min(first + 4, last)))] - share.x4);
        }
        if (t.mostHosts > 5) {
            base.x5 = reachable(count, 5, m[t.b(t.host(table, TornadoMath.min(first + 5, last)))] - share.x5);
        }
        if (t.mostHosts > 6) {
            base.x6 = reachable(count, 6, m[t.b(t.host(table, TornadoMath.min(first + 6, last)))] - share.x6);
        }
        if (t.mostHosts > 7) {
            base.x7 = reachable(count, 7, m[t.b(t.host(table, TornadoMath.min(first + 7, last)))] - share.x7);
        }
        s.x0 = t.speed(m, t.host(table, first));
        if (t.mostHosts > 1) {
            s.x1 = present(count, 1, t.speed(m, t.host(table, TornadoMath.min(first + 1, last))));
        }
        if (t.mostHosts > 2) {
            s.x2 = present(count, 2, t.speed(m, t.host(table, TornadoMath.min(first + 2, last))));
        }
        if (t.mostHosts > 3) {
            s.x3 = present(count, 3, t.speed(m, t.host(table, TornadoMath.min(first + 3, last))));
        }
        if (t.mostHosts > 4) {
            s.x4 = present(count, 4, t.speed(m, t.host(table, TornadoMath.min(first + 4, last))));
        }
        if (t.mostHosts > 5) {
            s.x5 = present(count, 5, t.speed(m, t.host(table, TornadoMath.min(first + 5, last))));
        }
        if (t.mostHosts > 6) {
            s.x6 = present(count, 6, t.speed(m, t.host(table, TornadoMath.min(first + 6, last))));
        }
        if (t.mostHosts > 7) {
            s.x7 = present(count, 7, t.speed(m, t.host(table, TornadoMath.min(first + 7, last))));
        }
    }

    /** Without speed no level reaches a place. */
    private static float present(int count, int place, float speed) {
        return count > place ? speed : 0f;
    }

    private static float reachable(int count, int place, float base) {
        return count > place ? base : OUT_OF_REACH;
    }

    /** The level at which the places that water of an earlier level reaches hold all of it. */
    private float level(ThreadTile t, float w, float earlier) {
        float water = w;
        float width = 0f;
        water += base.x0 < s.x0 * earlier ? base.x0 : 0f;
        width += base.x0 < s.x0 * earlier ? s.x0 : 0f;
        if (t.mostHosts > 1) {
            water += base.x1 < s.x1 * earlier ? base.x1 : 0f;
            width += base.x1 < s.x1 * earlier ? s.x1 : 0f;
        }
        if (t.mostHosts > 2) {
            water += base.x2 < s.x2 * earlier ? base.x2 : 0f;
            width += base.x2 < s.x2 * earlier ? s.x2 : 0f;
        }
        if (t.mostHosts > 3) {
            water += base.x3 < s.x3 * earlier ? base.x3 : 0f;
            width += base.x3 < s.x3 * earlier ? s.x3 : 0f;
        }
        if (t.mostHosts > 4) {
            water += base.x4 < s.x4 * earlier ? base.x4 : 0f;
            width += base.x4 < s.x4 * earlier ? s.x4 : 0f;
        }
        if (t.mostHosts > 5) {
            water += base.x5 < s.x5 * earlier ? base.x5 : 0f;
            width += base.x5 < s.x5 * earlier ? s.x5 : 0f;
        }
        if (t.mostHosts > 6) {
            water += base.x6 < s.x6 * earlier ? base.x6 : 0f;
            width += base.x6 < s.x6 * earlier ? s.x6 : 0f;
        }
        if (t.mostHosts > 7) {
            water += base.x7 < s.x7 * earlier ? base.x7 : 0f;
            width += base.x7 < s.x7 * earlier ? s.x7 : 0f;
        }
        return width > 0f ? water / width : earlier;
    }

    private static float moved(float share, float s, float base, float level, float relaxation) {
        return share + relaxation * (s * level - base - share);
    }

    /** The smallest share after moving towards the level, at most 0. */
    private float least(ThreadTile t, int count, float level, float relaxation) {
        float least = 0f;
        least = Reduction.smaller(least, count > 0 ? moved(share.x0, s.x0, base.x0, level, relaxation) : 0f);
        if (t.mostHosts > 1) {
            least = Reduction.smaller(least, count > 1 ? moved(share.x1, s.x1, base.x1, level, relaxation) : 0f);
        }
        if (t.mostHosts > 2) {
            least = Reduction.smaller(least, count > 2 ? moved(share.x2, s.x2, base.x2, level, relaxation) : 0f);
        }
        if (t.mostHosts > 3) {
            least = Reduction.smaller(least, count > 3 ? moved(share.x3, s.x3, base.x3, level, relaxation) : 0f);
        }
        if (t.mostHosts > 4) {
            least = Reduction.smaller(least, count > 4 ? moved(share.x4, s.x4, base.x4, level, relaxation) : 0f);
        }
        if (t.mostHosts > 5) {
            least = Reduction.smaller(least, count > 5 ? moved(share.x5, s.x5, base.x5, level, relaxation) : 0f);
        }
        if (t.mostHosts > 6) {
            least = Reduction.smaller(least, count > 6 ? moved(share.x6, s.x6, base.x6, level, relaxation) : 0f);
        }
        if (t.mostHosts > 7) {
            least = Reduction.smaller(least, count > 7 ? moved(share.x7, s.x7, base.x7, level, relaxation) : 0f);
        }
        return least;
    }

    private void write(float[] m, int[] table, ThreadTile t, int first, int count, float level, float relaxation) {
        put(m, table, t, first + 0, count > 0, share.x0, s.x0, base.x0, level, relaxation);
        if (t.mostHosts > 1) {
            put(m, table, t, first + 1, count > 1, share.x1, s.x1, base.x1, level, relaxation);
        }
        if (t.mostHosts > 2) {
            put(m, table, t, first + 2, count > 2, share.x2, s.x2, base.x2, level, relaxation);
        }
        if (t.mostHosts > 3) {
            put(m, table, t, first + 3, count > 3, share.x3, s.x3, base.x3, level, relaxation);
        }
        if (t.mostHosts > 4) {
            put(m, table, t, first + 4, count > 4, share.x4, s.x4, base.x4, level, relaxation);
        }
        if (t.mostHosts > 5) {
            put(m, table, t, first + 5, count > 5, share.x5, s.x5, base.x5, level, relaxation);
        }
        if (t.mostHosts > 6) {
            put(m, table, t, first + 6, count > 6, share.x6, s.x6, base.x6, level, relaxation);
        }
        if (t.mostHosts > 7) {
            put(m, table, t, first + 7, count > 7, share.x7, s.x7, base.x7, level, relaxation);
        }
    }

    private static void put(
            float[] m,
            int[] table,
            ThreadTile t,
            int entry,
            boolean present,
            float share,
            float s,
            float base,
            float level,
            float relaxation) {
        if (present) {
            float v = Reduction.larger(moved(share, s, base, level, relaxation), 0f);
            m[t.a(entry)] = v;
            m[t.b(t.host(table, entry))] = base + v;
        }
    }
}
