// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

/** The time in which uses of memory are compared: the launch, the group within it, the barrier interval within that. */
final class MemoryEpoch {
    /** The barrier interval of the group that runs. */
    long epoch;

    /** The first interval of the group. */
    long groupStart;

    /** The first interval of the launch. */
    long launchStart;

    void startLaunch(long lastEpoch) {
        epoch = lastEpoch;
        launchStart = lastEpoch + 1;
    }

    void startGroup() {
        epoch++;
        groupStart = epoch;
    }

    void barrier() {
        epoch++;
    }

    /** Whether an earlier group of this launch made the stamp. */
    boolean earlierGroup(long stamp) {
        long then = AccessStamp.epoch(stamp);
        return then < groupStart && then >= launchStart;
    }

    /** Whether no barrier lies between the use of that stamp and the use of this one, which is going on. */
    boolean races(long stamp, long current) {
        long then = AccessStamp.epoch(stamp);
        if (then == epoch) {
            return AccessStamp.thread(stamp) != AccessStamp.thread(current) || (stamp & AccessStamp.OTHERS) != 0;
        }
        return then >= launchStart && (then < groupStart || (stamp & AccessStamp.OTHERS) != 0);
    }
}
