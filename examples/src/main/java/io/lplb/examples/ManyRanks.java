// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.examples;

import io.lplb.balance.LoadBalancer;
import io.lplb.balance.LoadBalancerBuilder;
import io.lplb.balance.RankBalancer;
import io.lplb.balance.RankReport;
import io.lplb.balance.RoundOutcome;
import io.lplb.count.TokenCounter;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.exchange.aeron.AeronExchange;
import io.lplb.exchange.aeron.ExchangeSettings;
import io.lplb.topology.Topologies;
import java.io.IOException;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The ranks of a group, each of which sees its own tokens only. In a real group every rank is a process of its own and runs
 * {@link #serve}; here each is a thread, and all talk over UDP on this host. The JVM needs
 * {@code --add-opens java.base/jdk.internal.misc=ALL-UNNAMED}.
 */
public final class ManyRanks {
    private static final int EXPERTS = 64;
    private static final int RANKS = 4;

    private ManyRanks() {}

    /**
     * Work of one rank.
     *
     * @param rank its number
     * @param endpoints {@code host:port} of every rank, in the order of the ranks, the same list on all of them
     * @param aeronDirectory that of a media driver which the ranks of this host share, or null to start one here
     * @return how its batches ended, and how even the last one was
     */
    static String serve(int rank, List<String> endpoints, @Nullable String aeronDirectory, int batches) {
        double[] history = new Gate(EXPERTS, 1).history();
        Gate gate = new Gate(EXPERTS, 100 + rank);
        TokenCounter counter = new TokenCounter(EXPERTS);
        int[] ids = new int[2048];
        int[] counts = new int[EXPERTS];
        int[] physicalIds = new int[ids.length];
        LoadBalancerBuilder settings = LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(RANKS)
                .ranksPerNode(2)
                .topology(Topologies.ring(RANKS))
                .replicas(4)
                .deadline(Duration.ofSeconds(20));
        ExchangeSettings exchangeSettings = new ExchangeSettings(
                settings.identity(),
                rank,
                endpoints,
                aeronDirectory,
                ExchangeSettings.DEFAULT_STREAM,
                Duration.ofSeconds(60),
                ExchangeSettings.DEFAULT_IDLE);
        try (WorkloadExchange exchange = AeronExchange.connect(exchangeSettings);
                RankBalancer balancer = settings.buildRank(exchange)) {
            balancer.updatePlacement(history); // the same history on every rank
            for (int batch = 0; batch < batches; batch++) {
                gate.choose(ids);
                counter.count(ids, counts); // this rank's own tokens
                balancer.plan(counts); // the same plan on every rank
                balancer.route(ids, physicalIds); // this rank's part of it
            }
            RankReport report = balancer.lastReport();
            return "rank " + rank + ": " + report.rounds(RoundOutcome.AGREED) + " of " + batches
                    + " batches agreed, imbalance " + report.plan().imbalance();
        }
    }

    /** Runs four ranks through twenty batches. */
    public static void main(String[] args) throws Exception {
        List<String> endpoints = freeEndpoints();
        try (ExecutorService ranks = Executors.newFixedThreadPool(RANKS)) {
            List<Future<String>> ended = new ArrayList<>();
            for (int r = 0; r < RANKS; r++) {
                int rank = r;
                ended.add(ranks.submit(() -> serve(rank, endpoints, null, 20)));
            }
            for (Future<String> rank : ended) {
                System.out.println(rank.get());
            }
        }
    }

    private static List<String> freeEndpoints() throws IOException {
        List<DatagramSocket> sockets = new ArrayList<>();
        List<String> endpoints = new ArrayList<>();
        for (int rank = 0; rank < RANKS; rank++) {
            DatagramSocket socket = new DatagramSocket();
            sockets.add(socket);
            endpoints.add("127.0.0.1:" + socket.getLocalPort());
        }
        sockets.forEach(DatagramSocket::close);
        return endpoints;
    }
}
