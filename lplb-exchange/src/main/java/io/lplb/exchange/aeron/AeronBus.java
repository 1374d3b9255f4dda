// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.Publication;
import io.aeron.exceptions.AeronException;
import java.io.File;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Messages over Aeron, by {@link AeronChannels} of one client, and over an embedded media driver if no other is named.
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
    private static final int SPARE_SESSIONS = 8;
    private static final int MOST_ATTEMPTS = 5;

    /** Between looks for the driver's answer to a command. */
    private static final long ANSWER_NANOS = 100_000;

    private static final long DRIVER_ACTIVE_MILLIS = 1_000;
    private static final long REOPEN_INTERVAL_NANOS = Duration.ofMillis(200).toNanos();
    private static final long REOPEN_LIMIT_NANOS = Duration.ofSeconds(20).toNanos();

    private final ExchangeSettings settings;
    private final Queue<Integer> goneSessions = new ConcurrentLinkedQueue<>();
    private final PauseWatch pauses = new PauseWatch();
    private final ConductorIdle conductorIdle = new ConductorIdle();
    private final BoundedAssembler assembler;
    private @Nullable AutoCloseable driver;
    private AeronChannels channels;
    private String transport;
    private volatile @Nullable Throwable failure;
    private Receiver receiver = (buffer, offset, length) -> {};
    private final StalledImages stalled = new StalledImages();
    private long openings;
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
            transport = AeronChannels.describe(settings, directory);
            channels = connect(directory);
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

    private AeronChannels connect(String directory) {
        AeronException last = null;
        for (int k = 0; k < MOST_ATTEMPTS; k++) {
            Aeron client = Aeron.connect(new Aeron.Context()
                    .aeronDirectoryName(directory)
                    .nanoClock(pauses.clock())
                    .idleStrategy(conductorIdle)
                    .awaitingIdleStrategy(new SleepingIdleStrategy(ANSWER_NANOS))
                    .subscriberErrorHandler(this::failed)
                    .errorHandler(this::failed));
            pauses.forget();
            try {
                AeronChannels opened = new AeronChannels(settings, client, goneSessions::add);
                opened(client);
                return opened;
            } catch (AeronException e) {
                client.close();
                if (!(e.getCause() instanceof NoSuchFileException)) {
                    throw e;
                }
                // A rank that ended just now took the memory of its channel along.
                last = e;
            } catch (RuntimeException e) {
                client.close();
                throw e;
            }
        }
        throw Objects.requireNonNull(last, "attempts");
    }

    private void opened(Aeron client) {
        openings++;
        stalled.reset(client);
    }

    /** Opens the channels anew, and with them the client and an own driver if they have ended. */
    private void reopen() {
        long now = System.nanoTime();
        if (now - lastAttempt < REOPEN_INTERVAL_NANOS) {
            return;
        }
        lastAttempt = now;
        try {
            if (!channels.client().isClosed()) {
                channels.reopen(pauses);
                opened(channels.client());
            } else {
                String directory = settings.aeronDirectory();
                if (directory == null) {
                    CloseHelper.quietClose(driver);
                    EmbeddedDriver own =
                            EmbeddedDriver.launchOwn("rank-" + settings.self(), settings.newIdleStrategy(), pauses);
                    driver = own;
                    directory = own.directory();
                    transport = AeronChannels.describe(settings, directory);
                } else if (!CommonContext.isDriverActive(new File(directory), DRIVER_ACTIVE_MILLIS, line -> {})) {
                    // To connect would wait for it.
                    throw new IllegalStateException("no driver that runs at " + directory);
                }
                channels = connect(directory);
            }
            broken = false;
        } catch (RuntimeException e) {
            failure = e;
            if (e instanceof AeronException && !channels.client().isClosed()) {
                // Some channels may be open, some not.
                CloseHelper.quietClose(channels.client());
            }
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

    private void failed(Throwable error) {
        failure = error;
        LOG.debug("Aeron: {}", error.toString());
    }

    @Override
    public int channels() {
        return channels.count();
    }

    @Override
    public boolean offer(int channel, DirectBuffer buffer, int length) {
        if (broken) {
            return true; // Lost, as if nobody were connected; poll opens the channels anew.
        }
        long position = channels.publication(channel).offer(buffer, 0, length);
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
        return !broken && channels.isUdp(channel);
    }

    @Override
    public int poll(Receiver to) {
        long now = System.nanoTime();
        if (now - lastPoll > PauseWatch.PAUSE_NANOS) {
            // The client's thread tells a pause of this process from one of the caller.
            conductorIdle.wake();
        }
        lastPoll = now;
        if (pauses.hasPaused() || channels.client().isClosed() || stalled.found(channels)) {
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
        return channels.poll(assembler);
    }

    @Override
    public String transport() {
        return transport;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(channels.client(), driver);
    }
}
