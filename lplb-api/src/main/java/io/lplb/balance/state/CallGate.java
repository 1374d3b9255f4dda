// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance.state;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Admits one thread at a time to the calls of an object that is not thread-safe, and none after it is closed.
 *
 * <p>Safe for use by several threads. Allocates nothing but exceptions.
 */
public final class CallGate {
    private final String prefix;
    private final AtomicReference<@Nullable Thread> user = new AtomicReference<>();
    private volatile boolean closed;

    /**
     * An open gate.
     *
     * @param prefix start of messages of errors
     */
    public CallGate(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Admits the calling thread; {@link #leave} lets it go.
     *
     * @param call name of the call in messages
     * @throws IllegalStateException if a thread is in a call, or the object is closed
     */
    public void enter(String call) {
        Thread other = user.compareAndExchange(null, Thread.currentThread());
        if (other != null) {
            throw new IllegalStateException(
                    prefix + call + ": got a call of " + Thread.currentThread().getName() + " while " + other.getName()
                            + " is in one, expected one thread at a time");
        }
        if (closed) {
            leave();
            throw new IllegalStateException(prefix + call + ": got a closed balancer, expected an open one");
        }
    }

    /** Ends the call of the thread that {@link #enter} admitted. */
    public void leave() {
        user.set(null);
    }

    /**
     * Closes the object once; closing it again does nothing.
     *
     * @param action what frees the object's resources
     * @throws IllegalStateException if a thread is in a call
     */
    public void close(Runnable action) {
        if (!closed) {
            enter("close");
            try {
                closed = true;
                action.run();
            } finally {
                leave();
            }
        }
    }
}
