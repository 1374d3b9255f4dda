// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.replicas;

import io.lplb.cli.Lplb;
import io.lplb.cli.output.AtomicOutput;
import io.lplb.placement.ExpertPlacement;
import io.lplb.replay.TextTable;
import io.lplb.replica.HistoryPlacement;
import io.lplb.replica.ReplicaSettings;
import io.lplb.trace.LoadReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb replicas}: chooses replicas for recorded loads, or proposes a placement from them. */
@Command(
        name = "replicas",
        description = {
            "Choose replicas for every batch of a file of loads.",
            "",
            "Loads are a .npy file of token counts, [cases, experts] or [cases, sources, experts]. Expert e has its"
                    + " home on rank e / (experts / ranks). If FILE_names.txt lies beside FILE.npy, its line per case"
                    + " names the kind of load.",
            "",
            "With --history, propose one placement for coming batches instead: the one with the best mean over the"
                    + " recorded batches.",
            ""
        })
public final class ReplicasCommand implements Callable<Integer> {
    private static final String STANDARD = "-";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(names = "--loads", paramLabel = "FILE", description = "Loads to choose replicas for.")
    private @Nullable Path loads;

    @Option(names = "--history", paramLabel = "FILE", description = "Recorded loads to propose a placement from.")
    private @Nullable Path history;

    @Option(names = "--ranks", required = true, paramLabel = "N", description = "Ranks.")
    private int ranks;

    @Option(names = "--spare-slots", required = true, paramLabel = "R", description = "Spare slots per rank.")
    private int spareSlots;

    @Option(
            names = "--min-tokens",
            paramLabel = "N",
            description = "Least number of tokens of a replica; ${DEFAULT-VALUE} if absent.")
    private long minTokens = 1;

    @Option(
            names = "--max-replicas",
            paramLabel = "N",
            description = "Largest number of replicas per batch; all spare slots if absent.")
    private @Nullable Integer maxReplicas;

    @Option(
            names = "--domain",
            paramLabel = "N",
            description = "Consecutive ranks that share replicas, such as a node; all ranks if absent.")
    private @Nullable Integer domain;

    @Option(
            names = "--cost",
            paramLabel = "TOKENS",
            description = "Cost of copying an expert's weights, in tokens; ${DEFAULT-VALUE} if absent.")
    private long cost;

