// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import io.lplb.topology.flow.MaxFlow;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The best split of given loads over the replicas of a placement: the smallest possible maximum over the ranks of load
 * over speed. It judges placements; batches are split by the solvers.
 *
 * <p>Newton's method on the level (Dinkelbach 1967): a level is possible if a flow carries every expert's load to its
 * ranks without exceeding speed * level on any. If not, the smallest cut names a set of ranks whose experts have no other
 * rank and which exceeds the level on average; that average is the next level. The last set proves the answer.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class ExactSplit {
    /** Relative to the total load: what rounding may leave over in a flow that is complete. */
    private static final double ROUNDING = 1e-11;

    private final int[][] hosts;
    private final double[] speed;
    private final double totalSpeed;

    private ExactSplit(int[][] hosts, double[] speed) {
        this.hosts = hosts;
        this.speed = speed;
        this.totalSpeed = Arrays.stream(speed).sum();
    }

    /**
     * The split of a placement on ranks of equal speed.
     *
     * @param placement where every expert and its replicas live
     * @return the split
     */
    public static ExactSplit of(ExpertPlacement placement) {
        return of(placement, null);
    }

    /**
     * The split of a placement.
     *
     * @param placement where every expert and its replicas live
     * @param speed {@code [ranks]}, positive and finite; null for 1 everywhere
     * @return the split
     * @throws IllegalArgumentException if a speed is missing or not positive
     */
    public static ExactSplit of(ExpertPlacement placement, double @Nullable [] speed) {
        int[][] hosts = new int[placement.experts()][];
        for (int e = 0; e < hosts.length; e++) {
            hosts[e] = placement.ranksOf(e);
        }
        return new ExactSplit(hosts, Sizes.speeds(speed, placement.ranks()));
    }

    /** As {@link #of}, from the distinct ranks of each expert, which are not copied. */
    static ExactSplit ofHosts(int[][] hosts, double[] speed) {
        return new ExactSplit(hosts, speed);
    }

    /**
     * The smallest possible maximum of load over speed, relative to its mean: max/mean.
     *
     * @param load {@code [experts]}, finite, not negative
     * @return at least 1; 1 if there is no load
     * @throws IllegalArgumentException if a load is not as said
     */
    public double imbalance(double[] load) {
        Objects.requireNonNull(load, "load");
        Sizes.requireWeights("load", load, hosts.length);
        return bottleneck(Sizes.scaled(load)).imbalance();
    }

    /**
     * A set of ranks that bounds every split from below.
     *
     * @param imbalance max/mean of the best split
     * @param ranks {@code [ranks]}, true for the ranks of the set; all ranks where the mean is the bound
     */
    @SuppressWarnings("ArrayRecordComponent") // Lives for one call inside the package, and is never compared.
    record Bottleneck(double imbalance, boolean[] ranks) {}

    /** The best split of loads whose sum is not large, with the set that proves it. */
    Bottleneck bottleneck(double[] load) {
        int ranks = speed.length;
        double[] fixed = new double[ranks];
        int[] items = new int[hosts.length];
        int count = 0;
        int arcs = ranks;
        double total = 0;
        for (int e = 0; e < hosts.length; e++) {
            total += load[e];
            if (hosts[e].length == 1) {
                fixed[hosts[e][0]] += load[e];
            } else if (load[e] > 0) {
                items[count++] = e;
                arcs += hosts[e].length + 1;
            }
        }
        boolean[] worst = new boolean[ranks];
        Arrays.fill(worst, true);
        double mean = total / totalSpeed;
        if (!(mean > 0)) {
            return new Bottleneck(1, worst);
        }
        double level = mean;
        for (int r = 0; r < ranks; r++) {
            if (fixed[r] / speed[r] > level) {
                level = fixed[r] / speed[r];
                Arrays.fill(worst, false);
                worst[r] = true;
            }
        }
        while (true) {
            MaxFlow flow = new MaxFlow(count + ranks + 2, arcs, ROUNDING * mean);
            double left = connect(flow, load, fixed, Arrays.copyOf(items, count), level);
            int source = count + ranks;
            if (left - flow.send(source, source + 1) <= ROUNDING * total) {
                return new Bottleneck(level / mean, worst);
            }
            boolean[] reached = new boolean[ranks];
            for (int r = 0; r < ranks; r++) {
                reached[r] = flow.isReached(count + r);
            }
            double next = average(load, reached);
            if (!(next > level)) {
                return new Bottleneck(level / mean, worst);
            }
            level = next;
            worst = reached;
        }
    }

    /** Builds the network of a level and returns the load of the experts on several ranks. */
    private double connect(MaxFlow flow, double[] load, double[] fixed, int[] items, double level) {
        int source = items.length + fixed.length;
        double sum = 0;
        for (int i = 0; i < items.length; i++) {
            double amount = load[items[i]];
            sum += amount;
            flow.connect(source, i, amount, 0);
            for (int rank : hosts[items[i]]) {
                flow.connect(i, items.length + rank, amount, 0);
            }
        }
        for (int r = 0; r < fixed.length; r++) {
            flow.connect(items.length + r, source + 1, Math.max(0, speed[r] * level - fixed[r]), 0);
        }
        return sum;
    }

    /** The load that cannot leave a set of ranks over the speed of the set, a bound for every split. */
    double average(double[] load, boolean[] set) {
        double locked = 0;
        for (int e = 0; e < hosts.length; e++) {
            locked += isInside(hosts[e], set) ? load[e] : 0;
        }
        double inSet = 0;
        for (int r = 0; r < speed.length; r++) {
            inSet += set[r] ? speed[r] : 0;
        }
        return inSet > 0 ? locked / inSet : 0;
    }

    static boolean isInside(int[] ranks, boolean[] set) {
        for (int rank : ranks) {
            if (!set[rank]) {
                return false;
            }
        }
        return true;
    }
}
