// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

/**
 * Last uses of the elements of one array, and the races among them.
 *
 * <p>Two uses race if at least one writes, not both are atomic, and either two threads of one group made them in the
 * same epoch or two groups made them in the same launch. Per element we keep the last write, two readers of the last
 * epoch that had any (two, since one of them may be the later writer itself), and for global arrays the last reader
 * among earlier groups. Since groups run one after the other this finds every race of the observed control flow, in
 * whichever order the threads happened to run. Shuffles order nothing: only barriers do.
 */
final class Shadow {
    /** Answer of {@link #read} and the others without a race; otherwise it is the stamp of the other use. */
    static final long NO_RACE = 0;

    /** Answer of {@link #read} for an element that was never written. */
    static final long NEVER_WRITTEN = -1;

    final String name;
    private final long[] write;
    private final long[] read;
    private final long[] secondRead;
    private final long[] earlierGroupsRead;
    private boolean initialised;
    private boolean otherWrote;

    /** @param global whether other groups see the array too */
    Shadow(String name, int size, boolean global) {
        this.name = name;
        this.write = new long[size];
        this.read = new long[size];
        this.secondRead = new long[size];
        this.earlierGroupsRead = new long[global ? size : 0];
    }

    /** Whether the other use that was returned last was a write. */
    boolean otherWrote() {
        return otherWrote;
    }

    /** Every element has a value from the host. */
    void initialised() {
        initialised = true;
    }

    long read(int i, long stamp, MemoryEpoch now) {
        long written = write[i];
        if (written != 0 && now.races(written, stamp)) {
            otherWrote = true;
            return written;
        }
        long last = read[i];
        if (AccessStamp.epoch(last) != now.epoch) {
            if (now.earlierGroup(last)) {
                earlierGroupsRead[i] = last;
            }
            read[i] = stamp;
        } else if (AccessStamp.thread(last) != AccessStamp.thread(stamp)) {
            secondRead[i] = stamp;
        }
        return written == 0 && !initialised ? NEVER_WRITTEN : NO_RACE;
    }

    long write(int i, long stamp, MemoryEpoch now) {
        long written = write[i];
        if (written != 0 && now.races(written, stamp)) {
            otherWrote = true;
            return written;
        }
        write[i] = stamp;
        return readRace(i, stamp, now);
    }

    long atomic(int i, long plainStamp, MemoryEpoch now) {
        long stamp = plainStamp | AccessStamp.ATOMIC;
        long written = write[i];
        if (written == 0 && !initialised) {
            return NEVER_WRITTEN;
        }
        if (!AccessStamp.atomic(written)) {
            if (written != 0 && now.races(written, stamp)) {
                otherWrote = true;
                return written;
            }
            if (AccessStamp.epoch(written) == now.epoch) {
                stamp = written; // the thread's own plain write: other threads' atomics race with that one
            }
        } else if (AccessStamp.epoch(written) >= now.launchStart) {
            if (now.earlierGroup(written) || (written & AccessStamp.OTHERS) != 0) {
                stamp |= AccessStamp.OTHERS;
            }
            if (AccessStamp.epoch(written) == now.epoch && AccessStamp.thread(written) != AccessStamp.thread(stamp)) {
                stamp |= AccessStamp.SEVERAL;
            }
        }
        write[i] = stamp;
        return readRace(i, stamp, now);
    }

    private long readRace(int i, long stamp, MemoryEpoch now) {
        otherWrote = false;
        if (now.races(read[i], stamp)) {
            return read[i];
        }
        if (now.races(secondRead[i], stamp)) {
            return secondRead[i];
        }
        boolean global = earlierGroupsRead.length > 0;
        return global && now.earlierGroup(earlierGroupsRead[i]) ? earlierGroupsRead[i] : NO_RACE;
    }
}
