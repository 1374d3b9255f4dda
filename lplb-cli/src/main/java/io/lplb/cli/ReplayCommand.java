// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.AtomicOutput;
import io.lplb.cli.output.HtmlOutput;
import io.lplb.cli.output.ProgressLine;
import io.lplb.cost.ExpertCost;
import io.lplb.layer.LayerTimes;
import io.lplb.replay.BatchSource;
import io.lplb.replay.Replay;
import io.lplb.replay.ReplayInput;
import io.lplb.replay.ReplayReport;
import io.lplb.replay.ReplaySetup;
import io.lplb.replay.ReplayTimes;
import io.lplb.report.ReplayPage;
import io.lplb.report.ReplayRecord;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.topology.TopologyFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb replay}: what each way of balancing would have made of the user's own routing. */
@Command(
        name = "replay",
        description = {
            "Compare ways to balance on the user's own routing, layer by layer.",
            "",
            "A trace is a .npy file of expert ids, [layers, tokens, k] or [tokens, k], or a JSON file"
                    + " {\"logical_count\": [layers][experts]}, of which each layer is one batch. Every layer gets its own"
                    + " placements from its history; the batches measured are consecutive tokens that are no part of the"
                    + " history. Tokens at the end that fill no batch are left out.",
            ""
        })
final class ReplayCommand implements Callable<Integer> {
    private static final String STANDARD = "-";
    private static final Duration WARM_UP = Duration.ofMillis(500);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(names = "--trace", required = true, paramLabel = "FILE", description = "The routing to replay.")
    @SuppressWarnings("NullAway.Init") // Required.
    private Path trace;

    @Option(names = "--ranks", paramLabel = "N", description = "Ranks; ${DEFAULT-VALUE} if absent.")
    private int ranks = 8;

    @Option(
            names = "--topology",
            paramLabel = "NAME",
            description = "A name as in 'lplb topology list', or a file; ${DEFAULT-VALUE} if absent.")
    private String topology = "cube";

    @Option(names = "--replicas", paramLabel = "N", description = "Replica slots per rank; ${DEFAULT-VALUE} if absent.")
    private int replicas = 2;

    @Option(names = "--batch", paramLabel = "TOKENS", description = "Tokens per batch; ${DEFAULT-VALUE} if absent.")
    private int batch = 128;

    @Option(
            names = "--history",
            paramLabel = "PART|FILE|none",
            description = "What placements are made from: the first part of the trace as a fraction (0.5 if absent),"
                    + " another trace or counts, or none (for counts if absent).")
    private @Nullable String history;

    @Option(
            names = "--experts",
            paramLabel = "N",
            description = "Experts per layer; the trace's largest id plus one if absent.")
    private @Nullable Integer experts;

    @Option(names = "--solver", paramLabel = "NAME", description = "This library's solver; ${DEFAULT-VALUE} if absent.")
    private String solver = "interior-point";

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the results as JSON, too; - is standard output.")
    private @Nullable String json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write the results as a page with pictures, too; - is standard output.")
    private @Nullable String html;

    @Option(
            names = "--progress",
            negatable = true,
            description = "Show progress on standard error; only on a terminal if absent.")
    private @Nullable Boolean progress;

    @Option(
            names = "--cost",
            paramLabel = "COST",
            description = "Predict times, too: a profile's file or name, or tiles:TILE:US_PER_TILE:FIXED_US.")
    private @Nullable String cost;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private RankStateOptions states;

    @Override
    public Integer call() throws IOException {
        BatchSource source = ReplayInput.open(trace, history, experts, batch);
        ExpertCost priced = cost == null ? null : ExpertCost.parse(cost);
        ReplaySetup setup =
                new ReplaySetup(source.experts(), ranks, openTopology(), replicas, solver, states.speeds(ranks));
        if (STANDARD.equals(json) && STANDARD.equals(html)) {
            throw new ParameterException(
                    spec.commandLine(), "got - for both --json and --html, expected at most one on standard output");
        }
        AtomicOutput.requireDistinct("--json", json, "--html", html);
        for (String output : new String[] {json, html}) {
            if (output != null) {
                AtomicOutput.requireOther(output, inputs());
            }
        }
        ReplayRecord record = html == null ? null : new ReplayRecord(setup, source.layers(), source.batches());
        ReplayReport report;
        try (Replay replay = new Replay(setup, source)) {
            replay.warmUp(WARM_UP);
            report = run(replay, record, (long) source.layers() * source.batches());
        }
        if (priced != null) {
            report = report.withTimes(LayerTimes.of(source, setup, priced));
        }
        if (html != null && record != null) {
            HtmlOutput.write(html, lplb.console(), new ReplayPage(report, record, HtmlOutput.provenance(spec))::write);
        }
        if (json != null) {
            try (AtomicOutput out = AtomicOutput.to(json, lplb.console())) {
                report.writeJson(out.stream());
                out.commit();
            }
        }
        if (!STANDARD.equals(json) && !STANDARD.equals(html)) {
            print(report);
        }
        return 0;
    }

    private List<Path> inputs() {
        Path file = Path.of(topology);
        return Files.isRegularFile(file) ? List.of(trace, file) : List.of(trace);
    }

    private ReplicaTopology openTopology() throws IOException {
        Path file = Path.of(topology);
        return Files.isRegularFile(file) ? TopologyFile.read(file) : Topologies.parse(topology);
    }

    private ReplayReport run(Replay replay, @Nullable ReplayRecord record, long steps) {
        Runnable keep = record == null ? () -> {} : () -> record.add(replay);
        if (!(progress == null ? ProgressLine.isWatched() : progress)) {
            return replay.run(keep);
        }
        try (ProgressBar bar = ProgressLine.open(lplb.console().errText(), "replay", steps)) {
            return replay.run(() -> {
                keep.run();
                bar.step();
            });
        }
    }

    private void print(ReplayReport report) {
        PrintWriter out = lplb.console().outText();
        out.println(report.experts() + " experts on " + report.ranks() + " ranks, topology " + report.topology() + ", "
                + report.replicas() + " replica slots a rank, " + report.layers() + " layers");
        out.println("history:  " + report.history());
        out.println("measured: " + report.measured());
        String ranksAre = RankStateOptions.text(report.speeds());
        if (!ranksAre.isEmpty()) {
            out.println("ranks:    " + ranksAre);
            out.println("no rank:  tokens whose expert has no active rank, by placement: " + report.uncoveredTokens());
        }
        out.println();
        out.print(report.table());
        out.println();
        out.println("even split: EPLB's, the tokens of an expert to its copies in turn.");
        out.println("LPLB: LPLB's own algorithm, here on the CPU, its shares rounded to whole tokens.");
        out.println(
                "per batch: replicas chosen anew for each batch; their weights must be copied, which time/plan leaves"
                        + " out.");
        out.println("mean, p99, max: tokens of the busiest rank / mean tokens of a rank; 1 is perfect.");
        out.println("mean gap: tokens of the busiest rank above the fewest possible on this placement / mean tokens.");
        out.println("at optimum: batches on which the busiest rank has exactly the fewest whole tokens possible.");
        out.println("time/plan: median, from counts to tokens per rank, on one core, after a warm-up.");
        ReplayTimes times = report.times();
        if (times != null) {
            out.println();
            out.print(times.text());
        }
    }
}
