// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.bench.jmh.BenchProblem;
import io.lplb.bench.jmh.TraceLoad;
import io.lplb.bench.peer.Contenders;
import io.lplb.report.Quality;
import io.lplb.trace.NpyBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.options.TimeValue;

class BenchRunTest {
    /** In this process, one iteration of a moment: the way through JMH is tested, not times. */
    private static final JmhRun MOMENT = new JmhRun(0, 0, 1, TimeValue.milliseconds(5));

    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    @BeforeAll
    static void shareTheMachine() {
        System.setProperty("jmh.ignoreLock", "true");
    }

    private static BenchSelection select(String filter, List<String> solvers, String... topologies) {
        return new BenchSelection(
                BenchSelection.filter(filter),
                solvers,
                List.of("cpu"),
                List.of(topologies),
                List.of("normal"),
                List.of(1, 4));
    }

    private static ResultFile run(BenchSelection selection, List<String> lines, BenchRun.Part... parts)
            throws IOException {
        EnumSet<BenchRun.Part> set = EnumSet.noneOf(BenchRun.Part.class);
        set.addAll(List.of(parts));
        return new BenchRun(selection, MOMENT, 12, false, BenchRun.NO_LIMIT)
                .run(set, Samples.header("test"), lines::add);
    }

    @Test
    void timesAreJmhsRecords() throws IOException {
        List<String> lines = new ArrayList<>();
        ResultFile file =
                run(select("Solve", List.of("relaxation", "greedy-llep"), "cube"), lines, BenchRun.Part.TIMES);
        assertEquals(
                List.of("avgt relaxation 1", "sample relaxation 1", "avgt relaxation 4", "avgt greedy-llep 1"),
                file.timings().stream()
                        .map(t -> t.mode() + " " + t.param("solver") + " " + t.param("batch"))
                        .toList());
        assertTrue(
                file.timings().stream().allMatch(t -> t.nanos() > 0 && t.bytes() >= 0),
                file.timings().toString());
        assertEquals(4, lines.size());
        assertTrue(lines.getFirst().startsWith("1/4 SolveBenchmark cpu 1 normal relaxation cube: "), lines.getFirst());
    }

    /** On a GPU a JVM that allows nothing else, and peers still on the CPU. */
    @Test
    void casesOfTheGpu() {
        List<JmhCase> cases = BenchCases.times(new BenchSelection(
                BenchSelection.filter("Solve|Plan"),
                List.of("relaxation", "glop"),
                List.of("gpu-driver"),
                List.of("cube", "eplb64"),
                List.of("normal"),
                List.of(1, 16384)));
        assertEquals(
                List.of(
                        "SolveBenchmark.solve relaxation gpu-driver cube true",
                        "SolveBenchmark.solve relaxation gpu-driver cube true",
                        "SolveBenchmark.solve relaxation gpu-driver cube true",
                        "SolveBenchmark.solve glop cpu cube false",
                        "SolveBenchmark.solve relaxation gpu-driver eplb64 true",
                        "SolveBenchmark.solve relaxation gpu-driver eplb64 true",
                        "SolveBenchmark.solve glop cpu eplb64 false",
                        "PlanBenchmark.plan relaxation gpu-driver cube true",
                        "PlanBenchmark.plan relaxation gpu-driver cube true",
                        "PlanBenchmark.plan relaxation gpu-driver eplb64 true"),
                cases.stream()
                        .map(c -> c.benchmark() + " " + value(c, "solver") + " " + value(c, "backend") + " "
                                + value(c, "topology") + " " + c.gpu())
                        .toList());
    }

    /** What a GPU takes grows on a GPU, too, as far as there is PTX; the CPU is spared batches that only add up. */
    @Test
    void growthAndLargeBatchesByBackend() {
        BenchSelection both = new BenchSelection(
                BenchSelection.filter("Scaling|Solve"),
                List.of("interior-point", "glop-reused"),
                List.of("cpu", "gpu-driver"),
                List.of("cube"),
                List.of("normal"),
                List.of(1, 1024, 16384));
        assertEquals(
                List.of(
                        "interior-point cpu [8, 16, 32, 64, 128, 256] [1]",
                        "interior-point cpu [16] [8, 64, 512]",
                        "interior-point gpu-driver [8, 16, 32, 64] [1]",
                        "interior-point gpu-driver [16] [8, 64, 512, 4096]",
                        "glop-reused cpu [8, 16, 32, 64, 128, 256] [1]"),
                BenchCases.scaling(both).stream()
                        .filter(c -> List.of("2").equals(c.params().get("replicas"))
                                && List.of("2").equals(c.params().get("hosts")))
                        .map(c -> value(c, "solver") + " " + value(c, "backend") + " "
                                + c.params().get("ranks") + " " + c.params().get("batch"))
                        .toList());
        assertEquals(
                List.of("cpu [1]", "cpu [1024]", "gpu-driver [1]", "gpu-driver [1024, 16384]"),
                BenchCases.times(both).stream()
                        .filter(c -> value(c, "solver").equals("interior-point") && c.mode() == Mode.AverageTime)
                        .map(c -> value(c, "backend") + " " + c.params().get("batch"))
                        .toList());
    }

