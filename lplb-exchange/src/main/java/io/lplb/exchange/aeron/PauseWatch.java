// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * Detector of pauses of this process: threads of Aeron read its clocks all the time, so a gap means that the process was stopped.
 *
 * <p>Safe for use by several threads; a clock belongs to one.
 */
final class PauseWatch {
    /** A process that did not run for so long has lost packets, and others may have let its image go. */
    static final long PAUSE_NANOS = Duration.ofMillis(400).toNanos();

    private volatile boolean paused;
    private long forgottenAt = System.nanoTime();

    /** Returns a clock for one thread. */
    NanoClock clock() {
        return new NanoClock() {
            private long last;

            @Override
            public long nanoTime() {
                long now = System.nanoTime();
                if (last != 0 && now - last > PAUSE_NANOS) {
                    see(last);
                }
                last = now;
                return now;
            }
        };
    }

    /** Takes note of a gap. One that began before the last pause was forgotten is that pause, seen late by another thread. */
    private synchronized void see(long from) {
        if (!paused && from - forgottenAt >= 0) {
            paused = true;
        }
    }

    /** Returns whether there was a pause that has not been forgotten. */
    boolean hasPaused() {
        return paused;
    }

    /** Forgets pauses up to now. */
    synchronized void forget() {
        forgottenAt = System.nanoTime();
        paused = false;
    }

    /**
     * Returns the receiving end of a channel, which after a pause asks no sender to announce itself until the pause is forgotten: a
     * sender does so once in 100 ms only, and the subscription that would have it is closed after a pause.
     */
    ReceiveChannelEndpoint endpoint(
            UdpChannel channel, DataPacketDispatcher dispatcher, AtomicCounter status, MediaDriver.Context context) {
        return new ReceiveChannelEndpoint(channel, dispatcher, status, context) {
            @Override
            public void sendSetupElicitingStatusMessage(
                    int transport, InetSocketAddress sender, int sessionId, int streamId) {
                if (!paused) {
                    super.sendSetupElicitingStatusMessage(transport, sender, sessionId, streamId);
                }
            }
        };
    }
}
