// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Discovery of a group's endpoints by one address: rank 0 listens there for datagrams and tells every rank the hosts of all when
 * all have come. Rank r then has the endpoint {@code host of r : port of the address + 1 + r}.
 *
 * <pre>
 *   rank r -> rank 0   lplb-join  ranks r nonce, sealed      again and again until there is an answer
 *   rank 0 -> rank r   lplb-hosts nonce h0 h1 ..., sealed    * is the host of the address itself
 * </pre>
 *
 * <p>With a group key, messages are sealed by HMAC-SHA-256. Rank 0 answers until it is closed, so that a rank that is started anew
 * on the same host finds the group; the group has to be started anew if rank 0 ends.
 *
 * <p>Not thread-safe.
 */
public final class Rendezvous implements AutoCloseable {
    private static final int MOST_BYTES = 32_768;
    private static final int ASK_MILLIS = 100;
    private static final String HERE = "*";
    private static final String JOIN = "lplb-join";
    private static final String HOSTS = "lplb-hosts";

    private final InetSocketAddress address;
    private final @Nullable GroupKey key;
    private final DatagramSocket socket;
    private final @Nullable String[] hosts;
    private @Nullable Thread server;

    private Rendezvous(int ranks, InetSocketAddress address, @Nullable GroupKey key, DatagramSocket socket) {
        this.address = address;
        this.key = key;
        this.socket = socket;
        hosts = new String[ranks];
    }

