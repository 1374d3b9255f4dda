// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.bench.peer.BackendChoice;
import io.lplb.bench.peer.Contenders;
import io.lplb.bench.peer.Peers;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Backends;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SplitBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Every benchmark runs through JMH once, in this process, with each value of each of its parameters at least once. Times
 * are of no interest; an exception in a benchmark fails the test. What benchmarks compute is checked by calling them.
 */
class BenchmarkSmokeTest {
    private static final List<String> BENCHMARKS = List.of(
            "CountBenchmark.count",
            "LayoutBenchmark.ints",
            "LayoutBenchmark.longs",
            "PipelineBenchmark.pipeline",
            "PlanBenchmark.plan",
            "RouteBenchmark.route",
            "ScalingBenchmark.solve",
            "SolveBenchmark.solve",
            "TimePlanBenchmark.plan",
            "TrafficBenchmark.choose",
            "TrafficBenchmark.share");

    @BeforeAll
    static void shareTheMachine() {
        // JMH's lock would fail the test where another JMH runs on the machine; no time is measured here.
        System.setProperty("jmh.ignoreLock", "true");
    }

    /** Parameters as {@code name=value,value}; those that are not named have one value each, so that runs stay short. */
    private static Collection<RunResult> run(String benchmark, String... parameters) throws RunnerException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + Pattern.quote(benchmark) + "$")
                .mode(Mode.SingleShotTime)
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementBatchSize(1)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        for (String parameter : parameters) {
            int at = parameter.indexOf('=');
            options.param(
                    parameter.substring(0, at), parameter.substring(at + 1).split(",", -1));
        }
        return new Runner(options.build()).run();
    }

    @Test
    void noBenchmarkIsForgotten() {
        Set<String> found = BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), List.of())
                .stream()
                .map(entry -> entry.getUsername().replaceFirst(".*\\.jmh\\.", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(BENCHMARKS), found);
    }

    /** All values of all parameters. */
    @ParameterizedTest
    @CsvSource({
        "LayoutBenchmark.ints, 1",
        "LayoutBenchmark.longs, 1",
        "TimePlanBenchmark.plan, 6",
        "TrafficBenchmark.choose, 12",
        "TrafficBenchmark.share, 12"
    })
    void everyCostAndKindOfSource(String benchmark, int runs) throws RunnerException {
        assertEquals(runs, run(benchmark).size());
    }

    @Test
    void everySolverOnTheCube() throws RunnerException {
        String solvers = String.join(",", Contenders.names());
        Collection<RunResult> results =
                run("SolveBenchmark.solve", "solver=" + solvers, "topology=cube", "load=normal");
        Set<String> seen =
                results.stream().map(r -> r.getParams().getParam("solver")).collect(Collectors.toSet());
        assertEquals(Set.copyOf(Contenders.names()), seen);
    }

    @ParameterizedTest
    @CsvSource({"hypercube,lognormal,64", "torus8x4,zipf,1", "eplb64,normal,1", "cube,zipf,1024"})
    void everyMachineLoadAndBatch(String machine, String load, String batch) throws RunnerException {
        String[] fixed = {"topology=" + machine, "load=" + load, "batch=" + batch};
        List<String> parameters = new ArrayList<>(List.of(fixed));
        parameters.add("solver=interior-point,relaxation,glop-reused,greedy-llep");
        assertEquals(
                4,
                run("SolveBenchmark.solve", parameters.toArray(String[]::new)).size());
    }

    @Test
    void theEmulator() throws RunnerException {
        assertEquals(
                1,
                run(
                                "SolveBenchmark.solve",
                                "solver=relaxation",
                                "backend=emulator",
                                "topology=cube",
                                "load=normal",
                                "batch=1")
                        .size());
    }

    /** A backend that is not here must be an error, never another backend's time. */
    @ParameterizedTest
    @ValueSource(strings = {"gpu-driver", "gpu-tornado"})
    void aGpuThatIsNotThereIsAnError(String backend) {
        SolveBenchmark benchmark = new SolveBenchmark();
        benchmark.solver = "relaxation";
        benchmark.backend = backend;
        benchmark.topology = "cube";
        benchmark.load = "normal";
        if (BackendChoice.named(backend).isGpu() && gpuIsHere()) {
            benchmark.setup();
            benchmark.close();
        } else {
            String message =
                    assertThrows(IllegalStateException.class, benchmark::setup).getMessage();
            assertTrue(String.valueOf(message).startsWith("backend gpu: not available. "), message);
        }
        assertEquals(null, System.getProperty("lplb.gpuLauncher"));
    }

    private static boolean gpuIsHere() {
        return Backends.providers().stream()
                .anyMatch(p -> p.backend().equals("gpu") && p.probe().available());
    }

    @Test
    void countRouteAndWholeWay() throws RunnerException {
        assertEquals(2, run("CountBenchmark.count").size());
        assertEquals(2, run("RouteBenchmark.route").size());
        assertEquals(8, run("PlanBenchmark.plan", "load=zipf").size());
        assertEquals(
                3,
                run("PlanBenchmark.plan", "topology=cube", "solver=relaxation").size());
        assertEquals(
                4,
                run("PipelineBenchmark.pipeline", "load=normal", "solver=relaxation")
                        .size());
    }

    @Test
    void aTraceIsALoadOfEveryBenchmark(@TempDir Path folder) throws Exception {
        String load = "load=trace:" + TraceLoadTest.trace(folder);
        assertEquals(
                1,
                run("SolveBenchmark.solve", "solver=glop", "topology=cube", load, "batch=64")
                        .size());
        assertEquals(
                1,
                run("PlanBenchmark.plan", "solver=relaxation", "topology=eplb64", load + "#1")
                        .size());
        assertEquals(
                1,
                run("PipelineBenchmark.pipeline", "solver=relaxation", "topology=cube", load)
                        .size());
        assertEquals(1, run("CountBenchmark.count", load).size());
        RouteBenchmark route = new RouteBenchmark();
        route.load = load.substring("load=".length());
        // 32 experts on 32 ranks: no rank can hold two copies.
        assertThrows(IllegalArgumentException.class, route::setup);
    }

    @Test
    void scaling() throws RunnerException {
        assertEquals(3 * 3, run("ScalingBenchmark.solve", "ranks=8,64,256").size());
        assertEquals(
                3,
                run("ScalingBenchmark.solve", "ranks=16", "replicas=1,2,4", "solver=relaxation")
                        .size());
        assertEquals(
                3,
                run("ScalingBenchmark.solve", "ranks=16", "hosts=3,4,16", "solver=relaxation")
                        .size());
        assertEquals(
                3,
                run("ScalingBenchmark.solve", "ranks=16", "batch=4,64,1024", "solver=relaxation")
                        .size());
    }

    @ParameterizedTest
    @CsvSource({"cube,normal", "hypercube,zipf", "torus8x4,lognormal", "eplb64,normal"})
    void programsAndTheCertificateAgree(String machine, String load) {
        MinMaxBatch batch = new BenchProblem(machine, load).batches(1, 4)[0];
        MinMaxProblem problem = batch.problem();
        SplitBatch exact = new SplitBatch(problem, 4);
        SplitBatch split = new SplitBatch(problem, 4);
        try (MinMaxSolver solver = Contenders.create("interior-point", "cpu", problem, 4)) {
            solver.solve(batch, exact);
        }
        for (String name : Peers.programs()) {
            try (MinMaxSolver peer = Contenders.create(name, "cpu", problem, 4)) {
                peer.solve(batch, split);
            }
            for (int g = 0; g < 4; g++) {
                String where = name + ", " + machine + ", " + load + ", group " + g;
                assertEquals(exact.lowerBound(g), split.maxLoad(g), 1e-6 * batch.meanLoad(g), where);
            }
        }
    }

    @Test
    void everyBatchOfTheRingIsAnother() {
        MinMaxBatch[] ring = new BenchProblem("cube", "normal").batches(BenchProblem.ringFor(64), 64);
        assertEquals(31, ring.length);
        Set<String> seen = new TreeSet<>();
        for (MinMaxBatch batch : ring) {
            assertEquals(64, batch.groups());
            for (int g = 0; g < batch.groups(); g++) {
                seen.add(Arrays.toString(Arrays.copyOfRange(batch.load(), g * 16, (g + 1) * 16)));
            }
        }
        assertEquals(31 * 64, seen.size());
    }

    @Test
    void countingCountsEveryId() {
        CountBenchmark benchmark = new CountBenchmark();
        benchmark.load = "normal";
        benchmark.setup();
        assertEquals(CountBenchmark.IDS, Arrays.stream(benchmark.count()).sum());
    }

    @Test
    void routingRoutesEveryId() {
        RouteBenchmark benchmark = new RouteBenchmark();
        benchmark.load = "normal";
        benchmark.setup();
        int[] slots = benchmark.route();
        assertEquals(CountBenchmark.IDS, slots.length);
        assertTrue(Arrays.stream(slots).allMatch(s -> s >= 0 && s < 256 + 64));
        benchmark.close();
    }

    static List<String> machines() {
        return BenchProblem.MACHINES;
    }

    @ParameterizedTest
    @MethodSource("machines")
    void plansPlanAllTokens(String machine) {
        PlanBenchmark benchmark = new PlanBenchmark();
        benchmark.solver = "interior-point";
        benchmark.backend = "cpu";
        benchmark.topology = machine;
        benchmark.load = "normal";
        benchmark.setup();
        long experts = new BenchProblem(machine, "normal").experts();
        assertEquals(512 * experts, Arrays.stream(benchmark.plan().rankLoads()).sum());
        benchmark.close();
    }

    @Test
    void theWholeWayEndsInSlotsOfTheMachine() {
        PipelineBenchmark benchmark = new PipelineBenchmark();
        benchmark.solver = "relaxation";
        benchmark.backend = "cpu";
        benchmark.topology = "cube";
        benchmark.load = "zipf";
        benchmark.setup();
        for (int k = 0; k < 3; k++) {
            int[] slots = benchmark.pipeline();
            assertEquals(PipelineBenchmark.TOKENS * 8, slots.length);
            assertTrue(Arrays.stream(slots).allMatch(s -> s >= 0 && s < 64 + 16));
        }
        benchmark.close();
    }
}
