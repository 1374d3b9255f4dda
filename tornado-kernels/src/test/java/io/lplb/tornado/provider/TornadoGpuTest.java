// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.solve.GpuSolver;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What the tests of the kernels run on when TornadoVM is asked for ({@code -Dlplb.gpuTests -Dlplb.gpuLauncher=tornado}): its
 * own API on a GPU, and not the emulator that answers the same calls. Fails otherwise.
 */
@EnabledIfSystemProperty(named = "lplb.gpuTests", matches = ".*", disabledReason = "needs a GPU and -Dlplb.gpuTests")
@EnabledIfSystemProperty(named = "lplb.gpuLauncher", matches = "tornado", disabledReason = "TornadoVM is not asked for")
class TornadoGpuTest {

    @Test
    void theEmulatorIsNotThere() {
        assertThrows(
                ClassNotFoundException.class,
                () -> Class.forName("io.lplb.tornado.emulator.WorkGroup"),
                "the emulator's own classes");
    }

    @Test
    void theProviderGoesThroughTornadoVm() {
        GpuSolverProvider provider = new GpuSolverProvider();
        assertTrue(provider.probe().available(), () -> provider.probe().text());
        MinMaxProblem ring = MinMaxProblem.of(3, new int[][] {{0, 1}, {1, 2}, {2, 0}});
        MinMaxBatch batch = new MinMaxBatch(ring, 2);
        Arrays.fill(batch.load(), 6);
        SplitBatch split = new SplitBatch(ring, 2);
        try (MinMaxSolver solver = provider.create(InteriorPointSolver.NAME, ring, 1e-4, 2)) {
            assertInstanceOf(GpuSolver.class, solver);
            solver.solve(batch, split);
        }
        assertEquals(SolveStatus.OPTIMAL, split.status(1));
        assertEquals(6, split.maxLoad(1), 1e-3);
    }
}
