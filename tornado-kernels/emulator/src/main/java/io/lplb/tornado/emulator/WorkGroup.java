// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import io.lplb.tornado.emulator.DeviceThread.Waiting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One work-group while it runs. Threads run one at a time in a fixed order: a warp's lanes in turn, each to its next
 * barrier or shuffle; the warp again while its lanes shuffle; then the next warp; and when all threads are at the barrier
 * they are let through. So runs are repeatable, and a deadlock is noticed at once.
 */
final class WorkGroup {
    private static final int WARP = EmulatorDevice.WARP;

    /** Most threads that a message lists. */
    private static final int LISTED = 4;

    private final Machine machine;
    private final DeviceThread[] threads;

    WorkGroup(Machine machine, Launch launch, int number) {
        this.machine = machine;
        this.threads = new DeviceThread[launch.groupSize()];
        for (int k = 0; k < threads.length; k++) {
            threads[k] =
                    new DeviceThread(launch, k, new DeviceContext(machine, number, k, threads.length, launch.groups()));
        }
    }

    void run() {
        try {
            while (runToBarrier()) {
                machine.passBarrier();
                for (DeviceThread thread : threads) {
                    thread.release();
                }
            }
            machine.memory.endInterval();
        } catch (EmulatorException fault) {
            throw machine.memory.rootOf(fault);
        } finally {
            for (DeviceThread thread : threads) {
                thread.abandon();
            }
        }
    }

    private boolean runToBarrier() {
        for (int first = 0; first < threads.length; first += WARP) {
            int end = Math.min(first + WARP, threads.length);
            do {
                for (int k = first; k < end; k++) {
                    if (threads[k].waiting() == Waiting.NOTHING) {
                        machine.resume(threads[k]);
                    }
                }
            } while (exchange(first, end));
        }
        return allAtBarrier();
    }

    /** Lets a warp's values be exchanged, if its lanes wait for that. Returns false if none does. */
    private boolean exchange(int first, int end) {
        DeviceThread at = firstWaiting(Waiting.SHUFFLE, first, end);
        if (at == null) {
            return false;
        }
        List<DeviceThread> others = notWith(at, first, end);
        if (end - first < WARP || !others.isEmpty()) {
            int lanes = end - first - others.size();
            String missing = others.isEmpty() ? "the group has no more threads" : list(others);
            throw machine.fault(
                    Fault.SHUFFLE,
                    at.index,
                    at.describe(machine.sites) + " with " + lanes + " of " + WARP + " lanes of its warp; " + missing);
        }
        WarpExchange.apply(threads, first);
        for (int k = first; k < end; k++) {
            threads[k].release();
        }
        return true;
    }

    /** Returns true when all wait at one barrier, false when all have ended. */
    private boolean allAtBarrier() {
        DeviceThread at = firstWaiting(Waiting.BARRIER, 0, threads.length);
        if (at == null) {
            return false;
        }
        List<DeviceThread> others = notWith(at, 0, threads.length);
        if (others.isEmpty()) {
            return true;
        }
        throw machine.fault(
                Fault.BARRIER,
                at.index,
                at.describe(machine.sites) + " with " + (threads.length - others.size()) + " of " + threads.length
                        + " threads; " + list(others));
    }

    private @Nullable DeviceThread firstWaiting(Waiting reason, int first, int end) {
        for (int k = first; k < end; k++) {
            if (threads[k].waiting() == reason) {
                return threads[k];
            }
        }
        return null;
    }

    private List<DeviceThread> notWith(DeviceThread at, int first, int end) {
        List<DeviceThread> others = new ArrayList<>();
        for (int k = first; k < end; k++) {
            if (!threads[k].waitsWith(at)) {
                others.add(threads[k]);
            }
        }
        return others;
    }

    private String list(List<DeviceThread> others) {
        StringBuilder text = new StringBuilder();
        for (DeviceThread other : others.subList(0, Math.min(LISTED, others.size()))) {
            text.append(text.isEmpty() ? "" : ", ").append(other.describe(machine.sites));
        }
        int more = others.size() - LISTED;
        return more > 0 ? text + " and " + more + " more" : text.toString();
    }
}
