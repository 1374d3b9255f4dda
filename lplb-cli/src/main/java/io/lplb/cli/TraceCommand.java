// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.AtomicOutput;
import io.lplb.trace.CountTrace;
import io.lplb.trace.LogicalCountReader;
import io.lplb.trace.NpyReader;
import io.lplb.trace.RoutingTrace;
import io.lplb.trace.torch.RecorderReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb trace}: what a file of recorded routing or loads holds, and the same in the project's own format. */
@Command(
        name = "trace",
        description = {
            "Look into recorded routing or loads, or convert them.",
            "",
            "Formats: .npy of expert ids, [layers, tokens, k] or [tokens, k]; .json with logical_count, [layers][experts] or "
                    + "[steps][layers][experts], which is added up; .pt of SGLang's expert distribution recorder, modes stat, per_token and per_pass; and the "
                    + "project's own, as 'convert' writes it.",
            ""
        })
final class TraceCommand implements Runnable {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** Without a subcommand there is nothing to do. */
    @Override
    public void run() {
        throw Lplb.noCommand(spec);
    }

    @Command(name = "info", description = "Print kind, shape, sum, largest count and padding.")
    void info(
            @Parameters(paramLabel = "FILE", description = "The trace.") Path file,
            @Option(
                            names = "--padding",
                            paramLabel = "ID",
                            description = "An id that is no expert, beside -1; 255 in uint8, for example.")
                    @Nullable Integer padding)
            throws IOException {
        PrintWriter out = lplb.console().outText();
        Summary found = summary(file, padding == null ? -1 : padding, (step, counts) -> {});
        found.lines().forEach((name, value) -> out.printf(Locale.ROOT, "%-9s %s%n", name + ":", value));
    }

    @Command(name = "convert", description = "Write the counts of every step and layer in the project's own format.")
    void convert(
            @Parameters(paramLabel = "FILE", description = "The trace.") Path file,
            @Option(
                            names = "--output",
                            required = true,
                            paramLabel = "FILE",
                            description = "Where to write; - is standard output.")
                    String output,
            @Option(names = "--padding", paramLabel = "ID", description = "An id that is no expert, beside -1.")
                    @Nullable Integer padding)
            throws IOException {
        AtomicOutput.requireOther(output, List.of(file));
        int none = padding == null ? -1 : padding;
        Summary sizes = summary(file, none, (step, counts) -> {});
        try (AtomicOutput out = AtomicOutput.to(output, lplb.console())) {
            DataOutputStream data = new DataOutputStream(out.stream());
            CountTrace.writeHeader(data, sizes.steps, sizes.layers, sizes.experts);
            summary(file, none, (step, counts) -> CountTrace.writeStep(data, counts));
            data.flush();
            out.commit();
        }
        lplb.console()
                .errText()
                .println("lplb: " + sizes.steps + " steps of " + sizes.layers + " layers and " + sizes.experts
                        + " experts");
    }

    /** What a trace holds. */
    private record Summary(
            String kind, String shape, int steps, int layers, int experts, long sum, long largest, String padding) {
        Map<String, Object> lines() {
            Map<String, Object> lines = new LinkedHashMap<>();
            lines.put("kind", kind);
            lines.put("shape", shape);
            lines.put("experts", experts);
            lines.put("sum", sum);
            lines.put("largest", largest + " in one expert of a layer and step");
            lines.put("padding", padding);
            return lines;
        }
    }

    private static Summary summary(Path file, int padding, CountTrace.Steps steps) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".pt")) {
            RecorderReader.Info info = RecorderReader.read(file, padding, steps);
            String shape = info.steps() + " steps, " + info.layers() + " layers";
            return new Summary(
                    "SGLang recorder, " + info.kind(),
                    shape,
                    info.steps(),
                    info.layers(),
                    info.experts(),
                    info.sum(),
                    info.largest(),
                    info.padding() + " ids");
        }
        if (name.endsWith(".npy")) {
            return ids(NpyReader.open(file), padding, steps);
        }
        Counter counter = new Counter(steps);
        if (name.endsWith(".json")) {
            counter.take(0, LogicalCountReader.read(file));
            return counter.summary("logical_count, steps added up");
        }
        CountTrace.read(file, counter);
        return counter.summary("counts");
    }

    /** A trace of ids is one step. */
    private static Summary ids(RoutingTrace trace, int padding, CountTrace.Steps steps) throws IOException {
        int experts = Math.max(1, trace.experts() == padding + 1 ? largest(trace, padding) + 1 : trace.experts());
        long[][] counts = new long[trace.layers()][experts];
        long none = 0;
        int run = Math.max(1, Math.min(trace.tokens(), 1 << 12));
        int[] ids = new int[run * trace.topK()];
        for (int layer = 0; layer < trace.layers(); layer++) {
            for (int token = 0; token < trace.tokens(); token += run) {
                int end = Math.min(trace.tokens(), token + run);
                trace.copyIds(layer, token, end, ids);
                for (int k = 0; k < (end - token) * trace.topK(); k++) {
                    if (ids[k] == -1 || ids[k] == padding) {
                        none++;
                    } else {
                        counts[layer][ids[k]]++;
                    }
                }
            }
        }
        Counter counter = new Counter(steps);
        counter.take(0, counts);
        Summary found = counter.summary("ids");
        String shape =
                trace.layers() + " layers, " + trace.tokens() + " tokens, " + trace.topK() + " experts per token";
        return new Summary("ids", shape, 1, trace.layers(), experts, found.sum, found.largest, none + " ids");
    }

    /** The largest id below the padding. */
    private static int largest(RoutingTrace trace, int padding) {
        int largest = -1;
        int[] ids = new int[trace.topK()];
        for (int layer = 0; layer < trace.layers(); layer++) {
            for (int token = 0; token < trace.tokens(); token++) {
                trace.copyIds(layer, token, token + 1, ids);
                for (int id : ids) {
                    largest = id == padding ? largest : Math.max(largest, id);
                }
            }
        }
        return largest;
    }

    /** Adds up counts on their way. */
    private static final class Counter implements CountTrace.Steps {
        private final CountTrace.Steps next;
        private int steps;
        private int layers;
        private int experts;
        private long sum;
        private long largest;

        Counter(CountTrace.Steps next) {
            this.next = next;
        }

        @Override
        public void take(int step, long[][] counts) throws IOException {
            steps++;
            layers = counts.length;
            experts = counts[0].length;
            for (long[] layer : counts) {
                for (long count : layer) {
                    sum += count;
                    largest = Math.max(largest, count);
                }
            }
            next.take(step, counts);
        }

        Summary summary(String kind) {
            return new Summary(
                    kind, steps + " steps, " + layers + " layers", steps, layers, experts, sum, largest, "none");
        }
    }
}
