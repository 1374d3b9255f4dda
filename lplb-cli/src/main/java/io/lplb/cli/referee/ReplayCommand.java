// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.referee;

import io.lplb.cli.Lplb;
import io.lplb.cli.RankStateOptions;
import io.lplb.cli.output.AtomicOutput;
import io.lplb.cli.output.HtmlOutput;
import io.lplb.cli.trace.ArrayOptions;
import io.lplb.policy.Policies;
import io.lplb.policy.PolicySetup;
import io.lplb.policy.Sources;
import io.lplb.replay.PolicyChoice;
import io.lplb.replay.ReplayHistory;
import io.lplb.replay.ReplayOptions;
import io.lplb.replay.ReplayReport;
import io.lplb.report.RankPicture;
import io.lplb.report.ReplayPage;
import io.lplb.trace.Trace;
import io.lplb.trace.TraceOptions;
import io.lplb.trace.Traces;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb replay}: what each policy would have made of the user's own routing. */
@Command(
        name = "replay",
        description = {
            "Compare policies on the user's own routing, layer by layer and step by step.",
            "",
            "A trace is any file that 'lplb trace info' knows. Of files of expert ids, [layers, tokens, k], each step is a"
                    + " batch of consecutive tokens; tokens at the end that fill no batch are left out. Every layer gets"
                    + " its own placements from its history; the steps measured are no part of the history.",
            ""
        })
public final class ReplayCommand implements Callable<Integer> {
    private static final String STANDARD = "-";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(names = "--trace", required = true, paramLabel = "FILE", description = "The routing to replay.")
    @SuppressWarnings("NullAway.Init") // Required.
    private Path trace;

    @Option(
            names = "--strategies",
            paramLabel = "NAME",
            split = ",",
            completionCandidates = StrategyNames.class,
            description =
                    "Policies, separated by commas: ${COMPLETION-CANDIDATES}; all that fit if absent, lplb up to 64"
                            + " ranks only.")
    private @Nullable List<String> strategies;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private SizeOptions sizes;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private RankStateOptions states;

    @Option(
            names = "--batch",
            paramLabel = "TOKENS",
            description = "Tokens per batch of a file of ids; ${DEFAULT-VALUE} if absent.")
    private int batch = 128;

    @Option(
            names = "--history",
            paramLabel = "PART|FILE|none",
            description = "What placements are made from: the first part of the steps as a fraction (0.5 if absent),"
                    + " another trace, or none (for a single step if absent).")
    private @Nullable String history;

    @Option(
            names = "--update-every",
            paramLabel = "STEPS",
            description = "Make placements anew from the last so many steps; never if absent.")
    private int updateEvery;

    @Option(
            names = "--copy-us",
            paramLabel = "US",
            description = "Microseconds for copying the weights of one expert to a rank; ${DEFAULT-VALUE} if absent.")
    private double copyMicros = 150;

    @Option(
            names = "--sources",
            paramLabel = "FROM",
            description =
                    "Where tokens come from: recorded (as the trace says; consecutive tokens of a step of ids from"
                            + " consecutive ranks), even, or node-local:F (each rank of an expert's home node sends F times as"
                            + " many of its tokens as another rank); recorded if absent and if the trace says it, else even.")
    private @Nullable String sources;

    @Option(
            names = "--experts",
            paramLabel = "N",
            description = "Experts per layer; the trace's largest id plus one if absent.")
    private @Nullable Integer experts;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private ArrayOptions arrays;

    @Option(names = "--threads", paramLabel = "N", description = "Threads; as many as processors if absent.")
    private @Nullable Integer threads;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the results as JSON, too; - is standard output.")
    private @Nullable String json;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write a line per step, layer and policy, too.")
    private @Nullable String csv;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write the results as a page with pictures, too; - is standard output.")
    private @Nullable String html;

    @Option(
            names = "--svg",
            paramLabel = "FILE",
            description = "Write a picture of the rank loads under each strategy, too; - is standard output.")
    private @Nullable String svg;

    @Option(
            names = "--progress",
            negatable = true,
            description = "Show progress on standard error; only on a terminal if absent.")
    private @Nullable Boolean progress;

