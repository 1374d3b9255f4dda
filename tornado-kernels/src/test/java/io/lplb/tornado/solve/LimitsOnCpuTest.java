// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsOnCpuTest {
    @ParameterizedTest
    @ValueSource(strings = {InteriorPointSolver.NAME, RelaxationSolver.NAME})
    void batchesWithLimitsLaunchNoKernel(String name) {
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[2], new double[] {10});
        batch.limits().setRanks(0, new double[] {3, 20}, 0);
        SplitBatch split = new SplitBatch(problem, 1);
        try (GpuSolver solver = new GpuSolver(name, problem, 1e-4, 1, (kernel, tables, groups, accuracy) -> {
            throw new AssertionError("got a launch, expected none");
        })) {
            solver.solve(batch, split);
        }
        assertArrayEquals(new double[] {3, 7}, split.share());
        assertEquals(SolveStatus.OPTIMAL, split.status(0));
    }
}