    /**
     * Meets the other ranks.
     *
     * @param ranks of the group, at least 1
     * @param self this rank
     * @param host of rank 0
     * @param port UDP port on it, below 65,535 - ranks; the next {@code ranks} ports carry the counts
     * @param key secret of the group; null for none
     * @param timeout longest time to wait for the others
     * @return the meeting point; the caller closes it after the exchange
     * @throws IllegalArgumentException if a number is out of its range or the host has no address
     * @throws IOException if the port cannot be used, or ranks are missing after the timeout
     */
    public static Rendezvous meet(int ranks, int self, String host, int port, @Nullable GroupKey key, Duration timeout)
            throws IOException {
        if (self < 0 || self >= ranks) {
            throw new IllegalArgumentException("rank: got " + self + ", expected 0.." + (ranks - 1));
        }
        if (port < 1 || port > 65_535 - ranks) {
            throw new IllegalArgumentException(
                    "rendezvous port: got " + port + ", expected 1.." + (65_535 - ranks) + " for " + ranks + " ranks");
        }
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("rendezvous: got host " + host + " without an address, expected one");
        }
        InetAddress here = address.getAddress();
        DatagramSocket socket;
        if (self > 0) {
            socket = new DatagramSocket();
        } else if (here.isLoopbackAddress()) {
            socket = new DatagramSocket(address);
        } else {
            socket = new DatagramSocket(port);
        }
        Rendezvous rendezvous = new Rendezvous(ranks, address, key, socket);
        try {
            long deadline = System.nanoTime() + timeout.toNanos();
            if (self == 0) {
                rendezvous.gather(deadline);
                rendezvous.serve();
            } else {
                rendezvous.ask(self, deadline);
            }
            return rendezvous;
        } catch (IOException | RuntimeException e) {
            rendezvous.close();
            throw e;
        }
    }

    /** {@return {@code host:port} of every rank, as for {@link ExchangeSettings}} */
    public List<String> endpoints() {
        List<String> endpoints = new ArrayList<>();
        for (int r = 0; r < hosts.length; r++) {
            String host = Objects.requireNonNull(hosts[r]);
            String name = host.equals(HERE) ? address.getAddress().getHostAddress() : host;
            endpoints.add((name.contains(":") ? "[" + name + "]" : name) + ":" + (address.getPort() + 1 + r));
        }
        return endpoints;
    }

    /** Rank 0: waits for a message of every rank. */
    private void gather(long deadline) throws IOException {
        hosts[0] = HERE;
        socket.setSoTimeout(ASK_MILLIS);
        while (Arrays.asList(hosts).contains(null)) {
            requireTime(deadline);
            try {
                answer();
            } catch (SocketTimeoutException e) {
                // Once more.
            }
        }
        socket.setSoTimeout(0);
    }

    private void requireTime(long deadline) throws IOException {
        if (System.nanoTime() - deadline >= 0) {
            List<Integer> missing = new ArrayList<>();
            for (int r = 0; r < hosts.length; r++) {
                if (hosts[r] == null) {
                    missing.add(r);
                }
            }
            throw new IOException("rendezvous at " + address + ": got nothing of ranks " + missing + ", expected all "
                    + hosts.length + " ranks with the same key");
        }
    }

    private void serve() {
        Thread thread = new Thread(
                () -> {
                    while (!socket.isClosed()) {
                        try {
                            answer();
                        } catch (IOException e) {
                            // Closed, or a datagram that could not be sent: it will be asked for again.
                        }
                    }
                },
                "lplb-rendezvous");
        thread.setDaemon(true);
        thread.start();
        server = thread;
    }

    /** Takes one message and answers it if all hosts are known. */
    private void answer() throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[MOST_BYTES], MOST_BYTES);
        socket.receive(packet);
        String[] words = open(packet);
        if (words.length != 4
                || !words[0].equals(JOIN)
                || !words[1].equals(Integer.toString(hosts.length))
                || !words[2].matches("[0-9]{1,6}")
                || !words[3].matches("[0-9a-f]{16}")) {
            return;
        }
        int rank = Integer.parseInt(words[2]);
        InetAddress from = packet.getAddress();
        boolean here = from.isLoopbackAddress() || from.equals(address.getAddress());
        String host = here ? HERE : from.getHostAddress();
        // A rank keeps its host: the others send to it.
        if (rank < 1 || rank >= hosts.length || (hosts[rank] != null && !host.equals(hosts[rank]))) {
            return;
        }
        hosts[rank] = host;
        if (!Arrays.asList(hosts).contains(null)) {
            byte[] reply = seal(HOSTS + " " + words[3] + " " + String.join(" ", hosts));
            socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
        }
    }

    /** Other ranks: ask rank 0 until it answers. */
    private void ask(int self, long deadline) throws IOException {
        String nonce = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
        byte[] join = seal(JOIN + " " + hosts.length + " " + self + " " + nonce);
        socket.setSoTimeout(ASK_MILLIS);
        DatagramPacket packet = new DatagramPacket(new byte[MOST_BYTES], MOST_BYTES);
        while (true) {
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException("rendezvous: rank " + self + " got no answer from " + address
                        + ", expected rank 0 there with the same key, and all " + hosts.length + " ranks");
            }
            socket.send(new DatagramPacket(join, join.length, address));
            try {
                packet.setLength(MOST_BYTES);
                socket.receive(packet);
            } catch (SocketTimeoutException e) {
                continue;
            }
            String[] words = open(packet);
            if (words.length == hosts.length + 2 && words[0].equals(HOSTS) && words[1].equals(nonce)) {
                System.arraycopy(words, 2, hosts, 0, hosts.length);
                return;
            }
        }
    }

    private byte[] seal(String text) {
        String seal = key == null ? "" : HexFormat.of().formatHex(key.derive("lplb rendezvous\n" + text));
        return (text + "\n" + seal).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Returns the words of a message; none if it is not sealed with the group's key. */
    private String[] open(DatagramPacket packet) {
        byte[] bytes = Arrays.copyOf(packet.getData(), packet.getLength());
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\n');
        if (end < 0 || !MessageDigest.isEqual(seal(text.substring(0, end)), bytes)) {
            return new String[0];
        }
        return text.substring(0, end).split(" ", -1);
    }

    /** Stops answering. */
    @Override
    public void close() {
        socket.close();
        if (server != null) {
            try {
                server.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