    /** Named loads are for this library's solvers, traces for all, and each only once. */
    @Test
    void everyContenderIsTimedOnTraces() throws IOException {
        Path trace = NpyBytes.write(folder, "|u1", "256, 1", 1, new long[256]);
        String load = TraceLoad.PREFIX + trace;
        BenchSelection selection = new BenchSelection(
                BenchSelection.filter("Solve"),
                List.of("relaxation", "glop"),
                List.of("cpu"),
                List.of("eplb64"),
                List.of("normal", "zipf", load),
                List.of(1));
        assertEquals(
                List.of("relaxation [normal, zipf, " + load + "]", "glop [normal, " + load + "]"),
                BenchCases.times(selection).stream()
                        .filter(c -> c.mode() == Mode.AverageTime)
                        .map(c -> value(c, "solver") + " " + c.params().get("load"))
                        .toList());
    }

    private static String value(JmhCase one, String name) {
        return one.params().getOrDefault(name, List.of("none")).getFirst();
    }

    /** The command's promise of about ten minutes: 4 s for each of these. */
    @Test
    void theWholeSetIsOfTheSizeThatTheHelpSays() {
        BenchSelection all = new BenchSelection(
                BenchSelection.filter(""),
                Contenders.names(),
                List.of("cpu"),
                BenchProblem.MACHINES,
                List.of("normal", "lognormal", "zipf"),
                List.of(1, 64, 1024));
        int measurements = Stream.concat(BenchCases.times(all).stream(), BenchCases.scaling(all).stream())
                .mapToInt(JmhCase::size)
                .sum();
        assertEquals(143, measurements);
    }

    @Test
    void scalingIsFitted() throws IOException {
        ResultFile file = run(select("", List.of("relaxation"), "cube"), new ArrayList<>(), BenchRun.Part.SCALING);
        assertEquals(
                Map.of("ranks", 6, "replicas", 4, "hosts", 4, "batch", 4),
                file.scaling().stream().collect(Collectors.toMap(Scaling::axis, s -> s.x().size())));
        for (Scaling law : file.scaling()) {
            assertEquals("relaxation", law.series());
            assertEquals(law.x().stream().sorted().distinct().toList(), law.x());
            assertTrue(Double.isFinite(law.exponent()), law.toString());
        }
    }

    @Test
    void aPowerLawIsFound() {
        Scaling law =
                Scaling.fit("ranks", "s", "us", List.of(8.0, 16.0, 64.0), List.of(3 * 64.0, 3 * 256.0, 3 * 4096.0));
        assertEquals(2, law.exponent(), 1e-12);
        assertEquals(0, law.exponentError(), 1e-6);
        assertEquals(1, law.rSquared(), 1e-12);
        assertThrows(
                IllegalArgumentException.class, () -> Scaling.fit("ranks", "s", "us", List.of(8.0), List.of(1.0, 2.0)));
    }

    /** On every machine and kind of contender: nobody beats the optimum, the exact ones reach it, greedy ones do not. */
    @Test
    void qualityJudgesEveryContender() throws IOException {
        List<String> lines = new ArrayList<>();
        List<Quality> all = new QualityRun(Contenders.names(), List.of("cpu"), 12)
                .run(List.of("cube", "eplb64"), List.of("normal", "zipf"), null, lines::add);
        assertEquals(4, lines.size());
        assertEquals(4 * (Contenders.names().size() + 1), all.size());
        for (Quality q : all) {
            String where = q.toString();
            assertEquals(12, q.problems(), where);
            assertEquals(0, q.failed(), where);
            assertTrue(q.gapMean() >= 0 && q.gapMean() <= q.gapMax(), where);
            assertTrue(q.imbalanceMean() >= 1 && q.imbalanceMean() <= q.imbalanceMax(), where);
            double allowed = switch (q.solver()) {
                case "interior-point", "ejml" -> 1.1e-9;
                case "relaxation" -> 1.1e-4;
                case "plan" -> 1.0 / 2048; // One token of a rank of eplb64.
                case "lplb-reference", "greedy-llep", "greedy-moonep" -> 10;
                default -> 1e-6;
            };
            assertTrue(q.gapMax() <= allowed, where);
            assertEquals(12, q.gaps().stream().mapToInt(n -> n).sum(), where);
        }
        assertTrue(all.stream().anyMatch(q -> q.solver().startsWith("greedy") && q.gapMax() > 0.01), all.toString());
        // No rounded split is better than the repaired plan of the same problems.
        for (Quality plan : all) {
            for (Quality other : all) {
                if (plan.solver().equals(Quality.PLAN)
                        && other.topology().equals(plan.topology())
                        && other.load().equals(plan.load())) {
                    assertTrue(plan.imbalanceMean() <= other.imbalanceMean() + 1e-12, plan + ", " + other);
                    assertTrue(plan.imbalanceMax() <= other.imbalanceMax() + 1e-12, plan + ", " + other);
                }
            }
        }
    }

