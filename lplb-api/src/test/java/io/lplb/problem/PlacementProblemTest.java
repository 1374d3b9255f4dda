// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lplb.placement.ExpertPlacement;
import org.junit.jupiter.api.Test;

class PlacementProblemTest {
    /** Two groups of two ranks, three slots a rank; experts 0..3 in the first group, 4..7 in the second. */
    private static final ExpertPlacement TWO_GROUPS =
            ExpertPlacement.of(4, 2, 8, new int[] {0, 1, 2, 3, 2, 0, 4, 5, 6, 7, 4, 5});

    @Test
    void groupsShareTheListsThatOccurInAnyOfThem() {
        PlacementProblem problem = PlacementProblem.of(TWO_GROUPS, null);
        assertEquals(2, problem.groups());
        assertEquals(2, problem.problem().ranks());
        // 0 -> {0, 1}, 2 -> {0, 1} in group 0; 4, 5 -> {0, 1} in group 1: one item everywhere.
        assertEquals(1, problem.problem().items());
        assertEquals(-1, problem.itemOf(1));
        long[] fixed = new long[4];
        long[] load = new long[2];
        problem.fill(new long[] {1, 2, 4, 8, 16, 32, 64, 128}, fixed, load);
        assertArrayEquals(new long[] {2, 8, 64, 128}, fixed);
        assertArrayEquals(new long[] {5, 48}, load);
    }

    @Test
    void aDifferentOriginalIsADifferentItem() {
        ExpertPlacement placement = ExpertPlacement.of(2, 2, new int[] {0, 1, 1, 0}, new int[][] {{0, 3}, {2, 1}});
        MinMaxProblem problem = PlacementProblem.of(placement, null).problem();
        assertEquals(2, problem.items());
        assertArrayEquals(new int[] {0, 1, 1, 0}, problem.hosts());
    }

    @Test
    void speedsThatDifferBetweenGroupsJoinThem() {
        assertEquals(
                2, PlacementProblem.of(TWO_GROUPS, new double[] {1, 2, 1, 2}).groups());
        PlacementProblem joined = PlacementProblem.of(TWO_GROUPS, new double[] {1, 2, 2, 1});
        assertEquals(1, joined.groups());
        assertEquals(4, joined.problem().ranks());
        assertArrayEquals(new int[] {0, 1, 2, 3}, joined.problem().hosts());
    }

    @Test
    void fillsABatch() {
        PlacementProblem problem = PlacementProblem.of(TWO_GROUPS, null);
        MinMaxBatch batch = new MinMaxBatch(problem.problem(), 2);
        problem.fill(new long[] {1, 2, 4, 8, 16, 32, 64, 128}, batch);
        assertArrayEquals(new double[] {2, 8, 64, 128}, batch.fixed());
        assertArrayEquals(new double[] {5, 48}, batch.load());
        MinMaxBatch wrong = new MinMaxBatch(problem.problem(), 1);
        assertThrows(IllegalArgumentException.class, () -> problem.fill(new long[8], wrong));
    }

    @Test
    void refusesBeforeWriting() {
        PlacementProblem problem = PlacementProblem.of(TWO_GROUPS, null);
        long[] fixed = {9, 9, 9, 9};
        long[] load = {9, 9};
        long[] counts = new long[8];
        counts[3] = -1;
        assertEquals(
                "counts[3]: got -1, expected at least 0 tokens",
                assertThrows(IllegalArgumentException.class, () -> problem.fill(counts, fixed, load))
                        .getMessage());
        assertEquals(
                "counts: got length 7, expected 8",
                assertThrows(IllegalArgumentException.class, () -> problem.fill(new long[7], fixed, load))
                        .getMessage());
        assertArrayEquals(new long[] {9, 9, 9, 9}, fixed);
        assertThrows(IllegalArgumentException.class, () -> PlacementProblem.of(TWO_GROUPS, new double[3]));
    }
}
