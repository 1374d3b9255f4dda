// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Gives colours to sets of ranks such that sets with a rank in common differ: edges of a topology, or the hosts of the
 * items of a problem. Operations on the sets of one colour then commute, and may run in parallel.
 *
 * <p>Greedy: each set, in the order given, takes the lowest colour that none before it has on any of its ranks.
 */
public final class GreedyColouring {
    private GreedyColouring() {}

    /**
     * {@return the colour of every set, from 0 on without gaps}
     *
     * @param sets {@code [sets][ranks of the set]}
     * @param ranks number of ranks that the sets are taken from
     */
    public static int[] colours(int[][] sets, int ranks) {
        BitSet[] takenOnRank = new BitSet[ranks];
        Arrays.setAll(takenOnRank, r -> new BitSet());
        int[] colours = new int[sets.length];
        for (int k = 0; k < sets.length; k++) {
            BitSet taken = new BitSet();
            for (int rank : sets[k]) {
                taken.or(takenOnRank[rank]);
            }
            colours[k] = taken.nextClearBit(0);
            for (int rank : sets[k]) {
                takenOnRank[rank].set(colours[k]);
            }
        }
        return colours;
    }
}
