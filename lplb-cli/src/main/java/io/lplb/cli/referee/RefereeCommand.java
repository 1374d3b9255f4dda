// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.referee;

import io.lplb.cli.Lplb;
import io.lplb.cli.output.AtomicOutput;
import io.lplb.cli.output.HtmlOutput;
import io.lplb.cost.ExpertCost;
import io.lplb.policy.Policies;
import io.lplb.policy.PolicySetup;
import io.lplb.policy.Sources;
import io.lplb.replay.PolicyChoice;
import io.lplb.replay.ReplayHistory;
import io.lplb.replay.ReplayOptions;
import io.lplb.report.ReplayPage;
import io.lplb.topology.Topologies;
import io.lplb.trace.Trace;
import io.lplb.trace.TraceOptions;
import io.lplb.trace.Traces;
import io.lplb.workload.WorkloadKind;
import io.lplb.workload.WorkloadTrace;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb referee}: all policies on fixed workloads, and on the user's traces. */
@Command(
        name = "referee",
        description = {
            "Compare all policies on fixed workloads of several model sizes, and print all tables.",
            "",
            "Workloads are made by seed, so that every run replays the same loads. With --trace, real routing is"
                    + " replayed, too: each trace with its own first half as history, and with each other trace of the"
                    + " same layers and experts. All times are predicted under the cost.",
            ""
        })
public final class RefereeCommand implements Callable<Integer> {
    private static final double COPY_MICROS = 150;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(names = "--quick", description = "Few steps and layers: minutes instead of an hour.")
    private boolean quick;

    @Option(names = "--trace", paramLabel = "FILE", split = ",", description = "Real routing, separated by commas.")
    private List<Path> traces = List.of();

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the workloads; ${DEFAULT-VALUE} if absent.")
    private long seed = 1;

    @Option(
            names = "--strategies",
            paramLabel = "NAME",
            split = ",",
            description = "As of 'lplb replay'; all that fit if absent.")
    private @Nullable List<String> strategies;

    @Option(names = "--cost", paramLabel = "COST", description = "As of 'lplb replay'; ${DEFAULT-VALUE} if absent.")
    private String cost = "deepseek-v3-h200";

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results as JSON, too, one object a line.")
    private @Nullable String json;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write a line per case and strategy, too.")
    private @Nullable String csv;

    @Option(names = "--html", paramLabel = "FILE", description = "Write the results as a page with pictures, too.")
    private @Nullable String html;

    @Option(
            names = "--progress",
            negatable = true,
            description = "Show progress on standard error; only on a terminal if absent.")
    private @Nullable Boolean progress;

    /** A model size: experts, ranks, nodes, replica slots, topology, and expert ids of a step of a layer. */
    private record Size(int experts, int ranks, int nodes, int replicas, String topology, int tokens) {
        static final List<Size> QUICK =
                List.of(new Size(64, 8, 1, 2, "cube", 3072), new Size(256, 32, 4, 2, "torus8x4", 65_536));
        static final List<Size> FULL = List.of(
                new Size(64, 8, 1, 2, "cube", 3072),
                new Size(128, 16, 2, 2, "hypercube", 32_768),
                new Size(256, 32, 4, 2, "torus8x4", 65_536),
                new Size(256, 64, 8, 2, "cube", 131_072));
    }

