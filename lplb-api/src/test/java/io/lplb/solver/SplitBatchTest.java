// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is read is what was reported, and nothing of an answer is left when it is made invalid. */
class SplitBatchTest {
    private final MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}});
    private final SplitBatch split = new SplitBatch(problem, 2);

    private void assertNoAnswer() {
        assertArrayEquals(new double[] {Double.NaN, Double.NaN, Double.NaN, Double.NaN}, split.share());
        for (int g = 0; g < 2; g++) {
            assertEquals(Double.NaN, split.maxLoad(g));
            assertEquals(Double.NaN, split.lowerBound(g));
            assertEquals(Double.NaN, split.gap(g));
            assertEquals(-1, split.iterations(g));
            assertSame(SolveStatus.INVALID, split.status(g));
        }
    }

    @Test
    void anAnswerComesAndGoes() {
        assertNoAnswer();
        Arrays.fill(split.share(), 2);
        split.report(0, 5, 4, 3, SolveStatus.OPTIMAL);
        split.report(1, 9, 6, 2, SolveStatus.ITERATION_LIMIT);
        assertEquals(1, split.gap(0));
        assertEquals(3, split.gap(1));
        assertEquals(9, split.maxLoad(1));
        assertEquals(6, split.lowerBound(1));
        assertEquals(2, split.iterations(1));
        assertSame(SolveStatus.ITERATION_LIMIT, split.status(1));
        split.invalidate();
        assertNoAnswer();
    }
}
