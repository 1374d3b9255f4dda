// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.function.Function;

/**
 * No balancing: every token goes to the original of its expert. Where the original is on an inactive rank, the first active replica takes
 * its place.
 */
final class AsPlaced implements Policy {
    private final Function<double[], ExpertPlacement> placing;
    private final double[] speeds;
    private int[][] ranksOf = {};

    AsPlaced(PolicySetup setup, Function<double[], ExpertPlacement> placing) {
        this.placing = placing;
        this.speeds = setup.speedArray();
    }

    @Override
    public ExpertPlacement place(double[] history) {
        ExpertPlacement placement = placing.apply(history);
        ranksOf = PolicySetup.activeRanks(placement, speeds);
        return placement;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        for (int e = 0; e < counts.length; e++) {
            if (ranksOf[e].length > 0) {
                out.add(e, ranksOf[e][0], counts[e]);
            }
        }
        return true;
    }
}