    /** Names of the policies for the help text. */
    static final class StrategyNames extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        StrategyNames() {
            super(List.of(Policies.names().split(", ")));
        }
    }

    @Override
    public Integer call() throws IOException {
        requireOutputs();
        TraceOptions options = options();
        try (Trace opened = Traces.open(trace, options)) {
            PolicySetup setup = sizes.setup(opened.experts(), states.speeds(sizes.ranks()));
            PolicyChoice choice = choose(setup);
            ReplayHistory past = ReplayHistory.of(opened, history, options);
            ReplayOptions how = new ReplayOptions(
                    updateEvery,
                    copyMicros,
                    threads == null ? Runtime.getRuntime().availableProcessors() : threads,
                    Sources.of(sources, opened.sources(), sizes.ranks()),
                    opened.kind(),
                    choice.leftOut());
            ReplayRun run = new ReplayRun(lplb.console(), progress);
            ReplayPage.Case result;
            if (csv == null) {
                result = run.of("", setup, choice.policies(), opened, past, how, null);
            } else {
                try (AtomicOutput out = AtomicOutput.to(csv, lplb.console())) {
                    OutputStream stream = out.stream();
                    result = run.of("", setup, choice.policies(), opened, past, how, stream);
                    out.commit();
                }
            }
            write(result);
        }
        return 0;
    }

    private TraceOptions options() {
        if (batch < 1) {
            throw new IllegalArgumentException("batch: got " + batch + " tokens, expected at least 1");
        }
        if (experts != null && experts < 1) {
            throw new IllegalArgumentException("experts: got " + experts + ", expected at least 1");
        }
        TraceOptions told = arrays.options();
        boolean recorded = sources == null || Sources.parse(sources).isRecorded();
        return told.withBatchTokens(batch)
                .withExperts(experts == null ? 0 : experts)
                .withIdSources(recorded ? Math.max(1, sizes.ranks()) : 1);
    }

    /** Checks the places of the outputs before anything is read. */
    private void requireOutputs() throws IOException {
        if (STANDARD.equals(json) && STANDARD.equals(html)) {
            throw new ParameterException(
                    spec.commandLine(), "got - for both --json and --html, expected at most one on standard output");
        }
        AtomicOutput.requireDistinct("--json", json, "--html", html);
        AtomicOutput.requireDistinct("--json", json, "--csv", csv);
        AtomicOutput.requireDistinct("--html", html, "--csv", csv);
        AtomicOutput.requireDistinct("--html", html, "--svg", svg);
        AtomicOutput.requireDistinct("--json", json, "--svg", svg);
        AtomicOutput.requireDistinct("--csv", csv, "--svg", svg);
        List<Path> inputs = new ArrayList<>(sizes.files());
        inputs.add(trace);
        for (String output : new String[] {json, html, csv, svg}) {
            if (output != null) {
                AtomicOutput.requireOther(output, inputs);
            }
        }
    }

    private PolicyChoice choose(PolicySetup setup) {
        if (sizes.hasTopology() && strategies == null) {
            Policies.TOPOLOGY.open(setup).close();
        }
        return PolicyChoice.of(setup, strategies);
    }

    private void write(ReplayPage.Case result) throws IOException {
        ReplayReport report = result.report();
        if (html != null) {
            ReplayPage page = new ReplayPage(List.of(result), HtmlOutput.provenance(spec));
            HtmlOutput.write(html, lplb.console(), page::write);
        }
        if (json != null) {
            try (AtomicOutput out = AtomicOutput.to(json, lplb.console())) {
                report.writeJson(out.stream());
                out.commit();
            }
        }
        if (svg != null) {
            try (AtomicOutput out = AtomicOutput.to(svg, lplb.console())) {
                RankPicture.write(report, result.record(), out.stream());
                out.commit();
            }
        }
        if (!STANDARD.equals(svg) && !STANDARD.equals(json) && !STANDARD.equals(html) && !STANDARD.equals(csv)) {
            PrintWriter out = lplb.console().outText();
            out.print(ReplayText.of(report));
            out.println();
            out.print(ReplayText.legend());
        }
    }
}
