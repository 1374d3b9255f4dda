// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.cli.output.AtomicOutput;
import io.lplb.trace.CountTraceWriter;
import io.lplb.trace.Trace;
import io.lplb.trace.Traces;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
            "Formats: .npy of expert ids, [layers, tokens, k] or [tokens, k]; .json with logical_count, [layers][experts] or "
                    + "[steps][layers][experts]; .pt of SGLang's expert distribution recorder, modes stat, per_token and per_pass; and the "
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
            @Mixin TraceReading reading,
            @Option(names = "--json", description = "Print JSON.") boolean json)
            throws IOException {
        try (Trace trace = Traces.open(file, reading.options())) {
            Tally tally = new Tally(trace);
            while (trace.next()) {
                tally.add();
            }
            PrintWriter out = lplb.console().outText();
            if (json) {
                out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(tally.fields()));
            } else {
                tally.print(out);
            }
        }
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
            Tally tally = new Tally(trace);
            CountTraceWriter.write(trace, out.stream(), tally::add);
            out.commit();
            PrintWriter text = json && !output.equals("-")
                    ? lplb.console().outText()
                    : lplb.console().errText();
            text.println(
                    json
                            ? new ObjectMapper()
                                    .writerWithDefaultPrettyPrinter()
                                    .writeValueAsString(tally.fields())
                            : "lplb: " + tally.steps + " steps of " + trace.layers() + " layers and " + trace.experts()
                                    + " experts");
        }
    }

    /** Sums of a trace, step by step. */
    private static final class Tally {
        private final Trace trace;
        private long steps;
        private BigInteger sum = BigInteger.ZERO;
        private long largest;
        private long padding;

        Tally(Trace trace) {
            this.trace = trace;
        }

        void add() {
            steps++;
            padding += trace.padding();
            for (long[] layer : trace.counts()) {
                long partial = 0;
                for (long count : layer) {
                    if (partial + count < 0) {
                        sum = sum.add(BigInteger.valueOf(partial));
                        partial = 0;
                    }
                    partial += count;
                    largest = Math.max(largest, count);
                }
                sum = sum.add(BigInteger.valueOf(partial));
            }
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("kind", trace.kind());
            Map<String, Object> shape = new LinkedHashMap<>();
            shape.put("steps", steps);
            shape.put("layers", trace.layers());
            shape.put("experts", trace.experts());
            shape.put("sources", trace.sources());
            fields.put("shape", shape);
            fields.put("sum", sum);
            fields.put("largest", largest);
            fields.put("padding", padding);
            return fields;
        }

        void print(PrintWriter out) {
            String sources = trace.sources() == 1 ? "" : ", " + trace.sources() + " sources";
            out.printf(
                    Locale.ROOT,
                    "kind:     %s%nshape:    %d steps, %d layers%s%nexperts:  %d%nsum:      %s%nlargest:  %d in one expert of a"
                            + " layer and step%npadding:  %d ids%n",
                    trace.kind(),
                    steps,
                    trace.layers(),
                    sources,
                    trace.experts(),
                    sum,
                    largest,
                    padding);
        }
    }
}
