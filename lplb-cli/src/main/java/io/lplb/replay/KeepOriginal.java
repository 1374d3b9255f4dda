// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;

/** No balancing: every token goes to the original of its expert and replicas stay idle. */
final class KeepOriginal implements Strategy {
    private int[] rankOfOriginal = {};

    @Override
    public String name() {
        return "none";
    }

    @Override
    public void place(ExpertPlacement placement) {
        rankOfOriginal = new int[placement.experts()];
        for (int e = 0; e < rankOfOriginal.length; e++) {
            rankOfOriginal[e] = placement.rankOf(placement.slotOf(e, 0));
        }
    }

    @Override
    public boolean divide(int[] counts, long[] rankLoads) {
        Arrays.fill(rankLoads, 0);
        for (int e = 0; e < counts.length; e++) {
            rankLoads[rankOfOriginal[e]] += counts[e];
        }
        return true;
    }
}
