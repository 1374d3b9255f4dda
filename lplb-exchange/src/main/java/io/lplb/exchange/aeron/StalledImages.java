// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.aeron.Aeron;
import io.aeron.AeronCounters;
import io.aeron.Image;
import io.aeron.Subscription;
import java.time.Duration;
import org.agrona.collections.Long2LongHashMap;

/**
 * Detector of images that will never move again: packets come, and go on coming, from further ahead than the window of an image
 * that does not move. Its sender has gone on while this process or the network paused, and repeats no more what is missing.
 *
 * <p>Not thread-safe.
 */
final class StalledImages {
    /** Time in which an image whose sender has run ahead must move. */
    private static final long STALL_NANOS = Duration.ofMillis(10).toNanos();

    private final Long2LongHashMap positions = new Long2LongHashMap(-1);
    private long overruns;
    private long suspected;
    private long suspectedSince;

    /** Forgets all, for images of channels that were opened anew. */
    void reset(Aeron client) {
        overruns = overruns(client);
        positions.clear();
    }

    private static long overruns(Aeron client) {
        return client.countersReader().getCounterValue(AeronCounters.SYSTEM_COUNTER_ID_FLOW_CONTROL_OVER_RUNS);
    }

    /** Returns whether there is such an image. To be asked again and again. */
    boolean found(AeronChannels channels) {
        long seen = overruns(channels.client());
        if (seen == overruns) {
            return false;
        }
        long now = System.nanoTime();
        if (positions.isEmpty()) {
            suspected = seen;
            suspectedSince = now;
            for (Subscription subscription : channels.subscriptions()) {
                subscription.forEachImage(image -> positions.put(image.correlationId(), image.position()));
            }
            return false;
        }
        if (seen == suspected || now - suspectedSince < STALL_NANOS) {
            return false;
        }
        boolean stalled = false;
        for (Subscription subscription : channels.subscriptions()) {
            for (int k = 0; k < subscription.imageCount(); k++) {
                Image image = subscription.imageAtIndex(k);
                stalled |= positions.get(image.correlationId()) == image.position();
            }
        }
        positions.clear();
        overruns = seen;
        return stalled;
    }
}
