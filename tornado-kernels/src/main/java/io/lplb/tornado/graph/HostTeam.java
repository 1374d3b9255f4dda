// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.graph;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that help the caller with the host's side of large batches: packing groups, and certifying answers. One
 * team a process, made when a batch is first large enough; its threads are daemons, spin for a while after a job, as the
 * next one comes when the kernel is done, and then sleep.
 *
 * <p>Work comes in blocks, claimed one after the other by counting down. The caller claims too, and finishes alone what no
 * helper claims: nothing waits for a helper to wake up. A job allocates nothing.
 *
 * <p>Thread-safe: while a caller has the team, another one works alone.
 */
final class HostTeam {
    /** Property with the number of threads, the caller's among them; 1 means that it works alone. */
    static final String THREADS_PROPERTY = "lplb.hostThreads";

    /** More threads than this gain nothing for a thousand groups: the wait for the slowest grows. */
    private static final int MOST_THREADS = 8;

    /** The number of threads that the process's team has, or will have when it is first asked for. */
    static final int SHARED_SIZE = sharedSize();

    /** Fewer blocks are not worth disturbing anybody. */
    static final int LEAST_BLOCKS = 8;

    /** How long a helper spins, so that it is awake when a kernel that was launched meanwhile has ended. */
    private static final long SPIN_NANOS = 300_000;

    /** Doubles that keep what one thread writes off the cache lines of what another one does. */
    static final int PADDING = 16;

    /** Places of the counters: blocks that nobody has claimed, and blocks that are done; apart, as all threads write both. */
    private static final int LEFT = 32;

    private static final int DONE = 64;

    /** What can be done in blocks, by several threads at once. */
    @FunctionalInterface
    interface Job {
        /**
         * Does a block.
         *
         * @param worker the thread's number in the team, 0 for the caller: whose workspace to use
         * @param block from 0
         */
        void run(int worker, int block);
    }

    private final Helper[] helpers;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final AtomicIntegerArray counters = new AtomicIntegerArray(DONE + 1 + LEFT);
    private @Nullable Job job;
    private volatile @Nullable Throwable failure;

    /**
     * Starts a team.
     *
     * @param threads at least 1; the helpers are one less
     */
    HostTeam(int threads) {
        helpers = new Helper[threads - 1];
        for (int k = 0; k < helpers.length; k++) {
            helpers[k] = new Helper(k);
        }
        for (Helper helper : helpers) {
            helper.start();
        }
    }

    /** Returns the process's team. */
    static HostTeam shared() {
        return Shared.TEAM;
    }

    /** Returns how many threads take part in so many blocks at most: whose workspaces are needed. */
    static int workers(int blocks) {
        return blocks < LEAST_BLOCKS ? 1 : SHARED_SIZE;
    }

    /** Does a job on the calling thread, or with the process's team if the blocks are many. */
    static void runShared(Job work, int blocks) {
        if (blocks < LEAST_BLOCKS) {
            alone(work, blocks);
        } else {
            shared().run(work, blocks);
        }
    }

    private static int sharedSize() {
        int most = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, MOST_THREADS);
        return Math.max(1, Integer.getInteger(THREADS_PROPERTY, most));
    }

    /** Returns the number of threads, the caller's among them. */
    int size() {
        return helpers.length + 1;
    }

    /** Does blocks {@code 0 .. blocks - 1}, and returns when all are done; what a block throws is thrown here. */
    void run(Job work, int blocks) {
        if (helpers.length == 0 || !taken.compareAndSet(false, true)) {
            alone(work, blocks);
            return;
        }
        try {
            job = work;
            counters.set(DONE, 0);
            counters.set(LEFT, blocks); // publishes the job
            wake(0);
            while (claim(0)) {
                // The work is in claim.
            }
            while (counters.get(DONE) < blocks) {
                Thread.onSpinWait();
            }
            Throwable failed = failure;
            if (failed != null) {
                failure = null;
                throw new IllegalStateException("a block of the host's work failed", failed);
            }
        } finally {
            job = null;
            taken.set(false);
        }
    }

    /** Does all blocks on the calling thread. */
    static void alone(Job work, int blocks) {
        for (int block = 0; block < blocks; block++) {
            work.run(0, block);
        }
    }

    /** Does one block of the job, if one is left. A block that was claimed keeps the job from ending. */
    private boolean claim(int worker) {
        int count = counters.get(LEFT);
        while (count > 0) {
            if (counters.compareAndSet(LEFT, count, count - 1)) {
                runBlock(worker, count - 1);
                return true;
            }
            count = counters.get(LEFT);
        }
        return false;
    }

    /** Whatever a block throws has to reach the caller, who waits for its end. */
    private void runBlock(int worker, int block) {
        try {
            Job work = job;
            if (work != null) {
                work.run(worker, block);
            }
        } catch (Throwable t) {
            failure = t;
        } finally {
            counters.incrementAndGet(DONE);
        }
    }

    private void wake(int helper) {
        if (helper < helpers.length && helpers[helper].asleep) {
            LockSupport.unpark(helpers[helper]);
        }
    }

    /** Waking a thread takes microseconds, so helpers wake each other as in a heap: number k wakes 2k + 1 and 2k + 2. */
    private final class Helper extends Thread {
        private final int number;
        private volatile boolean asleep;

        Helper(int number) {
            super("lplb-host-" + (number + 1));
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            long since = System.nanoTime();
            while (true) {
                if (counters.get(LEFT) > 0) {
                    wake(2 * number + 1);
                    wake(2 * number + 2);
                    while (claim(number + 1)) {
                        // The work is in claim.
                    }
                    since = System.nanoTime();
                } else if (System.nanoTime() - since < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    sleep();
                    since = System.nanoTime();
                }
            }
        }

        private void sleep() {
            asleep = true;
            if (counters.get(LEFT) == 0) { // else the caller may have looked before
                LockSupport.park(this);
            }
            asleep = false;
        }
    }

    /** Made when a batch is first large enough. */
    private static final class Shared {
        static final HostTeam TEAM = new HostTeam(SHARED_SIZE);
    }
}
