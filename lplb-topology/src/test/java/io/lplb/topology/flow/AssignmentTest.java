// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology.flow;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AssignmentTest {
    @Test
    void byHand() {
        Assignment best = Assignment.cheapest(new long[][] {{1, 2, 9}, {1, 9, 9}, {9, 1, 4}});
        assertArrayEquals(new int[] {1, 0, 2}, best.columnOf());
        assertEquals(7, best.cost());
        assertEquals(0, Assignment.cheapest(new long[0][0]).cost());
    }

    @Test
    void equalsTheBestOfAllPermutations() {
        Random random = new Random(2);
        for (int round = 0; round < 500; round++) {
            int n = 1 + random.nextInt(6);
            int range = 1 + random.nextInt(20);
            long[][] cost = new long[n][n];
            for (long[] row : cost) {
                Arrays.setAll(row, j -> random.nextInt(range) - 5);
            }
            Assignment best = Assignment.cheapest(cost);
            long sum = 0;
            boolean[] used = new boolean[n];
            for (int i = 0; i < n; i++) {
                sum += cost[i][best.columnOf()[i]];
                used[best.columnOf()[i]] = true;
            }
            for (boolean one : used) {
                assertEquals(true, one, "every column once");
            }
            assertEquals(best.cost(), sum);
            assertEquals(leastCost(cost, 0, 0), best.cost());
        }
    }

    private static long leastCost(long[][] cost, int row, int used) {
        if (row == cost.length) {
            return 0;
        }
        long least = Long.MAX_VALUE;
        for (int j = 0; j < cost.length; j++) {
            if ((used >> j & 1) == 0) {
                least = Math.min(least, cost[row][j] + leastCost(cost, row + 1, used | 1 << j));
            }
        }
        return least;
    }
}
