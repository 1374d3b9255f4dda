// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import com.sun.management.ThreadMXBean;
import io.lplb.array.ArrayLength;
import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.aeron.AeronExchange;
import io.lplb.exchange.aeron.ExchangeSettings;
import io.lplb.exchange.aeron.GroupKey;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One process of {@link ExchangeTiming}: gathers in turn over Aeron and over TCP, some rounds each, and prints both
 * histograms and the bytes that it allocated per round.
 *
 * <p>Arguments: rank, experts, rounds, blocks, idle, Aeron directory, ports separated by commas.
 */
final class ExchangeTimingRank {
    private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final int self;
    private final int ranks;
    private final int[] own;
    private final int[] all;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long round;

    private ExchangeTimingRank(int self, int ranks, int experts) {
        this.self = self;
        this.ranks = ranks;
        this.own = new int[experts];
        this.all = new int[ArrayLength.of(ranks, "ranks", experts, "experts")];
    }

    /** One round of a gather. */
    @FunctionalInterface
    private interface Gather {
        void run() throws IOException;
    }

    /** Times and allocation of one kind of gather. */
    private static final class Measured {
        private final Histogram nanos = new Histogram(3_600_000_000_000L, 3);
        private long bytes;
        private long rounds;

        String text(String name) {
            return name + " " + (double) bytes / rounds + " " + RankResult.encode(nanos);
        }
    }

    public static void main(String[] args) throws IOException {
        int self = Integer.parseInt(args[0]);
        int experts = Integer.parseInt(args[1]);
        int rounds = Integer.parseInt(args[2]);
        int blocks = Integer.parseInt(args[3]);
        List<Integer> ports =
                Arrays.stream(args[6].split(",", -1)).map(Integer::valueOf).toList();
        GroupIdentity identity = new GroupIdentity(ports.size(), experts, 1, "timing");
        ExchangeSettings settings = new ExchangeSettings(
                identity, self, List.of(), args[5], ExchangeSettings.DEFAULT_STREAM, Duration.ofMinutes(1), args[4]);
        try (ServerSocketChannel server = ServerSocketChannel.open()
                        .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(self)));
                AeronExchange aeron = AeronExchange.connect(settings);
                AeronExchange keyed = AeronExchange.connect(keyed(settings));
                TcpGather tcp = new TcpGather(self, experts, server, ports)) {
            new ExchangeTimingRank(self, ports.size(), experts).run(aeron, keyed, tcp, rounds, blocks);
        }
    }

    /** The same on a stream of its own, with messages sealed by the key in the environment. */
    private static ExchangeSettings keyed(ExchangeSettings settings) throws IOException {
        ExchangeSettings other = new ExchangeSettings(
                settings.identity(),
                settings.self(),
                settings.endpoints(),
                settings.aeronDirectory(),
                settings.streamId() + 1,
                settings.connectTimeout(),
                settings.idle());
        return other.withKey(Objects.requireNonNull(GroupKey.of(System.getenv()), GroupKey.VARIABLE));
    }

    private Gather over(AeronExchange exchange) {
        return () -> {
            if (exchange.gather(exchange.nextRound(), 1, own, all, DEADLINE_NANOS) != RoundStatus.COMPLETE) {
                throw new IOException("a round was not complete");
            }
        };
    }

    private void run(AeronExchange aeron, AeronExchange keyed, TcpGather tcp, int rounds, int blocks)
            throws IOException {
        Gather overAeron = over(aeron);
        Gather overKeyed = over(keyed);
        Gather overTcp = () -> tcp.gather(own, all);
        Measured aeronTimes = new Measured();
        Measured keyedTimes = new Measured();
        Measured tcpTimes = new Measured();
        // The first block is the warm-up.
        measure(overAeron, rounds, new Measured());
        measure(overKeyed, rounds, new Measured());
        measure(overTcp, rounds, new Measured());
        for (int b = 0; b < blocks; b++) {
            measure(overAeron, rounds, aeronTimes);
            measure(overKeyed, rounds, keyedTimes);
            measure(overTcp, rounds, tcpTimes);
        }
        System.out.println(aeronTimes.text("aeron"));
        System.out.println(keyedTimes.text("aeron-key"));
        System.out.println(tcpTimes.text("tcp"));
    }

    private void measure(Gather gather, int rounds, Measured measured) throws IOException {
        long bytes = threads.getCurrentThreadAllocatedBytes();
        for (int n = 0; n < rounds; n++) {
            round++;
            for (int e = 0; e < own.length; e++) {
                own[e] = (int) (round & 0xFFFF) + self + e;
            }
            long start = System.nanoTime();
            gather.run();
            measured.nanos.recordValue(System.nanoTime() - start);
            check();
        }
        measured.bytes += threads.getCurrentThreadAllocatedBytes() - bytes;
        measured.rounds += rounds;
    }

    private void check() {
        for (int r = 0; r < ranks; r++) {
            int last = all[(r + 1) * own.length - 1];
            if (last != (int) (round & 0xFFFF) + r + own.length - 1) {
                throw new IllegalStateException("round " + round + ": got a wrong count of rank " + r);
            }
        }
    }
}
