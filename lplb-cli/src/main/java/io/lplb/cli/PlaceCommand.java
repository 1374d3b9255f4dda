// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.AtomicOutput;
import io.lplb.cli.output.ProgressLine;
import io.lplb.cli.trace.ArrayOptions;
import io.lplb.placement.Coverage;
import io.lplb.placement.ExactSplit;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementChange.Move;
import io.lplb.placement.PlacementPlanner;
import io.lplb.placement.PlacementPlannerBuilder;
import io.lplb.placement.PlacementUpdate;
import io.lplb.replay.TextTable;
import io.lplb.trace.HistoryReader;
import io.lplb.trace.PlacementFile;
import io.lplb.trace.TraceOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb place}: placements of a model's layers from recorded loads, for engines in any language. */
@Command(
        name = "place",
        description = {
            "Place the experts of every layer by their past loads, for a balancer that splits each batch exactly.",
            "",
            "A history is any recording that 'lplb trace' reads, its steps added up:",
            "  logical_count    JSON {\"logical_count\": [layers][experts]}, or [steps][layers][experts]",
            "  NumPy .npy       loads [layers, experts] or [experts], integers or floats;",
            "                   routed expert ids [layers, tokens, k], counted; or as --npy says",
            "  SGLang .pt       its expert distribution recorder: stat, stat_approx, per_token, per_pass",
            "  CSV              a line per layer, an empty line between steps;",
            "                   or columns step, layer, expert, tokens",
            "  TensorRT-LLM     a folder of expert statistics",
            "  UltraEP          a folder of load profiles, or one of its chunks",
            "  .lplb            counts as 'lplb trace convert' writes them",
            "",
            "--json writes an object with the placement of every layer:",
            "  {\"layers\": [{\"phy2log\": [..], \"log2phy\": [[..]], \"imbalance\": .., \"bound\": ..,",
            "    \"moves\": [{\"expert\", \"fromRank\", \"fromSlot\", \"toRank\", \"toSlot\"}]}]}",
            "  phy2log    expert of every physical slot, -1 for an empty one",
            "  log2phy    physical slots of every expert",
            "  imbalance  max/mean of the history if every batch is split exactly",
            "  bound      least imbalance that any placement of these sizes can have, proven",
            "  moves      slots that get another expert than in --from, by rising slot, and the slots of --from that",
            "             hold its weights; empty without --from",
            "",
            "With --from the placements of an earlier run are changed with few moves; weights are copied over the"
                    + " network only where that pays.",
            ""
        })
final class PlaceCommand implements Callable<Integer> {
    private static final String STANDARD = "-";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(names = "--history", required = true, paramLabel = "FILE", description = "Past loads, see above.")
    @SuppressWarnings("NullAway.Init") // Required.
    private Path history;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private ArrayOptions arrays;

    @Option(
            names = "--experts",
            paramLabel = "N",
            description = "Experts per layer; as many as the history names if absent.")
    private @Nullable Integer experts;

    @Option(names = "--ranks", required = true, paramLabel = "N", description = "Number of ranks.")
    private int ranks;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private SlotOptions slots;

    @Option(
            names = "--from",
            paramLabel = "OLD.json",
            description = "Placements in force, as --json writes them; they are changed with few moves.")
    private @Nullable Path from;

    @Option(
            names = "--moves",
            paramLabel = "MOST",
            description = "Most weights of a layer to copy from rank to rank; needs --from.")
    private @Nullable Integer moves;

    @Option(
            names = "--survive",
            paramLabel = "K",
            description = "Ranks that may fail, whichever they are, with every expert still on another one;"
                    + " ${DEFAULT-VALUE} if absent.")
    private int survive;

    @Option(
            names = "--survive-nodes",
            paramLabel = "K",
            description = "The same for nodes; ${DEFAULT-VALUE} if absent.")
    private int surviveNodes;

    @Option(
            names = "--json",
            required = true,
            paramLabel = "OUT",
            description = "File for the placements; - is standard output.")
    @SuppressWarnings("NullAway.Init") // Required.
    private String json;

    @Option(
            names = "--progress",
            negatable = true,
            description = "Show progress on standard error; only on a terminal if absent.")
    private @Nullable Boolean progress;

    /** A layer with what the table says beyond the file. */
    private record Placed(PlacementFile.Layer layer, double before) {
        long networkCopies() {
            return layer.moves().stream().filter(Move::isNetworkCopy).count();
        }
    }

