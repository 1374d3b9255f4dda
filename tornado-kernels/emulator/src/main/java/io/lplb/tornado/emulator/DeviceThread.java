// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import org.jspecify.annotations.Nullable;

/** One thread of a work-group: what it waits for, and with which value. */
final class DeviceThread {
    /** Reasons for which a thread waits. */
    enum Waiting {
        NOTHING,
        BARRIER,
        SHUFFLE,
        ENDED
    }

    /** Operations of a warp on its values. */
    enum Shuffle {
        SUM,
        DOWN,
        FIRST
    }

    final int index;
    final CallPath path = new CallPath();
    private final Launch launch;
    private final Object[] arguments;
    private final Coroutine coroutine;

    private Waiting waiting = Waiting.NOTHING;
    private int site;
    private @Nullable Throwable failure;

    Shuffle shuffle = Shuffle.SUM;
    int delta;
    float value;

    DeviceThread(Launch launch, int index, DeviceContext context) {
        this.launch = launch;
        this.index = index;
        this.arguments = launch.argumentsFor(context);
        this.coroutine = Coroutine.of(this::runKernel, launch.settings().continuations());
    }

    private void runKernel() {
        try {
            launch.entry().invokeExact(arguments);
        } catch (Throwable e) {
            failure = e;
        }
        waiting = Waiting.ENDED;
    }

    /** Runs until the next synchronisation or the end. Returns what the kernel threw, if it did. */
    @Nullable Throwable resume() {
        coroutine.resume();
        return failure;
    }

    /** Waits, called by the thread itself. */
    void await(Waiting reason, int atSite) {
        waiting = reason;
        site = atSite;
        coroutine.suspend();
    }

    void release() {
        waiting = Waiting.NOTHING;
    }

    void abandon() {
        if (waiting != Waiting.ENDED) {
            coroutine.abandon();
        }
    }

    Waiting waiting() {
        return waiting;
    }

    boolean waitsWith(DeviceThread other) {
        return waiting == other.waiting
                && site == other.site
                && path.hash() == other.path.hash()
                && (waiting != Waiting.SHUFFLE || shuffle == other.shuffle);
    }

    /** Returns "thread 3 waits at the barrier at Kernel.java:17" or "thread 3 has ended". */
    String describe(SiteTable sites) {
        String who = "thread " + index;
        if (waiting == Waiting.ENDED) {
            return who + " has ended";
        }
        String what = waiting == Waiting.BARRIER ? "barrier" : "shuffle";
        return who + " waits at the " + what + " at " + path.describe(site, sites);
    }
}
