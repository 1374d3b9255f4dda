// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.LogBufferDescriptor;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.BitUtil;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
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
 * <p>After a pause of this process, and when Aeron's client has ended as it was stopped for longer than its timeouts or its
 * driver has ended, the channels are opened anew; meanwhile messages are lost. If that fails for 20 seconds,
 * {@link #poll} throws an IllegalStateException.
 *
 * <p>Not thread-safe.
 */
final class AeronBus implements MessageBus {
    private static final Logger LOG = LogManager.getLogger(AeronBus.class);
    private static final int LEAST_TERM = 1 << 18;
    // Well below RoundBoard.WINDOW, so that no sender's backlog runs over what has come from the others.
    private static final int FRAGMENTS = 8;

    private static final int SPARE_SESSIONS = 8;

    /** A process that did not run for so long has lost packets, and others may have let its image go. */
    private static final long PAUSE_NANOS = Duration.ofMillis(400).toNanos();

    private static final long DRIVER_ACTIVE_MILLIS = 1_000;
    private static final long REOPEN_INTERVAL_NANOS = Duration.ofMillis(200).toNanos();
    private static final long REOPEN_LIMIT_NANOS = Duration.ofSeconds(20).toNanos();

    private final ExchangeSettings settings;
    private final List<ExclusivePublication> publications = new ArrayList<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final Queue<Integer> goneSessions = new ConcurrentLinkedQueue<>();
    private final PauseClock pauses = new PauseClock();
    private final BoundedAssembler assembler;
    private @Nullable AutoCloseable driver;
    private Aeron aeron;
    private String transport;
    private volatile @Nullable Throwable failure;
    private Receiver receiver = (buffer, offset, length) -> {};
    private boolean broken;
    private long brokenSince;
    private long lastAttempt;

    /** Clock of Aeron's own thread, which reads it all the time: a gap means that this process was stopped. */
    private static final class PauseClock implements NanoClock {
        private volatile boolean paused;
        private long last;

        @Override
        public long nanoTime() {
            long now = System.nanoTime();
            if (last != 0 && now - last > PAUSE_NANOS) {
                paused = true;
            }
            last = now;
            return now;
        }

        boolean takePause() {
            boolean was = paused;
            paused = false;
            return was;
        }
    }

    private AeronBus(ExchangeSettings settings) {
        this.settings = settings;
        assembler = new BoundedAssembler(
                ExchangeMessage.mostBytes(settings.identity()),
                2 * settings.identity().ranks() + SPARE_SESSIONS,
                (buffer, offset, length) -> receiver.receive(buffer, offset, length));
        String directory = settings.aeronDirectory();
        EmbeddedDriver own = null;
        try {
            if (directory == null) {
                own = EmbeddedDriver.launch("rank-" + settings.self(), settings.newIdleStrategy());
                directory = own.directory();
            } else {
                DriverFolder.requireSafe(Path.of(directory));
            }
            driver = own;
            transport = transportOf(settings, directory);
            aeron = connect(directory);
        } catch (RuntimeException e) {
            CloseHelper.quietClose(own);
            throw new IllegalStateException(
                    "Aeron: got " + e.getMessage() + ", expected a media driver at " + directory
                            + " and free endpoints",
                    e);
        }
    }

    /** Starts or joins a media driver and opens the channels. */
    static AeronBus open(ExchangeSettings settings) {
        return new AeronBus(settings);
    }

    private Aeron connect(String directory) {
        Aeron client = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(directory)
                .nanoClock(pauses)
                .subscriberErrorHandler(this::failed)
                .errorHandler(this::failed));
        try {
            openChannels(client);
            return client;
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /** Opens the channels anew, and with them the client and an own driver if they have ended. */
    private void reopen() {
        long now = System.nanoTime();
        if (now - lastAttempt < REOPEN_INTERVAL_NANOS) {
            return;
        }
        lastAttempt = now;
        try {
            if (!aeron.isClosed()) {
                CloseHelper.quietCloseAll(publications);
                CloseHelper.quietCloseAll(subscriptions);
                openChannels(aeron);
            } else {
                String directory = settings.aeronDirectory();
                if (directory == null) {
                    CloseHelper.quietClose(driver);
                    EmbeddedDriver own = EmbeddedDriver.launch("rank-" + settings.self(), settings.newIdleStrategy());
                    driver = own;
                    directory = own.directory();
                    transport = transportOf(settings, directory);
                } else if (!CommonContext.isDriverActive(new File(directory), DRIVER_ACTIVE_MILLIS, line -> {})) {
                    // To connect would wait for it.
                    throw new IllegalStateException("no driver that runs at " + directory);
                }
                aeron = connect(directory);
            }
            broken = false;
            pauses.takePause();
            LOG.warn(
                    "Rank {}: Aeron's channels were opened anew, after a pause or an end of its client",
                    settings.self());
        } catch (RuntimeException e) {
            failure = e;
            if (now - brokenSince >= REOPEN_LIMIT_NANOS) {
                throw new IllegalStateException(
                        "Aeron: got " + e.getMessage() + " for "
                                + Duration.ofNanos(now - brokenSince).toSeconds()
                                + " s, expected a running media driver",
                        e);
            }
            LOG.debug("Rank {}: Aeron cannot be opened yet: {}", settings.self(), e.toString());
        }
    }

    private void breakDown() {
        if (!broken) {
            broken = true;
            brokenSince = System.nanoTime();
        }
    }

    private void openChannels(Aeron client) {
        publications.clear();
        subscriptions.clear();
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
            subscriptions.add(subscribe(client, "aeron:ipc?tether=false"));
            publications.add(client.addExclusivePublication(
                    "aeron:ipc?" + terms
                            + "|untethered-window-limit-timeout=50ms|untethered-linger-timeout=50ms"
                            + "|untethered-resting-timeout=50ms",
                    settings.streamId()));
        }
        if (!remote.isEmpty()) {
            subscriptions.add(subscribe(
                    client,
                    "aeron:udp?tether=false|endpoint=" + settings.endpoints().get(settings.self())));
            ExclusivePublication publication = client.addExclusivePublication(
                    "aeron:udp?control-mode=manual|fc=max|" + terms, settings.streamId());
            publications.add(publication);
            for (String endpoint : remote) {
                publication.addDestination("aeron:udp?endpoint=" + endpoint);
            }
        }
    }

    private Subscription subscribe(Aeron client, String channel) {
        return client.addSubscription(
                channel, settings.streamId(), image -> {}, image -> goneSessions.add(image.sessionId()));
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
        failure = error;
        LOG.debug("Aeron: {}", error.toString());
    }

    @Override
    public int channels() {
        return publications.size();
    }

    @Override
    public boolean offer(int channel, DirectBuffer buffer, int length) {
        if (broken) {
            return true; // Lost, as if nobody were connected; poll opens the channels anew.
        }
        long position = publications.get(channel).offer(buffer, 0, length);
        if (position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED) {
            LOG.debug("Aeron: a publication has ended: {}", String.valueOf(failure));
            breakDown();
            return true;
        }
        // Without a connection there is nobody to send to: who comes later asks.
        return position != Publication.BACK_PRESSURED && position != Publication.ADMIN_ACTION;
    }

    /** A receiver sees that a packet is missing when a later one comes, or after 100 ms. */
    @Override
    public boolean isLossy(int channel) {
        return !broken && publications.get(channel).channel().startsWith("aeron:udp");
    }

    @Override
    public int poll(Receiver to) {
        if (pauses.paused || aeron.isClosed()) {
            breakDown();
        }
        if (broken) {
            reopen();
            if (broken) {
                return 0;
            }
        }
        for (Integer gone = goneSessions.poll(); gone != null; gone = goneSessions.poll()) {
            assembler.forget(gone);
        }
        receiver = to;
        int fragments = 0;
        for (int k = 0; k < subscriptions.size(); k++) {
            fragments += subscriptions.get(k).poll(assembler, FRAGMENTS);
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