    @Override
    public Integer call() throws IOException {
        AtomicOutput.requireDistinct("--json", json, "--html", html);
        AtomicOutput.requireDistinct("--json", json, "--csv", csv);
        AtomicOutput.requireDistinct("--html", html, "--csv", csv);
        for (String output : new String[] {json, html, csv}) {
            if (output != null) {
                AtomicOutput.requireOther(output, traces);
            }
        }
        ExpertCost priced = ExpertCost.parse(cost);
        List<ReplayPage.Case> cases = new ArrayList<>();
        for (Path trace : traces) {
            for (Path history : traces) {
                if (trace.equals(history) || areAlike(trace, history)) {
                    cases.add(replayFile(trace, history, priced));
                    print(cases.getLast());
                }
            }
        }
        for (Size size : quick ? Size.QUICK : Size.FULL) {
            for (String name : workloads()) {
                cases.add(replay(size, name, priced));
                print(cases.getLast());
            }
        }
        lplb.console().outText().print(ReplayText.legend());
        if (html != null) {
            ReplayPage page = new ReplayPage(cases, HtmlOutput.provenance(spec));
            HtmlOutput.write(html, lplb.console(), page::write);
        }
        if (csv != null) {
            try (AtomicOutput out = AtomicOutput.to(csv, lplb.console())) {
                CaseCsv.write(cases, out.stream());
                out.commit();
            }
        }
        if (json != null) {
            try (AtomicOutput out = AtomicOutput.to(json, lplb.console())) {
                for (ReplayPage.Case each : cases) {
                    each.report().writeJson(out.stream());
                }
                out.commit();
            }
        }
        return 0;
    }

    private List<String> workloads() {
        return quick
                ? List.of("layer", "zipf:4", "rotating")
                : Arrays.stream(WorkloadKind.values()).map(WorkloadKind::id).toList();
    }

    private void print(ReplayPage.Case each) {
        PrintWriter out = lplb.console().outText();
        out.println("== " + each.name());
        out.println(ReplayText.of(each.report()));
        out.flush();
    }

    private ReplayPage.Case replay(Size size, String workload, ExpertCost priced) throws IOException {
        int layers = quick ? 2 : 8;
        int steps = quick ? 40 : 400;
        WorkloadTrace.Sizes sizes = new WorkloadTrace.Sizes(layers, size.experts, size.ranks, steps, size.tokens, 0);
        try (Trace trace = new WorkloadTrace(workload, sizes, seed)) {
            return replay(workload + " on " + size.ranks + " ranks", size, trace, null, steps / 4, priced);
        }
    }

    /** Returns whether two traces have the same layers and experts, so that one can be the other's history. */
    private static boolean areAlike(Path file, Path history) throws IOException {
        try (Trace trace = Traces.open(file, TraceOptions.DEFAULT);
                Trace past = Traces.open(history, TraceOptions.DEFAULT)) {
            return trace.layers() == past.layers() && trace.experts() == past.experts();
        }
    }

    private ReplayPage.Case replayFile(Path file, Path history, ExpertCost priced) throws IOException {
        Size size = Size.QUICK.get(0);
        TraceOptions options = TraceOptions.DEFAULT.withBatchTokens(512).withIdSources(size.ranks);
        try (Trace trace = Traces.open(file, options)) {
            Size fits = new Size(trace.experts(), size.ranks, 1, size.replicas, size.topology, 0);
            boolean same = file.equals(history);
            String name = file.getFileName() + (same ? ", same task as history" : ", history " + history.getFileName());
            return replay(name, fits, trace, same ? null : history.toString(), 0, priced);
        }
    }

    private ReplayPage.Case replay(
            String name, Size size, Trace trace, @Nullable String history, int updateEvery, ExpertCost priced)
            throws IOException {
        int slots = Math.ceilDiv(size.experts, size.ranks) + size.replicas;
        PolicySetup setup = new PolicySetup(
                size.experts,
                size.ranks,
                slots,
                slots * size.ranks,
                size.nodes,
                1,
                Topologies.parse(size.topology),
                "exact",
                List.of(),
                priced);
        PolicyChoice choice = PolicyChoice.of(setup, strategies);
        List<Policies> policies = choice.policies();
        ReplayOptions options = new ReplayOptions(
                updateEvery,
                COPY_MICROS,
                Runtime.getRuntime().availableProcessors(),
                Sources.of(null, trace.sources(), size.ranks),
                trace.kind(),
                choice.leftOut());
        ReplayHistory past = ReplayHistory.of(trace, history, TraceOptions.DEFAULT);
        return new ReplayRun(lplb.console(), progress).of(name, setup, policies, trace, past, options, null);
    }
}
