// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;

/**
 * Lower bounds of max/mean that hold whatever the placement and the split: the mean, an expert that has too few replicas,
 * experts without replicas that must share a rank, and experts that may not leave a node.
 */
final class PlacementBound {
    private PlacementBound() {}

    /** The largest of the bounds, for loads whose sum is not large. */
    static double of(PlacementSizes sizes, double[] load) {
        double total = 0;
        for (double l : load) {
            total += l;
        }
        double speed = 0;
        double fastest = 0;
        for (double s : sizes.speed()) {
            speed += s;
            fastest = Math.max(fastest, s);
        }
        int[] count = ReplicaCounts.of(load, sizes.copies(), 1, sizes.ranksPerDomain(), 1);
        double most = 0;
        for (int e = 0; e < load.length; e++) {
            most = Math.max(most, load[e] / count[e]);
        }
        most = Math.max(most, sharedRank(sizes, load)) / fastest;
        // Rounded down, so that rounding errors do not make the bound larger than the optimum.
        return Math.max(1, Math.max(most, confined(sizes, load)) * speed / total * (1 - 1e-12));
    }

    /**
     * Of the heaviest n + j * ranks + 1 experts, at most n have replicas, where n is the number of redundant copies. So
     * some rank holds j + 1 of the others, which weigh at least as much as the j + 1 lightest of them all.
     */
    private static double sharedRank(PlacementSizes sizes, double[] load) {
        int redundant = sizes.copies() - sizes.experts();
        double[] rising = load.clone();
        Arrays.sort(rising);
        double most = 0;
        for (int j = 1; redundant + (long) j * sizes.ranks() + 1 <= load.length; j++) {
            int lightest = load.length - (redundant + j * sizes.ranks() + 1);
            double sum = 0;
            for (int k = 0; k <= j; k++) {
                sum += rising[lightest + k];
            }
            most = Math.max(most, sum);
        }
        return most;
    }

    /** The heaviest group over the speed of the fastest node. */
    private static double confined(PlacementSizes sizes, double[] load) {
        if (!sizes.isConfined()) {
            return 0;
        }
        int groupSize = load.length / sizes.groups();
        double heaviest = 0;
        for (int first = 0; first < load.length; first += groupSize) {
            heaviest = Math.max(
                    heaviest, Arrays.stream(load, first, first + groupSize).sum());
        }
        double fastest = 0;
        for (int first = 0; first < sizes.ranks(); first += sizes.ranksPerNode()) {
            fastest = Math.max(
                    fastest,
                    Arrays.stream(sizes.speed(), first, first + sizes.ranksPerNode())
                            .sum());
        }
        return heaviest / fastest;
    }
}
