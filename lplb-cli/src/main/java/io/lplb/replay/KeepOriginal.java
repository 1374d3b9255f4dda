// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/**
 * No balancing: every token goes to the original of its expert and replicas stay idle. Where the original is on an inactive
 * rank, the active replica of the lowest rank takes its place.
 */
final class KeepOriginal implements Strategy {
    private static final int NOWHERE = -1;

    private int[] rankOfOriginal = {};

    @Override
    public String name() {
        return "none";
    }

    @Override
    public void place(ExpertPlacement placement, double[] speeds) {
        rankOfOriginal = new int[placement.experts()];
        for (int e = 0; e < rankOfOriginal.length; e++) {
            int rank = placement.rankOf(placement.slotOf(e, 0));
            if (speeds[rank] == 0) {
                rank = Arrays.stream(EvenSplit.activeRanks(placement, e, speeds))
                        .min()
                        .orElse(NOWHERE);
            }
            rankOfOriginal[e] = rank;
        }
    }

    @Override
    public boolean divide(int[] counts, long[] rankLoads) {
        Arrays.fill(rankLoads, 0);
        for (int e = 0; e < counts.length; e++) {
            if (rankOfOriginal[e] != NOWHERE) {
                rankLoads[rankOfOriginal[e]] += counts[e];
            }
        }
        return true;
    }
}
