// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.cli.output.AtomicOutput;
import io.lplb.cluster.ChaosFault;
import io.lplb.cluster.ChaosRun;
import io.lplb.cluster.ChaosTotals;
import io.lplb.cluster.ClusterReport;
import io.lplb.cluster.LocalCluster;
import io.lplb.cluster.RankResult;
import io.lplb.exchange.aeron.GroupKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code lplb cluster}: a whole group as processes of this host. */
@Command(
        name = "cluster",
        description = {
            "Start a group of ranks as processes of this host, replay together, and show what became of it.",
            "",
            "Every rank sees its own part of each batch only. It tells the others how many tokens it has for each"
                    + " expert, makes the same plan as they do, and routes its own tokens by it.",
            ""
        })
final class ClusterCommand implements Callable<Integer> {
    private static final int CHAOS_PACE = 2_000;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private GroupOptions group;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            description =
                    "ipc: shared memory; udp: packets over loopback, as between hosts; ${DEFAULT-VALUE} if absent.")
    private String transport = "ipc";

    @Option(
            names = "--write-key",
            paramLabel = "FILE",
            description =
                    "Write a new group key, for 'lplb rank --key-file', to a file that is not there yet, and end.")
    private @Nullable Path newKey;

    @Option(
            names = "--chaos",
            paramLabel = "SEED",
            description =
                    "Kill, stop, restart and skew the ranks one after the other while they replay, and show tokens lost,"
                            + " wrong slots, rounds to agreement and memory. A round takes 2000 us then unless --pace says"
                            + " otherwise; --rounds does not count.")
    private @Nullable Long chaos;

    @Option(
            names = "--faults",
            paramLabel = "N",
            description = "With --chaos, how many faults; ${DEFAULT-VALUE} if absent.")
    private int faults = 20;

    @Option(
            names = "--kinds",
            paramLabel = "KIND",
            split = ",",
            description = "With --chaos, the faults to choose from: kill, stop, restart, skew; all if absent.")
    private List<String> kinds = ChaosFault.Kind.names();

    @Option(
            names = "--stop-ms",
            paramLabel = "MS",
            split = ",",
            description =
                    "With --chaos, the lengths of stops to choose from, in milliseconds; any up to 4000 if absent.")
    private List<Integer> stops = new ArrayList<>();

    @Option(
            names = "--json",
            arity = "0..1",
            fallbackValue = "-",
            paramLabel = "OUT",
            description = "With --chaos, write the result as JSON instead, to a file or to standard output.")
    private @Nullable String json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (newKey != null) {
            GroupKey.generate().write(newKey);
            return 0;
        }
        if (chaos != null) {
            return runChaos(chaos);
        }
        if (json != null) {
            throw new IllegalArgumentException("json: got it without chaos, expected both");
        }
        LoadBalancerBuilder settings = group.balancer();
        String description = settings.identity().description();
        String origin = group.tokens(0).origin();
        try (TicketFolder folder = new TicketFolder();
                LocalCluster cluster = new LocalCluster(group.ranks, transport, arguments(folder))) {
            cluster.startAll();
            cluster.run(group.rounds);
            List<RankResult> results = cluster.report();
            PrintWriter out = lplb.console().outText();
            out.println(group.ranks + " processes: " + description);
            out.println("exchange:  " + results.get(0).transport());
            out.println("replayed:  " + group.rounds + " rounds of " + origin);
            ClusterReport report = new ClusterReport(results);
            out.print(report.text());
            if (results.stream().anyMatch(result -> result.invalid() > 0)) {
                throw new IllegalStateException("tokens: got some in a wrong slot, expected none");
            }
            if (report.agreedAlike() && !report.meetsThePlan()) {
                throw new IllegalStateException("routing differs from the plan");
            }
        }
        return 0;
    }

    private int runChaos(long seed) throws IOException, InterruptedException {
        if (faults < 1) {
            throw new IllegalArgumentException("faults: got " + faults + ", expected at least 1");
        }
        if (!group.exchange.equals(RankExchange.AERON)) {
            throw new IllegalArgumentException("exchange: got " + group.exchange + " with chaos, expected aeron");
        }
        group.pace = group.pace == 0 ? CHAOS_PACE : group.pace;
        String description = group.balancer().identity().description();
        ChaosTotals totals;
        try (LocalCluster cluster = new LocalCluster(group.ranks, transport, group.arguments())) {
            totals = new ChaosRun(cluster, group.ranks, seed, ChaosFault.Kind.named(kinds), stops).run(faults);
        }
        if (json != null) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("seed", seed);
            fields.put("ranks", group.ranks);
            fields.put("transport", transport);
            fields.putAll(totals.fields());
            try (AtomicOutput out = AtomicOutput.to(json, lplb.console())) {
                out.stream()
                        .write(new ObjectMapper()
                                .writerWithDefaultPrettyPrinter()
                                .writeValueAsBytes(fields));
                out.stream().write('\n');
                out.commit();
            }
        } else {
            PrintWriter out = lplb.console().outText();
            out.println(group.ranks + " processes: " + description + ", " + transport + ", chaos of seed " + seed);
            out.print(totals.text());
        }
        if (!totals.isClean()) {
            throw new IllegalStateException("tokens: got some lost or in a wrong slot, expected none");
        }
        return 0;
    }

    private List<String> arguments(TicketFolder folder) throws IOException {
        List<String> arguments = new ArrayList<>(group.arguments());
        if (group.exchange.equals(RankExchange.NCCL)) {
            arguments.add("--nccl-ticket=" + folder.ticket());
        }
        return arguments;
    }

    /** Where the ranks find the ticket of NCCL. */
    private static final class TicketFolder implements AutoCloseable {
        private final Path folder = Files.createTempDirectory("lplb-cluster-");

        TicketFolder() throws IOException {}

        Path ticket() {
            return folder.resolve("ticket");
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(ticket());
            Files.deleteIfExists(folder);
        }
    }
}
