// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import io.lplb.tornado.emulator.DeviceThread.Shuffle;
import io.lplb.tornado.emulator.DeviceThread.Waiting;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Runs launches, one after the other: groups in order, within a group one device thread at a time. With that, results do
 * not depend on chance, atomics are plain additions in a fixed order, and no race of a kernel is one of the JVM. Threads
 * that execute plans at the same time have a machine each, with its own copies of the instrumented kernels.
 *
 * <p>Public for the copies of {@link KernelHooks}, as are its public methods: the calling device thread synchronises,
 * allocates, or reports where it is.
 */
public final class Machine {
    private static final ConcurrentLinkedDeque<Machine> IDLE = new ConcurrentLinkedDeque<>();

    private static final List<String> HOST_CODE =
            List.of("java.", "jdk.", "uk.ac.manchester.tornado.", KernelHooks.class.getPackageName() + ".");

    /** Checks of accesses to arrays. */
    public final MemoryChecker memory;

    final SiteTable sites = new SiteTable();
    private final Map<KernelClassLoader.Key, KernelClassLoader> loaders = new HashMap<>();
    private final MemoryEpoch time = new MemoryEpoch();
    private @Nullable Launch launch;
    private @Nullable DeviceThread current;
    private LocalMemory local = new LocalMemory(this);
    private int group;
    private int loops;

    private Machine() {
        memory = new MemoryChecker(this, time);
    }

    /** Takes a free machine, the last one used first since its kernels are warm. */
    static Machine acquire() {
        Machine idle = IDLE.pollFirst();
        return idle == null ? new Machine() : idle;
    }

    void release() {
        IDLE.addFirst(this);
    }

    KernelClassLoader loader(KernelClassLoader.Key key) {
        return loaders.computeIfAbsent(key, k -> new KernelClassLoader(this, k));
    }

    /**
     * Runs a launch.
     *
     * @param lastEpoch the last epoch of the plan's earlier launches
     * @return the last epoch of this one
     * @throws EmulatorException if the kernel is wrong
     */
    long run(Launch what, long lastEpoch) {
        launch = what;
        time.startLaunch(lastEpoch);
        memory.startLaunch(what.shadows(), what.settings().checks());
        try {
            if (what.settings().continuations()) {
                runGroups(what);
            } else {
                runOnVirtualThread(what);
            }
        } finally {
            memory.endLaunch();
            current = null;
            launch = null;
        }
        return time.epoch;
    }

    private void runOnVirtualThread(Launch what) {
        // Virtual device threads hand over to a virtual scheduler ten times faster than to a platform thread.
        FutureTask<Void> task = new FutureTask<>(() -> runGroups(what), null);
        Thread scheduler = Thread.ofVirtual().name("lplb-emulator-scheduler").start(task);
        boolean interrupted = false;
        while (scheduler.isAlive()) {
            try {
                scheduler.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        switch (task.state()) {
            case SUCCESS -> {}
            default ->
                throw task.exceptionNow() instanceof EmulatorException wrong
                        ? wrong
                        : new IllegalStateException(task.exceptionNow());
        }
    }

    private void runGroups(Launch what) {
        for (group = 0; group < what.groups(); group++) {
            current = null;
            local = new LocalMemory(this);
            time.startGroup();
            memory.startGroup();
            new WorkGroup(this, what, group).run();
        }
    }

    void resume(DeviceThread thread) {
        current = thread;
        loops = launch().settings().loopLimit();
        memory.thread(thread.index);
        Throwable failure = thread.resume();
        if (failure instanceof EmulatorException wrong) {
            throw wrong;
        }
        if (failure != null) {
            boolean bounds = failure instanceof IndexOutOfBoundsException;
            throw fault(
                    bounds ? Fault.OUT_OF_BOUNDS : Fault.EXCEPTION, thread.index, failure + origin(failure), failure);
        }
    }

    private static String origin(Throwable failure) {
        for (StackTraceElement frame : failure.getStackTrace()) {
            String type = frame.getClassName();
            if (HOST_CODE.stream().noneMatch(type::startsWith)) {
                return ", at " + frame.getFileName() + ":" + frame.getLineNumber();
            }
        }
        return "";
    }

    void passBarrier() {
        memory.endInterval();
        time.barrier();
    }

    EmulatorException fault(Fault fault, int thread, String detail) {
        return fault(fault, thread, detail, null);
    }

    private EmulatorException fault(Fault fault, int thread, String detail, @Nullable Throwable cause) {
        return new EmulatorException(fault, launch().kernel(), group, thread, detail, cause);
    }

    EmulatorException fault(Fault fault, String detail) {
        return fault(fault, current().index, detail);
    }

    String where(int site) {
        return current().path.describe(site, sites);
    }

    private Launch launch() {
        Launch running = launch;
        if (running == null) {
            throw new IllegalStateException("machine: got no launch, expected a kernel to run");
        }
        return running;
    }

    private DeviceThread current() {
        DeviceThread running = current;
        if (running == null) {
            throw new IllegalStateException("machine: got no device thread, expected a kernel to run");
        }
        return running;
    }

    /** Waits for the whole group. */
    public void barrier(int site) {
        current().await(Waiting.BARRIER, site);
    }

    /** Exchanges a value within the warp. */
    private float shuffle(Shuffle what, float value, int delta, int site) {
        DeviceThread thread = current();
        if (delta < 0 || delta >= EmulatorDevice.WARP) {
            throw fault(
                    Fault.SHUFFLE,
                    "simdShuffleDown at " + where(site) + " with delta " + delta + "; expected 0.."
                            + (EmulatorDevice.WARP - 1));
        }
        thread.shuffle = what;
        thread.value = value;
        thread.delta = delta;
        thread.await(Waiting.SHUFFLE, site);
        return thread.value;
    }

    /** Returns the sum over the warp. */
    public float sum(float value, int site) {
        return shuffle(Shuffle.SUM, value, 0, site);
    }

    /** Returns the value of the lane {@code delta} ahead. */
    public float shuffleDown(float value, int delta, int site) {
        return shuffle(Shuffle.DOWN, value, delta, site);
    }

    /** Returns the value of lane 0. */
    public float broadcastFirst(float value, int site) {
        return shuffle(Shuffle.FIRST, value, 0, site);
    }

    /** Returns the group's local array that belongs to this place. */
    public Object allocate(Class<?> type, int size, int site) {
        return local.allocate(current(), type, size, site);
    }

    /** A kernel method that takes the KernelContext is called. */
    public void enter(int site) {
        if (!current().path.enter(site)) {
            throw fault(Fault.UNSUPPORTED, "recursion at " + sites.place(site));
        }
    }

    /** It has returned. */
    public void leave() {
        current().path.leave();
    }

    /** A loop begins again. */
    public void loop() {
        if (--loops < 0) {
            throw fault(
                    Fault.ENDLESS,
                    "more than " + launch().settings().loopLimit()
                            + " loop iterations without a barrier, a shuffle or an end");
        }
    }

    /** Returns the exception for a kernel that uses what the PTX backend does not compile. */
    public EmulatorException unsupported(String what, int site) {
        return fault(Fault.UNSUPPORTED, what + " at " + where(site) + ", which TornadoVM's PTX backend cannot compile");
    }
}
