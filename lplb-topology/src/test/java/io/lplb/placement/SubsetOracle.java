// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import java.util.Arrays;
import java.util.Random;

/** The optimum of a split by enumeration of all sets of ranks, and random placements to try it on. */
final class SubsetOracle {
    private SubsetOracle() {}

    /** Max/mean of the best split: the largest average of the load that cannot leave a set, over all sets. */
    static double imbalance(ExpertPlacement placement, double[] load, double[] speed) {
        double mean = Arrays.stream(load).sum() / Arrays.stream(speed).sum();
        double most = mean;
        for (int set = 1; set < 1 << placement.ranks(); set++) {
            double inside = 0;
            double speedInside = 0;
            for (int r = 0; r < placement.ranks(); r++) {
                speedInside += (set >> r & 1) * speed[r];
            }
            for (int e = 0; e < load.length; e++) {
                boolean locked = true;
                for (int k = 0; k < placement.replicaCount(e); k++) {
                    locked &= (set >> placement.rankOf(placement.slotOf(e, k)) & 1) == 1;
                }
                inside += locked ? load[e] : 0;
            }
            most = Math.max(most, inside / speedInside);
        }
        return mean > 0 ? most / mean : 1;
    }

    /** A placement with empty slots and duplicates, in which every expert has a slot. */
    static ExpertPlacement randomPlacement(Random random, int ranks, int experts, int extraSlots) {
        int slotsPerRank = (experts + ranks - 1) / ranks + extraSlots;
        int[] phy2log = new int[ranks * slotsPerRank];
        Arrays.setAll(phy2log, p -> random.nextInt(4) == 0 ? -1 : random.nextInt(experts));
        int[] order = random.ints(0, phy2log.length).distinct().limit(experts).toArray();
        for (int e = 0; e < experts; e++) {
            phy2log[order[e]] = e;
        }
        return ExpertPlacement.of(ranks, ranks, experts, phy2log);
    }
}
