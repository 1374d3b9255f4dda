// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.cli;

import io.lplb.bench.jmh.BenchProblem;
import io.lplb.bench.jmh.TraceLoad;
import io.lplb.bench.peer.BackendChoice;
import io.lplb.bench.peer.Contenders;
import io.lplb.bench.results.BenchRun;
import io.lplb.bench.results.BenchSelection;
import io.lplb.bench.results.Header;
import io.lplb.bench.results.JmhRun;
import io.lplb.bench.results.ResultFile;
import io.lplb.bench.results.ResultPages;
import io.lplb.bench.results.Tables;
import io.lplb.cli.BackendTable;
import io.lplb.cli.CliCommand;
import io.lplb.cli.Lplb;
import io.lplb.cli.output.AtomicOutput;
import io.lplb.cli.output.ShellWords;
import io.lplb.solver.Backends;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb bench}: this library's solvers beside the peers, on this machine. */
@Command(
        name = "bench",
        description = {
            "Measure this library beside other solvers: time by JMH, quality of the answers, growth with size.",
            "",
            "Times want a quiet machine. Everything with the defaults takes about ten minutes, --quick a minute or two. "
                    + "lplb-bench/measure.sh makes the results that are committed.",
            ""
        })
public final class BenchCommand implements CliCommand {
    private static final int PROBLEMS = 256;
    private static final int QUICK_PROBLEMS = 16;
    private static final Path RESULTS = Path.of("lplb-bench", "results");

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(names = "--times", description = "Measure times; the default if no part is named.")
    private boolean times;

    @Option(names = "--quality", description = "Judge the answers: gap to the optimum, failures, imbalance in tokens.")
    private boolean quality;

    @Option(names = "--scaling", description = "Measure how times grow with ranks, replicas, hosts and batch.")
    private boolean scaling;

    @Option(names = "--all", description = "All three parts.")
    private boolean all;

    @Option(names = "--quick", description = "Fewer and shorter measurements, on the cube: a first look, no result.")
    private boolean quick;

    @Option(
            names = "--filter",
            paramLabel = "REGEX",
            description = "Only benchmarks in whose name, such as SolveBenchmark.solve, this is found.")
    private String filter = "";

    @Option(
            names = "--solvers",
            split = ",",
            paramLabel = "NAME",
            completionCandidates = SolverNames.class,
            description = "Some of ${COMPLETION-CANDIDATES}; all if absent.")
    private List<String> solvers = Contenders.names();

    @Option(
            names = "--backends",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Where this library solves: cpu, emulator, gpu, gpu-driver, gpu-tornado; cpu if absent. A GPU that"
                            + " cannot be used is an error.")
    private List<String> backends = List.of("cpu");

    @Option(
            names = "--topologies",
            split = ",",
            paramLabel = "NAME",
            description = "Machines: cube, hypercube, torus8x4, eplb64; all if absent.")
    private @Nullable List<String> topologies;

    @Option(
            names = "--loads",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Workloads by name, zipf:8 for a ratio of max to mean; normal,lognormal,zipf if absent. Peers are timed with"
                            + " the first.")
    private @Nullable List<String> loads;

    @Option(
            names = "--trace",
            arity = "1..*",
            paramLabel = "FILE",
            description = {
                "Real routing as loads, after those that --loads names or instead of any: .npy files of expert ids. As in "
                        + "'lplb replay', the first half of each layer places the experts, batches are 128 tokens of the "
                        + "second. Times, by every contender, are of layer 0 (FILE#N of layer N), quality is of all."
            })
    private List<String> traces = List.of();

    @Option(
            names = "--batches",
            split = ",",
            paramLabel = "N",
            description = "Groups in a batch; 1,64,1024 if absent. Peers are timed with the first.")
    private @Nullable List<Integer> batches;

    @Option(
            names = "--time",
            paramLabel = "MS",
            description = "Milliseconds of each of the ten iterations of a measurement; 300 if absent.")
    private @Nullable Integer time;

    @Option(
            names = "--keep-going",
            description =
                    "Leave out what throws and say so in the results, instead of ending; the exit code is 1 then.")
    private boolean keepGoing;

    @Option(
            names = "--limit",
            paramLabel = "S",
            description = "Begin no measurement of a time after so many seconds, and keep going as --keep-going does.")
    private @Nullable Integer limit;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results as JSON; - is standard output.")
    private @Nullable String json;

    @Option(
            names = "--page",
            paramLabel = "FILE",
            description = "Measure nothing: make this page, docs/results.md, anew from lplb-bench/results.")
    private @Nullable Path page;

    @Override
    public Integer call() throws IOException {
        if (page != null) {
            updatePage(page);
            return 0;
        }
        BenchSelection selection = selection();
        requireAllowed(selection);
        requireTraces(selection);
        String gpu = requireBackends(selection.backends());
        BenchRun run =
                new BenchRun(selection, jmh(), quick ? QUICK_PROBLEMS : PROBLEMS, keepGoing || limit != null, limit());
        PrintWriter err = lplb.console().errText();
        String command = ShellWords.command(spec);
        if (json == null) {
            ResultFile results = run.run(parts(), Header.here("bench", command, gpu), err::println);
            print(results);
            return exitCode(results);
        }
        // Opened first, so that a place that cannot be written to is known before the minutes are spent.
        try (AtomicOutput out = AtomicOutput.to(json, lplb.console())) {
            ResultFile results = run.run(parts(), Header.here(nameOf(json), command, gpu), err::println);
            results.write(out.stream());
            out.commit();
            if (!json.equals("-")) {
                print(results);
            }
            return exitCode(results);
        }
    }

