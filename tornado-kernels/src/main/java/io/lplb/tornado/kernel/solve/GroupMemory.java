// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.solve;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Between the packed buffers of {@link SolverLayout} and local memory. */
public final class GroupMemory {
    private GroupMemory() {}

    /**
     * Copies the tables, the whole work-group together, and this team's loads and speeds; ends with a barrier. The loads
     * may lie in the host's memory, far away: a team with few of them asks for them first, and stores them last.
     */
    static void load(
            KernelContext context,
            FloatArray in,
            IntArray tables,
            FloatArray speed,
            float[] m,
            int[] table,
            ThreadTile t,
            int group) {
        int words = t.ranks + t.items;
        int base = SolverLayout.HEADER + group * words;
        if (words <= 2 * t.threads) {
            int k0 = t.lane;
            int k1 = t.lane + t.threads;
            float load0 = 0f;
            float load1 = 0f;
            if (k0 < words) {
                load0 = in.get(base + k0);
            }
            if (k1 < words) {
                load1 = in.get(base + k1);
            }
            copyTables(tables, table, t);
            store(m, t, k0, load0);
            store(m, t, k1, load1);
        } else {
            copyTables(tables, table, t);
            for (int k = t.lane; k < words; k += t.threads) {
                store(m, t, k, in.get(base + k));
            }
        }
        if (!t.unitSpeeds) {
            for (int j = 0; j < t.rankRounds; j++) {
                int r = t.lane + j * t.threads;
                if (r < t.ranks) {
                    m[t.s(r)] = speed.get(r);
                }
            }
        }
        context.localBarrier();
    }

    /** Stores a load of the input: of a rank, of an item, or of nobody. */
    private static void store(float[] m, ThreadTile t, int k, float load) {
        if (k < t.ranks) {
            m[t.f(k)] = load;
        } else if (k < t.ranks + t.items) {
            m[t.w(k - t.ranks)] = load;
        }
    }

    /** Four loads of a thread under way at a time, as each takes longer than everything else here. */
    private static void copyTables(IntArray tables, int[] table, ThreadTile t) {
        int width = t.threads * t.teams;
        int words = ThreadTile.tableWords(t.ranks, t.items, t.entries, t.colours);
        int local = t.lane * t.teams + t.at;
        int rounds = words / (4 * width);
        for (int j = 0; j < rounds; j++) {
            int k = j * 4 * width + local;
            int v0 = tables.get(k);
            int v1 = tables.get(k + width);
            int v2 = tables.get(k + 2 * width);
            int v3 = tables.get(k + 3 * width);
            table[k] = v0;
            table[k + width] = v1;
            table[k + 2 * width] = v2;
            table[k + 3 * width] = v3;
        }
        for (int j = rounds * 4; j * width < words; j++) {
            int k = j * width + local;
            if (k < words) {
                table[k] = tables.get(k);
            }
        }
    }

    private static int word(ThreadTile t, int group, int k) {
        return group * (t.entries + SolverLayout.TAIL) + k;
    }

    /** Writes the shares. */
    static void storeShares(FloatArray out, float[] m, int[] table, ThreadTile t, int group) {
        int end = t.realEntries(table);
        for (int e = t.lane; e < end; e += t.threads) {
            out.set(word(t, group, e), m[t.a(e)]);
        }
    }

    /** Writes the tail. */
    static void storeTail(
            KernelContext context,
            FloatArray out,
            ThreadTile t,
            int group,
            float maxLoad,
            float lowerBound,
            float iterations,
            float status,
            float stamp) {
        int threads = context.localGroupSizeX;
        if (t.lane == 0) {
            out.set(word(t, group, t.entries + SolverLayout.MAX_LOAD), maxLoad);
            out.set(word(t, group, t.entries + SolverLayout.LOWER_BOUND), lowerBound);
            out.set(word(t, group, t.entries + SolverLayout.ITERATIONS), iterations);
            out.set(word(t, group, t.entries + SolverLayout.STATUS), status);
            out.set(word(t, group, t.entries + SolverLayout.THREADS), threads);
            out.set(word(t, group, t.entries + SolverLayout.STAMP), stamp);
        }
    }
}
