// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import io.lplb.exchange.aeron.EmbeddedDriver;
import io.lplb.exchange.aeron.GroupKey;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a group on this host. Over shared memory ("ipc") this process runs the media driver that all ranks
 * use; over packets ("udp") every rank has a driver of its own and a port on loopback, as if it had a host of its own.
 * The cluster makes the group's key.
 *
 * <p>Not thread-safe.
 */
public final class LocalCluster implements AutoCloseable {
    /** The ways that counts may travel. */
    public static final List<String> TRANSPORTS = List.of("ipc", "udp");

    /** A process each; more than a host can start would be waited for one by one. */
    private static final int MOST_RANKS = 256;

    private final List<String> arguments = new ArrayList<>();
    private final @Nullable RankProcess[] ranks;
    private final @Nullable EmbeddedDriver driver;
    private final GroupKey key = GroupKey.generate();

    /**
     * A cluster without processes.
     *
     * @param arguments of {@code lplb rank} that all ranks get
     * @throws IllegalArgumentException if there is no such transport, or a host cannot hold so many ranks
     */
    public LocalCluster(int ranks, String transport, List<String> arguments) throws IOException {
        if (ranks > MOST_RANKS) {
            throw new IllegalArgumentException(
                    "ranks: got " + ranks + ", expected at most " + MOST_RANKS + " processes of one host");
        }
        if (!TRANSPORTS.contains(transport)) {
            throw new IllegalArgumentException("transport: got " + transport + ", expected one of " + TRANSPORTS);
        }
        this.ranks = new RankProcess[ranks];
        this.arguments.addAll(arguments);
        if (transport.equals("ipc")) {
            driver = EmbeddedDriver.launch("cluster");
            this.arguments.addAll(List.of("--aeron-dir", driver.directory()));
        } else {
            driver = null;
            this.arguments.addAll(List.of("--endpoints", String.join(",", freeEndpoints(ranks))));
        }
    }

    private static List<String> freeEndpoints(int ranks) throws IOException {
        List<DatagramSocket> sockets = new ArrayList<>();
        List<String> endpoints = new ArrayList<>();
        try {
            for (int r = 0; r < ranks; r++) {
                DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                sockets.add(socket);
                endpoints.add("127.0.0.1:" + socket.getLocalPort());
            }
        } finally {
            sockets.forEach(DatagramSocket::close);
        }
        return endpoints;
    }

    /**
     * Starts a rank, which then connects; {@link RankProcess#await} "ready" tells when it has. A process that had this
     * number before must have been killed.
     *
     * @param more arguments of this rank alone
     */
    public RankProcess start(int rank, String... more) throws IOException {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        RankProcess before = ranks[rank];
        if (before != null) {
            before.close();
        }
        RankProcess process = RankProcess.start(rank, all, key);
        ranks[rank] = process;
        return process;
    }

    /** Starts all ranks and waits until they are connected. */
    public void startAll() throws IOException, InterruptedException {
        for (int r = 0; r < ranks.length; r++) {
            start(r);
        }
        List<RankProcess> all =
                IntStream.range(0, ranks.length).mapToObj(this::rank).toList();
        for (RankProcess rank : all) {
            rank.await("ready", all);
        }
    }

    /** Lets the ranks replay the rounds below {@code end}, and waits until they have. */
    public void run(long end, int... only) throws IOException, InterruptedException {
        int[] chosen = only.length == 0 ? IntStream.range(0, ranks.length).toArray() : only;
        for (int r : chosen) {
            rank(r).run(end);
        }
        for (int r : chosen) {
            rank(r).await("at");
        }
    }

    /** Asks all ranks for their results. */
    public List<RankResult> report() throws IOException, InterruptedException {
        List<RankResult> results = new ArrayList<>();
        for (int r = 0; r < ranks.length; r++) {
            results.add(rank(r).report());
        }
        return results;
    }

    /** Returns the numbers of the ranks' processes. */
    List<Long> processes() {
        return Arrays.stream(ranks)
                .filter(Objects::nonNull)
                .map(RankProcess::pid)
                .toList();
    }

    /** Returns the process of a rank that was started. */
    public RankProcess rank(int rank) {
        return Objects.requireNonNull(ranks[rank], "rank was not started");
    }

    /** Ends all ranks, then the driver. */
    @Override
    public void close() throws IOException {
        try {
            for (RankProcess rank : Arrays.asList(ranks)) {
                if (rank != null) {
                    rank.close();
                }
            }
        } finally {
            if (driver != null) {
                driver.close();
            }
        }
    }
}