    /** A lasting skew gives experts of an EPLB placement three hosts and more, which LPLB's algorithm does not take. */
    @Test
    void aContenderThatDoesNotTakeAMachineIsLeftOutThere() throws IOException {
        List<Quality> all = new QualityRun(List.of("lplb-reference", "relaxation"), List.of("cpu"), 3)
                .run(List.of("eplb64"), List.of("layer"), null, line -> {});
        assertEquals(
                List.of("plan", "relaxation"), all.stream().map(Quality::solver).toList());
    }

    /** Two layers of 100 tokens' history and two batches each; every expert of a layer is placed by that layer's past. */
    @Test
    void qualityOfATraceIsOfAllItsLayers() throws IOException {
        long[] ids = new Random(1).ints(2 * 600, 0, 64).asLongStream().toArray();
        Path trace = NpyBytes.write(folder, "|u1", "2, 600, 1", 1, ids);
        List<Quality> all = new QualityRun(List.of("interior-point", "greedy-llep"), List.of("cpu"), 12)
                .run(List.of("cube"), List.of(TraceLoad.PREFIX + trace), null, line -> {});
        assertEquals(3, all.size());
        for (Quality q : all) {
            assertEquals(2 * 2, q.problems(), q.toString());
            assertEquals("trace:trace.npy", q.load());
        }
        assertTrue(all.get(1).gapMax() <= 1.1e-9, all.toString());
    }

    /** A run that keeps going leaves out what throws, says so, and measures the rest. */
    @Test
    void whatThrowsIsLeftOutOnRequest() throws IOException {
        JmhCase growth = JmhCase.of("ScalingBenchmark.solve")
                .with("solver", "relaxation")
                .with("ranks", 8)
                .with("hosts", List.of(2, 9));
        List<Missing> missing = new ArrayList<>();
        assertEquals(
                1,
                MOMENT.run(List.of(growth), missing::add, BenchRun.NO_LIMIT, line -> {})
                        .size());
        assertEquals(
                List.of("ScalingBenchmark.solve solver=relaxation ranks=8 hosts=9"),
                missing.stream().map(Missing::what).toList());
        assertTrue(missing.getFirst().reason().contains("hosts: got 9"), missing.toString());
        missing.clear();
        assertEquals(List.of(), MOMENT.run(List.of(growth), missing::add, Duration.ZERO, line -> {}));
        assertEquals(2, missing.size());
        assertEquals("no time was left after 0 s", missing.getFirst().reason());
        missing.clear();
        List<Quality> none = new QualityRun(List.of("relaxation"), List.of("cpu"), 3)
                .run(List.of("cube"), List.of("zipf:1000"), missing::add, line -> {});
        assertEquals(List.of(), none);
        assertEquals("quality cube zipf:1000", missing.getFirst().what());
    }

    @Test
    void aBenchmarkThatThrowsEndsTheRunWithItsReason() {
        JmhCase impossible = JmhCase.of("ScalingBenchmark.solve")
                .with("solver", "relaxation")
                .with("ranks", 8)
                .with("hosts", 9);
        var e = assertThrows(
                IllegalStateException.class,
                () -> MOMENT.run(List.of(impossible), null, BenchRun.NO_LIMIT, line -> {}));
        assertTrue(
                String.valueOf(e.getMessage()).contains("hosts: got 9, expected at most the 8 ranks"), e.getMessage());
    }

    @Test
    void wrongSelectionsAreNamed() {
        assertMessage(
                "solvers: got simplex, expected some of interior-point,", () -> select("", List.of("simplex"), "cube"));
        assertMessage("solvers: got none, expected some of ", () -> select("", List.of(), "cube"));
        assertMessage("topologies: got dice, expected some of cube,", () -> select("", List.of("ejml"), "dice"));
        assertMessage("filter: got '(', expected a regular expression", () -> select("(", List.of("ejml"), "cube"));
        assertMessage(
                "filter: got 'Nothing', expected a match with one of the benchmarks",
                () -> runUnchecked(select("Nothing", List.of("ejml"), "cube")));
    }

    private static void runUnchecked(BenchSelection selection) {
        try {
            run(selection, new ArrayList<>(), BenchRun.Part.TIMES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertMessage(String start, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(String.valueOf(message).startsWith(start), message);
    }
}
