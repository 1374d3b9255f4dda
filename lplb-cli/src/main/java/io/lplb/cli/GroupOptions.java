// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.cluster.RankTokens;
import io.lplb.cost.ExpertCost;
import io.lplb.exchange.aeron.ExchangeSettings;
import io.lplb.quota.SecondObjective;
import io.lplb.replay.WorkloadBatches;
import io.lplb.topology.Topologies;
import io.lplb.topology.TopologyFile;
import io.lplb.trace.NpyReader;
import io.lplb.workload.Workload;
import io.lplb.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of {@code lplb cluster} and {@code lplb rank}: the group and its tokens. */
final class GroupOptions {
    private static final String EPLB = "eplb";
    private static final String BALANCED = "balanced";
    private static final int WORKLOAD_BATCHES = 64;
    private static final int DEFAULT_EXPERTS = 64;
    private static final int DEFAULT_RANKS_PER_NODE = 8;

    @Option(names = "--ranks", paramLabel = "N", description = "Ranks of the group; ${DEFAULT-VALUE} if absent.")
    int ranks = 8;

    @Option(
            names = "--ranks-per-node",
            paramLabel = "N",
            description =
                    "Consecutive ranks that share a node; if absent, 8 to route by, and placements know of no nodes.")
    @Nullable Integer ranksPerNode;

    @Option(
            names = "--topology",
            paramLabel = "NAME",
            description =
                    "A name as in 'lplb topology list', a file, or balanced for a placement made for the exact split (or"
                            + " eplb, the same); ${DEFAULT-VALUE} if absent.")
    String topology = "cube";

    @Option(names = "--replicas", paramLabel = "N", description = "Replica slots per rank; ${DEFAULT-VALUE} if absent.")
    int replicas = 2;

