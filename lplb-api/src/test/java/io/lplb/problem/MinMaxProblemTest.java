// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MinMaxProblemTest {

    private static String refused(int ranks, int[]... hosts) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> MinMaxProblem.of(ranks, hosts))
                .getMessage());
    }

    @Test
    void numbersEntriesItemByItem() {
        MinMaxProblem problem = MinMaxProblem.of(4, new int[][] {{3, 0}, {2, 1, 0}, {1}});
        assertEquals(3, problem.items());
        assertEquals(6, problem.entries());
        assertArrayEquals(new int[] {0, 2, 5, 6}, problem.offsets());
        assertArrayEquals(new int[] {3, 0, 2, 1, 0, 1}, problem.hosts());
        assertEquals(2, problem.firstEntry(1));
        assertEquals(3, problem.hostCount(1));
        assertTrue(problem.hasUnitSpeeds());
        assertEquals(4, problem.totalSpeed());
    }

    @Test
    @SuppressWarnings("NullAway") // null is one of the wrong hosts
    void namesWhatIsWrongWithHosts() {
        assertEquals("item 1, host 1: got rank 2, expected 0..1", refused(2, new int[] {0}, new int[] {1, 2}));
        assertEquals("item 0, host 0: got rank -1, expected 0..1", refused(2, new int[] {-1}));
        assertEquals("item 0: got rank 1 twice among its hosts, expected it once", refused(2, new int[] {1, 0, 1}));
        assertEquals("item 0: got no host, expected at least one", refused(2, new int[] {}));
        assertEquals("ranks: got 0, expected at least 1", refused(0));
        assertThrows(NullPointerException.class, () -> MinMaxProblem.of(2, new int[][] {null}));
    }

    @ParameterizedTest(name = "speed {0}")
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesSpeedsThatAreNotPositiveAndFinite(double speed) {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> MinMaxProblem.of(2, new double[] {1, speed}, new int[0][]))
                .getMessage();
        assertEquals("speed of rank 1: got " + speed + ", expected a positive finite number", message);
        assertThrows(IllegalArgumentException.class, () -> MinMaxProblem.of(2, new double[1], new int[0][]));
    }

    @Test
    void keepsCopiesAndComparesByValue() {
        int[][] hosts = {{0, 1}};
        double[] speed = {1, 2};
        MinMaxProblem problem = MinMaxProblem.of(2, speed, hosts);
        MinMaxProblem same = MinMaxProblem.of(2, speed.clone(), new int[][] {{0, 1}});
        hosts[0][0] = 1;
        speed[0] = 9;
        problem.hosts()[0] = 7;
        problem.speeds()[0] = 7;
        assertEquals(same, problem);
        assertEquals(same.hashCode(), problem.hashCode());
        assertFalse(problem.hasUnitSpeeds());
        assertNotEquals(problem, MinMaxProblem.of(2, new int[][] {{0, 1}}));
        assertNotEquals(problem, MinMaxProblem.of(2, speed, new int[][] {{1, 0}}));
    }

    @Test
    void batchesCheckLengthsAndValues() {
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}});
        MinMaxBatch batch = new MinMaxBatch(problem, 2);
        batch.set(1, new double[] {1, 2}, new double[] {3});
        assertArrayEquals(new double[] {0, 0, 1, 2}, batch.fixed());
        assertEquals(3, batch.meanLoad(1));
        batch.requireValid();
        assertThrows(IndexOutOfBoundsException.class, () -> batch.set(2, new double[2], new double[1]));
        assertThrows(IllegalArgumentException.class, () -> batch.set(0, new double[1], new double[1]));
        assertThrows(IllegalArgumentException.class, () -> new MinMaxBatch(problem, -1));
        batch.load()[1] = -3;
        assertEquals(
                "load of group 1, item 0: got -3.0, expected a number from 0 to 1.0E150",
                assertThrows(IllegalArgumentException.class, batch::requireValid)
                        .getMessage());
        batch.load()[1] = MinMaxBatch.LARGEST_LOAD;
        batch.requireValid();
        batch.load()[1] = Math.nextUp(MinMaxBatch.LARGEST_LOAD);
        assertThrows(IllegalArgumentException.class, batch::requireValid);
        assertEquals(0, new MinMaxBatch(problem, 0).groups());
    }
}
