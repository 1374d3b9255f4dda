// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FallingOrderTest {
    @Test
    void fewItemsAreSortedStably() {
        assertArrayEquals(new int[0], FallingOrder.of(new float[0]));
        assertArrayEquals(new int[] {2, 0, 3, 1}, FallingOrder.of(new float[] {3, 1, 9, 3}));
        int[] order = FallingOrder.of(new float[16]);
        for (int k = 0; k < 16; k++) {
            assertEquals(k, order[k]);
        }
    }

    /**
     * The order that std::sort of GCC 12 gave 20 pairs (weight, number), compared by weight with {@code >}.
     */
    @Test
    void tiesOfManyItemsAsInTheOriginal() {
        assertArrayEquals(
                new int[] {10, 19, 18, 17, 16, 15, 14, 13, 12, 11, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1},
                FallingOrder.of(new float[20]));
        float[] weight = new float[40];
        for (int k = 0; k < weight.length; k++) {
            weight[k] = k * 7 % 5;
        }
        assertArrayEquals(
                new int[] {
                    17, 2, 37, 22, 7, 32, 27, 12, 9, 24, 14, 29, 19, 34, 4, 39, 21, 1, 26, 31, 36, 16, 11, 6, 18, 23,
                    38, 13, 28, 3, 8, 33, 0, 20, 5, 35, 10, 30, 15, 25
                },
                FallingOrder.of(weight));
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyDepthSorts(long seed) {
        Random random = new Random(seed);
        for (int n = 1; n < 300; n += 1 + random.nextInt(9)) {
            float[] weight = new float[n];
            int values = 1 + random.nextInt(2 * n);
            for (int k = 0; k < n; k++) {
                weight[k] = random.nextInt(values);
            }
            requireSorted(weight, FallingOrder.of(weight));
            for (int depth = 0; depth < 5; depth++) {
                requireSorted(weight, FallingOrder.of(weight, depth));
            }
        }
    }

    private static void requireSorted(float[] weight, int[] order) {
        BitSet seen = new BitSet();
        for (int k = 0; k < order.length; k++) {
            seen.set(order[k]);
            assertTrue(k == 0 || weight[order[k - 1]] >= weight[order[k]]);
        }
        assertEquals(weight.length, seen.cardinality());
        assertEquals(weight.length, order.length);
    }
}
