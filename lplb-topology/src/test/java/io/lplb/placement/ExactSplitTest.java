// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSplitTest {
    /** By hand: 6 tokens on ranks 0 and 1, 1 on rank 1, 2 on rank 2; 3.5 each is best for the first two. */
    @Test
    void byHand() {
        ExpertPlacement placement = ExpertPlacement.of(3, 3, 3, new int[] {0, -1, 0, 1, 2, -1});
        assertEquals(3.5 / 3, ExactSplit.of(placement).imbalance(new double[] {6, 1, 2}), 1e-12);
        assertEquals(1, ExactSplit.of(placement).imbalance(new double[3]));
        assertEquals(1, ExactSplit.of(placement, new double[] {1, 1.5, 1}).imbalance(new double[] {4, 1, 2}), 1e-12);
    }

    /** Against all subsets of ranks: the largest average of what cannot leave the set. */
    @Test
    void equalsTheBestBoundOfAllSubsets() {
        Random random = new Random(5);
        for (int round = 0; round < 300; round++) {
            int ranks = 1 + random.nextInt(7);
            int experts = 1 + random.nextInt(12);
            ExpertPlacement placement = SubsetOracle.randomPlacement(random, ranks, experts, 1 + random.nextInt(4));
            double[] load = random.doubles(experts, 0, 9).toArray();
            for (int e = 0; e < experts; e++) {
                load[e] = random.nextInt(3) == 0 ? 0 : Math.rint(load[e] * load[e]);
            }
            double[] speed = random.doubles(ranks, 0.5, 2).toArray();
            assertEquals(
                    SubsetOracle.imbalance(placement, load, speed),
                    ExactSplit.of(placement, speed).imbalance(load),
                    1e-9,
                    () -> placement + " " + Arrays.toString(load));
        }
    }

    @Test
    void largeAndSmallLoads() {
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 2, new int[] {0, -1, 0, 1});
        for (double scale : new double[] {Double.MAX_VALUE, 1e-300, 1e-310}) {
            assertEquals(1, ExactSplit.of(placement).imbalance(new double[] {scale, scale / 2}), 1e-9);
        }
    }

    @Test
    void refused() {
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 2, new int[] {0, 1});
        ExactSplit split = ExactSplit.of(placement);
        assertMessage("load: got 1 weights, expected 2, one for each expert", () -> split.imbalance(new double[1]));
        assertMessage(
                "load[1]: got NaN, expected a finite number, at least 0",
                () -> split.imbalance(new double[] {1, Double.NaN}));
        assertMessage(
                "speed: got 1 speeds, expected 2, one for each rank", () -> ExactSplit.of(placement, new double[1]));
        assertMessage(
                "speed[1]: got 0.0, expected a positive finite number, at least " + Double.MIN_NORMAL,
                () -> ExactSplit.of(placement, new double[] {1, 0}));
    }

    @Test
    void ranksOfAnExpertAreDistinct() {
        ExpertPlacement placement = ExpertPlacement.of(2, 2, new int[] {0, 0, 0, 1}, new int[][] {{2, 0, 1}, {3}});
        assertArrayEquals(new int[] {1, 0}, placement.ranksOf(0));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
