// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.aeron.driver.Configuration;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import java.nio.file.Path;
import java.time.Duration;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

/**
 * A media driver inside this process, in one thread, with a directory of its own that is deleted at the end. Ranks of
 * one host can share it by its {@link #directory()}.
 *
 * <p>Safe for use by several threads.
 */
public final class EmbeddedDriver implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(EmbeddedDriver.class);

    private static final int MOST_SESSIONS = 1024;

    private final MediaDriver driver;

    private EmbeddedDriver(MediaDriver driver) {
        this.driver = driver;
    }

    /**
     * Starts a driver that sleeps when it has nothing to do.
     *
     * @param name part of the directory's name
     * @return a driver; the caller closes it
     * @throws IllegalStateException if the Java virtual machine lacks an option that Aeron needs, or shared memory is full
     */
    public static EmbeddedDriver launch(String name) {
        return launch(name, new BackoffIdleStrategy(), new MediaDriver.Context());
    }

    /** Starts a driver for one rank, whose counters are some per other rank and not per pair of ranks. */
    static EmbeddedDriver launchOwn(String name, IdleStrategy idle, PauseWatch pauses) {
        return launch(
                name,
                idle,
                new MediaDriver.Context()
                        .counterValuesBufferLength(Configuration.COUNTERS_VALUES_BUFFER_LENGTH_MIN)
                        .nanoClock(pauses.clock())
                        .receiveChannelEndpointSupplier(pauses::endpoint));
    }

    private static EmbeddedDriver launch(String name, IdleStrategy idle, MediaDriver.Context context) {
        JvmOptions.require();
        Path parent = DriverFolder.parent();
        DriverFolder.removeLeftovers(parent);
        return new EmbeddedDriver(MediaDriver.launch(
                context.aeronDirectoryName(DriverFolder.next(parent, name).toString())
                        .dirDeleteOnStart(false)
                        .dirDeleteOnShutdown(true)
                        .threadingMode(ThreadingMode.SHARED)
                        .sharedIdleStrategy(idle)
                        // Whoever can send packets opens no more images than this.
                        .streamSessionLimit(MOST_SESSIONS)
                        .termBufferSparseFile(true)
                        // Readers that have fallen behind for good are let go after these.
                        .timerIntervalNs(Duration.ofMillis(20).toNanos())
                        .imageLivenessTimeoutNs(Duration.ofSeconds(1).toNanos())
                        .errorHandler(error -> LOG.debug("Media driver: {}", error.toString()))));
    }

    /** {@return the directory by which other processes find this driver} */
    public String directory() {
        return driver.aeronDirectoryName();
    }

    @Override
    public void close() {
        driver.close();
    }
}
