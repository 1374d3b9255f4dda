// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.LogBufferDescriptor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BitUtil;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Messages over Aeron: one publication per channel that all ranks of the channel read.
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
final class AeronBus implements MessageBus {
    private static final Logger LOG = LogManager.getLogger(AeronBus.class);
    private static final int LEAST_TERM = 1 << 20;
    // Well below RoundBoard.WINDOW, so that no sender's backlog runs over what has come from the others.
    private static final int FRAGMENTS = 8;

    private final String transport;
    private final @Nullable AutoCloseable driver;
    private final Aeron aeron;
    private final List<ExclusivePublication> publications = new ArrayList<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final FragmentHandler handler;
    private volatile @Nullable Throwable failure;
    private Receiver receiver = (buffer, offset, length) -> {};

    private AeronBus(ExchangeSettings settings, @Nullable EmbeddedDriver driver, String directory) {
        this.driver = driver;
        this.transport = transportOf(settings, directory);
        this.handler =
                new FragmentAssembler((buffer, offset, length, header) -> receiver.receive(buffer, offset, length));
        aeron = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(directory)
                .subscriberErrorHandler(this::failed)
                .errorHandler(this::failed));
        try {
            openChannels(settings);
        } catch (RuntimeException e) {
            aeron.close();
            throw e;
        }
    }

    /** Starts or joins a media driver and opens the channels. */
    static AeronBus open(ExchangeSettings settings) {
        String directory = settings.aeronDirectory();
        EmbeddedDriver driver = null;
        try {
            if (directory == null) {
                driver = EmbeddedDriver.launch("rank-" + settings.self(), settings.newIdleStrategy());
                directory = driver.directory();
            }
            return new AeronBus(settings, driver, directory);
        } catch (RuntimeException e) {
            CloseHelper.quietClose(driver);
            throw new IllegalStateException(
                    "Aeron: got " + e.getMessage() + ", expected a media driver at " + directory
                            + " and free endpoints",
                    e);
        }
    }

    private void openChannels(ExchangeSettings settings) {
        int ranks = settings.identity().ranks();
        int term = BitUtil.findNextPositivePowerOfTwo(
                Math.max(LEAST_TERM, 16 * ExchangeMessage.countsLength(settings.identity())));
        if (term > LogBufferDescriptor.TERM_MAX_LENGTH) {
            throw new IllegalArgumentException("more experts than fit into a message");
        }
        String terms = "term-length=" + term;
        List<String> remote = new ArrayList<>();
        boolean shares = false;
        for (int r = 0; r < ranks; r++) {
            if (r != settings.self()) {
                shares |= settings.sharesMemoryWith(r);
                if (!settings.sharesMemoryWith(r)) {
                    remote.add(settings.endpoints().get(r));
                }
            }
        }
        if (shares) {
            subscriptions.add(aeron.addSubscription("aeron:ipc?tether=false", settings.streamId()));
            publications.add(aeron.addExclusivePublication(
                    "aeron:ipc?" + terms
                            + "|untethered-window-limit-timeout=50ms|untethered-linger-timeout=50ms"
                            + "|untethered-resting-timeout=50ms",
                    settings.streamId()));
        }
        if (!remote.isEmpty()) {
            subscriptions.add(aeron.addSubscription(
                    "aeron:udp?tether=false|endpoint=" + settings.endpoints().get(settings.self()),
                    settings.streamId()));
            ExclusivePublication publication =
                    aeron.addExclusivePublication("aeron:udp?control-mode=manual|fc=max|" + terms, settings.streamId());
            publications.add(publication);
            for (String endpoint : remote) {
                publication.addDestination("aeron:udp?endpoint=" + endpoint);
            }
        }
    }

    private static String transportOf(ExchangeSettings settings, String directory) {
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

    /** Nanoseconds since 1970, of which a process that is started later has more. */
    static long wallClockNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    private void failed(Throwable error) {
        if (aeron.isClosed()) {
            failure = error;
        }
        LOG.debug("Aeron: {}", error.toString());
    }

    @Override
    public int channels() {
        return publications.size();
    }

    @Override
    public boolean offer(int channel, DirectBuffer buffer, int length) {
        long position = publications.get(channel).offer(buffer, 0, length);
        if (position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED) {
            Throwable why = failure;
            throw new IllegalStateException(
                    "Aeron: got " + (why == null ? "a closed publication" : why) + ", expected a running media driver",
                    why);
        }
        // Without a connection there is nobody to send to: who comes later asks.
        return position != Publication.BACK_PRESSURED && position != Publication.ADMIN_ACTION;
    }

    /** A receiver sees that a packet is missing when a later one comes, or after 100 ms. */
    @Override
    public boolean isLossy(int channel) {
        return publications.get(channel).channel().startsWith("aeron:udp");
    }

    @Override
    public int poll(Receiver to) {
        receiver = to;
        int fragments = 0;
        for (int k = 0; k < subscriptions.size(); k++) {
            fragments += subscriptions.get(k).poll(handler, FRAGMENTS);
        }
        return fragments;
    }

    @Override
    public String transport() {
        return transport;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(aeron, driver);
    }
}
