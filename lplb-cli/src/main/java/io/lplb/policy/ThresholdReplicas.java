// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * UltraEP's quota-driven replicas (arXiv 2606.04101; the project's blog and README): search for the lowest threshold on the ranks' loads
 * at which greedy packing succeeds.
 *
 * <p>Packing to a threshold: ranks above it, by falling load, shed their excess, the largest experts first, each piece into a spare slot of
 * the least loaded rank that does not hold the expert, as large as excess, expert and room allow; the home rank keeps at least one token of
 * each expert, and no piece is below the least number of tokens. The search begins at {@value #EPSILON} above the mean load, the published
 * tolerance.
 *
 * <p>The description states neither the packing order nor the steps of the search. Both are chosen such that the results equal those
 * measured of UltraEP 1.0.0 on an H200 for 24 loads of 64 ranks, with one and with two spare slots, within 0.5 %: the threshold rises by
 * {@value #EPSILON} of the largest load twice, then by half of that.
 */
public final class ThresholdReplicas implements Policy {
    /** UltraEP's default of the least number of tokens of a replica. */
    static final long LEAST_TOKENS = 1024;

    private static final double EPSILON = 0.01;

    private final ExpertPlacement homes;
    private final int spareSlots;
    private final long least;
    private final double[] speeds;
    private final int[] homeOf;
    private final int[][] expertsOf;
    private final long[] start;
    private final long[] load;
    private final int[] used;
    private final long[] kept;
    private final long[][] held;
    private final boolean[] copied;
    private final boolean[] ordered;
    private int replicas;

    /**
     * A workspace.
     *
     * @param homes home rank of every expert, without replicas
     * @param spareSlots spare slots on each rank
     * @param least least number of tokens of a replica, at least 1
     * @param speeds {@code [ranks]}, 0 for an inactive rank; other speeds are not told apart
     */
    public ThresholdReplicas(ExpertPlacement homes, int spareSlots, long least, double[] speeds) {
        this.homes = homes;
        this.spareSlots = spareSlots;
        this.least = least;
        this.speeds = speeds.clone();
        int ranks = homes.ranks();
        homeOf = new int[homes.experts()];
        Arrays.setAll(homeOf, e -> homes.rankOf(homes.slotOf(e, 0)));
        expertsOf = new int[ranks][];
        Arrays.setAll(
                expertsOf,
                r -> IntStream.range(0, homeOf.length)
                        .filter(e -> homeOf[e] == r)
                        .toArray());
        start = new long[ranks];
        load = new long[ranks];
        used = new int[ranks];
        kept = new long[homeOf.length];
        held = new long[homeOf.length][ranks];
        copied = new boolean[homeOf.length];
        ordered = new boolean[ranks];
    }

    @Override
    public ExpertPlacement place(double[] history) {
        return homes;
    }

    /** Returns the number of replicas of the last batch. */
    public int replicas() {
        return replicas;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        Arrays.fill(start, 0);
        long total = 0;
        for (int e = 0; e < counts.length; e++) {
            if (speeds[homeOf[e]] > 0) {
                start[homeOf[e]] += counts[e];
                total += counts[e];
            }
        }
        double mean = (double) total / Arrays.stream(speeds).filter(s -> s > 0).count();
        double step = EPSILON * Arrays.stream(start).max().orElse(0);
        double first = (1 + EPSILON) * mean;
        int[] order = LeastLoaded.fallingOrder(start);
        Arrays.fill(ordered, false);
        boolean found = pack(counts, order, (long) first);
        for (int half = 2; !found; half += half < 4 ? 2 : 1) {
            found = pack(counts, order, (long) (first + half * step / 2));
        }
        for (int e = 0; e < counts.length; e++) {
            if (speeds[homeOf[e]] > 0) {
                out.add(e, homeOf[e], kept[e]);
                for (int r = 0; copied[e] && r < load.length; r++) {
                    out.add(e, r, held[e][r]);
                }
            }
        }
        return true;
    }

    /** Packs to a threshold, and returns whether no rank is above it then. */
    private boolean pack(long[] counts, int[] order, long threshold) {
        System.arraycopy(counts, 0, kept, 0, kept.length);
        System.arraycopy(start, 0, load, 0, load.length);
        Arrays.fill(used, 0);
        for (int e = 0; e < copied.length; e++) {
            if (copied[e]) {
                Arrays.fill(held[e], 0);
                copied[e] = false;
            }
        }
        replicas = 0;
        for (int from : order) {
            if (start[from] <= threshold) {
                break;
            }
            shed(from, counts, threshold);
            if (load[from] > threshold) {
                return false;
            }
        }
        return true;
    }

    private void shed(int from, long[] counts, long threshold) {
        int[] mine = expertsOf[from];
        if (!ordered[from]) {
            sortByTokens(mine, counts);
            ordered[from] = true;
        }
        for (int e : mine) {
            while (load[from] > threshold && kept[e] > 1) {
                int to = receiver(e, threshold);
                if (to < 0) {
                    break;
                }
                long piece = Math.min(Math.min(load[from] - threshold, kept[e] - 1), threshold - load[to]);
                if (piece < least) {
                    break;
                }
                kept[e] -= piece;
                load[from] -= piece;
                load[to] += piece;
                held[e][to] += piece;
                copied[e] = true;
                used[to]++;
                replicas++;
            }
        }
    }

    /** Sorts experts by falling tokens, equal ones by number; they are nearly sorted after a similar batch. */
    private static void sortByTokens(int[] experts, long[] counts) {
        for (int k = 1; k < experts.length; k++) {
            int e = experts[k];
            int at = k;
            for (; at > 0 && isBehind(experts[at - 1], e, counts); at--) {
                experts[at] = experts[at - 1];
            }
            experts[at] = e;
        }
    }

    private static boolean isBehind(int expert, int other, long[] counts) {
        return counts[expert] == counts[other] ? expert > other : counts[expert] < counts[other];
    }

    /** Returns the least loaded rank below the threshold with a free slot and without the expert; -1 if there is none. */
    private int receiver(int expert, long threshold) {
        int best = -1;
        long lowest = threshold;
        for (int r = 0; r < load.length; r++) {
            if (load[r] < lowest
                    && used[r] < spareSlots
                    && speeds[r] > 0
                    && r != homeOf[expert]
                    && held[expert][r] == 0) {
                best = r;
                lowest = load[r];
            }
        }
        return best;
    }
}