    @Override
    public Integer call() throws IOException {
        if ((slots.slotsPerRank() == null) == (slots.redundant() == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    (slots.slotsPerRank() == null
                                    ? "got neither --slots-per-rank nor --redundant"
                                    : "got both --slots-per-rank and --redundant")
                            + ", expected one of them");
        }
        if (moves != null && from == null) {
            throw new ParameterException(spec.commandLine(), "got --moves without --from, expected both");
        }
        AtomicOutput.requireOther(json, from == null ? List.of(history) : List.of(history, from));
        if (experts != null && experts < 1) {
            throw new IllegalArgumentException("experts: got " + experts + ", expected at least 1");
        }
        TraceOptions options = arrays.options().withExperts(experts == null ? 0 : experts);
        double[][] loads = HistoryReader.read(history, options, arrays.hasContent());
        PlacementPlanner planner = planner(loads[0].length);
        List<ExpertPlacement> old = from == null ? List.of() : PlacementFile.read(from, ranks, planner.experts());
        if (from != null && old.size() != loads.length) {
            throw new IllegalArgumentException(
                    from + ": got " + old.size() + " layers, expected " + loads.length + " as " + history + " has");
        }
        MoveLimits limits = moves == null ? MoveLimits.ifItPays() : MoveLimits.atMost(moves);
        List<Placed> placed = place(planner, loads, old, limits);
        try (AtomicOutput out = AtomicOutput.to(json, lplb.console())) {
            PlacementFile.write(placed.stream().map(Placed::layer).toList(), out.stream());
            out.commit();
        }
        if (!STANDARD.equals(json)) {
            print(planner, placed);
        }
        return 0;
    }

    private PlacementPlanner planner(int experts) {
        Integer groups = slots.groups();
        PlacementPlannerBuilder builder = PlacementPlanner.builder()
                .experts(experts)
                .ranks(ranks)
                .nodes(nodes())
                .expertGroups(groups == null ? 1 : groups)
                .surviveRanks(survive)
                .surviveNodes(surviveNodes);
        Integer slotsPerRank = slots.slotsPerRank();
        Integer redundant = slots.redundant();
        if (slotsPerRank != null) {
            builder.slotsPerRank(slotsPerRank);
        } else if (redundant != null) {
            builder.redundantExperts(redundant);
        }
        return builder.build();
    }

    private int nodes() {
        Integer nodes = slots.nodes();
        return nodes == null ? 1 : nodes;
    }

    private List<Placed> place(
            PlacementPlanner planner, double[][] loads, List<ExpertPlacement> old, MoveLimits limits) {
        if (!(progress == null ? ProgressLine.isWatched() : progress)) {
            return place(planner, loads, old, limits, () -> {});
        }
        try (ProgressBar bar = ProgressLine.open(lplb.console().errText(), "place", loads.length)) {
            return place(planner, loads, old, limits, bar::step);
        }
    }

    private static List<Placed> place(
            PlacementPlanner planner,
            double[][] loads,
            List<ExpertPlacement> old,
            MoveLimits limits,
            Runnable afterLayer) {
        return IntStream.range(0, loads.length)
                .parallel()
                .mapToObj(layer -> {
                    Placed one = old.isEmpty()
                            ? anew(planner, loads[layer])
                            : changed(planner.update(old.get(layer), loads[layer], limits));
                    afterLayer.run();
                    return one;
                })
                .toList();
    }

    private static Placed anew(PlacementPlanner planner, double[] load) {
        ExpertPlacement placement = planner.place(load);
        double imbalance = ExactSplit.of(placement).imbalance(load);
        return new Placed(new PlacementFile.Layer(placement, imbalance, planner.bound(load), List.of()), Double.NaN);
    }

    private static Placed changed(PlacementUpdate update) {
        return new Placed(
                new PlacementFile.Layer(
                        update.placement(),
                        update.imbalance(),
                        update.bound(),
                        update.change().moves()),
                update.imbalanceBefore());
    }

    private void print(PlacementPlanner planner, List<Placed> placed) {
        PrintWriter out = lplb.console().outText();
        out.println(planner.experts() + " experts on " + planner.ranks() + " ranks, " + planner.slotsPerRank()
                + " slots per rank, " + placed.size() + " layers");
        int ranksSurvived = Integer.MAX_VALUE;
        int nodesSurvived = Integer.MAX_VALUE;
        for (Placed one : placed) {
            Coverage coverage = one.layer().placement().coverage(planner.ranksPerNode());
            ranksSurvived = Math.min(ranksSurvived, coverage.ranks());
            nodesSurvived = Math.min(nodesSurvived, coverage.nodes());
        }
        out.println("survives: any " + ranksSurvived + " ranks, any " + nodesSurvived + " of " + nodes() + " nodes");
        out.println();
        TextTable table = new TextTable("max/mean of the history", "mean layer", "worst layer");
        if (from != null) {
            row(table, "before", "%.4f", placed, Placed::before);
        }
        row(table, "placed", "%.4f", placed, one -> one.layer().imbalance());
        row(table, "bound", "%.4f", placed, one -> one.layer().bound());
        if (from != null) {
            row(table, "network copies", "%.1f", placed, Placed::networkCopies);
        }
        out.print(table.format());
    }

    private static void row(
            TextTable table, String name, String format, List<Placed> placed, ToDoubleFunction<Placed> value) {
        double mean = placed.stream().mapToDouble(value).average().orElse(0);
        double worst = placed.stream().mapToDouble(value).max().orElse(0);
        table.row(name, String.format(Locale.ROOT, format, mean), String.format(Locale.ROOT, format, worst));
    }
}
