// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.aeron.Aeron;
import io.aeron.AeronCounters;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.LogBufferDescriptor;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.BitUtil;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.concurrent.SleepingIdleStrategy;
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
 * <p>After a pause of this process, when senders have gone so far ahead that they repeat no more what is missing, and when Aeron's
 * client has ended as it was stopped for longer than its timeouts or its driver has ended, the channels are opened anew; meanwhile
 * messages are lost. If that fails for 20 seconds,
 * {@link #poll} throws an IllegalStateException.
 *
 * <p>Not thread-safe.
 */
final class AeronBus implements MessageBus {
    private static final Logger LOG = LogManager.getLogger(AeronBus.class);
    private static final int LEAST_TERM = LogBufferDescriptor.TERM_MIN_LENGTH;
    private static final int MESSAGES_PER_TERM = 64;
    private static final String LEAST_TERMS = "term-length=" + LEAST_TERM;
    // Well below RoundBoard.WINDOW, so that no sender's backlog runs over what has come from the others.
    private static final int FRAGMENTS = 8;

    /** Type of a counter, above those of Aeron. */
    private static final int BARRIER_COUNTER = 22_001;

    private static final int SPARE_SESSIONS = 8;

    /** Time in which an image whose sender has run ahead must move. */
    private static final long STUCK_NANOS = Duration.ofMillis(10).toNanos();

    /** Between looks for the driver's answer to a command. */
    private static final long ANSWER_NANOS = 100_000;

    private static final long DRIVER_ACTIVE_MILLIS = 1_000;
    private static final long REOPEN_INTERVAL_NANOS = Duration.ofMillis(200).toNanos();
    private static final long REOPEN_LIMIT_NANOS = Duration.ofSeconds(20).toNanos();

    private final ExchangeSettings settings;
    private final List<ExclusivePublication> publications = new ArrayList<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final Queue<Integer> goneSessions = new ConcurrentLinkedQueue<>();
    private final PauseWatch pauses = new PauseWatch();
    private final ConductorIdle conductorIdle = new ConductorIdle();
    private final BoundedAssembler assembler;
    private @Nullable AutoCloseable driver;
    private Aeron aeron;
    private String transport;
    private String udpChannel = "";
    private volatile @Nullable Throwable failure;
    private Receiver receiver = (buffer, offset, length) -> {};
    private final Long2LongHashMap positions = new Long2LongHashMap(-1);
    private long openings;
    private long overruns;
    private long suspectSince;
    private long suspected;
    private boolean broken;
    private long brokenSince;
    private long lastAttempt;
    private long lastPoll = System.nanoTime();

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
                own = EmbeddedDriver.launchOwn("rank-" + settings.self(), settings.newIdleStrategy(), pauses);
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
        udpChannel = "";
        Aeron client = Aeron.connect(new Aeron.Context()
                .aeronDirectoryName(directory)
                .nanoClock(pauses.clock())
                .idleStrategy(conductorIdle)
                .awaitingIdleStrategy(new SleepingIdleStrategy(ANSWER_NANOS))
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
                CloseHelper.quietCloseAll(subscriptions);
                awaitClosed(aeron);
                List<ExclusivePublication> before = List.copyOf(publications);
                openChannels(aeron);
                CloseHelper.quietCloseAll(before);
            } else {
                String directory = settings.aeronDirectory();
                if (directory == null) {
                    CloseHelper.quietClose(driver);
                    EmbeddedDriver own =
                            EmbeddedDriver.launchOwn("rank-" + settings.self(), settings.newIdleStrategy(), pauses);
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
        pauses.forget();
        openings++;
        overruns = overruns(client);
        positions.clear();
        publications.clear();
        subscriptions.clear();
        int ranks = settings.identity().ranks();
        int term = BitUtil.findNextPositivePowerOfTwo(
                Math.max(LEAST_TERM, MESSAGES_PER_TERM * ExchangeMessage.countsLength(settings.identity())));
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
        // Images come while publications are opened.
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
            publications.add(publish(client, remote, terms));
        }
    }

    /**
     * Waits until the driver has closed the subscriptions that were closed here. Their endpoint stays, and senders that it would ask for
     * to announce themselves between a close and an opening would not do so again for a while.
     */
    private static void awaitClosed(Aeron client) {
        client.addCounter(BARRIER_COUNTER, "lplb: channels are opened anew").close();
    }

    /**
     * Opens a publication to other ranks. A publication announces itself when it is opened, and then every 100 ms: its socket,
     * which its tag names, must have its destinations before. So they are added by the publication before it or, if there is
     * none, by one that is closed again.
     */
    private ExclusivePublication publish(Aeron client, List<String> remote, String terms) {
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

    @Override
    public void awaitRanks(boolean wanted) {
        conductorIdle.hurry(wanted);
    }

    @Override
    public long openings() {
        return openings;
    }

    /** A receiver sees that a packet is missing when a later one comes, or after 100 ms. */
    @Override
    public boolean isLossy(int channel) {
        return !broken && publications.get(channel).channel().startsWith("aeron:udp");
    }

    @Override
    public int poll(Receiver to) {
        long now = System.nanoTime();
        if (now - lastPoll > PauseWatch.PAUSE_NANOS) {
            // The client's thread tells a pause of this process from one of the caller.
            conductorIdle.wake();
        }
        lastPoll = now;
        if (pauses.hasPaused() || aeron.isClosed() || isStuck()) {
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

    private static long overruns(Aeron client) {
        return client.countersReader().getCounterValue(AeronCounters.SYSTEM_COUNTER_ID_FLOW_CONTROL_OVER_RUNS);
    }

    /**
     * Returns whether packets come, and go on coming, from further ahead than the window of an image that does not move: its sender has
     * gone on while this process or the network paused, and repeats no more what is missing.
     */
    private boolean isStuck() {
        long seen = overruns(aeron);
        if (seen == overruns) {
            return false;
        }
        long now = System.nanoTime();
        if (positions.isEmpty()) {
            suspectSince = now;
            suspected = seen;
            for (Subscription subscription : subscriptions) {
                subscription.forEachImage(image -> positions.put(image.correlationId(), image.position()));
            }
            return false;
        }
        if (seen == suspected || now - suspectSince < STUCK_NANOS) {
            return false;
        }
        boolean stuck = false;
        for (Subscription subscription : subscriptions) {
            for (int k = 0; k < subscription.imageCount(); k++) {
                Image image = subscription.imageAtIndex(k);
                stuck |= positions.get(image.correlationId()) == image.position();
            }
        }
        positions.clear();
        overruns = seen;
        return stuck;
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
