// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.balance.RankBalancer;
import io.lplb.cluster.ClusterReport;
import io.lplb.cluster.CommandInput;
import io.lplb.cluster.DrivenRank;
import io.lplb.cluster.LaunchEnvironment;
import io.lplb.cluster.RankReplay;
import io.lplb.cluster.RankResult;
import io.lplb.cluster.RankTokens;
import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.exchange.aeron.ExchangeSettings;
import io.lplb.exchange.aeron.GroupKey;
import io.lplb.exchange.aeron.Rendezvous;
import io.lplb.nccl.NcclSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code lplb rank}: one rank of a group over several hosts. */
@Command(
        name = "rank",
        description = {
            "Run one rank of a group whose ranks run on several hosts, and replay together.",
            "",
            "Start it once per rank with the same options but for --rank; torchrun's RANK, WORLD_SIZE, MASTER_ADDR and"
                    + " MASTER_PORT will do for --rank, --ranks and --rendezvous. Every rank needs one UDP port that the"
                    + " other hosts can reach. Ranks of one host use shared memory if all of them name the directory of a"
                    + " media driver that runs there.",
            "",
            "With --exchange nccl, counts travel from GPU to GPU, and by Aeron while NCCL does not work, if endpoints"
                    + " or a directory are given.",
            ""
        })
