// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Enforces thread confinement of an instance on a device, and tracks its closed and failed state. The instance belongs to the first thread
 * that calls it. Any thread may close it, which waits for a running call. After a fault CUDA answers every call of the process with the same
 * error, and so does the instance.
 */
public final class DeviceSession {
    private final String what;
    private final String call;
    private final CudaDevice device;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread owner;
    private @Nullable CudaException fault;
    private boolean closed;

    /**
     * @param what the instance's name in messages
     * @param call what a call of it is called there
     */
    public DeviceSession(String what, String call, CudaDevice device) {
        this.what = what;
        this.call = call;
        this.device = device;
    }

    /**
     * Begins a call, with the device's context current, until {@link #end}.
     *
     * @throws IllegalStateException if the instance is closed, dead, or another thread's
     */
    public void begin() {
        lock.lock();
        try {
            requireUsable();
            device.enter();
        } catch (CudaException e) {
            lock.unlock();
            throw failed(e);
        } catch (RuntimeException e) {
            lock.unlock();
            throw e;
        }
    }

    /** Ends a call, also one that failed: closing the instance waits for it. */
    public void end() {
        try {
            device.leave();
        } catch (CudaException e) {
            throw failed(e);
        } finally {
            lock.unlock();
        }
    }

    /** Makes a call. Allocates its captures, hence not for calls per batch. */
    public void run(Runnable work) {
        begin();
        try {
            work.run();
        } catch (CudaException e) {
            throw failed(e);
        } finally {
            end();
        }
    }

    /** Notes a failure of a call; returns it. */
    public CudaException failed(CudaException failure) {
        if (failure.isSticky()) {
            fault = failure;
        }
        return failure;
    }

    private void requireUsable() {
        if (closed) {
            throw new IllegalStateException(what + ": got a " + call + " after close, expected an open one");
        }
        if (fault != null) {
            throw new IllegalStateException(
                    what + ": got a " + call + " after the GPU's fault, expected none: the instance is dead", fault);
        }
        if (owner == null) {
            owner = Thread.currentThread();
        } else if (owner != Thread.currentThread()) {
            throw new IllegalStateException(what + " belongs to one thread: got "
                    + Thread.currentThread().getName() + ", expected " + owner.getName());
        }
    }

    /** Frees, with the context current, and leaves the device; once. After a fault nothing can be freed, and failures are not reported. */
    public void close(Runnable free) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            try {
                device.closeAfter(free);
            } catch (RuntimeException e) {
                if (fault == null) {
                    throw e;
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
