// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Checks every access that instrumented kernels make: bounds, races, values that were never written. Arrays are found by
 * identity; since one place in a kernel nearly always uses one array, each site remembers the last. Java arrays that are
 * no local arrays are private to their thread, and only their bounds are checked.
 *
 * <p>Public for the copies of {@link KernelHooks}. Not thread-safe: a machine runs one device thread at a time.
 */
@SuppressWarnings("ReferenceEquality") // an array is its memory
public final class MemoryChecker {
    private record Tracked(Object array, Shadow shadow) {}

    private final Machine machine;
    private final MemoryEpoch time;
    private final List<Tracked> tracked = new ArrayList<>();
    private int globalArrays;
    private @Nullable Object[] lastArray = new Object[0];
    private @Nullable Shadow[] lastShadow = new Shadow[0];
    private boolean checks;
    private long stamp;
    private @Nullable EmulatorException neverWritten;

    MemoryChecker(Machine machine, MemoryEpoch time) {
        this.machine = machine;
        this.time = time;
    }

    void startLaunch(IdentityHashMap<TornadoNativeArray, Shadow> shadows, boolean check) {
        checks = check;
        tracked.clear();
        shadows.forEach((array, shadow) -> tracked.add(new Tracked(array, shadow)));
        globalArrays = tracked.size();
        forgetLast();
    }

    void startGroup() {
        neverWritten = null;
        tracked.subList(globalArrays, tracked.size()).clear();
    }

    void endLaunch() {
        tracked.clear();
        forgetLast();
    }

    private void forgetLast() {
        Arrays.fill(lastArray, null);
        Arrays.fill(lastShadow, null);
    }

    /**
     * Called at a barrier and at a group's end. A read of an element without a value is not thrown before that: if
     * another thread writes the element in the same interval, then what is wrong is the missing barrier.
     */
    void endInterval() {
        if (neverWritten != null) {
            throw neverWritten;
        }
    }

    /** Returns the earlier fault that led to this one, if there is one, otherwise this one. */
    EmulatorException rootOf(EmulatorException fault) {
        return neverWritten == null || fault.fault() == Fault.RACE ? fault : neverWritten;
    }

    void trackLocal(Object array, int size, String name) {
        if (checks) {
            tracked.add(new Tracked(array, new Shadow("local " + name, size, false)));
        }
    }

    void thread(int thread) {
        stamp = AccessStamp.of(time.epoch, thread);
    }

    /** A Java array is read. */
    public void read(Object array, int length, int index, int site) {
        Shadow shadow = find(array, site);
        requireIndex(shadow, array, length, index, site);
        if (shadow != null) {
            report(shadow, shadow.read(index, AccessStamp.at(stamp, site), time), index, site, "reads");
        }
    }

    /** A Java array is written. */
    public void write(Object array, int length, int index, int site) {
        Shadow shadow = find(array, site);
        requireIndex(shadow, array, length, index, site);
        if (shadow != null) {
            report(shadow, shadow.write(index, AccessStamp.at(stamp, site), time), index, site, "writes");
        }
    }

    /** A native array is read. */
    public void read(TornadoNativeArray array, int index, int site) {
        read(array, array.getSize(), index, site);
    }

    /** A native array is written. */
    public void write(TornadoNativeArray array, int index, int site) {
        write(array, array.getSize(), index, site);
    }

    /** A native array's element is added to atomically. */
    public void atomic(TornadoNativeArray array, int index, int site) {
        if (!checks) {
            return;
        }
        Shadow shadow = find(array, site);
        requireIndex(shadow, array, array.getSize(), index, site);
        if (shadow != null) {
            report(shadow, shadow.atomic(index, AccessStamp.at(stamp, site), time), index, site, "adds to");
        }
    }

    private void requireIndex(@Nullable Shadow shadow, Object array, int length, int index, int site) {
        if (index < 0 || index >= length) {
            String name = shadow == null ? "private " + array.getClass().getSimpleName() : shadow.name;
            throw machine.fault(
                    Fault.OUT_OF_BOUNDS,
                    "index " + index + " of " + name + ", size " + length + ", at " + machine.where(site));
        }
    }

    private @Nullable Shadow find(Object array, int site) {
        if (site >= lastArray.length) {
            int length = Math.max(2 * site, machine.sites.size());
            lastArray = Arrays.copyOf(lastArray, length + 1);
            lastShadow = Arrays.copyOf(lastShadow, length + 1);
        }
        if (lastArray[site] != array) {
            lastArray[site] = array;
            lastShadow[site] = search(array);
        }
        return lastShadow[site];
    }

    private @Nullable Shadow search(Object array) {
        for (Tracked candidate : tracked) {
            if (candidate.array == array) {
                return candidate.shadow;
            }
        }
        return null;
    }

    private void report(Shadow shadow, long other, int index, int site, String verb) {
        if (other == Shadow.NO_RACE) {
            return;
        }
        String what = verb + " element " + index + " of " + shadow.name + " at " + machine.where(site);
        if (other == Shadow.NEVER_WRITTEN) {
            if (neverWritten == null) {
                neverWritten = machine.fault(Fault.UNINITIALISED, what + ", which nothing has written");
            }
            return;
        }
        int thread = AccessStamp.thread(other);
        boolean group = time.earlierGroup(other) || (other & AccessStamp.OTHERS) != 0;
        String who = thread == AccessStamp.SEVERAL ? "several threads" : "thread " + thread;
        if (group) {
            who = thread == AccessStamp.SEVERAL ? "another group" : "another group's " + who;
        }
        String did = AccessStamp.atomic(other) ? "added to atomically" : shadow.otherWrote() ? "wrote" : "read";
        throw machine.fault(
                Fault.RACE,
                what + ", which " + who + " " + did + " at " + machine.sites.place(AccessStamp.site(other))
                        + (group ? " in the same launch" : " with no barrier between"));
    }
}
