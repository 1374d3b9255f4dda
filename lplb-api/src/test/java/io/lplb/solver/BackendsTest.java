// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackendsTest {
    private static final MinMaxProblem PAIR = MinMaxProblem.of(2, new int[][] {{0, 1}});

    /** Stands in for a GPU: its solver is a CPU solver of another name of tolerance, recognisable by identity. */
    private static final class FakeGpu implements SolverProvider {
        MinMaxSolver solver = new InteriorPointSolver(PAIR, 0.25);
        final boolean available;

        FakeGpu(boolean available) {
            this.available = available;
        }

        @Override
        public String backend() {
            return "gpu";
        }

        @Override
        public Availability probe() {
            return new Availability(available, available ? "A GPU is there." : "There is no GPU.", "Buy one.");
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            return solver;
        }

        @Override
        public int worthwhileGroups(String name, MinMaxProblem problem) {
            return 100;
        }
    }

    /** Fails in every solve. */
    private static final class FailingSolver extends AbstractMinMaxSolver {
        FailingSolver(MinMaxProblem problem) {
            super("failing", problem, 0.25);
        }

        @Override
        protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
            throw new UnsupportedOperationException("no device");
        }
    }

    @AfterEach
    void forgetRequirement() {
        System.clearProperty(Backends.REQUIRE_PROPERTY);
    }

    private static MinMaxSolver create(Backend backend, int groups, SolverProvider... providers) {
        return Backends.create(backend, InteriorPointSolver.NAME, PAIR, 1e-6, groups, List.of(providers));
    }

    @Test
    void gpuMeansTheGpuOrAnException() {
        FakeGpu gpu = new FakeGpu(true);
        assertSame(gpu.solver, create(Backend.GPU, 1, new FakeGpu(false), gpu));
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> create(Backend.GPU, 1, new FakeGpu(false)));
        assertEquals("backend gpu: not available. There is no GPU. Buy one.", e.getMessage());
        assertThrows(IllegalStateException.class, () -> create(Backend.GPU, 1));
    }

    @Test
    void autoTakesTheGpuFromTheWorthwhileBatchOn() {
        FakeGpu gpu = new FakeGpu(true);
        assertInstanceOf(GuardedSolver.class, create(Backend.AUTO, 100, gpu));
        assertInstanceOf(InteriorPointSolver.class, create(Backend.AUTO, 99, gpu));
        assertEquals(1e-6, create(Backend.AUTO, 99, gpu).tolerance());
        assertEquals(1e-6, create(Backend.AUTO, 100, new FakeGpu(false)).tolerance());
        assertEquals(1e-6, create(Backend.CPU, 100, gpu).tolerance());
    }

    @Test
    void autoGoesOnWithTheCpuAfterAFault() {
        FakeGpu gpu = new FakeGpu(true);
        gpu.solver = new FailingSolver(PAIR);
        MinMaxBatch batch = new MinMaxBatch(PAIR, 1);
        batch.set(0, new double[] {1, 3}, new double[] {4});
        SplitBatch split = new SplitBatch(PAIR, 1);
        try (MinMaxSolver solver = create(Backend.GPU, 100, gpu)) {
            assertThrows(UnsupportedOperationException.class, () -> solver.solve(batch, split));
        }
        try (MinMaxSolver solver = create(Backend.AUTO, 100, gpu)) {
            solver.solve(batch, split);
            assertEquals(SolveStatus.OPTIMAL, split.status(0));
            assertEquals(4, split.maxLoad(0), 1e-5);
        }
    }

    @Test
    void aRequiredBackendMakesEveryOtherChoiceFail() {
        System.setProperty(Backends.REQUIRE_PROPERTY, "gpu");
        FakeGpu gpu = new FakeGpu(true);
        assertInstanceOf(GuardedSolver.class, create(Backend.AUTO, 100, gpu));
        for (Backend backend : new Backend[] {Backend.AUTO, Backend.CPU}) {
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> create(backend, 1, new FakeGpu(false)));
            assertTrue(String.valueOf(e.getMessage()).startsWith("backend: got cpu, expected gpu"), e.getMessage());
        }
        System.setProperty(Backends.REQUIRE_PROPERTY, "cpu");
        assertThrows(IllegalStateException.class, () -> create(Backend.GPU, 1, gpu));
    }

    @Test
    void kernelsInFloatAimAtLessThanSolversInDouble() {
        assertEquals(1e-9, Backends.defaultTolerance("cpu", InteriorPointSolver.NAME));
        assertEquals(1e-4, Backends.defaultTolerance("GPU", InteriorPointSolver.NAME));
        assertEquals(1e-4, Backends.defaultTolerance("auto", RelaxationSolver.NAME));
        assertThrows(IllegalArgumentException.class, () -> Backends.defaultTolerance("cpu", "x"));
    }

    @Test
    void solversAreMadeByName() {
        assertEquals(List.of("interior-point", "relaxation", "exact"), Solvers.names());
        for (String name : Solvers.names()) {
            try (MinMaxSolver solver = Solvers.create(name, PAIR, Solvers.defaultTolerance(name))) {
                assertEquals(name, solver.name());
                assertEquals(PAIR, solver.problem());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Solvers.create("x", PAIR, 1));
    }
}
