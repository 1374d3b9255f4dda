// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.replicas;

import io.lplb.replica.ReplicaSettings;
import java.util.Arrays;

/**
 * Replicas by a threshold and greedy packing, the rule that UltraEP describes (arXiv 2606.04101), as a baseline.
 *
 * <p>For a threshold, every rank above it sheds its excess, largest experts first, each piece into a slot of the rank with the
 * most room. Bisection finds the lowest threshold that packs; it ends at one percent above the mean. Chosen anew for every
 * batch. Not thread-safe.
 */
final class ThresholdReplicas {
    private static final double EPSILON = 0.01;

    private final ReplicaSettings settings;
    private final long[] load;
    private final int[] used;
    private int replicas;
    private double imbalance;

    ThresholdReplicas(ReplicaSettings settings) {
        this.settings = settings;
        load = new long[settings.ranks()];
        used = new int[settings.ranks()];
    }

    /** Number of replicas of the last batch. */
    int replicas() {
        return replicas;
    }

    /** Largest load / mean load of the last batch. */
    double imbalance() {
        return imbalance;
    }

    void plan(long[] counts) {
        double total = 0;
        double max = 0;
        start(counts);
        for (long tokens : load) {
            total += tokens;
            max = Math.max(max, (double) tokens);
        }
        double mean = total / load.length;
        replicas = 0;
        imbalance = total > 0 ? max / mean : 1;
        double low = mean;
        double high = max;
        double threshold = mean * (1 + EPSILON);
        while (total > 0 && high - low > EPSILON / 2 * mean) {
            if (packs(counts, threshold)) {
                high = threshold;
            } else {
                low = threshold;
            }
            if (high <= mean * (1 + EPSILON)) {
                return;
            }
            threshold = (low + high) / 2;
        }
    }

    private void start(long[] counts) {
        Arrays.fill(load, 0);
        Arrays.fill(used, 0);
        for (int e = 0; e < counts.length; e++) {
            load[settings.homeRank(e)] += counts[e];
        }
    }

    /** Packs to a threshold; the answer becomes that of the batch if it is complete. */
    private boolean packs(long[] counts, double threshold) {
        start(counts);
        long level = (long) threshold;
        int made = 0;
        long[] left = counts.clone();
        while (true) {
            int from = largest(level);
            if (from < 0) {
                replicas = made;
                imbalance = max() * (double) load.length / sum(counts);
                return true;
            }
            int to = mostRoom(level);
            int expert = largestExpert(from, left);
            if (to < 0 || expert < 0) {
                return false;
            }
            long tokens = Math.min(Math.min(load[from] - level, level - load[to]), left[expert]);
            left[expert] -= tokens;
            load[from] -= tokens;
            load[to] += tokens;
            used[to]++;
            made++;
        }
    }

    private int largest(long level) {
        int best = -1;
        for (int r = 0; r < load.length; r++) {
            if (load[r] > level && (best < 0 || load[r] > load[best])) {
                best = r;
            }
        }
        return best;
    }

    private int mostRoom(long level) {
        int best = -1;
        for (int r = 0; r < load.length; r++) {
            if (load[r] < level && used[r] < settings.spareSlots() && (best < 0 || load[r] < load[best])) {
                best = r;
            }
        }
        return best;
    }

    private int largestExpert(int rank, long[] left) {
        int best = -1;
        for (int e = 0; e < left.length; e++) {
            if (settings.homeRank(e) == rank && left[e] > 0 && (best < 0 || left[e] > left[best])) {
                best = e;
            }
        }
        return best;
    }

    private long max() {
        long max = 0;
        for (long tokens : load) {
            max = Math.max(max, tokens);
        }
        return max;
    }

    private static double sum(long[] counts) {
        double sum = 0;
        for (long tokens : counts) {
            sum += tokens;
        }
        return sum;
    }
}
