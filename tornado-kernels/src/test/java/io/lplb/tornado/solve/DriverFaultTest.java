// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.InstalledProvider;
import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Backend;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendException.Code;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.topology.Topologies;
import io.lplb.tornado.cuda.CudaException;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.StandIn;
import io.lplb.tornado.export.ExportPtx;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.provider.DriverProvider;
import io.lplb.tornado.ptx.PtxKernel;
import io.lplb.tornado.ptx.PtxLibrary;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A balancer on the driver's launch, over a stand-in for the driver that fails: AUTO loses no batch, GPU says what happened. */
@SuppressWarnings("try") // What is installed is not referenced.
class DriverFaultTest {
    private static final int EXPERTS = 32;

    @TempDir(cleanup = CleanupMode.NEVER)
    static Path folder;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path services;

    private static StandIn standIn;

    /** The driver's way alone, asked anew each time. */
    public static final class Provider implements SolverProvider {
        @Override
        public String backend() {
            return "gpu";
        }

        @Override
        public Availability probe() {
            return DriverProvider.probe();
        }

        @Override
        public MinMaxSolver create(String name, MinMaxProblem problem, double tolerance, int maxGroups) {
            return DriverProvider.create(name, problem, tolerance, maxGroups);
        }

        @Override
        public int worthwhileGroups(String name, MinMaxProblem problem) {
            return 1;
        }
    }

    @BeforeAll
    static void compileStandIn() throws Exception {
        standIn = StandIn.compile(folder);
    }

    @BeforeEach
    void useStandIn() {
        standIn.reset();
        System.setProperty(CudaLibrary.PATH_PROPERTY, standIn.file().toString());
        MinMaxProblem cube = ExportPtx.problem("cube");
        PtxKernel kernel = PtxLibrary.read()
                .find(RelaxationSolver.NAME, new ProblemTables(cube).size(), 2)
                .orElseThrow();
        standIn.answer(cube.entries(), kernel.threads());
    }

    @AfterEach
    void forget() {
        System.clearProperty(CudaLibrary.PATH_PROPERTY);
    }

    private InstalledProvider installed() {
        return new InstalledProvider(services, Provider.class.getName());
    }

    private static LoadBalancerBuilder cubes(Backend backend) {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(16)
                .topology(Topologies.cube())
                .replicas(2)
                .solver(RelaxationSolver.NAME)
                .backend(backend);
    }

    private static int[] counts(int batch) {
        int[] counts = new int[EXPERTS];
        Arrays.setAll(counts, e -> 10 + (7 * e + 13 * batch) % 40);
        return counts;
    }

    private static void assertPlansAsTheCpuDoes(LoadBalancer balancer, int batch, String backend) {
        try (LoadBalancer cpu = cubes(Backend.CPU).build()) {
            assertEquals(
                    cpu.plan(counts(batch)).maxLoad(),
                    balancer.plan(counts(batch)).maxLoad());
            assertEquals(
                    backend, Objects.requireNonNull(balancer.lastPlan(), "plan").backend());
        }
    }

    @Test
    void withoutFaultsTheDeviceAnswers() {
        try (InstalledProvider provider = installed();
                LoadBalancer balancer = cubes(Backend.AUTO).build()) {
            for (int batch = 0; batch < 4; batch++) {
                assertPlansAsTheCpuDoes(balancer, batch, "gpu");
            }
            assertNull(balancer.lastFault());
        }
        assertEquals(0, standIn.live(), "what is not given back");
    }

    @Test
    void withoutALibraryAutoIsTheCpu() {
        System.setProperty(
                CudaLibrary.PATH_PROPERTY, services.resolve("nothing.so").toString());
        try (InstalledProvider provider = installed();
                LoadBalancer balancer = cubes(Backend.AUTO).build()) {
            assertPlansAsTheCpuDoes(balancer, 0, "cpu");
            assertEquals(0, balancer.recoveries(), "nothing failed");
            BackendException refused = assertThrows(
                    BackendException.class, () -> cubes(Backend.GPU).build());
            assertEquals(Code.NOT_AVAILABLE, refused.code());
        }
    }

    @Test
    void withoutADeviceAutoIsTheCpu() {
        standIn.fail("cuInit", CudaException.NO_DEVICE);
        try (InstalledProvider provider = installed();
                LoadBalancer balancer = cubes(Backend.AUTO).build()) {
            assertPlansAsTheCpuDoes(balancer, 0, "cpu");
            assertEquals(0, balancer.recoveries(), "nothing failed");
        }
    }

    /** The launch is made by the first solve, in the thread that it then belongs to. */
    @ParameterizedTest
    @ValueSource(strings = {"cuModuleLoadDataEx", "cuMemHostAlloc", "cuStreamCreate"})
    void aLaunchThatCannotBeMade(String function) {
        standIn.fail(function, CudaException.OUT_OF_MEMORY);
        try (InstalledProvider provider = installed();
                LoadBalancer auto = cubes(Backend.AUTO).build();
                LoadBalancer gpu = cubes(Backend.GPU).build()) {
            assertPlansAsTheCpuDoes(auto, 0, "cpu");
            assertEquals(1, auto.recoveries());
            BackendException fault = assertThrows(BackendException.class, () -> gpu.plan(counts(0)));
            assertEquals(Code.SOLVE_FAILED, fault.code());
            assertTrue(fault.reason().contains(function), fault.reason());
        }
        assertEquals(0, standIn.live(), "what is not given back");
    }

    /** 719 is a fault of a kernel, after which every call fails; 0 launches nothing, so the answers are stale. */
    @ParameterizedTest
    @CsvSource({
        "cuLaunchKernel, 2, SOLVE_FAILED",
        "cuLaunchKernel, 719, SOLVE_FAILED",
        "cuStreamSynchronize, 719, SOLVE_FAILED",
        "'', 0, NO_ANSWER",
    })
    void aSolveThatFails(String function, int error, Code code) {
        try (InstalledProvider provider = installed();
                LoadBalancer auto = cubes(Backend.AUTO).build();
                LoadBalancer gpu = cubes(Backend.GPU).build()) {
            assertPlansAsTheCpuDoes(auto, 0, "gpu");
            assertPlansAsTheCpuDoes(gpu, 0, "gpu");
            if (function.isEmpty()) {
                standIn.answer(0, 0);
            } else {
                standIn.fail(function, error);
            }
            for (int batch = 1; batch < 4; batch++) {
                assertPlansAsTheCpuDoes(auto, batch, "cpu");
            }
            assertEquals(1, auto.recoveries());
            assertEquals(code, Objects.requireNonNull(auto.lastFault(), "fault").code());
            BackendException fault = assertThrows(BackendException.class, () -> gpu.plan(counts(1)));
            assertEquals(code, fault.code());
            int[] ids = {3, -1, 31};
            gpu.route(ids, ids);
            assertArrayEquals(
                    new int[] {3, -1, 31},
                    Arrays.stream(ids)
                            .map(slot -> slot < 0 ? -1 : gpu.placement().expertIn(slot))
                            .toArray(),
                    "the last plan stays in force");
        }
    }
}
