// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.IdleStrategy;
import org.jspecify.annotations.Nullable;

/**
 * Idle strategy of an Aeron client's conductor, which sees new images. It sleeps as long as Aeron's default does, and shorter
 * while an image of a rank is awaited: with the default alone a rank would be heard up to 16 ms, or eight rounds, after its
 * image is there.
 *
 * <p>Safe for use by several threads; one of them idles.
 */
final class ConductorIdle implements IdleStrategy {
    private static final long REST_NANOS = Duration.ofMillis(16).toNanos();
    private static final long HURRY_NANOS = 200_000;

    private volatile boolean hurried;
    private volatile @Nullable Thread sleeper;

    /** Sets whether an image is awaited. */
    void hurry(boolean wanted) {
        if (hurried != wanted) {
            hurried = wanted;
            wake();
        }
    }

    /** Ends a sleep that has begun. */
    void wake() {
        LockSupport.unpark(sleeper);
    }

    @Override
    public void idle(int workCount) {
        if (workCount <= 0) {
            idle();
        }
    }

    @Override
    public void idle() {
        sleeper = Thread.currentThread();
        LockSupport.parkNanos(this, hurried ? HURRY_NANOS : REST_NANOS);
    }

    @Override
    public void reset() {
        // Every sleep is alike.
    }
}
