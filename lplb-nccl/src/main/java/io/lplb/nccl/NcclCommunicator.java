// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.tornado.cuda.CudaDevice;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Communicator of NCCL, which any thread may end. Work that is put on a stream, plainly or as a graph that was recorded from it,
 * is put there between {@link #enter} and {@link #leave}; once the communicator is dead, {@code enter} says so, and neither
 * a gather nor such a graph may be launched.
 *
 * <p>An abort frees the communicator when no graph refers to it any more. So {@link #abort} waits for the thread that
 * launches to forget its graphs, which it does when {@code enter} has told it.
 */
final class NcclCommunicator {
    private static final long ABORT_WAIT_MILLIS = 50;

    private final Nccl nccl;
    private final long handle;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean dead;
    private boolean released;

    private NcclCommunicator(Nccl nccl, long handle) {
        this.nccl = nccl;
        this.handle = handle;
    }

    /**
     * Connects to the other processes.
     *
     * @throws IllegalStateException if they are not there in time. NCCL itself waits without a limit: the thread that waits is
     *     left to it until the process ends
     */
    static NcclCommunicator connect(Nccl nccl, CudaDevice device, int sources, int self, byte[] id, Duration timeout) {
        CompletableFuture<NcclCommunicator> connected = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    NcclCommunicator communicator;
                    try {
                        communicator = new NcclCommunicator(nccl, connect(nccl, device, sources, self, id));
                    } catch (RuntimeException e) {
                        connected.completeExceptionally(e);
                        return;
                    }
                    if (!connected.complete(communicator)) {
                        communicator.abort();
                    }
                },
                "lplb-nccl-connect");
        thread.setDaemon(true);
        thread.start();
        try {
            return connected.get(TimeUnit.MILLISECONDS.convert(timeout), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            String message = "NCCL: got no communicator of " + sources + " sources within "
                    + TimeUnit.MILLISECONDS.convert(timeout) + " ms, expected all of them to connect";
            IllegalStateException failure = new IllegalStateException(message, late);
            if (connected.completeExceptionally(failure)) {
                throw failure;
            }
            return connected.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("NCCL: interrupted while it connected", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static long connect(Nccl nccl, CudaDevice device, int sources, int self, byte[] id) {
        device.enter();
        try {
            return nccl.connect(sources, id, self);
        } finally {
            device.leave();
        }
    }

    /** Keeps an abort away until {@link #leave}; false, without a need to leave, if the communicator is dead. */
    boolean enter() {
        lock.lock();
        if (dead) {
            lock.unlock();
            return false;
        }
        return true;
    }

    void leave() {
        lock.unlock();
    }

    /** Puts a gather on a stream, see {@link Nccl#allGather}. */
    void allGather(long send, long receive, long words, long stream) {
        nccl.allGather(send, receive, words, handle, stream);
    }

    /**
     * Puts a send and a receive of equal size on a stream, which go on side by side.
     *
     * @param to receiving rank, -1 for no send
     * @param from sending rank, -1 for no receive
     */
    void exchange(long send, int to, long receive, int from, long bytes, long stream) {
        nccl.groupStart();
        try {
            if (to >= 0) {
                nccl.send(send, bytes, to, handle, stream);
            }
            if (from >= 0) {
                nccl.receive(receive, bytes, from, handle, stream);
            }
        } finally {
            nccl.groupEnd();
        }
    }

    /** Throws what the communicator has met, if anything. */
    void check() {
        if (enter()) {
            try {
                nccl.asyncError(handle);
            } finally {
                leave();
            }
        }
    }

    /** From now on {@link #enter} refuses; false if that was so before. */
    boolean condemn() {
        boolean entered = false;
        try {
            // A thread that is inside for longer hangs in a call of NCCL, which only the abort ends.
            entered = lock.tryLock(ABORT_WAIT_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            boolean first = !dead;
            dead = true;
            return first;
        } finally {
            if (entered) {
                lock.unlock();
            }
        }
    }

    /** Ends a condemned communicator: what waits on the device goes on. Returns when all graphs are gone that refer to it. */
    void abort() {
        synchronized (this) {
            if (released) {
                return;
            }
            released = true;
        }
        nccl.abort(handle);
    }

    boolean isDead() {
        return dead;
    }

    /** Frees it, when its work has ended and no graph refers to it; after an abort there is nothing left to do. */
    void close() {
        synchronized (this) {
            if (released) {
                return;
            }
            released = true;
        }
        dead = true;
        nccl.destroy(handle);
    }
}