    @Option(names = "--solver", paramLabel = "NAME", description = "This library's solver; ${DEFAULT-VALUE} if absent.")
    String solver = "interior-point";

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "A .npy file of expert ids: its first half places the experts, its second half is replayed.")
    @Nullable Path trace;

    @Option(names = "--layer", paramLabel = "N", description = "Layer of the trace; ${DEFAULT-VALUE} if absent.")
    int layer;

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            completionCandidates = DemoCommand.WorkloadNames.class,
            description = "Made-up tokens instead of a trace: one of ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} if"
                    + " absent.")
    String workload = WorkloadKind.LAYER.id();

    @Option(
            names = "--experts",
            paramLabel = "N",
            description = "Experts of the layer; of a trace, its largest id plus one if absent, otherwise 64.")
    @Nullable Integer experts;

    @Option(names = "--top-k", paramLabel = "N", description = "Experts per made-up token; ${DEFAULT-VALUE} if absent.")
    int topK = 6;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of made-up tokens; ${DEFAULT-VALUE} if absent.")
    long seed = 1;

    @Option(
            names = "--batch",
            paramLabel = "TOKENS",
            description = "Tokens of all ranks in a batch; ${DEFAULT-VALUE} if absent.")
    int batch = 512;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Batches to replay, from the first again when there are no more; 1000 if absent.")
    int rounds = 1000;

    @Option(
            names = "--deadline",
            paramLabel = "MS",
            description = "Longest time that a round waits for another rank; ${DEFAULT-VALUE} ms if absent.")
    int deadline = 1000;

    @Option(
            names = "--connect-timeout",
            paramLabel = "S",
            description = "Longest time to wait for the other ranks at the start; ${DEFAULT-VALUE} s if absent.")
    int connectTimeout = 60;

    @Option(
            names = "--pace",
            paramLabel = "US",
            description = "Shortest time of a round in microseconds, as a layer's computing takes; ${DEFAULT-VALUE} if"
                    + " absent.")
    int pace;

    @Option(
            names = "--idle",
            paramLabel = "NAME",
            description =
                    "How to wait for counts: backoff where ranks share cores, yield or spin where each has its own,"
                            + " sleep to save power; ${DEFAULT-VALUE} if absent.")
    String idle = ExchangeSettings.DEFAULT_IDLE;

    @Option(
            names = "--exchange",
            paramLabel = "NAME",
            description =
                    "What counts travel over: aeron, or nccl where every rank has a GPU; ${DEFAULT-VALUE} if absent.")
    String exchange = RankExchange.AERON;

    @Option(
            names = "--spread",
            description = "Spread tokens over all replicas instead of keeping them on their own rank and node first.")
    boolean spread;

    @Option(
            names = "--second-objective",
            paramLabel = "NAME",
            converter = SecondObjectiveName.class,
            description =
                    "Choice among plans of the same largest load: none, level for the least loads below it, too, or"
                            + " locality for the fewest tokens between nodes; none if absent.")
    SecondObjective secondObjective = SecondObjective.NONE;

    @Option(names = "--check-plans", description = "Compare the ranks' plans after every round.")
    boolean checkPlans;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private SlotOptions slots;

    @Mixin
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private RankStateOptions states;

    int experts() throws IOException {
        if (experts != null) {
            return experts;
        }
        return trace == null ? DEFAULT_EXPERTS : NpyReader.open(trace).experts();
    }

    Duration pace() {
        return Duration.ofNanos(1_000L * pace);
    }

    /** The tokens of one rank. */
    RankTokens tokens(int rank) throws IOException {
        if (trace != null) {
            return RankTokens.ofTrace(NpyReader.open(trace), layer, experts(), batch, rank, ranks);
        }
        Workload source = new Workload(WorkloadKind.named(workload), experts(), ranks, seed);
        return RankTokens.ofWorkload(
                new WorkloadBatches(source, Math.min(rounds, WORKLOAD_BATCHES), batch, topK), topK, rank, ranks);
    }

    LoadBalancerBuilder balancer() throws IOException {
        if (rounds < 1) {
            throw new IllegalArgumentException("rounds: got " + rounds + ", expected at least 1");
        }
        RankExchange.requireKnown(exchange);
        if (pace < 0) {
            throw new IllegalArgumentException("pace: got " + pace + ", expected at least 0");
        }
        if (spread && secondObjective == SecondObjective.LOCALITY) {
            throw new IllegalArgumentException(
                    "got both --spread and --second-objective locality, expected one of them");
        }
        LoadBalancerBuilder builder = LoadBalancer.builder()
                .experts(experts())
                .ranks(ranks)
                .replicas(replicas)
                .solver(solver)
                .deadline(Duration.ofMillis(deadline))
                .localFirst(!spread)
                .cost(ExpertCost.tokens())
                .secondObjective(secondObjective)
                .checkPlans(checkPlans);
        List<Double> speeds = states.speeds(ranks);
        if (!speeds.isEmpty()) {
            builder.speeds(speeds.stream().mapToDouble(Double::doubleValue).toArray());
        }
        placement(builder);
        if (topology.equals(EPLB) || topology.equals(BALANCED)) {
            return builder.balanced();
        }
        Path file = Path.of(topology);
        return builder.topology(Files.isRegularFile(file) ? TopologyFile.read(file) : Topologies.parse(topology));
    }

    /** Ranks that share a node. */
    int ranksPerNode() {
        Integer nodes = slots.nodes();
        if (nodes != null) {
            return Math.max(1, ranks / Math.max(1, nodes));
        }
        return ranksPerNode == null ? DEFAULT_RANKS_PER_NODE : Math.max(1, ranksPerNode);
    }

    private void placement(LoadBalancerBuilder builder) {
        Integer slotsPerRank = slots.slotsPerRank();
        Integer redundant = slots.redundant();
        Integer nodes = slots.nodes();
        Integer groups = slots.groups();
        if (slotsPerRank != null && redundant != null) {
            throw new IllegalArgumentException(
                    "got both --slots-per-rank and --redundant, expected at most one of them");
        }
        if (ranksPerNode != null && nodes != null) {
            throw new IllegalArgumentException("got both --ranks-per-node and --nodes, expected at most one of them");
        }
        if (slotsPerRank != null) {
            builder.slotsPerRank(slotsPerRank);
        }
        if (redundant != null) {
            builder.redundantExperts(redundant);
        }
        if (ranksPerNode != null) {
            builder.ranksPerNode(ranksPerNode);
        }
        if (nodes != null) {
            builder.nodes(nodes);
        }
        if (groups != null) {
            builder.expertGroups(groups);
        }
    }

    /** The same options as arguments for a rank in another process. */
    List<String> arguments() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--ranks=" + ranks,
                "--topology=" + topology,
                "--replicas=" + replicas,
                "--solver=" + solver,
                "--experts=" + experts(),
                "--batch=" + batch,
                "--rounds=" + rounds,
                "--deadline=" + deadline,
                "--connect-timeout=" + connectTimeout,
                "--pace=" + pace,
                "--idle=" + idle,
                "--exchange=" + exchange));
        addIfSaid(arguments, "--ranks-per-node=", ranksPerNode);
        addIfSaid(arguments, "--nodes=", slots.nodes());
        addIfSaid(arguments, "--groups=", slots.groups());
        addIfSaid(arguments, "--slots-per-rank=", slots.slotsPerRank());
        addIfSaid(arguments, "--redundant=", slots.redundant());
        if (trace != null) {
            arguments.addAll(List.of("--trace=" + trace, "--layer=" + layer));
        } else {
            arguments.addAll(List.of("--workload=" + workload, "--top-k=" + topK, "--seed=" + seed));
        }
        arguments.addAll(states.arguments(ranks));
        if (spread) {
            arguments.add("--spread");
        }
        if (secondObjective != SecondObjective.NONE) {
            arguments.add("--second-objective=" + SecondObjectiveName.nameOf(secondObjective));
        }
        if (checkPlans) {
            arguments.add("--check-plans");
        }
        return arguments;
    }

    private static void addIfSaid(List<String> arguments, String option, @Nullable Integer value) {
        if (value != null) {
            arguments.add(option + value);
        }
    }
}
