// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.LogBufferDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.agrona.BitUtil;
import org.agrona.CloseHelper;

/**
 * The publications and subscriptions of one Aeron client that reach the other ranks:
 *
 * <pre>
 *   IPC   ranks of this host that use the same media driver: shared memory, no system call
 *   UDP   all others: one socket per rank, and each message sent to each of them (multi-destination-cast with manual
 *         destinations), which needs no multicast and one open port per rank
 * </pre>
 *
 * <p>A rank that reads slowly or not at all must not hold up the others: UDP publications are paced by the fastest
 * reader ({@code fc=max}), and readers of shared memory are not tethered, so that the driver lets a reader go that has
 * filled its window for {@code 50 ms} and takes it back when it reads again. Lost packets are repeated by Aeron.
 *
 * <p>Not thread-safe.
 */
final class AeronChannels {
    private static final int LEAST_TERM = LogBufferDescriptor.TERM_MIN_LENGTH;
    private static final int MESSAGES_PER_TERM = 64;
    private static final String LEAST_TERMS = "term-length=" + LEAST_TERM;

    /** Type of a counter, above those of Aeron. */
    private static final int BARRIER_COUNTER = 22_001;

    // Well below RoundBoard.WINDOW, so that no sender's backlog runs over what has come from the others.
    private static final int FRAGMENTS = 8;

    private final ExchangeSettings settings;
    private final Aeron client;
    private final IntConsumer gone;
    private final List<String> remote = new ArrayList<>();
    private final boolean shares;
    private final String terms;
    private final List<ExclusivePublication> publications = new ArrayList<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private String udpChannel = "";

    /**
     * Opens channels.
     *
     * @param gone takes the sessions that end, in the client's thread
     */
    AeronChannels(ExchangeSettings settings, Aeron client, IntConsumer gone) {
        this.settings = settings;
        this.client = client;
        this.gone = gone;
        int term = BitUtil.findNextPositivePowerOfTwo(
                Math.max(LEAST_TERM, MESSAGES_PER_TERM * ExchangeMessage.countsLength(settings.identity())));
        if (term > LogBufferDescriptor.TERM_MAX_LENGTH) {
            throw new IllegalArgumentException("more experts than fit into a message");
        }
        terms = "term-length=" + term;
        boolean near = false;
        for (int r = 0; r < settings.identity().ranks(); r++) {
            if (r != settings.self()) {
                near |= settings.sharesMemoryWith(r);
                if (!settings.sharesMemoryWith(r)) {
                    remote.add(settings.endpoints().get(r));
                }
            }
        }
        shares = near;
        open();
    }

    private void open() {
        // Images come while publications are opened.
        if (shares) {
            subscriptions.add(subscribe("aeron:ipc?tether=false"));
            publications.add(client.addExclusivePublication(
                    "aeron:ipc?" + terms
                            + "|untethered-window-limit-timeout=50ms|untethered-linger-timeout=50ms"
                            + "|untethered-resting-timeout=50ms",
                    settings.streamId()));
        }
        if (!remote.isEmpty()) {
            subscriptions.add(subscribe(
                    "aeron:udp?tether=false|endpoint=" + settings.endpoints().get(settings.self())));
            publications.add(publish());
        }
    }

    /** Closes all, and opens them anew. */
    void reopen(PauseWatch pauses) {
        CloseHelper.quietCloseAll(subscriptions);
        awaitClosed();
        pauses.forget();
        List<ExclusivePublication> before = List.copyOf(publications);
        publications.clear();
        subscriptions.clear();
        open();
        CloseHelper.quietCloseAll(before);
    }

    /**
     * Waits until the driver has closed the subscriptions that were closed here. Their endpoint stays, and senders that it would ask for
     * to announce themselves between a close and an opening would not do so again for a while.
     */
    private void awaitClosed() {
        client.addCounter(BARRIER_COUNTER, "lplb: channels are opened anew").close();
    }

    /**
     * Opens a publication to other ranks. A publication announces itself when it is opened, and then every 100 ms: its socket,
     * which its tag names, must have its destinations before. So they are added by the publication before it or, if there is
     * none, by one that is closed again.
     */
    private ExclusivePublication publish() {
        if (!udpChannel.isEmpty()) {
            return client.addExclusivePublication(udpChannel + terms, settings.streamId());
        }
        String channel = "aeron:udp?control-mode=manual|fc=max|linger=1s|tags=" + client.nextCorrelationId() + "|";
        try (ExclusivePublication first = client.addExclusivePublication(
                channel.replace("linger=1s", "linger=0") + LEAST_TERMS, settings.streamId())) {
            for (String endpoint : remote) {
                first.addDestination("aeron:udp?endpoint=" + endpoint);
            }
            udpChannel = channel;
            return client.addExclusivePublication(channel + terms, settings.streamId());
        }
    }

    private Subscription subscribe(String channel) {
        return client.addSubscription(
                channel, settings.streamId(), image -> {}, image -> gone.accept(image.sessionId()));
    }

    /** Hands on what has come; returns the number of packets. */
    int poll(FragmentHandler handler) {
        int fragments = 0;
        for (int k = 0; k < subscriptions.size(); k++) {
            fragments += subscriptions.get(k).poll(handler, FRAGMENTS);
        }
        return fragments;
    }

    /** Returns the number of publications; a message is for all of them. */
    int count() {
        return publications.size();
    }

    ExclusivePublication publication(int channel) {
        return publications.get(channel);
    }

    /** Returns whether messages of a channel travel in packets. */
    boolean isUdp(int channel) {
        return publications.get(channel).channel().startsWith("aeron:udp");
    }

    Aeron client() {
        return client;
    }

    List<Subscription> subscriptions() {
        return subscriptions;
    }

    /** Returns in one line what messages travel over and why. */
    static String describe(ExchangeSettings settings, String directory) {
        int ranks = settings.identity().ranks();
        int near = 0;
        for (int r = 0; r < ranks; r++) {
            near += r != settings.self() && settings.sharesMemoryWith(r) ? 1 : 0;
        }
        int far = ranks - 1 - near;
        String udp = far == 0
                ? ""
                : "Aeron UDP to " + far + " ranks"
                        + (settings.aeronDirectory() == null
                                ? ", no Aeron directory was given to share"
                                : " of other hosts");
        String ipc = near == 0 ? "" : "Aeron IPC to " + near + " ranks that share this media driver";
        return (ipc + (near > 0 && far > 0 ? ", " : "") + udp) + "; media driver "
                + (settings.aeronDirectory() == null ? "embedded" : "external") + " at " + directory;
    }
}
