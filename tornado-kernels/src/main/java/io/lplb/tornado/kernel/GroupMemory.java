// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Between the packed buffers of {@link Packing} and local memory. */
final class GroupMemory {
    private GroupMemory() {}

    /** Copies the tables, the whole work-group together, and this team's loads and speeds; ends with a barrier. */
    static void load(
            KernelContext context,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            float[] m,
            int[] table,
            Team t,
            int group,
            int capacity) {
        int words = Team.tableWords(t.ranks, t.items, t.entries, t.colours);
        for (int k = t.lane * t.teams + t.at; k < words; k += t.threads * t.teams) {
            table[k] = tables.get(k);
        }
        int base = capacity > 0 ? group : group * (t.ranks + t.items);
        int step = capacity > 0 ? capacity : 1;
        for (int r = t.lane; r < t.ranks; r += t.threads) {
            m[t.f(r)] = in.get(Packing.HEADER + base + r * step);
        }
        for (int i = t.lane; i < t.items; i += t.threads) {
            m[t.w(i)] = in.get(Packing.HEADER + base + (t.ranks + i) * step);
        }
        if (!t.unitSpeeds) {
            for (int r = t.lane; r < t.ranks; r += t.threads) {
                m[t.s(r)] = speed.get(r);
            }
        }
        context.localBarrier();
    }

    private static int word(Team t, int group, int capacity, int k) {
        return capacity > 0 ? k * capacity + group : group * (t.entries + Packing.TAIL) + k;
    }

    /** Writes the shares. */
    static void storeShares(FloatArray out, float[] m, Team t, int group, int capacity) {
        for (int e = t.lane; e < t.entries; e += t.threads) {
            out.set(word(t, group, capacity, e), m[t.a(e)]);
        }
    }

    /** Writes the tail. */
    static void storeTail(
            KernelContext context,
            FloatArray out,
            Team t,
            int group,
            int capacity,
            float maxLoad,
            float lowerBound,
            float iterations,
            float status) {
        int threads = context.localGroupSizeX;
        if (t.lane == 0) {
            out.set(word(t, group, capacity, t.entries + Packing.MAX_LOAD), maxLoad);
            out.set(word(t, group, capacity, t.entries + Packing.LOWER_BOUND), lowerBound);
            out.set(word(t, group, capacity, t.entries + Packing.ITERATIONS), iterations);
            out.set(word(t, group, capacity, t.entries + Packing.STATUS), status);
            out.set(word(t, group, capacity, t.entries + Packing.THREADS), threads);
        }
    }
}
