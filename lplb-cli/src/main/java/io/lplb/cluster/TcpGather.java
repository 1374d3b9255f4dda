// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The baseline of {@link ExchangeTiming}: every rank has a blocking TCP connection to every other on loopback, writes its
 * counts to each and then reads theirs from each. No Nagle delay, direct buffers, nothing allocated per round, and none of
 * the exchange's rounds, deadlines and checks.
 *
 * <p>Not thread-safe.
 */
final class TcpGather implements AutoCloseable {
    private final int self;
    private final int experts;
    private final @Nullable SocketChannel[] peers;
    private final ByteBuffer out;
    private final ByteBuffer in;
    private final IntBuffer outInts;
    private final IntBuffer inInts;

    /**
     * Connects with all others: to those below by their ports, and those above connect to this one's.
     *
     * @param server bound to this rank's port before any rank connects
     */
    TcpGather(int self, int experts, ServerSocketChannel server, List<Integer> ports) throws IOException {
        this.self = self;
        this.experts = experts;
        peers = new SocketChannel[ports.size()];
        out = ByteBuffer.allocateDirect(experts * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        in = ByteBuffer.allocateDirect(experts * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        outInts = out.asIntBuffer();
        inInts = in.asIntBuffer();
        ByteBuffer name = ByteBuffer.allocate(Integer.BYTES);
        for (int r = 0; r < self; r++) {
            SocketChannel peer =
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(r)));
            name.clear().putInt(self).flip();
            write(peer, name);
            peers[r] = peer;
        }
        for (int k = self + 1; k < peers.length; k++) {
            SocketChannel peer = server.accept();
            name.clear();
            read(peer, name);
            peers[name.flip().getInt()] = peer;
        }
        for (SocketChannel peer : peers) {
            if (peer != null) {
                peer.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
        }
    }

    /** Gathers one round into {@code all [ranks * experts]}. */
    void gather(int[] own, int[] all) throws IOException {
        outInts.put(0, own);
        for (int r = 0; r < peers.length; r++) {
            if (r != self) {
                write(peer(r), out.clear());
            }
        }
        System.arraycopy(own, 0, all, self * experts, experts);
        for (int r = 0; r < peers.length; r++) {
            if (r != self) {
                read(peer(r), in.clear());
                inInts.get(0, all, r * experts, experts);
            }
        }
    }

    private SocketChannel peer(int rank) {
        return Objects.requireNonNull(peers[rank]);
    }

    private static void write(SocketChannel to, ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            to.write(from);
        }
    }

    private static void read(SocketChannel from, ByteBuffer to) throws IOException {
        while (to.hasRemaining()) {
            if (from.read(to) < 0) {
                throw new EOFException("a rank has gone");
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel peer : peers) {
            if (peer != null) {
                peer.close();
            }
        }
    }
}
