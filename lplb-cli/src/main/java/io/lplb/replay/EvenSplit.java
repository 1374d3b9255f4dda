// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * EPLB's way: the tokens of an expert go to its replicas on active ranks in turn, whatever the loads of the ranks. The turn goes on
 * from batch to batch, so that the odd tokens do not favour the first replica.
 */
final class EvenSplit implements Strategy {
    private int[][] ranksOf = {};
    private int[] turn = {};

    @Override
    public String name() {
        return "even split";
    }

    @Override
    public void place(ExpertPlacement placement, double[] speeds) {
        ranksOf = new int[placement.experts()][];
        for (int e = 0; e < ranksOf.length; e++) {
            ranksOf[e] = activeRanks(placement, e, speeds);
        }
        turn = new int[ranksOf.length];
    }

    /** Returns the active ranks of an expert's replicas, in the order of the replicas. */
    static int[] activeRanks(ExpertPlacement placement, int expert, double[] speeds) {
        return IntStream.range(0, placement.replicaCount(expert))
                .map(k -> placement.rankOf(placement.slotOf(expert, k)))
                .filter(rank -> speeds[rank] > 0)
                .toArray();
    }

    @Override
    public boolean divide(int[] counts, long[] rankLoads) {
        Arrays.fill(rankLoads, 0);
        for (int e = 0; e < counts.length; e++) {
            int[] ranks = ranksOf[e];
            if (ranks.length == 0) {
                continue;
            }
            int each = counts[e] / ranks.length;
            int odd = counts[e] % ranks.length;
            for (int rank : ranks) {
                rankLoads[rank] += each;
            }
            for (int k = 0; k < odd; k++) {
                rankLoads[ranks[(turn[e] + k) % ranks.length]]++;
            }
            turn[e] = (turn[e] + odd) % ranks.length;
        }
        return true;
    }
}
