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
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Providers that are missing, broken or not made for the problem, and backends by name: none is taken silently. */
class BackendFailureTest {
    private static final MinMaxProblem PROBLEM = MinMaxProblem.of(2, new int[][] {{0, 1}});
    private static final String NAME = Solvers.names().get(0);
    private static final SolverProvider.Availability YES = new SolverProvider.Availability(true, "A device.", "");
    private static final SolverProvider.Availability NO =
            new SolverProvider.Availability(false, "No device.", "Plug one in.");

    @AfterEach
    void forget() {
        System.clearProperty(Backends.REQUIRE_PROPERTY);
    }

    @Test
    void autoTakesTheGpuFromTheWorthwhileBatchOn() {
        Fake gpu = new Fake("gpu", () -> YES);
        assertInstanceOf(GuardedSolver.class, create(Backend.AUTO, 10, gpu));
        assertInstanceOf(InteriorPointSolver.class, create(Backend.AUTO, 9, gpu));
    }

    @Test
    void autoTakesTheCpuWhereTheGpuIsMissingOrFails() {
        assertInstanceOf(InteriorPointSolver.class, create(Backend.AUTO, 10));
        assertInstanceOf(InteriorPointSolver.class, create(Backend.AUTO, 10, new Fake("gpu", () -> NO)));
        assertInstanceOf(
                InteriorPointSolver.class, create(Backend.AUTO, 10, new Fake("gpu", BackendFailureTest::broken)));
        assertInstanceOf(InteriorPointSolver.class, create(Backend.AUTO, 10, new Unmakeable()));
    }

    @Test
    void gpuNeverFallsBack() {
        IllegalStateException none = assertThrows(IllegalStateException.class, () -> create(Backend.GPU, 1));
        assertTrue(none.toString().contains("No GPU provider"), none.toString());
        IllegalStateException no =
                assertThrows(IllegalStateException.class, () -> create(Backend.GPU, 1, new Fake("gpu", () -> NO)));
        assertTrue(no.toString().contains("No device. Plug one in."), no.toString());
        IllegalStateException failed = assertThrows(
                IllegalStateException.class, () -> create(Backend.GPU, 1, new Fake("gpu", BackendFailureTest::broken)));
        assertTrue(failed.toString().contains("UnsatisfiedLinkError"), failed.toString());
        assertThrows(NoClassDefFoundError.class, () -> create(Backend.GPU, 1, new Unmakeable()));
        Fake gpu = new Fake("gpu", () -> YES);
        assertSame(gpu.solver, create(Backend.GPU, 1, new Fake("gpu", () -> NO), gpu));
    }

    @Test
    void aGpuThatSilentlyBecameTheCpuIsFatalWhereItIsRequired() {
        System.setProperty(Backends.REQUIRE_PROPERTY, "gpu");
        Fake gpu = new Fake("gpu", () -> YES);
        assertInstanceOf(GuardedSolver.class, create(Backend.AUTO, 10, gpu));
        for (SolverProvider[] providers : new SolverProvider[][] {
            {}, {new Fake("gpu", () -> NO)}, {new Fake("gpu", BackendFailureTest::broken)}, {new Unmakeable()}
        }) {
            IllegalStateException e =
                    assertThrows(IllegalStateException.class, () -> create(Backend.AUTO, 10, providers));
            assertTrue(e.toString().contains("expected gpu"), e.toString());
        }
        assertThrows(IllegalStateException.class, () -> create(Backend.AUTO, 9, gpu));
        assertThrows(IllegalStateException.class, () -> create(Backend.CPU, 10, gpu));
        Fake emulator = new Fake("emulator", () -> YES);
        assertThrows(IllegalStateException.class, () -> createNamed("emulator", emulator));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cpu", "CPU", "auto"})
    void namesOfTheEnumWork(String backend) {
        assertInstanceOf(InteriorPointSolver.class, createNamed(backend));
        assertInstanceOf(
                InteriorPointSolver.class,
                Backends.createNamed(backend, NAME, PROBLEM, Solvers.defaultTolerance(NAME), 1));
    }

    @Test
    void otherProvidersAreTakenByNameOnly() {
        Fake emulator = new Fake("emulator", () -> YES);
        assertSame(emulator.solver, createNamed("Emulator", emulator));
        assertInstanceOf(InteriorPointSolver.class, create(Backend.AUTO, 10, emulator));
        assertThrows(IllegalStateException.class, () -> createNamed("emulator", new Fake("emulator", () -> NO)));
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> createNamed("tpu", emulator));
        assertEquals("backend: got tpu, expected one of auto, cpu, emulator, gpu", e.getMessage());
    }

    private static SolverProvider.Availability broken() {
        throw new UnsatisfiedLinkError("libcuda.so.1");
    }

    private static MinMaxSolver create(Backend backend, int groups, SolverProvider... providers) {
        return Backends.create(backend, NAME, PROBLEM, Solvers.defaultTolerance(NAME), groups, List.of(providers));
    }

    private static MinMaxSolver createNamed(String backend, SolverProvider... providers) {
        return Backends.createNamed(backend, NAME, PROBLEM, Solvers.defaultTolerance(NAME), 1, List.of(providers));
    }

    private static class Fake implements SolverProvider {
        final MinMaxSolver solver = new Idle();
        private final String backend;
        private final Supplier<Availability> probe;

        Fake(String backend, Supplier<Availability> probe) {
            this.backend = backend;
            this.probe = probe;
        }

        @Override
        public String backend() {
            return backend;
        }

        @Override
        public Availability probe() {
            return probe.get();
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            return solver;
        }

        @Override
        public int worthwhileGroups(String name, MinMaxProblem problem) {
            return 10;
        }
    }

    /** Available, but a class that its solver needs is missing. */
    private static final class Unmakeable extends Fake {
        Unmakeable() {
            super("gpu", () -> YES);
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            throw new NoClassDefFoundError("uk/ac/manchester/tornado/api/TaskGraph");
        }
    }

    /** Answers nothing. */
    private static final class Idle implements MinMaxSolver {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public MinMaxProblem problem() {
            return PROBLEM;
        }

        @Override
        public double tolerance() {
            return 1;
        }

        @Override
        public void solve(MinMaxBatch batch, SplitBatch split) {
            split.invalidate();
        }

        @Override
        public void close() {}
    }
}
