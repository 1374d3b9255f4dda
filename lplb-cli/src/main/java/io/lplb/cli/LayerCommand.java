// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.cli.output.AtomicOutput;
import io.lplb.cost.ExpertCost;
import io.lplb.layer.LayerFile;
import io.lplb.layer.LayerStudy;
import io.lplb.layer.LayerTable;
import io.lplb.replay.BatchSource;
import io.lplb.replay.ReplayInput;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb layer}: time of the slowest rank of an MoE layer, predicted, and measured on a GPU. */
@Command(
        name = "layer",
        description = {
            "Compare ways to balance by the time of the slowest rank's experts.",
            "",
            "With --trace, plans batches of real routing and prints predicted times; --write keeps the plans for"
                    + " lplb-bench/layer/measure_layer.py, which measures every rank on one GPU. With --measured, prints"
                    + " measured beside predicted times.",
            ""
        })
final class LayerCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            split = ",",
            description = "Routing as .npy files, separated by commas.")
    private List<Path> traces = List.of();

    @Option(
            names = "--cost",
            paramLabel = "COST",
            description = "A profile's file or name, or tiles:TILE:US_PER_TILE:FIXED_US; ${DEFAULT-VALUE} if absent.")
    private String cost = "deepseek-v3-h200";

    @Option(
            names = "--shape",
            paramLabel = "HIDDENxINTERMEDIATE",
            description = "Sizes of an expert, for the measurement; those of the shipped profile if absent.")
    private @Nullable String shape;

    @Option(names = "--ranks", paramLabel = "N", description = "Ranks; ${DEFAULT-VALUE} if absent.")
    private int ranks = 8;

    @Option(
            names = "--topology",
            paramLabel = "NAME",
            description = "As in 'lplb topology list'; ${DEFAULT-VALUE} if absent.")
    private String topology = "cube";

    @Option(names = "--replicas", paramLabel = "N", description = "Replica slots per rank; ${DEFAULT-VALUE} if absent.")
    private int replicas = 2;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            split = ",",
            description = "Tokens per batch, separated by commas; ${DEFAULT-VALUE} if absent.")
    private List<Integer> tokens = List.of(128, 512, 2048, 4096, 16384, 32768);

    @Option(names = "--layers", paramLabel = "N", split = ",", description = "Layers; ${DEFAULT-VALUE} if absent.")
    private List<Integer> layers = List.of(4, 17);

    @Option(
            names = "--batches",
            paramLabel = "N",
            description = "Batches per layer and size, as far as the trace has them; ${DEFAULT-VALUE} if absent.")
    private int batches = 1;

    @Option(names = "--write", paramLabel = "FILE", description = "Write the plans as JSON; - is standard output.")
    private @Nullable String write;

    @Option(names = "--measured", paramLabel = "FILE", description = "Print the times that were measured.")
    private @Nullable Path measured;

    @Override
    public Integer call() throws IOException {
        if (traces.isEmpty() == (measured == null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    traces.isEmpty()
                            ? "got neither --trace nor --measured, expected one of them"
                            : "got both --trace and --measured, expected one of them");
        }
        if (measured == null) {
            plan();
        } else {
            show(LayerFile.read(measured));
        }
        return 0;
    }

    private void show(LayerFile file) {
        PrintWriter out = lplb.console().outText();
        out.println("device: " + file.device + ", driver " + file.driver + ", torch " + file.torch + ", " + file.date);
        out.println(
                "cost: " + file.cost + ", expert " + file.hidden + " x " + file.intermediate + "; slowest rank, mean");
        LayerTable table = new LayerTable(file);
        out.println("measured:");
        out.print(table.times(true));
        out.println("predicted:");
        out.print(table.times(false));
        out.println(table.accuracy());
    }

    private void plan() throws IOException {
        ExpertCost of = ExpertCost.parse(cost);
        LayerFile file = new LayerFile();
        takeShape(file);
        file.cost = of.name();
        file.command =
                "lplb " + String.join(" ", spec.commandLine().getParseResult().originalArgs());
        ReplicaTopology along = Topologies.parse(topology);
        for (Path trace : traces) {
            for (Path history : traces) {
                addCases(file, of, along, trace, history);
            }
        }
        if (write != null) {
            try (AtomicOutput out = AtomicOutput.to(write, lplb.console())) {
                file.write(out.stream());
                out.commit();
            }
        }
        if (!"-".equals(write)) {
            PrintWriter out = lplb.console().outText();
            out.println("cost: " + of.name() + "; predicted time of the slowest rank, mean");
            out.print(new LayerTable(file).times(false));
        }
    }

    private void takeShape(LayerFile file) {
        String text = shape != null ? shape : cost.startsWith("qwen3") ? "2048x768" : "7168x2048";
        String[] part = text.split("x", -1);
        try {
            file.hidden = Integer.parseInt(part[0]);
            file.intermediate = Integer.parseInt(part[1]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IllegalArgumentException(
                    "shape: got " + text + ", expected HIDDENxINTERMEDIATE such as 7168x2048", e);
        }
    }

    private void addCases(LayerFile file, ExpertCost of, ReplicaTopology along, Path trace, Path history)
            throws IOException {
        boolean same = trace.equals(history);
        String past = same ? "0.5" : history.toString();
        int longest = longestBatch(trace, past);
        for (int size : tokens) {
            int times = size <= longest ? 1 : Math.ceilDiv(size, longest);
            BatchSource source = ReplayInput.open(trace, past, null, Math.ceilDiv(size, times));
            for (int layer : layers) {
                if (layer < 0 || layer >= source.layers()) {
                    throw new IllegalArgumentException(
                            "layers: got " + layer + ", expected 0.." + (source.layers() - 1));
                }
                int[] counts = new int[source.experts()];
                try (LayerStudy study = new LayerStudy(of, along, ranks, replicas, source.history(layer))) {
                    for (int batch = 0; batch < Math.min(batches, source.batches()); batch++) {
                        LayerStudy.counts(source, layer, batch, times, counts);
                        LayerFile.Case added = study.plan(counts);
                        added.trace = String.valueOf(trace.getFileName());
                        added.history = String.valueOf(history.getFileName());
                        added.sameTask = same;
                        added.layer = layer;
                        added.batch = batch;
                        added.tokens = size;
                        file.cases.add(added);
                    }
                }
            }
        }
    }

    /** The largest power of two of tokens that the trace has after its history. */
    private static int longestBatch(Path trace, String history) throws IOException {
        int longest = 1;
        int measured = ReplayInput.open(trace, history, null, 1).batches();
        while (2 * longest <= measured) {
            longest *= 2;
        }
        return longest;
    }
}