    @Option(
            names = "--tolerance",
            paramLabel = "FRACTION",
            description = "Stop adding replicas within this fraction of the lower bound; ${DEFAULT-VALUE} if absent.")
    private double tolerance;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "Where to plan: cpu, emulator or gpu, whose time is that on the device; ${DEFAULT-VALUE} if"
                    + " absent.")
    private String backend = "cpu";

    @Option(names = "--json", paramLabel = "OUT", description = "Write the results as JSON; - is standard output.")
    private @Nullable String json;

    @Override
    public Integer call() throws IOException {
        Path input = onlyInput();
        if (json != null) {
            AtomicOutput.requireOther(json, List.of(input));
        }
        long[][] counts = LoadReader.read(input);
        if (history != null) {
            propose(counts);
        } else {
            choose(input, counts);
        }
        return 0;
    }

    private Path onlyInput() {
        if (loads != null && history == null) {
            return loads;
        }
        if (history != null && loads == null) {
            return history;
        }
        throw new ParameterException(
                spec.commandLine(),
                "got " + (loads == null ? "neither --loads nor" : "both --loads and")
                        + " --history, expected one of them");
    }

    private void choose(Path input, long[][] counts) throws IOException {
        ReplicaSettings.Builder builder = ReplicaSettings.builder(naturalHomes(counts[0].length), spareSlots)
                .minTokens(minTokens)
                .cost(cost)
                .tolerance(tolerance);
        if (maxReplicas != null) {
            builder.maxReplicas(maxReplicas);
        }
        if (domain != null) {
            builder.domain(domain);
        }
        List<String> kinds = LoadKinds.of(input, counts.length);
        List<CaseResult> results = new ArrayList<>();
        int[][] bySource = LoadReader.readBySource(input);
        try (PlanBackend planner = PlanBackend.open(backend, builder.build(), bySource[0].length)) {
            planner.warmUp(counts, bySource[0]);
            for (int c = 0; c < counts.length; c++) {
                results.add(planner.run(counts[c], bySource[c]));
            }
        }
        writeJson(out -> CaseResult.writeJson(results, out));
        if (!STANDARD.equals(json)) {
            lplb.console().outText().print(table(kinds, results));
        }
    }

    private ExpertPlacement naturalHomes(int experts) {
        if (ranks < 1 || experts % ranks != 0) {
            throw new IllegalArgumentException(
                    "ranks: got " + ranks + ", expected a divisor of the " + experts + " experts");
        }
        int[] phy2log = new int[experts];
        Arrays.setAll(phy2log, e -> e);
        return ExpertPlacement.of(ranks, ranks, experts, phy2log);
    }

    private static String table(List<String> kinds, List<CaseResult> results) {
        TextTable table = new TextTable(
                "kind", "cases", "max/mean before", "after", "worst", "worst gap", "replicas", "copies", "us/plan");
        List<String> names = kinds.stream().distinct().toList();
        for (String name : names) {
            List<CaseResult> of = new ArrayList<>();
            for (int c = 0; c < results.size(); c++) {
                if (kinds.get(c).equals(name)) {
                    of.add(results.get(c));
                }
            }
            table.row(row(name, of));
        }
        if (names.size() > 1) {
            table.row(row("all", results));
        }
        return table.format();
    }

    private static String[] row(String name, List<CaseResult> of) {
        double[] micros = of.stream().mapToDouble(CaseResult::micros).sorted().toArray();
        return new String[] {
            name,
            String.valueOf(of.size()),
            number("%.3f", of.stream().mapToDouble(CaseResult::imbalanceBefore).average()),
            number("%.5f", of.stream().mapToDouble(CaseResult::imbalance).average()),
            number("%.5f", of.stream().mapToDouble(CaseResult::imbalance).max()),
            number("%.5f", of.stream().mapToDouble(CaseResult::relativeGap).max()),
            number("%.1f", of.stream().mapToDouble(CaseResult::replicas).average()),
            number("%.1f", of.stream().mapToDouble(CaseResult::copies).average()),
            String.format(Locale.ROOT, "%.1f", micros[micros.length / 2])
        };
    }

    private static String number(String format, OptionalDouble value) {
        return String.format(Locale.ROOT, format, value.orElse(Double.NaN));
    }

    private void propose(long[][] batches) throws IOException {
        List<HistoryPlacement> candidates = HistoryPlacement.candidates(batches, ranks, spareSlots);
        HistoryPlacement best = candidates.getFirst();
        writeJson(out -> ProposalJson.write(best, out));
        if (STANDARD.equals(json)) {
            return;
        }
        TextTable table = new TextTable("placement", "mean max/mean", "worst");
        for (HistoryPlacement candidate : candidates) {
            table.row(
                    candidate.name(),
                    String.format(Locale.ROOT, "%.5f", candidate.meanImbalance()),
                    String.format(Locale.ROOT, "%.5f", candidate.worstImbalance()));
        }
        PrintWriter out = lplb.console().outText();
        out.print(table.format());
        out.println();
        out.println("proposed: " + best.name());
        if (json == null) {
            out.println("phy2log:  " + Arrays.toString(best.placement().phy2log()));
        }
    }

    /** Writes a file's content. */
    @FunctionalInterface
    private interface Content {
        void write(OutputStream out) throws IOException;
    }

    private void writeJson(Content content) throws IOException {
        if (json == null) {
            return;
        }
        try (AtomicOutput out = AtomicOutput.to(json, lplb.console())) {
            content.write(out.stream());
            out.commit();
        }
    }
}
