// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

/**
 * When, where and by whom an element was last used, in one long, 0 for never:
 *
 * <pre>
 * | epoch, 32 bits | others, 1 | atomic, 1 | site, 18 bits | thread, 12 bits |
 * </pre>
 *
 * An epoch is the time between two barriers of one work-group; epochs only grow, over groups and launches, so that the
 * epoch also tells the group; a plan has 2^32 of them. "Others" says that other groups used the element atomically too in
 * this launch.
 */
final class AccessStamp {
    static final int THREAD_BITS = 12;
    static final int SITE_BITS = 18;
    static final int EPOCH_SHIFT = 32;
    static final long ATOMIC = 1L << (THREAD_BITS + SITE_BITS);
    static final long OTHERS = ATOMIC << 1;

    /** In place of a thread: several threads, all of them atomically. */
    static final int SEVERAL = (1 << THREAD_BITS) - 1;

    private AccessStamp() {}

    static long of(long epoch, int thread) {
        return epoch << EPOCH_SHIFT | thread;
    }

    static long at(long stamp, int site) {
        return stamp | (long) site << THREAD_BITS;
    }

    static long epoch(long stamp) {
        return stamp >>> EPOCH_SHIFT;
    }

    static int thread(long stamp) {
        return (int) stamp & SEVERAL;
    }

    static int site(long stamp) {
        return (int) (stamp >>> THREAD_BITS) & (SiteTable.LIMIT - 1);
    }

    static boolean atomic(long stamp) {
        return (stamp & ATOMIC) != 0;
    }
}
