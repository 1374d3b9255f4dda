// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatus;
import java.io.IOException;
import java.net.DatagramSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Real media drivers: shared memory and UDP over loopback, ranks as threads. */
class AeronBusTest {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);
    private static final int EXPERTS = 600; // More than one packet holds.

    private static ExchangeSettings settings(
            GroupIdentity group, int self, List<String> endpoints, @Nullable String directory) {
        return new ExchangeSettings(
                group, self, endpoints, directory, 7, Duration.ofSeconds(60), "backoff", null, true);
    }

    private static List<String> freeEndpoints(int ranks) throws IOException {
        List<DatagramSocket> sockets = new ArrayList<>();
        List<String> endpoints = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            DatagramSocket socket = new DatagramSocket();
            sockets.add(socket);
            endpoints.add("127.0.0.1:" + socket.getLocalPort());
        }
        sockets.forEach(DatagramSocket::close);
        return endpoints;
    }

    private static String gatherAll(ExchangeSettings settings, int rounds) {
        try (AeronExchange exchange = AeronExchange.connect(settings)) {
            int[] own = new int[EXPERTS];
            int[] all = new int[exchange.ranks() * EXPERTS];
            for (int n = 0; n < rounds; n++) {
                for (int e = 0; e < EXPERTS; e++) {
                    own[e] = 1000 * n + 10 * e + exchange.self();
                }
                assertEquals(RoundStatus.COMPLETE, exchange.gather(exchange.nextRound(), 1, own, all, PATIENCE));
                for (int r = 0; r < exchange.ranks(); r++) {
                    assertEquals(1000 * n + 10 * (EXPERTS - 1) + r, all[(r + 1) * EXPERTS - 1]);
                }
            }
            return exchange.transport();
        }
    }

    private static List<String> together(List<ExchangeSettings> ranks, int rounds) throws Exception {
        List<Callable<String>> tasks = new ArrayList<>();
        for (ExchangeSettings settings : ranks) {
            tasks.add(() -> gatherAll(settings, rounds));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(ranks.size())) {
            List<String> transports = new ArrayList<>();
            for (Future<String> result : threads.invokeAll(tasks)) {
                transports.add(result.get());
            }
            return transports;
        }
    }

    @Test
    void ranksOfOneHostShareMemory() throws Exception {
        GroupIdentity group = new GroupIdentity(4, EXPERTS, 1, "memory");
        try (EmbeddedDriver driver = EmbeddedDriver.launch("test")) {
            List<ExchangeSettings> ranks = new ArrayList<>();
            for (int r = 0; r < 4; r++) {
                ranks.add(settings(group, r, List.of(), driver.directory()));
            }
            for (String transport : together(ranks, 300)) {
                assertTrue(
                        transport.startsWith(
                                "Aeron IPC to 3 ranks that share this media driver; media driver external"),
                        transport);
            }
        }
    }

    /** One thread at a time, but another in every round, and one more that closes. */
    @Test
    void anExchangeMayGoFromThreadToThread() throws Exception {
        GroupIdentity group = new GroupIdentity(2, EXPERTS, 1, "threads");
        List<String> endpoints = freeEndpoints(2);
        List<AeronExchange> exchanges = inFreshThreads(rank -> {
            AeronExchange exchange = AeronExchange.connect(settings(group, rank, endpoints, null));
            gatherOnce(exchange, 0); // who has connected answers the other
            return exchange;
        });
        for (int n = 1; n < 20; n++) {
            int round = n;
            List<Integer> heard = inFreshThreads(rank -> gatherOnce(exchanges.get(rank), 10 * round + rank));
            assertEquals(List.of(10 * n + 1, 10 * n), heard);
        }
        exchanges.forEach(AeronExchange::close);
    }

    /** What either of two ranks finds in a thread that ends then. */
    private static <T> List<T> inFreshThreads(IntFunction<T> task) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<T> one = threads.submit(() -> task.apply(0));
            Future<T> two = threads.submit(() -> task.apply(1));
            return List.of(one.get(), two.get());
        }
    }

    /** Gathers a round and returns what the other of two ranks sent for the first expert. */
    private static int gatherOnce(AeronExchange exchange, int count) {
        int[] own = new int[EXPERTS];
        int[] all = new int[2 * EXPERTS];
        own[0] = count;
        assertEquals(RoundStatus.COMPLETE, exchange.gather(exchange.nextRound(), 1, own, all, PATIENCE));
        return all[(1 - exchange.self()) * EXPERTS];
    }

    @Test
    void ranksOfSeveralHostsSendPackets() throws Exception {
        GroupIdentity group = new GroupIdentity(3, EXPERTS, 1, "packets");
        List<String> endpoints = freeEndpoints(3);
        List<ExchangeSettings> ranks = new ArrayList<>();
        for (int r = 0; r < 3; r++) {
            ranks.add(settings(group, r, endpoints, null));
        }
        for (String transport : together(ranks, 100)) {
            assertTrue(transport.startsWith("Aeron UDP to 2 ranks, no Aeron directory was given to share"), transport);
        }
    }

    /** Ranks 0 and 1 on one "host" with a driver, rank 2 on another that has the same address in fact. */
    @Test
    void nearRanksShareMemoryAndFarOnesSendPackets() throws Exception {
        GroupIdentity group = new GroupIdentity(3, EXPERTS, 1, "both");
        List<String> endpoints = new ArrayList<>(freeEndpoints(3));
        endpoints.set(2, endpoints.get(2).replace("127.0.0.1", "localhost"));
        try (EmbeddedDriver driver = EmbeddedDriver.launch("test")) {
            List<ExchangeSettings> ranks = List.of(
                    settings(group, 0, endpoints, driver.directory()),
                    settings(group, 1, endpoints, driver.directory()),
                    settings(group, 2, endpoints, null));
            List<String> transports = together(ranks, 100);
            assertTrue(transports.get(0).startsWith("Aeron IPC to 1 ranks"), transports.get(0));
            assertTrue(transports.get(1).contains("Aeron UDP to 1 ranks of other hosts"), transports.get(1));
            assertTrue(transports.get(2).startsWith("Aeron UDP to 2 ranks"), transports.get(2));
        }
    }

    /** Rank 0 sends, rank 1 reads all, rank 2 reads only after more was sent than can be repeated. */
    @Test
    void readerLeftBehindOpensItsChannelsAnew() throws Exception {
        GroupIdentity group = new GroupIdentity(3, EXPERTS, 1, "packets");
        List<String> endpoints = freeEndpoints(3);
        try (AeronBus sender = AeronBus.open(settings(group, 0, endpoints, null));
                AeronBus reader = AeronBus.open(settings(group, 1, endpoints, null));
                AeronBus late = AeronBus.open(settings(group, 2, endpoints, null))) {
            long[] newest = new long[3];
            UnsafeBuffer message = new UnsafeBuffer(new byte[256]);
            long deadline = System.nanoTime() + PATIENCE;
            long left = Long.MAX_VALUE; // number of the message after which rank 2 does not read for a while
            for (long n = 1; newest[2] <= left; n++) {
                if (left == Long.MAX_VALUE && newest[1] > 0 && newest[2] > 0) {
                    left = n + 2_000;
                }
                message.putLong(0, n);
                do {
                    reader.poll((buffer, offset, length) -> newest[1] = buffer.getLong(offset));
                } while (!sender.offer(0, message, message.capacity()));
                if (left == Long.MAX_VALUE || n > left) {
                    late.poll((buffer, offset, length) -> newest[2] = buffer.getLong(offset));
                }
                assertTrue(System.nanoTime() < deadline, () -> Arrays.toString(newest));
            }
            assertTrue(late.openings() > 1, () -> "openings " + late.openings());
        }
    }

    @Test
    void bothSidesRefuseOtherSettings() throws Exception {
        try (EmbeddedDriver driver = EmbeddedDriver.launch("test");
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<AeronExchange>> results = threads.invokeAll(List.of(
                    () -> AeronExchange.connect(
                            settings(new GroupIdentity(2, 8, 1, "cube"), 0, List.of(), driver.directory())),
                    () -> AeronExchange.connect(
                            settings(new GroupIdentity(2, 8, 2, "torus"), 1, List.of(), driver.directory()))));
            for (Future<AeronExchange> result : results) {
                Throwable cause =
                        assertThrows(ExecutionException.class, result::get).getCause();
                String message = String.valueOf(
                        assertInstanceOf(IllegalArgumentException.class, cause).getMessage());
                assertTrue(message.contains("cube") && message.contains("torus"), message);
            }
        }
    }

    /** 192.0.2.1 is reserved for documentation: no machine has it. */
    @Test
    void anEndpointOfAnotherMachineIsAMessage() {
        ExchangeSettings settings =
                settings(new GroupIdentity(2, 8, 1, ""), 0, List.of("192.0.2.1:9", "127.0.0.1:9"), null);
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> AeronExchange.connect(settings));
        assertTrue(String.valueOf(e.getMessage()).startsWith("Aeron: got "), e.getMessage());
    }

    @Test
    void theOptionsOfTheVirtualMachineAreNamed() {
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> JvmOptions.requireOpen(false));
        assertTrue(
                String.valueOf(e.getMessage()).contains("--add-opens java.base/jdk.internal.misc=ALL-UNNAMED"),
                e.getMessage());
    }
}
