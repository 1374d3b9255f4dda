// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RendezvousTest {
    private static final GroupKey KEY = GroupKey.generate();

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            return Math.min(socket.getLocalPort(), 65_000);
        }
    }

    private static Rendezvous meet(int ranks, int self, int port, @Nullable GroupKey key, long millis)
            throws IOException {
        return Rendezvous.meet(ranks, self, "127.0.0.1", port, key, Duration.ofMillis(millis));
    }

    @Test
    void allRanksGetTheSameEndpoints() throws Exception {
        int port = freePort();
        List<String> expected =
                List.of("127.0.0.1:" + (port + 1), "127.0.0.1:" + (port + 2), "127.0.0.1:" + (port + 3));
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            Future<Rendezvous> two = threads.submit(() -> meet(3, 2, port, KEY, 60_000));
            Future<Rendezvous> zero = threads.submit(() -> meet(3, 0, port, KEY, 60_000));
            try (DatagramSocket noise = new DatagramSocket()) {
                for (String text : List.of("", "lplb-join 3 1 0123456789abcdef\n", "lplb-join 3 1 x\n00", "\n\n")) {
                    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
                    noise.send(new DatagramPacket(bytes, bytes.length, InetAddress.getLoopbackAddress(), port));
                }
            }
            Future<Rendezvous> one = threads.submit(() -> meet(3, 1, port, KEY, 60_000));
            try (Rendezvous first = zero.get();
                    Rendezvous second = one.get();
                    Rendezvous third = two.get()) {
                assertEquals(expected, first.endpoints());
                assertEquals(expected, second.endpoints());
                assertEquals(expected, third.endpoints());
                // A rank that is started anew is answered, too.
                try (Rendezvous again = meet(3, 2, port, KEY, 60_000)) {
                    assertEquals(expected, again.endpoints());
                }
            }
        }
    }

    @Test
    void anotherKeyIsNotAnswered() throws Exception {
        int port = freePort();
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<Rendezvous> zero = threads.submit(() -> meet(2, 0, port, KEY, 1_000));
            IOException e = assertThrows(IOException.class, () -> meet(2, 1, port, GroupKey.generate(), 500));
            assertTrue(String.valueOf(e.getMessage()).contains("expected rank 0 there with the same key"));
            Throwable cause = assertThrows(ExecutionException.class, zero::get).getCause();
            assertTrue(
                    String.valueOf(cause).contains("got nothing of ranks [1], expected all 2 ranks"), () -> cause + "");
        }
    }

    @Test
    void wrongNumbersAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> meet(2, 2, 1, KEY, 1));
        assertThrows(IllegalArgumentException.class, () -> meet(2, 0, 65_534, KEY, 1));
        assertThrows(IllegalArgumentException.class, () -> meet(2, 0, 0, KEY, 1));
    }
}
