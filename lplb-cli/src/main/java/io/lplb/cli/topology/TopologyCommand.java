// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.topology;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.cli.Lplb;
import io.lplb.cli.output.AtomicOutput;
import io.lplb.cli.trace.TraceReading;
import io.lplb.placement.Coverage;
import io.lplb.topology.ReplicaTopology;
import io.lplb.topology.Topologies;
import io.lplb.topology.TopologyAdvice;
import io.lplb.topology.TopologyAdvisor;
import io.lplb.topology.TopologyFile;
import io.lplb.topology.TopologySvg;
import io.lplb.topology.TopologyText;
import io.lplb.trace.Trace;
import io.lplb.trace.Traces;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb topology}: the replica topologies, named, drawn and recommended. */
@Command(
        name = "topology",
        description = "List, draw or recommend replica topologies.",
        synopsisSubcommandLabel = "COMMAND")
public final class TopologyCommand implements Runnable {
    /** Metrics and drawings take time and space that grow with the square of the ranks. */
    private static final int SHOWN_RANKS = 4096;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private Lplb lplb;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Override
    public void run() {
        throw Lplb.noCommand(spec);
    }

    @Command(name = "list", description = "List the named topologies.")
    int list() {
        PrintWriter out = lplb.console().outText();
        List<Topologies.Named> named = Topologies.list();
        int width = named.stream().mapToInt(kind -> kind.name().length()).max().orElse(0);
        for (Topologies.Named kind : named) {
            out.printf(Locale.ROOT, "%-" + width + "s  %s%n", kind.name(), kind.description());
        }
        return 0;
    }

    @Command(name = "show", description = "Draw a topology as text, or as SVG into a file.")
    int show(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "NAME",
                            description = "A named topology, such as cube or torus8x4.")
                    @Nullable String name,
            @Option(
                            names = "--file",
                            paramLabel = "FILE",
                            description = "A custom topology instead: a line per rank with the ranks it copies.")
                    @Nullable Path file,
            @Option(
                            names = "--svg",
                            paramLabel = "FILE",
                            description = "Write an SVG drawing instead of text; - is standard output.")
                    @Nullable String svg)
            throws IOException {
        ReplicaTopology topology = topology(name, file);
        if (topology.groupSize() > SHOWN_RANKS) {
            throw new IllegalArgumentException(topology.name() + ": got " + topology.groupSize()
                    + " ranks, expected at most " + SHOWN_RANKS + " to draw");
        }
        if (svg == null) {
            lplb.console().outText().print(TopologyText.of(topology));
            return 0;
        }
        try (AtomicOutput out = AtomicOutput.to(svg, lplb.console())) {
            out.stream().write(TopologySvg.of(topology).getBytes(StandardCharsets.UTF_8));
            out.commit();
        }
        return 0;
    }

    private ReplicaTopology topology(@Nullable String name, @Nullable Path file) throws IOException {
        if (name != null && file == null) {
            return Topologies.parse(name);
        }
        if (name == null && file != null) {
            if (Files.isDirectory(file)) {
                throw new IOException(file + ": got a folder, expected a file");
            }
            return TopologyFile.read(file);
        }
        String got = name == null ? "got neither a name nor --file" : "got both a name and --file";
        throw new ParameterException(spec.subcommands().get("show"), got + ", expected one of them");
    }

    @Command(name = "advise", description = "Recommend a topology for a machine, with the reason.")
    int advise(
            @Option(names = "--ranks", required = true, paramLabel = "N", description = "Number of ranks.") int ranks,
            @Option(
                            names = "--ranks-per-node",
                            paramLabel = "N",
                            defaultValue = "8",
                            description = "Ranks in a node; ${DEFAULT-VALUE} if absent.")
                    int ranksPerNode,
            @Option(
                            names = "--slots",
                            paramLabel = "N",
                            defaultValue = "2",
                            description = "Replica slots on each rank; ${DEFAULT-VALUE} if absent.")
                    int slots,
            @Option(
                            names = "--experts",
                            paramLabel = "N",
                            description = "Experts, to say how many slots it takes to survive failures.")
                    @Nullable Integer experts,
            @Option(
                            names = "--trace",
                            paramLabel = "FILE",
                            description =
                                    "Recorded loads, see 'lplb trace': choose by what each topology makes of them.")
                    @Nullable Path trace,
            @Mixin TraceReading reading,
            @Option(names = "--json", description = "With --trace, print the alternatives as JSON.") boolean json)
            throws IOException {
        if (trace != null) {
            return advise(trace, reading, new TopologyStudy.Machine(ranks, ranksPerNode, slots), json);
        }
        if (json) {
            throw new ParameterException(spec.subcommands().get("advise"), "got --json without --trace, expected both");
        }
        TopologyAdvice advice = TopologyAdvisor.recommend(ranks, ranksPerNode, slots);
        PrintWriter out = lplb.console().outText();
        out.printf(
                Locale.ROOT,
                "%s: groups %d, ranks a group %d, replica sets %d, experts a set %d%n",
                advice.topology().name(),
                advice.groups(),
                advice.topology().groupSize(),
                advice.topology().replicasPerRank(),
                advice.expertsPerVariable());
        out.println(advice.reason());
        out.println("A general placement (EPLB's): " + advice.general().reason() + ".");
        for (int failures = 1; experts != null && failures <= 2 && failures < ranks; failures++) {
            int needed = Coverage.slotsToSurvive(experts, failures);
            out.printf(
                    Locale.ROOT,
                    "To survive any %d dead ranks or nodes: %d slots in all, %d per rank, on distinct ranks or nodes%n",
                    failures,
                    needed,
                    (needed + ranks - 1) / ranks);
        }
        return 0;
    }

    private int advise(Path file, TraceReading reading, TopologyStudy.Machine machine, boolean json)
            throws IOException {
        PrintWriter out = lplb.console().outText();
        try (Trace trace = Traces.open(file, reading.options())) {
            TopologyStudy study = TopologyStudy.of(trace, machine);
            if (json) {
                out.println(new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(study.json()));
            } else {
                study.print(out);
            }
        }
        return 0;
    }
}
