// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.io.Serial;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A coroutine on a virtual thread, for JVMs that keep their continuations to themselves. Exactly one of the two threads,
 * the body's and the resumer's, holds the baton; the other is parked. Cheapest when the resumer is virtual too.
 */
final class ThreadCoroutine extends Coroutine {
    /** Unwinds an abandoned body. */
    private static final class Abandoned extends Error {
        @Serial
        private static final long serialVersionUID = 1L;

        Abandoned() {
            super("device thread abandoned", null, false, false);
        }
    }

    private final Thread thread;
    private volatile @Nullable Thread resumer;
    private volatile boolean abandoned;
    private boolean started;

    ThreadCoroutine(Runnable body) {
        thread = Thread.ofVirtual().name("lplb-emulator").unstarted(() -> {
            try {
                body.run();
            } catch (Abandoned end) {
                // The frames are unwound, which is all that was asked for.
            } finally {
                giveBack();
            }
        });
    }

    @Override
    void resume() {
        resumer = Thread.currentThread();
        if (started) {
            LockSupport.unpark(thread);
        } else {
            started = true;
            thread.start();
        }
        while (resumer != null) {
            LockSupport.park(this);
        }
    }

    @Override
    void suspend() {
        if (!abandoned) {
            giveBack();
        }
        while (resumer == null) {
            LockSupport.park(this);
        }
        if (abandoned) {
            throw new Abandoned();
        }
    }

    private void giveBack() {
        Thread waiting = resumer;
        resumer = null;
        LockSupport.unpark(waiting);
    }

    @Override
    void abandon() {
        abandoned = true;
        if (started && thread.isAlive()) {
            resume();
        }
    }
}
