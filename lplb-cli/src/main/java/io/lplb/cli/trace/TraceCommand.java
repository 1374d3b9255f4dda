// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.trace;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.cli.Lplb;
import io.lplb.cli.output.AtomicOutput;
import io.lplb.trace.CountTraceWriter;
import io.lplb.trace.Trace;
import io.lplb.trace.Traces;
import io.lplb.workload.WorkloadTrace;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "Formats: SGLang's expert distribution recorder (.pt: stat, stat_approx, per_token, per_pass); logical_count in"
                    + " JSON, [layers][experts] or [steps][layers][experts]; NumPy's .npy of ids or counts, see --npy; CSV, a"
                    + " line per layer and an empty line between steps, or columns step, layer, expert, tokens; a folder of"
                    + " TensorRT-LLM's expert statistics; a folder of UltraEP's load profile, or one of its chunks; and the"
                    + " project's own, as 'convert' writes it. 'info' also reads vLLM's log of EPLB's balance.",
            ""
        })
public final class TraceCommand implements Runnable {
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
            @Mixin TraceReading reading,
            @Option(names = "--json", description = "Print JSON.") boolean json)
            throws IOException {
        Map<String, Object> fields = TraceTally.ofBalanceLog(file);
        if (fields.isEmpty()) {
            try (Trace trace = Traces.open(file, reading.options())) {
                TraceTally tally = new TraceTally(trace);
                while (trace.next()) {
                    tally.add();
                }
                fields = tally.fields();
            }
        }
        print(lplb.console().outText(), fields, json);
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
            @Mixin TraceReading reading,
            @Option(names = "--json", description = "Print what 'info --json' prints of the trace.") boolean json)
            throws IOException {
        AtomicOutput.requireOther(output, List.of(file));
        try (Trace trace = Traces.open(file, reading.options());
                AtomicOutput out = AtomicOutput.to(output, lplb.console())) {
            TraceTally tally = new TraceTally(trace);
            CountTraceWriter.write(trace, out.stream(), tally::add);
            out.commit();
            if (json) {
                PrintWriter text = output.equals("-")
                        ? lplb.console().errText()
                        : lplb.console().outText();
                print(text, tally.fields(), true);
            } else {
                lplb.console().errText().println("lplb: " + tally.size());
            }
        }
    }

    @Command(
            name = "make",
            description = "Write a trace of a named workload, the same for the same name, sizes and seed.")
    void make(
            @Parameters(
                            paramLabel = "NAME",
                            description = "A workload: W0 to W7 of Megatron-LM, or one of 'lplb demo --help', such as"
                                    + " zipf or zipf:8.")
                    String name,
            @Option(
                            names = "--output",
                            required = true,
                            paramLabel = "FILE",
                            description = "Where to write; - is standard output.")
                    String output,
            @Option(names = "--experts", paramLabel = "N", defaultValue = "64", description = "Experts of a layer.")
                    int experts,
            @Option(
                            names = "--ranks",
                            paramLabel = "N",
                            defaultValue = "8",
                            description = "Ranks, each a source of tokens.")
                    int ranks,
            @Option(names = "--layers", paramLabel = "N", defaultValue = "1", description = "Layers.") int layers,
            @Option(names = "--steps", paramLabel = "N", defaultValue = "100", description = "Steps.") int steps,
            @Option(
                            names = "--tokens",
                            paramLabel = "N",
                            defaultValue = "4096",
                            description = "Tokens of all ranks in a step.")
                    int tokens,
            @Option(names = "--top-k", paramLabel = "N", defaultValue = "6", description = "Experts per token.")
                    int topK,
            @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed.") long seed)
            throws IOException {
        if (topK < 1) {
            throw new IllegalArgumentException("top-k: got " + topK + ", expected at least 1");
        }
        WorkloadTrace.Sizes sizes = new WorkloadTrace.Sizes(layers, experts, ranks, steps, tokens, topK);
        try (Trace trace = new WorkloadTrace(name, sizes, seed);
                AtomicOutput out = AtomicOutput.to(output, lplb.console())) {
            CountTraceWriter.write(trace, out.stream(), () -> {});
            out.commit();
        }
        lplb.console().errText().println("lplb: " + name + ", seed " + seed + ", " + steps + " steps written");
    }

    private static void print(PrintWriter out, Map<String, Object> fields, boolean json) throws IOException {
        if (json) {
            out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(fields));
        } else {
            TraceTally.print(out, fields);
        }
    }
}
