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
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE})
    void refusesSpeedsThatAreNotPositiveAndFinite(double speed) {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> MinMaxProblem.of(2, new double[] {1, speed}, new int[0][]))
                .getMessage();
        assertEquals(
                "speed of rank 1: got " + speed + ", expected a positive finite number, at least " + Double.MIN_NORMAL,
                message);
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
    void refusesSpeedsTooFarApart() {
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> MinMaxProblem.of(3, new double[] {1, 1e160, 1e-150}, new int[0][]))
                .getMessage();
        assertEquals(
                "speed of rank 2: got 1.0E-150 beside 1.0E160 of rank 1, expected a ratio of at most 1.0E250", message);
    }

    @Test
    void aBatchHasSpeedsOfItsOwn() {
        MinMaxProblem problem = MinMaxProblem.of(3, new double[] {1, 2, 4}, new int[][] {{0, 1}, {2}});
        MinMaxBatch batch = new MinMaxBatch(problem, 2);
        batch.set(1, new double[] {1, 2, 3}, new double[] {4, 5});
        assertTrue(batch.hasProblemSpeeds());
        batch.setSpeed(1, new double[] {9, 3, 1, 0}, 1);
        assertFalse(batch.hasProblemSpeeds());
        assertArrayEquals(new double[] {1, 2, 4, 3, 1, 0}, batch.speed());
        assertEquals(2, batch.activeRanks(1));
        assertEquals(7, batch.coveredLoad(1), "ranks 0 and 1, item 0");
        assertEquals(7 / 4.0, batch.meanLoad(1));
        assertFalse(batch.isCovered(1, 1));
        for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY, Double.MIN_VALUE}) {
            String message = assertThrows(
                            IllegalArgumentException.class, () -> batch.setSpeed(1, new double[] {1, bad, 1}, 0))
                    .getMessage();
            assertTrue(String.valueOf(message).startsWith("speed of rank 1: got " + bad + ", expected 0 for"), message);
        }
        assertArrayEquals(new double[] {1, 2, 4, 3, 1, 0}, batch.speed(), "nothing has changed");
        MinMaxBatch other = new MinMaxBatch(problem, 1);
        other.set(0, batch, 1);
        assertFalse(other.hasProblemSpeeds());
        assertArrayEquals(new double[] {4, 5}, other.load());
        other.set(0, batch, 0);
        assertTrue(other.hasProblemSpeeds());
    }

    @Test
    void refusesLoadsThatExtremeSpeedsMakeInfinite() {
        MinMaxProblem problem = MinMaxProblem.of(2, new double[] {1e-200, 1e-200}, new int[][] {{0, 1}});
        MinMaxBatch.of(problem, new double[2], new double[] {10}).requireValid();
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[2], new double[] {1e140});
        String message = assertThrows(IllegalArgumentException.class, batch::requireValid)
                .getMessage();
        assertTrue(String.valueOf(message).startsWith("group 0: got 1.0E140 tokens on speeds from 1.0E-200"), message);
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
                "load of group 1, item 0: got -3.0, expected 0 or a number from 1.0E-150 to 1.0E150",
                assertThrows(IllegalArgumentException.class, batch::requireValid)
                        .getMessage());
        batch.load()[1] = MinMaxBatch.LARGEST_LOAD;
        batch.requireValid();
        batch.load()[1] = Math.nextUp(MinMaxBatch.LARGEST_LOAD);
        assertThrows(IllegalArgumentException.class, batch::requireValid);
        assertEquals(0, new MinMaxBatch(problem, 0).groups());
    }

    @Test
    void differenceNamesTheFirstThing() {
        MinMaxProblem problem = MinMaxProblem.of(3, new double[] {1, 2, 3}, new int[][] {{0, 1}, {2}});
        assertEquals("", problem.difference(MinMaxProblem.of(3, new double[] {1, 2, 3}, new int[][] {{0, 1}, {2}})));
        assertEquals("ranks: got 3, expected 4", problem.difference(MinMaxProblem.of(4, new int[][] {{0, 1}, {2}})));
        assertEquals("items: got 2, expected 1", problem.difference(MinMaxProblem.of(3, new int[][] {{0, 1}})));
        assertEquals("hosts of item 1: got [2], expected [2, 0]", problem.difference(MinMaxProblem.of(3, new int[][] {
            {0, 1}, {2, 0}
        })));
        assertEquals("speed of rank 1: got 2.0, expected 1.0", problem.difference(MinMaxProblem.of(3, new int[][] {
            {0, 1}, {2}
        })));
    }
}
