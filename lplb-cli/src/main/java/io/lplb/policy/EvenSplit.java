// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.policy;

import io.lplb.placement.ExpertPlacement;
import java.util.function.Function;

/**
 * The tokens of an expert go to its active replicas in turn, whatever the loads of the ranks; EPLB's placement assumes it
 * (github.com/deepseek-ai/EPLB). The turn goes on from batch to batch, so that odd tokens do not favour the first replica.
 */
final class EvenSplit implements Policy {
    private final Function<double[], ExpertPlacement> placing;
    private final double[] speeds;
    private int[][] ranksOf = {};
    private int[] turn = {};

    EvenSplit(PolicySetup setup, Function<double[], ExpertPlacement> placing) {
        this.placing = placing;
        this.speeds = setup.speedArray();
    }

    @Override
    public ExpertPlacement place(double[] history) {
        ExpertPlacement placement = placing.apply(history);
        ranksOf = PolicySetup.activeRanks(placement, speeds);
        turn = new int[ranksOf.length];
        return placement;
    }

    @Override
    public boolean plan(long[] counts, Dispatch out) {
        for (int e = 0; e < counts.length; e++) {
            int[] ranks = ranksOf[e];
            if (ranks.length == 0) {
                continue;
            }
            long each = counts[e] / ranks.length;
            int odd = (int) (counts[e] % ranks.length);
            for (int k = 0; k < ranks.length; k++) {
                int after = Math.floorMod(k - turn[e], ranks.length);
                out.add(e, ranks[k], each + (after < odd ? 1 : 0));
            }
            turn[e] = (turn[e] + odd) % ranks.length;
        }
        return true;
    }
}
