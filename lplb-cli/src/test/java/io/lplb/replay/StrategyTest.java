// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.ExpertPlacement;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StrategyTest {
    /** Expert 0 on ranks 0, 1 and 2, expert 1 on ranks 1 and 0, expert 2 on rank 2. */
    private static final ExpertPlacement PLACEMENT =
            ExpertPlacement.of(3, 3, new int[] {0, 1, 1, 0, 2, 0}, new int[][] {{0, 3, 5}, {2, 1}, {4}});

    private static long[] divide(Strategy strategy, int... counts) {
        long[] loads = {-1, -1, -1};
        assertTrue(strategy.divide(counts, loads));
        return loads;
    }

    @Test
    void noneLeavesTokensAtTheOriginals() {
        Strategy none = new KeepOriginal();
        none.place(PLACEMENT);
        assertArrayEquals(new long[] {10, 7, 5}, divide(none, 10, 7, 5));
        assertArrayEquals(new long[] {0, 0, 1}, divide(none, 0, 0, 1));
    }

    /** Expert 1 has two slots on ranks 1 and 0, expert 2 one on rank 2. */
    @Test
    void inactiveRanksGetNoToken() {
        double[] withoutRank0 = {0, 1, 2};
        Strategy none = new KeepOriginal();
        none.place(PLACEMENT, withoutRank0);
        assertArrayEquals(new long[] {0, 10 + 7, 5}, divide(none, 10, 7, 5));
        Strategy even = new EvenSplit();
        even.place(PLACEMENT, withoutRank0);
        assertArrayEquals(new long[] {0, 5 + 7, 5 + 5}, divide(even, 10, 7, 5));
        double[] withoutRank2 = {1, 1, 0};
        for (Strategy strategy : new Strategy[] {new KeepOriginal(), new EvenSplit()}) {
            strategy.place(PLACEMENT, withoutRank2);
            long[] loads = divide(strategy, 10, 7, 5);
            assertEquals(17, loads[0] + loads[1], strategy.name() + ": expert 2 has no other rank");
            assertEquals(0, loads[2], strategy.name());
        }
    }

    @Test
    void evenSplitGivesEveryReplicaItsPart() {
        Strategy even = new EvenSplit();
        even.place(PLACEMENT);
        assertArrayEquals(new long[] {3 + 4, 3 + 4, 3 + 5}, divide(even, 9, 8, 5));
    }

    @Test
    void evenSplitTakesTurnsWithTheOddTokens() {
        Strategy even = new EvenSplit();
        even.place(PLACEMENT);
        assertArrayEquals(new long[] {1, 1, 0}, divide(even, 2, 0, 0));
        assertArrayEquals(new long[] {1, 0, 1}, divide(even, 2, 0, 0));
        assertArrayEquals(new long[] {0, 1, 1}, divide(even, 2, 0, 0));
        long[] sum = new long[3];
        for (int k = 0; k < 10; k++) {
            long[] loads = divide(even, 0, 1, 0);
            for (int r = 0; r < 3; r++) {
                sum[r] += loads[r];
            }
        }
        assertArrayEquals(new long[] {5, 5, 0}, sum);
    }

    @Test
    void aNewLayerBeginsAnew() {
        Strategy even = new EvenSplit();
        even.place(PLACEMENT);
        long[] first = divide(even, 2, 1, 0);
        even.place(PLACEMENT);
        assertArrayEquals(first, divide(even, 2, 1, 0));
    }

    @Test
    void noTokensGiveNoLoad() {
        for (Strategy strategy : new Strategy[] {new KeepOriginal(), new EvenSplit()}) {
            strategy.place(PLACEMENT);
            assertEquals(0, Arrays.stream(divide(strategy, 0, 0, 0)).sum(), strategy.name());
        }
    }
}
