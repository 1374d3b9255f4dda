// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import io.lplb.tornado.cuda.CudaDevice;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to make a new communicator while rounds go on over the host's transport. Connecting waits for the other
 * sources, so it has a thread of its own, and a hold of its own on the device, which it may outlive the exchange with.
 *
 * <p>Thread-safe.
 */
final class NcclAttempt {
    private final NcclGroup group;
    private final int number;
    private volatile byte @Nullable [] id;
    private volatile boolean done;
    private volatile boolean gone;
    private volatile String failure = "";
    private @Nullable NcclCommunicator communicator;
    private boolean dropped;

    private NcclAttempt(NcclGroup group, int number, byte @Nullable [] id) {
        this.group = group;
        this.number = number;
        this.id = id;
    }

    /**
     * Begins to connect.
     *
     * @param number of the attempt, for names
     * @param id under which the sources meet; null to make one
     */
    static NcclAttempt begin(NcclGroup group, int number, byte @Nullable [] id) {
        NcclAttempt attempt = new NcclAttempt(group, number, id);
        attempt.start("connect", attempt::connect);
        return attempt;
    }

    private void start(String what, Runnable task) {
        Thread thread = new Thread(task, "lplb-nccl-" + what + "-" + number);
        thread.setDaemon(true);
        thread.start();
    }

    private void connect() {
        try (CudaDevice device = new CudaDevice(group.driver(), group.deviceIndex())) {
            device.enter();
            try {
                byte[] name = id;
                if (name == null) {
                    name = group.nccl().uniqueId();
                    id = name;
                }
                keep(group.connect(device, name));
            } finally {
                device.leave();
            }
        } catch (RuntimeException e) {
            failure = String.valueOf(e.getMessage());
            gone = true;
        } finally {
            done = true;
        }
    }

    private void keep(NcclCommunicator made) {
        boolean wanted;
        synchronized (this) {
            wanted = !dropped;
            communicator = made;
        }
        if (!wanted) {
            end(made);
        }
    }

    private void end(NcclCommunicator made) {
        try {
            made.condemn();
            made.abort();
        } finally {
            gone = true;
        }
    }

    /** Returns the id once it is known. */
    byte @Nullable [] id() {
        return id;
    }

    /** Whether connecting has ended, well or not. */
    boolean isDone() {
        return done;
    }

    /** Returns why it has failed; empty if it has not, or not yet. */
    String failure() {
        return failure;
    }

    /** Returns the new communicator, which is the caller's from now on. */
    synchronized NcclCommunicator take() {
        NcclCommunicator made = communicator;
        if (made == null) {
            throw new IllegalStateException("attempt " + number + ": got no communicator, expected one");
        }
        return made;
    }

    /** Ends the new communicator now or as soon as it is there; does not wait. */
    void drop() {
        NcclCommunicator made;
        synchronized (this) {
            dropped = true;
            made = communicator;
        }
        if (made != null) {
            start("drop", () -> {
                try (CudaDevice device = new CudaDevice(group.driver(), group.deviceIndex())) {
                    device.enter();
                    try {
                        end(made);
                    } finally {
                        device.leave();
                    }
                } catch (RuntimeException e) {
                    failure = String.valueOf(e.getMessage());
                    gone = true;
                }
            });
        }
    }

    /** Whether nothing is left of an attempt that has failed or was dropped. */
    boolean isGone() {
        return gone;
    }
}