    private static int exitCode(ResultFile results) {
        return results.missing().isEmpty() ? 0 : 1;
    }

    private Duration limit() {
        if (limit != null && limit < 1) {
            throw new IllegalArgumentException("limit: got " + limit + " s, expected at least 1");
        }
        return limit == null ? BenchRun.NO_LIMIT : Duration.ofSeconds(limit);
    }

    private JmhRun jmh() {
        JmhRun usual = quick ? JmhRun.QUICK : JmhRun.STANDARD;
        if (time == null) {
            return usual;
        }
        if (time < 1) {
            throw new IllegalArgumentException("time: got " + time + " ms, expected at least 1");
        }
        return usual.lasting(TimeValue.milliseconds(time));
    }

    private BenchSelection selection() {
        return new BenchSelection(
                BenchSelection.filter(filter),
                solvers,
                backends,
                topologies != null ? topologies : quick ? List.of("cube") : BenchProblem.MACHINES,
                loads(),
                batches != null ? batches : quick ? List.of(1, 64) : List.of(1, 64, 1024));
    }

    private List<String> loads() {
        List<String> all = new ArrayList<>();
        if (loads != null) {
            all.addAll(loads);
        } else if (traces.isEmpty()) {
            all.addAll(quick ? List.of("normal") : List.of("normal", "lognormal", "zipf"));
        }
        traces.forEach(file -> all.add(TraceLoad.PREFIX + file));
        return all;
    }

    /** Refuses a trace that cannot be read or does not fit a machine before anything is measured. */
    private static void requireTraces(BenchSelection selection) throws IOException {
        for (String load : selection.loads()) {
            for (String topology : TraceLoad.isTrace(load) ? selection.topologies() : List.<String>of()) {
                try {
                    new BenchProblem(topology, load).placed();
                } catch (UncheckedIOException e) {
                    throw e.getCause();
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            load.substring(TraceLoad.PREFIX.length()) + " on " + topology + ": " + e.getMessage(), e);
                }
            }
        }
    }

    private Set<BenchRun.Part> parts() {
        Set<BenchRun.Part> parts = EnumSet.noneOf(BenchRun.Part.class);
        if (times || all) {
            parts.add(BenchRun.Part.TIMES);
        }
        if (quality || all) {
            parts.add(BenchRun.Part.QUALITY);
        }
        if (scaling || all) {
            parts.add(BenchRun.Part.SCALING);
        }
        return parts.isEmpty() ? EnumSet.of(BenchRun.Part.TIMES) : parts;
    }

    private static void requireAllowed(BenchSelection selection) {
        String required = System.getProperty(Backends.REQUIRE_PROPERTY, "");
        for (String name : selection.backends()) {
            if (!required.isEmpty()
                    && !required.equals(BackendChoice.named(name).backend())) {
                throw new IllegalArgumentException("backends: got " + name + ", expected " + required + " as "
                        + Backends.REQUIRE_PROPERTY + " says");
            }
        }
    }

    /** Refuses what cannot run here before anything is measured; returns what the GPU's probe says, if one is used. */
    private static @Nullable String requireBackends(List<String> names) {
        String gpu = null;
        for (String name : names) {
            BackendChoice choice = BackendChoice.named(name);
            if (!choice.backend().equals("cpu")) {
                String found = choice.make(
                        on -> BackendTable.here().require(on).probe().reason());
                gpu = choice.isGpu() ? found : gpu;
            }
        }
        return gpu;
    }

    private static String nameOf(String file) {
        Path name = Path.of(file).getFileName();
        return name == null || file.equals("-") ? "bench" : name.toString().replaceFirst("\\.json$", "");
    }

    private void print(ResultFile results) {
        PrintWriter out = lplb.console().outText();
        Header from = results.header();
        out.println(from.machine() + "; " + from.jvm() + "; commit " + from.commit() + "; " + from.date());
        Tables.of(results).forEach(grid -> {
            out.println();
            out.print(grid.text());
        });
        results.missing().forEach(m -> out.println("\nleft out: " + m.what() + ": " + m.reason()));
    }

    private void updatePage(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + ": got a folder, expected a file");
        }
        Path results =
                file.toAbsolutePath().resolveSibling("..").resolve(RESULTS).normalize();
        String text = ResultPages.page(ResultPages.read(results));
        try (AtomicOutput out = AtomicOutput.to(file.toString(), lplb.console())) {
            out.stream().write(text.getBytes(StandardCharsets.UTF_8));
            out.commit();
        }
    }

    /** The contenders' names for the help text. */
    static final class SolverNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Contenders.names().iterator();
        }
    }
}
