// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Makes rounded quotas the best that whole tokens allow, as {@link io.lplb.quota.QuotaRounder#repair} does for unit
 * speeds, with one work-group.
 *
 * <p>A level stands for the capacity of every rank. Rounding leaves many ranks a token or two above it. {@link #PULLS}
 * parallel rounds first let every rank below the level pull one token from a neighbour above it; that takes care of most.
 * What is left goes along augmenting paths, one a round: all ranks look for a neighbour, level by level, through which
 * a rank below its capacity can be reached, until a rank above its capacity has found one. If none can, the ranks
 * that found nothing hold only tokens that cannot leave them, so their mean is a lower bound of every plan, and the
 * level rises to it. The level at the end is thus the integer optimum, unless the rounds ran out: then the largest load
 * is above the level, and the host sees it.
 *
 * <p>State, integers in local memory:
 *
 * <pre>
 *   | level | largest load | rounds | load | mark | distance | leaving entry | arriving entry |   5 of [ranks]
 * </pre>
 */
public final class QuotaRepair {
    static final int LEVEL = 0;
    static final int MAX_LOAD = 1;
    static final int ROUNDS = 2;

    /** Place of the ranks' loads. */
    static final int LOAD = 3;

    /** Most integers of state. */
    static final int MAX_SIZE = LOAD + 5 * PipelineSizes.MAX_RANKS;

    private static final int PULLS = 2;
    private static final int FAR = 1 << 30;

    /** A computed bound may be too large by this fraction; the level must not start above the optimum. */
    private static final float BOUND_ERROR = 4e-6f;

    private QuotaRepair() {}

    /** Repairs one group's quotas; leaves level, largest load and rounds in the state. All threads call it. */
    static void repair(
            KernelContext context,
            int thread,
            int threads,
            int[] t,
            int[] quota,
            int[] fixed,
            int[] state,
            int items,
            int entries,
            int ranks,
            float bound,
            int limit) {
        int mark = LOAD + ranks;
        int distance = LOAD + 2 * ranks;
        sumLoads(context, thread, threads, t, quota, fixed, state, items, entries, ranks);
        int total = 0;
        int most = 0;
        for (int r = 0; r < ranks; r++) {
            int load = state[LOAD + r];
            total += load;
            most = TornadoMath.max(most, load);
        }
        float low = bound > 0 && bound < 1.0e9f ? bound * (1 - BOUND_ERROR) : 0;
        int whole = (int) low;
        int level = TornadoMath.max((total + ranks - 1) / ranks, low > whole ? whole + 1 : whole);
        // Often rounding has done no harm.
        int needed = limit > 0 && most > level ? 1 : 0;
        for (int pull = 0; pull < needed * PULLS; pull++) {
            pull(context, thread, threads, t, quota, state, items, entries, ranks, level);
            sumLoads(context, thread, threads, t, quota, fixed, state, items, entries, ranks);
        }
        int rounds = 0;
        int active = needed;
        while (active > 0) {
            for (int r = thread; r < ranks; r += threads) {
                int load = state[LOAD + r];
                state[distance + r] = load < level ? 0 : FAR;
                state[mark + r] = load > level ? 1 : 0;
            }
            context.localBarrier();
            int over = largest(state, mark, ranks);
            context.localBarrier();
            int found = search(context, thread, threads, t, quota, state, items, entries, ranks, level, over);
            int excess = 0;
            int stuck = 0;
            for (int r = 0; r < ranks; r++) {
                int far = state[distance + r] == FAR ? 1 : 0;
                excess += far * (state[LOAD + r] - level);
                stuck += far;
            }
            push(context, thread, t, quota, state, items, ranks, level, found);
            int raise = over > 0 && found < 2 ? (excess + stuck - 1) / TornadoMath.max(stuck, 1) : 0;
            level += raise;
            rounds += over;
            active = over > 0 && rounds < limit ? 1 : 0;
        }
        int max = needed == 0 ? most : 0;
        int changed = needed * ranks;
        for (int r = 0; r < changed; r++) {
            max = TornadoMath.max(max, state[LOAD + r]);
        }
        context.localBarrier();
        if (thread == 0) {
            state[LEVEL] = level;
            state[MAX_LOAD] = max;
            state[ROUNDS] = rounds;
        }
        context.localBarrier();
    }

    private static int largest(int[] state, int at, int ranks) {
        int most = 0;
        for (int r = 0; r < ranks; r++) {
            most = TornadoMath.max(most, state[at + r]);
        }
        return most;
    }

    private static void sumLoads(
            KernelContext context,
            int thread,
            int threads,
            int[] t,
            int[] quota,
            int[] fixed,
            int[] state,
            int items,
            int entries,
            int ranks) {
        int from = QuotaTable.rankFrom(items, entries);
        int list = QuotaTable.rankEntry(items, entries, ranks);
        for (int r = thread; r < ranks; r += threads) {
            int load = fixed[r];
            for (int x = t[from + r]; x < t[from + r + 1]; x++) {
                load += quota[t[list + x]];
            }
            state[LOAD + r] = load;
        }
        context.localBarrier();
    }

    /** Every rank below the level takes one token from a neighbour above it. */
    private static void pull(
            KernelContext context,
            int thread,
            int threads,
            int[] t,
            int[] quota,
            int[] state,
            int items,
            int entries,
            int ranks,
            int level) {
        int leaving = LOAD + 3 * ranks;
        int arriving = LOAD + 4 * ranks;
        int host = QuotaTable.host(items);
        int from = QuotaTable.rankFrom(items, entries);
        int list = QuotaTable.rankEntry(items, entries, ranks);
        for (int r = thread; r < ranks; r += threads) {
            int out = -1;
            int in = -1;
            int end = state[LOAD + r] < level ? t[from + r + 1] : 0;
            for (int x = t[from + r]; x < end; x++) {
                int own = t[list + x];
                int item = t[QuotaTable.itemOf(items, entries) + own];
                int first = t[item];
                int last = t[item + 1];
                for (int y = first; y < last; y++) {
                    // Enough tokens for all other hosts of the item, who may pull at the same time.
                    boolean can = quota[y] > last - first - 2 && state[LOAD + t[host + y]] > level;
                    out = can && quota[y] > 0 ? y : out;
                    in = can && quota[y] > 0 ? own : in;
                }
            }
            state[leaving + r] = out;
            state[arriving + r] = in;
        }
        context.localBarrier();
        for (int i = thread; i < items; i += threads) {
            int last = t[i + 1];
            for (int x = t[i]; x < last; x++) {
                int r = t[host + x];
                if (state[arriving + r] == x) {
                    quota[state[leaving + r]] -= 1;
                    quota[x] += 1;
                }
            }
        }
        context.localBarrier();
    }

    /**
     * Breadth-first search from the ranks below the level. Returns 2 + the largest rank above it among those nearest, or
     * 0 if none is reached or {@code over} is 0.
     */
    private static int search(
            KernelContext context,
            int thread,
            int threads,
            int[] t,
            int[] quota,
            int[] state,
            int items,
            int entries,
            int ranks,
            int level,
            int over) {
        int mark = LOAD + ranks;
        int distance = LOAD + 2 * ranks;
        int leaving = LOAD + 3 * ranks;
        int arriving = LOAD + 4 * ranks;
        int host = QuotaTable.host(items);
        int from = QuotaTable.rankFrom(items, entries);
        int list = QuotaTable.rankEntry(items, entries, ranks);
        int found = over;
        int step = 0;
        while (found == 1) {
            for (int r = thread; r < ranks; r += threads) {
                int out = -1;
                int in = -1;
                int end = state[distance + r] == FAR ? t[from + r + 1] : 0;
                for (int x = t[from + r]; x < end; x++) {
                    int own = t[list + x];
                    int item = t[QuotaTable.itemOf(items, entries) + own];
                    int last = quota[own] > 0 ? t[item + 1] : 0;
                    for (int y = t[item]; y < last; y++) {
                        boolean near = state[distance + t[host + y]] == step;
                        out = near ? own : out;
                        in = near ? y : in;
                    }
                }
                int reached = state[LOAD + r] > level ? 2 + r : 1;
                state[mark + r] = out < 0 ? 0 : reached;
                if (out > -1) {
                    state[leaving + r] = out;
                    state[arriving + r] = in;
                }
            }
            context.localBarrier();
            step++;
            found = largest(state, mark, ranks);
            for (int r = thread; r < ranks; r += threads) {
                if (state[mark + r] > 0) {
                    state[distance + r] = step;
                }
            }
            context.localBarrier();
        }
        return found;
    }

    /**
     * Moves as many tokens as the path from rank {@code found - 2} allows; if there is none, nothing. All threads walk
     * along the path, the first one writes. (A branch around the two loops makes TornadoVM lose a block.)
     */
    private static void push(
            KernelContext context,
            int thread,
            int[] t,
            int[] quota,
            int[] state,
            int items,
            int ranks,
            int level,
            int found) {
        int leaving = LOAD + 3 * ranks;
        int arriving = LOAD + 4 * ranks;
        int host = QuotaTable.host(items);
        int from = TornadoMath.max(found - 2, 0);
        int steps = found > 1 ? state[LOAD + 2 * ranks + from] : 0;
        int amount = state[LOAD + from] - level;
        int end = from;
        for (int k = 0; k < steps; k++) {
            amount = TornadoMath.min(amount, quota[state[leaving + end]]);
            end = t[host + state[arriving + end]];
        }
        amount = TornadoMath.min(amount, level - state[LOAD + end]);
        context.localBarrier();
        int r = from;
        for (int k = 0; k < steps; k++) {
            int out = state[leaving + r];
            int in = state[arriving + r];
            if (thread == 0) {
                quota[out] -= amount;
                quota[in] += amount;
            }
            r = t[host + in];
        }
        if (thread == 0 && steps > 0) {
            state[LOAD + from] -= amount;
            state[LOAD + end] += amount;
        }
        context.localBarrier();
    }
}
