// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Puts an end to rounds that do not end: a collective operation has no deadline of its own. A thread looks at the {@link
 * GatherProgress} eight times per deadline and asks the communicator for errors while a round is open. When a gather has been
 * open for the deadline, or a call that launches one has not returned for as long, the watch says so, once, and is done.
 *
 * <p>The time counts from when the watch sees that a gather began on the device, not from its launch: what else the stream
 * has to do before does not count. So the watch speaks within nine eighths of the deadline.
 *
 * <p>The launching thread writes one volatile number per round, without an allocation or a call.
 */
final class GatherWatchdog {
    private static final long LEAST_PERIOD_NANOS = 500_000;
    private static final long LONGEST_PERIOD_NANOS = 50_000_000;
    private static final int LOOKS = 8;

    private final NcclCommunicator communicator;
    private final GatherProgress signal;
    private final long periodNanos;
    private final Consumer<String> expired;
    private final Thread thread;

    /** When the call that is under way began, 0 if there is none. */
    private volatile long callSince;

    /** Longest time of a round. */
    private volatile long limitNanos;

    private volatile boolean stopped;
    private volatile String given = "";
    private boolean open;
    private int openRound;
    private long openCall;
    private long openSince;

    /**
     * @param expired takes the reason and ends the communicator, on the watch's thread
     */
    GatherWatchdog(NcclCommunicator communicator, GatherProgress signal, long deadlineNanos, Consumer<String> expired) {
        this.communicator = communicator;
        this.signal = signal;
        limitNanos = deadlineNanos;
        this.expired = expired;
        periodNanos = Math.clamp(deadlineNanos / LOOKS, LEAST_PERIOD_NANOS, LONGEST_PERIOD_NANOS);
        thread = new Thread(this::run, "lplb-nccl-watch");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Notes that a call begins to launch a round, which may take so long. */
    void callBegins(long nanos) {
        limitNanos = nanos;
        callSince = System.nanoTime() | 1;
    }

    /** Notes that the call has returned. */
    void callEnds() {
        callSince = 0;
    }

    private void run() {
        while (!stopped) {
            LockSupport.parkNanos(this, periodNanos);
            String reason = look(System.nanoTime());
            if (!reason.isEmpty()) {
                expired.accept(reason);
                return;
            }
        }
    }

    /** Whether the caller is the watch's thread. */
    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /** Ends the communicator on the watch's thread, for a reason that another thread has met. */
    void expire(String reason) {
        given = reason;
        LockSupport.unpark(thread);
    }

    /** Returns why the communicator must end; empty if it need not. */
    String look(long now) {
        if (!given.isEmpty()) {
            return given;
        }
        int round = signal.begun();
        long call = callSince;
        if (signal.ended() == round && call == 0) {
            open = false;
            return "";
        }
        if (!open || round != openRound || call != openCall) {
            open = true;
            openRound = round;
            openCall = call;
            openSince = call == 0 ? now : call;
            return "";
        }
        try {
            communicator.check();
        } catch (NcclException e) {
            return String.valueOf(e.getMessage());
        }
        long limit = limitNanos;
        return now - openSince < limit
                ? ""
                : "round " + Integer.toUnsignedString(round) + " got no counts of all sources within "
                        + limit / 1_000_000 + " ms";
    }

    /** Ends the thread; waits for it, and hence for an abort that it is in. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
