// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.FaultyProvider.Fault;
import io.lplb.cost.ExpertCost;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.solver.Backend;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendException.Code;
import io.lplb.solver.Backends;
import io.lplb.topology.Topologies;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Backends that fail in every way planned for: AUTO goes on with the CPU, warns once and counts, GPU says what happened,
 * and no plan is worse than leaving every token at its original.
 */
@SuppressWarnings("try") // What is installed is not referenced.
class BackendFaultTest {
    /** Above any pause of a busy machine: a solver that answers does so within it. */
    private static final Duration LIMIT = Duration.ofSeconds(3);

    private static final int EXPERTS = 64;

    @TempDir
    Path folder;

    @AfterEach
    void release() throws InterruptedException {
        FaultyProvider.plan(Fault.NONE, 0);
        FaultyProvider.release();
        awaitSolverThreads();
        System.clearProperty(Backends.REQUIRE_PROPERTY);
    }

    /** Threads that were left behind close their solver when they return; then nothing of a test is left for the next. */
    private static void awaitSolverThreads() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("lplb-solver-")) {
                assertTrue(thread.isDaemon());
                thread.join();
            }
        }
    }

    private static LoadBalancerBuilder cubes(Backend backend) {
        // Two groups: a fault in the second must not pass behind a first that is right.
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(16)
                .topology(Topologies.cube())
                .replicas(2)
                .cost(ExpertCost.tokens())
                .backend(backend);
    }

    private static LoadBalancerBuilder cubes(Backend backend, Fault fault) {
        return fault == Fault.NEVER_RETURNS || fault == Fault.CREATE_NEVER_RETURNS
                ? cubes(backend).solveTimeLimit(LIMIT)
                : cubes(backend);
    }

    private InstalledProvider faulty() {
        return new InstalledProvider(folder, FaultyProvider.class.getName());
    }

    private static int[] counts(Random random) {
        int[] counts = new int[EXPERTS];
        Arrays.setAll(counts, e -> (int) Math.abs(100 * random.nextGaussian()));
        return counts;
    }

    /** The plan is as good as the CPU's, routes every token, and reports only what is true. */
    private static void assertGoodPlan(LoadBalancer balancer, int[] counts, String what) {
        PlanReport report = balancer.plan(counts).copy();
        try (LoadBalancer cpu = cubes(Backend.CPU).build()) {
            PlanReport best = cpu.plan(counts);
            assertEquals(best.maxLoad(), report.maxLoad(), what);
            assertTrue(report.lowerBound() <= best.splitMaxLoad() * (1 + 1e-6), what + ": " + report);
        }
        assertTrue(report.maxLoad() <= report.identityMaxLoad(), what);
        int[] ids = new int[(int) report.tokens()];
        int k = 0;
        for (int e = 0; e < EXPERTS; e++) {
            Arrays.fill(ids, k, k + counts[e], e);
            k += counts[e];
        }
        int[] out = new int[ids.length];
        balancer.route(ids, out);
        long[] loads = new long[16];
        for (int t = 0; t < out.length; t++) {
            assertEquals(ids[t], balancer.placement().expertIn(out[t]), what);
            loads[balancer.placement().rankOf(out[t])]++;
        }
        assertArrayEquals(report.rankLoads(), loads, what);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"NONE", "REFUSES", "CLOSE_THROWS"})
    void autoGoesOnWithTheCpuAndWarnsOnce(Fault fault) {
        int before = FaultyProvider.open();
        Random random = new Random(7);
        FaultyProvider.plan(fault, 3);
        try (InstalledProvider installed = faulty();
                LogCapture log = new LogCapture();
                LoadBalancer balancer = cubes(Backend.AUTO, fault).build()) {
            for (int batch = 0; batch < 8; batch++) {
                assertGoodPlan(balancer, counts(random), fault + ", batch " + batch + ", seed 7");
            }
            double[] history = new double[EXPERTS];
            Arrays.setAll(history, e -> 1 + random.nextInt(100));
            balancer.updatePlacement(history);
            PlanReport report = balancer.plan(counts(random));
            assertEquals(1, balancer.recoveries());
            assertEquals(1, report.recoveries());
            assertEquals("cpu", report.backend());
            assertNotNull(balancer.lastFault());
            assertEquals(1, log.warnings().size(), () -> log.warnings().toString());
            assertTrue(
                    log.warnings().get(0).startsWith("The CPU takes over for good. backend gpu: "),
                    () -> log.warnings().toString());
        }
        if (fault != Fault.NEVER_RETURNS) {
            assertEquals(before, FaultyProvider.open(), "solvers not closed");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "PROBE_THROWS, NOT_AVAILABLE, the probe broke",
        "PROBE_LACKS_A_CLASS, NOT_AVAILABLE, a/driver/Class",
        "CREATE_THROWS, NOT_MADE, no memory on the device",
        "CREATE_LACKS_A_LIBRARY, NOT_MADE, libcuda.so.1",
        "CREATE_RUNS_OUT_OF_MEMORY, NOT_MADE, Direct buffer memory",
        "CREATE_NEVER_RETURNS, TIME_LIMIT, No answer within 3000 ms",
    })
    void gpuSaysWhyItCannotBeMade(Fault fault, Code code, String reason) {
        FaultyProvider.plan(fault, 0);
        try (InstalledProvider installed = faulty()) {
            BackendException e = assertThrows(
                    BackendException.class, () -> cubes(Backend.GPU, fault).build());
            assertFault(e, code, reason);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SOLVE_THROWS, SOLVE_FAILED, CUDA_ERROR_LAUNCH_FAILED (719)",
        "SOLVE_LACKS_A_CLASS, SOLVE_FAILED, a/kernel/Class",
        "SOLVE_RUNS_OUT_OF_MEMORY, SOLVE_FAILED, java.lang.OutOfMemoryError: Direct buffer memory",
        "SOLVE_OVERFLOWS_THE_STACK, SOLVE_FAILED, java.lang.StackOverflowError",
        "SOLVE_ASSERTS, SOLVE_FAILED, java.lang.AssertionError: stream is null",
        "SOLVE_INTERNAL_ERROR, SOLVE_FAILED, java.lang.InternalError",
        "NOT_A_NUMBER, NO_ANSWER, Group 1: shares of item",
        "INFINITE, NO_ANSWER, sum to Infinity",
        "NO_ANSWER, NO_ANSWER, Group 0: it has no answer",
        "WRONG_SHARES, WRONG_SHARES, Group 1: shares of item",
        "NEGATIVE_SHARES, WRONG_SHARES, the least is -",
        "MAXIMUM_TOO_LOW, WRONG_CERTIFICATE, it claims a largest load of",
        "BOUND_ABOVE_THE_OPTIMUM, WRONG_CERTIFICATE, it claims a lower bound of",
        "NEVER_RETURNS, TIME_LIMIT, No answer within 3000 ms",
    })
    void gpuSaysWhatWentWrongAndTheLastPlanStays(Fault fault, Code code, String reason) {
        Random random = new Random(8);
        FaultyProvider.plan(fault, 1);
        try (InstalledProvider installed = faulty();
                LogCapture log = new LogCapture();
                LoadBalancer balancer = cubes(Backend.GPU, fault).build()) {
            int[] counts = counts(random);
            PlanReport good = balancer.plan(counts).copy();
            assertEquals("gpu", good.backend());
            for (int again = 0; again < 2; again++) {
                BackendException e = assertThrows(BackendException.class, () -> balancer.plan(counts(random)));
                assertFault(e, code, reason);
                assertEquals(e, balancer.lastFault());
            }
            assertEquals(good.toString(), String.valueOf(balancer.lastPlan()));
            int[] out = new int[1];
            balancer.route(new int[] {5}, out);
            assertEquals(5, balancer.placement().expertIn(out[0]));
            assertEquals(0, balancer.recoveries());
            assertEquals(List.of(), log.warnings());
        }
    }

    private static void assertFault(BackendException e, Code code, String reason) {
        assertEquals(code, e.code(), e.toString());
        assertTrue(e.reason().contains(reason), e.toString());
        assertTrue(String.valueOf(e.getMessage()).startsWith("backend gpu: "), e.toString());
        assertEquals(1, String.valueOf(e.getMessage()).lines().count());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.lplb.balance.BrokenProviders$Throwing",
                "io.lplb.balance.BrokenProviders$Unlinked",
                "no.such.Provider"
            })
    void aProviderThatCannotBeLoaded(String className) {
        try (InstalledProvider installed = new InstalledProvider(folder, className);
                LogCapture log = new LogCapture()) {
            BackendException e = assertThrows(
                    BackendException.class, () -> cubes(Backend.GPU).build());
            assertFault(e, Code.NOT_AVAILABLE, "A solver provider could not be loaded");
            try (LoadBalancer balancer = cubes(Backend.AUTO).build()) {
                assertGoodPlan(balancer, counts(new Random(9)), className);
                assertEquals(1, balancer.recoveries());
                assertEquals(1, log.warnings().size(), () -> log.warnings().toString());
            }
            try (LoadBalancer balancer = cubes(Backend.CPU).build()) {
                balancer.plan(new int[EXPERTS]);
                assertNull(balancer.lastFault());
            }
        }
    }

    @Test
    void aProviderThatHasNothingForTheProblemIsNoFault() {
        FaultyProvider.plan(Fault.REFUSES, 0);
        try (InstalledProvider installed = faulty();
                LogCapture log = new LogCapture()) {
            try (LoadBalancer balancer = cubes(Backend.AUTO).build()) {
                assertGoodPlan(balancer, counts(new Random(13)), "refused, seed 13");
                assertEquals(0, balancer.recoveries());
                assertEquals(List.of(), log.warnings());
            }
            assertFault(
                    assertThrows(
                            BackendException.class, () -> cubes(Backend.GPU).build()),
                    Code.NOT_AVAILABLE,
                    "No kernel for this problem.");
        }
    }

    @Test
    void aRequiredBackendDoesNotRecover() {
        System.setProperty(Backends.REQUIRE_PROPERTY, "gpu");
        FaultyProvider.plan(Fault.SOLVE_THROWS, 0);
        try (InstalledProvider installed = faulty();
                LoadBalancer balancer = cubes(Backend.AUTO).build()) {
            assertThrows(BackendException.class, () -> balancer.plan(new int[EXPERTS]));
            assertEquals(0, balancer.recoveries());
        }
    }

    @Test
    void aBackendWithoutFaultsIsLeftInPeace() {
        FaultyProvider.plan(Fault.NONE, 0);
        for (boolean limited : new boolean[] {false, true}) {
            LoadBalancerBuilder builder = cubes(Backend.AUTO);
            if (limited) {
                builder.solveTimeLimit(Duration.ofMinutes(1));
            }
            try (InstalledProvider installed = faulty();
                    LoadBalancer balancer = builder.build()) {
                Random random = new Random(10);
                for (int batch = 0; batch < 50; batch++) {
                    assertGoodPlan(balancer, counts(random), "batch " + batch + ", seed 10");
                }
                assertEquals("gpu", balancer.plan(new int[EXPERTS]).backend());
                assertEquals(0, balancer.recoveries());
                assertNull(balancer.lastFault());
            }
        }
    }

    @Test
    void aSolverThatReturnsAfterAllIsClosedThen() throws Exception {
        int before = FaultyProvider.open();
        FaultyProvider.plan(Fault.NEVER_RETURNS, 0);
        try (InstalledProvider installed = faulty();
                LoadBalancer balancer =
                        cubes(Backend.AUTO).solveTimeLimit(LIMIT).build()) {
            balancer.plan(new int[EXPERTS]);
            assertEquals(before + 1, FaultyProvider.open());
        }
        FaultyProvider.release();
        awaitSolverThreads();
        assertEquals(before, FaultyProvider.open());
    }

    /** The batch is not lost: AUTO solves it on the CPU, and the next one on the GPU again. */
    @Test
    void interruptEndsTheWaitAtOnceAndIsKept() {
        Random random = new Random(11);
        FaultyProvider.plan(Fault.NEVER_RETURNS, 1);
        try (InstalledProvider installed = faulty();
                LogCapture log = new LogCapture();
                LoadBalancer auto = cubes(Backend.AUTO)
                        .solveTimeLimit(Duration.ofMinutes(1))
                        .build();
                LoadBalancer gpu =
                        cubes(Backend.GPU).solveTimeLimit(Duration.ofMinutes(1)).build()) {
            assertEquals("gpu", auto.plan(counts(random)).backend());
            PlanReport before = gpu.plan(counts(random)).copy();
            Thread.currentThread().interrupt();
            assertGoodPlan(auto, counts(random), "interrupted, seed 11");
            assertTrue(Thread.interrupted());
            assertEquals("cpu", Objects.requireNonNull(auto.lastPlan()).backend());
            Thread.currentThread().interrupt();
            int[] next = counts(random);
            BackendException e = assertThrows(BackendException.class, () -> gpu.plan(next));
            assertTrue(Thread.interrupted());
            assertFault(e, Code.INTERRUPTED, "was interrupted");
            assertEquals(before.toString(), String.valueOf(gpu.lastPlan()));
            FaultyProvider.release();
            assertGoodPlan(gpu, next, "not interrupted, seed 11");
            assertEquals("gpu", auto.plan(next).backend());
            assertEquals(0, auto.recoveries());
            assertNull(auto.lastFault());
            assertEquals(List.of(), log.warnings());
        }
    }

    @Test
    void interruptWhileSolversAreMadeIsNoFault() {
        FaultyProvider.plan(Fault.CREATE_NEVER_RETURNS, 0);
        try (InstalledProvider installed = faulty()) {
            for (Backend backend : new Backend[] {Backend.AUTO, Backend.GPU}) {
                Thread.currentThread().interrupt();
                BackendException e = assertThrows(
                        BackendException.class,
                        () -> cubes(backend)
                                .solveTimeLimit(Duration.ofMinutes(1))
                                .build());
                assertTrue(Thread.interrupted());
                assertEquals(Code.INTERRUPTED, e.code());
            }
        }
    }

    /** What a solver of an earlier placement throws when it is closed does not concern the next one. */
    @ParameterizedTest
    @EnumSource(
            value = Backend.class,
            names = {"AUTO", "GPU"})
    void solverThatCannotBeClosedIsReplaced(Backend backend) {
        Random random = new Random(14);
        FaultyProvider.plan(Fault.CLOSE_THROWS, 1000);
        try (InstalledProvider installed = faulty();
                LogCapture log = new LogCapture()) {
            LoadBalancer balancer = cubes(backend).build();
            for (int k = 0; k < 3; k++) {
                double[] history = new double[EXPERTS];
                Arrays.setAll(history, e -> 1 + random.nextInt(100));
                balancer.updatePlacement(history);
                PlanReport report = balancer.plan(counts(random));
                assertEquals(Math.ceil(report.lowerBound() - 1e-6), report.maxLoad(), backend + ", seed 14");
                assertEquals("gpu", report.backend());
            }
            assertEquals(3, log.warnings().size());
            assertThrows(IllegalStateException.class, balancer::close);
            balancer.close();
        }
    }

    @Test
    void refusesLimitsThatAreNone() {
        assertThrows(IllegalArgumentException.class, () -> cubes(Backend.AUTO).solveTimeLimit(Duration.ZERO));
        assertFalse(cubes(Backend.CPU).solveTimeLimit(LIMIT).build().recoveries() > 0);
    }

    private static LoadBalancerBuilder oneRank(Backend backend) {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(1)
                .eplb()
                .cost(ExpertCost.tokens())
                .backend(backend);
    }

    /** A rank's balancer has the same guard: AUTO goes on, with GPU the last plan stays. */
    @Test
    void aRankOfAGroupIsGuardedToo() {
        Random random = new Random(9);
        FaultyProvider.plan(Fault.SOLVE_THROWS, 1);
        try (InstalledProvider installed = faulty();
                WorkloadExchange exchange = WorkloadExchange.alone(EXPERTS);
                RankBalancer balancer = oneRank(Backend.AUTO).buildRank(exchange)) {
            for (int batch = 0; batch < 3; batch++) {
                PlanReport report = balancer.plan(counts(random)).plan();
                assertEquals(batch == 0 ? "gpu" : "cpu", report.backend());
                assertEquals(batch == 0 ? 0 : 1, report.recoveries());
            }
        }
        try (InstalledProvider installed = faulty();
                WorkloadExchange exchange = WorkloadExchange.alone(EXPERTS);
                RankBalancer balancer = oneRank(Backend.GPU).buildRank(exchange)) {
            balancer.plan(counts(random));
            assertThrows(BackendException.class, () -> balancer.plan(counts(random)));
            int[] ids = {3, 5, -1};
            balancer.route(ids, ids);
            assertEquals(3, balancer.placement().expertIn(ids[0]));
            assertEquals(5, balancer.placement().expertIn(ids[1]));
            assertEquals(-1, ids[2]);
        }
    }
}
