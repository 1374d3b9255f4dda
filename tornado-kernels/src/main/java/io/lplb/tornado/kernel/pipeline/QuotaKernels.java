// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.kernel.pipeline;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Quota: shares to whole tokens per replica, in three steps with one work-group a group.
 *
 * <ol>
 *   <li>Largest remainder, a thread an item, as {@link io.lplb.quota.QuotaRounder#round}.
 *   <li>{@link QuotaRepair}, with unit speeds: the largest load becomes the best that whole tokens allow.
 *   <li>From items to replicas by the north-west corner rule, a thread an item, as {@link
 *       io.lplb.quota.ReplicaQuotas}; left as running sums, which is what routing compares positions with.
 * </ol>
 *
 * <p>With tiles ({@link PipelineSizes#TILE}) all of this is in whole tiles of an expert's tokens, and a bound is the end of a tile: the
 * replica with an expert's last tokens has the tile that is not full.
 *
 * <p>Any number of threads gives the same result; work-groups beyond the groups return at once.
 */
public final class QuotaKernels {
    private QuotaKernels() {}

    /**
     * Makes the quotas of each group; one work-group a group.
     *
     * @param sizes see {@link PipelineSizes}
     * @param table see {@link QuotaTable}
     * @param shares the solver's output: shares and lower bounds as multiples of the group's mean load
     * @param loads fixed loads of every group, then loads of the items of every group, then the sum of every group
     * @param speed the sum of the speeds of a group's ranks, one element
     * @param plan n of every expert is read, bounds are written
     * @param out the words of the group and the tokens of its ranks are written
     */
    public static void quotas(
            KernelContext context,
            IntArray sizes,
            IntArray table,
            FloatArray shares,
            IntArray loads,
            FloatArray speed,
            IntArray plan,
            IntArray out) {
        int thread = context.localIdx;
        int group = context.groupIdx;
        int threads = context.localGroupSizeX;
        int run = sizes.get(PipelineSizes.RUN);
        int experts = sizes.get(PipelineSizes.EXPERTS);
        int ranks = sizes.get(PipelineSizes.RANKS);
        int items = sizes.get(PipelineSizes.ITEMS);
        int entries = sizes.get(PipelineSizes.ENTRIES);
        int groups = sizes.get(PipelineSizes.GROUPS);
        int width = sizes.get(PipelineSizes.WIDTH);
        int repairs = sizes.get(PipelineSizes.REPAIRS);
        int size = sizes.get(PipelineSizes.TABLE);
        int tile = sizes.get(PipelineSizes.TILE);
        float speeds = speed.get(0);
        if (group > groups - 1) {
            return;
        }
        int[] t = context.allocateIntLocalArray(PipelineSizes.MAX_TABLE);
        int[] quota = context.allocateIntLocalArray(PipelineSizes.MAX_ENTRIES + 1);
        float[] remainder = context.allocateFloatLocalArray(PipelineSizes.MAX_ENTRIES + 1);
        int[] fixed = context.allocateIntLocalArray(PipelineSizes.MAX_RANKS);
        int[] part = context.allocateIntLocalArray(PipelineSizes.MAX_REPLICAS);
        int[] count = context.allocateIntLocalArray(PipelineSizes.MAX_EXPERTS);
        int[] load = context.allocateIntLocalArray(PipelineSizes.MAX_ITEMS + 1);
        int[] repair = context.allocateIntLocalArray(QuotaRepair.MAX_SIZE);
        int shareAt = size + group * entries;
        int tail = size + groups * entries + QuotaTable.TAIL * group;
        for (int k = thread; k < size; k += threads) {
            t[k] = table.get(k);
        }
        for (int e = thread; e < experts; e += threads) {
            count[e] = ExpertLoads.tiles(plan.get(e * width + 1), tile);
        }
        for (int r = thread; r < ranks; r += threads) {
            fixed[r] = loads.get(group * ranks + r);
        }
        for (int i = thread; i < items; i += threads) {
            load[i] = loads.get(groups * ranks + group * items + i);
        }
        float mean = loads.get(groups * (ranks + items) + group) / speeds;
        for (int x = thread; x < entries; x += threads) {
            remainder[x] = shares.get(table.get(shareAt + x)) * mean;
        }
        float bound = shares.get(table.get(tail)) * mean;
        context.localBarrier();
        for (int i = thread; i < items; i += threads) {
            round(load[i], t, i, remainder, quota);
        }
        context.localBarrier();
        QuotaRepair.repair(context, thread, threads, t, quota, fixed, repair, items, entries, ranks, bound, repairs);
        if (thread == 0) {
            int at = PipelineLayout.OUT_HEADER + group * PipelineLayout.OUT_GROUP;
            out.set(at, run);
            out.set(at + 1, repair[QuotaRepair.MAX_LOAD]);
            out.set(at + 2, repair[QuotaRepair.LEVEL]);
            out.set(at + 3, repair[QuotaRepair.ROUNDS]);
            out.set(at + 4, (int) shares.get(table.get(tail + 1)));
            out.set(at + 5, (int) shares.get(table.get(tail + 2)));
        }
        for (int r = thread; r < ranks; r += threads) {
            out.set(PipelineLayout.rankAt(groups) + group * ranks + r, repair[QuotaRepair.LOAD + r]);
        }
        int from = QuotaTable.expertsFrom(items, entries, ranks);
        int expert = QuotaTable.expert(items, entries, ranks, groups);
        int firstReplica = QuotaTable.firstReplica(items, entries, ranks, groups, experts);
        int entryOf = QuotaTable.entryOf(items, entries, ranks, groups, experts);
        for (int i = thread; i < items; i += threads) {
            int list = from + group * items + i;
            for (int x = t[list]; x < t[list + 1]; x++) {
                int e = t[expert + x];
                alongHosts(count[e], t, i, quota, e, firstReplica, entryOf, part);
                bounds(e, count[e], t, firstReplica, part, plan, width, tile);
            }
        }
        int list = from + groups * items + group;
        for (int x = t[list] + thread; x < t[list + 1]; x += threads) {
            int e = t[expert + x];
            spread(count[e], t, e, -1, firstReplica, entryOf, part);
            bounds(e, count[e], t, firstReplica, part, plan, width, tile);
        }
    }

    /** Largest remainder for one item, whose remainders begin as its shares; nonsense and negative ones count as 0. */
    private static void round(int load, int[] t, int item, float[] remainder, int[] quota) {
        int from = t[item];
        int to = t[item + 1];
        int left = load;
        for (int x = from; x < to; x++) {
            float share = remainder[x];
            float bounded = share > 0 && share < 1.0e9f ? share : 0;
            int whole = TornadoMath.min((int) bounded, left);
            quota[x] = whole;
            remainder[x] = bounded - whole;
            left -= whole;
        }
        while (left > 0) {
            int best = from;
            for (int x = from + 1; x < to; x++) {
                best = remainder[x] > remainder[best] ? x : best;
            }
            // One token each in turn; what is still left then was not part of the shares, and goes to one host.
            int given = remainder[best] > 0 ? 1 : left;
            quota[best] += given;
            remainder[best] = -1;
            left -= given;
        }
    }

    /** One expert's tokens laid along what is left of the item's quotas. */
    private static void alongHosts(
            int count, int[] t, int item, int[] quota, int expert, int firstReplica, int entryOf, int[] part) {
        int tokens = count;
        int to = t[item + 1];
        for (int x = t[item]; x < to; x++) {
            int here = TornadoMath.min(tokens, quota[x]);
            quota[x] -= here;
            tokens -= here;
            spread(here, t, expert, x, firstReplica, entryOf, part);
        }
    }

    /** Tokens shared evenly among the expert's replicas of an entry, the first ones taking what is left over. */
    private static void spread(int tokens, int[] t, int expert, int entry, int firstReplica, int entryOf, int[] part) {
        int from = t[firstReplica + expert];
        int to = t[firstReplica + expert + 1];
        int same = 0;
        for (int k = from; k < to; k++) {
            same += t[entryOf + k] == entry ? 1 : 0;
        }
        int rest = tokens;
        for (int k = from; k < to; k++) {
            if (t[entryOf + k] == entry) {
                int own = same < 2 ? rest : (rest + same - 1) / same;
                part[k] = own;
                rest -= own;
                same--;
            }
        }
    }

    /** One expert's quotas as running sums, without the last; an expert without tokens stays with its first replica. */
    private static void bounds(
            int expert, int n, int[] t, int firstReplica, int[] part, IntArray plan, int width, int tile) {
        int from = t[firstReplica + expert];
        int last = t[firstReplica + expert + 1] - 1;
        int at = expert * width + PipelineLayout.PLAN_BOUND;
        int sum = 0;
        for (int k = 0; k < width - PipelineLayout.PLAN_BOUND; k++) {
            int bound = Integer.MAX_VALUE;
            if (from + k < last) {
                sum += part[from + k];
                bound = n > 0 ? sum * tile : bound;
            }
            plan.set(at + k, bound);
        }
    }
}
