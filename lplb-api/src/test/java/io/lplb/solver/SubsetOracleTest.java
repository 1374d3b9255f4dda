// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle itself: by hand, and against the optima that HiGHS found. */
final class SubsetOracleTest {

    @Test
    void theBestSetNeedNotBeOneRankNorAll() {
        MinMaxProblem problem = MinMaxProblem.of(3, new int[][] {{0, 1}, {1, 2}});
        MinMaxBatch batch = new MinMaxBatch(problem, 2);
        batch.set(1, new double[] {4, 2, 0}, new double[] {8, 1});
        assertEquals(0, SubsetOracle.optimum(batch, 0), "no load");
        assertEquals(7, SubsetOracle.optimum(batch, 1), "ranks 0 and 1 keep 4 + 2 + 8");
    }

    @Test
    void speedsDivide() {
        MinMaxProblem problem = MinMaxProblem.of(2, new double[] {1, 3}, new int[][] {{0, 1}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[] {1, 1}, new double[] {6});
        assertEquals(2, SubsetOracle.optimum(batch, 0));
    }

    @Test
    void tooManyRanksAreRefused() {
        MinMaxBatch batch = new MinMaxBatch(MinMaxProblem.of(17, new int[0][]), 1);
        assertThrows(IllegalArgumentException.class, () -> SubsetOracle.optimum(batch, 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("io.lplb.solver.GoldenProblems#embedded")
    void agreesWithHighs(ProblemCase test) {
        assumeTrue(test.problem().ranks() <= SubsetOracle.MAX_RANKS, "too many ranks to enumerate their sets");
        assertEquals(test.optimum(), SubsetOracle.optimum(test.batch(), 0), 1e-12 * test.optimum());
    }
}
