// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.balance.LoadBalancer;
import io.lplb.cost.ExpertCost;
import io.lplb.layer.LayerTimes;
import io.lplb.policy.Policies;
import io.lplb.policy.PolicySetup;
import io.lplb.policy.Sources;
import io.lplb.replay.LayerReplay;
import io.lplb.replay.RoutingCheck;
import io.lplb.replay.Tally;
import io.lplb.replay.WorkloadBatches;
import io.lplb.topology.Topologies;
import io.lplb.workload.Workload;
import io.lplb.workload.WorkloadKind;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code lplb demo}: one layer of a made-up model, before and after. */
@Command(
        name = "demo",
        description = "Balance a made-up stream of routed batches: 64 experts on 8 ranks in a cube, before and after.")
final class DemoCommand implements Callable<Integer> {
    private static final int EXPERTS = 64;
    private static final int RANKS = 8;
    private static final int REPLICAS = 2;
    private static final List<Policies> SHOWN = List.of(
            Policies.REORDERED,
            Policies.EPLB,
            Policies.LPLB,
            Policies.TOPOLOGY,
            Policies.EPLB_EXACT,
            Policies.REPLICAS);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private Lplb lplb;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of the stream; ${DEFAULT-VALUE} if absent.")
    private long seed = 1;

    @Option(names = "--batches", paramLabel = "N", description = "Batches; ${DEFAULT-VALUE} if absent.")
    private int batches = 64;

    @Option(names = "--tokens", paramLabel = "N", description = "Tokens per batch; ${DEFAULT-VALUE} if absent.")
    private int tokens = 512;

    @Option(names = "--top-k", paramLabel = "N", description = "Experts per token; ${DEFAULT-VALUE} if absent.")
    private int topK = 6;

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            completionCandidates = WorkloadNames.class,
            description = "One of ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} if absent.")
    private String workload = WorkloadKind.LAYER.id();

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
        ExpertCost priced = cost == null ? null : ExpertCost.parse(cost);
        WorkloadKind kind = WorkloadKind.named(workload);
        WorkloadBatches source = new WorkloadBatches(new Workload(kind, EXPERTS, RANKS, seed), batches, tokens, topK);
        int slots = EXPERTS / RANKS + REPLICAS;
        PolicySetup setup = new PolicySetup(
                EXPERTS,
                RANKS,
                slots,
                slots * RANKS,
                1,
                1,
                Topologies.parse("cube"),
                "exact",
                states.speeds(RANKS),
                ExpertCost.tokens());
        List<Tally> tallies = SHOWN.stream().map(policy -> new Tally()).toList();
        try (LayerReplay replay = new LayerReplay(setup, SHOWN, 0, Sources.EVEN)) {
            replay.place(source.history(0));
            RoutingCheck routed = play(source, setup, replay, tallies);
            PrintWriter out = lplb.console().outText();
            out.print(new DemoPage(kind.description(), setup, source, SHOWN, tallies, replay, routed).text());
            if (priced != null) {
                out.println();
                out.print(LayerTimes.of(source, setup.topology(), RANKS, REPLICAS, priced)
                        .text());
            }
            if (!routed.difference().isEmpty()) {
                throw new IllegalStateException("routing differs from the plan: " + routed.difference());
            }
        }
        return 0;
    }

    /** Plays all batches, and routes them by the plans of this library on the topology. */
    private RoutingCheck play(WorkloadBatches source, PolicySetup setup, LayerReplay replay, List<Tally> tallies) {
        int[] counts = new int[EXPERTS];
        try (LoadBalancer balancer = LoadBalancer.builder()
                .placement(replay.placement(SHOWN.indexOf(Policies.TOPOLOGY)))
                .speeds(setup.speedArray())
                .cost(ExpertCost.tokens())
                .build()) {
            RoutingCheck routed = new RoutingCheck(balancer);
            for (int b = 0; b < batches; b++) {
                source.counts(0, b, counts);
                balancer.plan(counts);
                routed.route(source.ids(b));
                if (replay.play(Arrays.stream(counts).asLongStream().toArray())) {
                    for (int k = 0; k < SHOWN.size(); k++) {
                        tallies.get(k).add(replay.last(k));
                    }
                }
            }
            return routed;
        }
    }

    /** The workloads' names for the help text. */
    static final class WorkloadNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(WorkloadKind.values()).map(WorkloadKind::id).iterator();
        }
    }
}