final class RankCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private GroupOptions group;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(
            names = "--rank",
            paramLabel = "N",
            description = "This rank, 0 to ranks - 1; the environment's RANK if absent.")
    private @Nullable Integer rankOption;

    private int rank;

    @Option(
            names = "--rendezvous",
            paramLabel = "HOST:PORT",
            description =
                    "One address for all ranks, instead of --endpoints: rank 0 listens there, and the ranks use the UDP"
                            + " ports that follow. The environment's MASTER_ADDR and MASTER_PORT if neither is given.")
    private @Nullable String rendezvous;

    @Option(
            names = "--endpoints",
            paramLabel = "HOST:PORT",
            split = ",",
            description = "Endpoint of every rank, in the order of the ranks, separated by commas.")
    private List<String> endpoints = new ArrayList<>();

    @Option(
            names = "--aeron-dir",
            paramLabel = "FOLDER",
            description = "Directory of a media driver that runs already; without it this process has its own.")
    private @Nullable String aeronDirectory;

    @Option(
            names = "--stream",
            paramLabel = "N",
            description = "Aeron stream, another one for each group of the same hosts; ${DEFAULT-VALUE} if absent.")
    private int stream = ExchangeSettings.DEFAULT_STREAM;

    @Option(
            names = "--nccl-ticket",
            paramLabel = "FILE",
            description =
                    "With --exchange nccl, a file that all ranks see and that is not there yet: rank 0 writes to it"
                            + " how to connect. Without it Aeron carries that.")
    private @Nullable Path ticket;

    @Option(
            names = "--gpu",
            paramLabel = "N",
            description = "With --exchange nccl, this rank's GPU, from 0; its place in its node if absent.")
    private @Nullable Integer gpu;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description =
                    "File with the group's key, which its owner only may read; the environment's LPLB_GROUP_KEY or"
                            + " LPLB_GROUP_KEY_FILE if absent.")
    private @Nullable Path keyFile;

    @Option(
            names = "--insecure",
            description =
                    "Go without a key between hosts: everybody who can send packets to a rank can then send it counts.")
    private boolean insecure;

    @Option(
            names = "--clock-skew",
            hidden = true,
            paramLabel = "S",
            description = "Seconds by which this process's clock is to be ahead, to try restarts with a wrong clock.")
    private long clockSkew;

    @Option(names = "--driven", hidden = true, description = "Take commands on standard input.")
    private boolean driven;

    @Override
    public Integer call() throws IOException {
        if (!driven) {
            replay(null);
            return 0;
        }
        try (CommandInput commands = new CommandInput(lplb.console().in())) {
            replay(commands);
        }
        return 0;
    }

    @SuppressWarnings("try") // The meeting is only closed.
    private void replay(@Nullable CommandInput commands) throws IOException {
        LaunchEnvironment environment = new LaunchEnvironment(System.getenv());
        Integer worldSize = environment.worldSize();
        if (worldSize != null && !spec.commandLine().getParseResult().hasMatchedOption("--ranks")) {
            group.ranks = worldSize;
        }
        rank = environment.rank(rankOption);
        LoadBalancerBuilder settings = group.balancer();
        if (rank < 0 || rank >= group.ranks) {
            throw new IllegalArgumentException("rank: got " + rank + ", expected 0.." + (group.ranks - 1));
        }
        RankTokens tokens = group.tokens(rank);
        try (Meeting meeting = meet(environment);
                RankExchange opened = open(settings.identity());
                RankBalancer balancer = settings.buildRank(opened.exchange())) {
            WorkloadExchange exchange = opened.exchange();
            RankReplay replay = new RankReplay(balancer, exchange, tokens, group.pace());
            if (commands != null) {
                new DrivenRank(replay, commands, lplb.console().outText()).run();
            } else {
                replayAll(replay, exchange.transport(), tokens.origin());
            }
        }
    }

    /** Finds the endpoints by the rendezvous if they are not given. */
    private Meeting meet(LaunchEnvironment environment) throws IOException {
        if (rendezvous != null && !endpoints.isEmpty()) {
            throw new IllegalArgumentException("rendezvous: got one with endpoints, expected one of both");
        }
        boolean wanted = rendezvous != null || (environment.hasMaster() && aeronDirectory == null && ticket == null);
        if (!wanted || !endpoints.isEmpty()) {
            return () -> {};
        }
        String address = environment.rendezvous(rendezvous);
        int colon = address.lastIndexOf(':');
        Rendezvous opened = Rendezvous.meet(
                group.ranks,
                rank,
                address.substring(0, colon),
                Integer.parseInt(address.substring(colon + 1)),
                key(),
                Duration.ofSeconds(group.connectTimeout));
        endpoints = opened.endpoints();
        return opened::close;
    }

    /** Resources that are closed after the exchange. */
    private interface Meeting extends AutoCloseable {
        @Override
        void close();
    }

    private RankExchange open(GroupIdentity identity) throws IOException {
        Duration timeout = Duration.ofSeconds(group.connectTimeout);
        GroupKey key = key();
        if (!group.exchange.equals(RankExchange.NCCL)) {
            if (ticket != null || gpu != null) {
                throw new IllegalArgumentException((ticket != null ? "nccl-ticket" : "gpu") + ": got one with exchange "
                        + group.exchange + ", expected exchange nccl");
            }
            InstantSource clock = InstantSource.offset(InstantSource.system(), Duration.ofSeconds(clockSkew));
            return RankExchange.aeron(aeron(identity, timeout, key), clock);
        }
        int device = gpu == null ? Math.floorMod(rank, group.ranksPerNode()) : gpu;
        NcclSettings settings = new NcclSettings(identity, rank, device, timeout, null);
        boolean hasAeron = !endpoints.isEmpty() || aeronDirectory != null;
        return RankExchange.nccl(hasAeron ? () -> aeron(identity, timeout, key) : null, settings, ticket);
    }

    /** The group's key; null if none was given. */
    private @Nullable GroupKey key() throws IOException {
        if (insecure && keyFile != null) {
            throw new IllegalArgumentException("insecure: got it with a key file, expected one of both");
        }
        if (insecure) {
            return null;
        }
        return keyFile == null ? GroupKey.of(System.getenv()) : GroupKey.read(keyFile);
    }

    private ExchangeSettings aeron(GroupIdentity identity, Duration timeout, @Nullable GroupKey key) {
        return new ExchangeSettings(
                identity, rank, endpoints, aeronDirectory, stream, timeout, group.idle, key, insecure);
    }

    private void replayAll(RankReplay replay, String transport, String origin) {
        PrintWriter out = lplb.console().outText();
        out.println("rank " + rank + " of " + group.ranks + ", " + transport);
        out.println("replayed:  " + origin);
        out.flush();
        while (replay.nextRound() < group.rounds) {
            replay.step();
        }
        RankResult result = replay.result();
        out.print(new ClusterReport(List.of(result)).text());
        out.println("\nrounds in order: " + result.outcomes());
        if (result.invalid() > 0) {
            throw new IllegalStateException("tokens: got " + result.invalid() + " in a wrong slot, expected none");
        }
        if (result.rounds() < result.skipped()) {
            throw new IllegalStateException("rounds: got " + result.rounds() + " replayed and " + result.skipped()
                    + " skipped of " + group.rounds + ", expected to replay most");
        }
    }
}
