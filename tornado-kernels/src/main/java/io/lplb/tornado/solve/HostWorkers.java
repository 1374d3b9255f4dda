// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Daemon threads that help the caller with the host's side of large batches: packing groups and certifying answers. There is one team per
 * process, made when a batch is first large enough. Its threads spin for a while after a job, since the next one comes when the kernel is done,
 * and then sleep.
 *
 * <p>Work comes in blocks, of which every thread has its own range, the same one for jobs of the same size: what a thread reads
 * and writes of a batch stays in its caches from one job to the next, and threads do not contend for one counter. Idle threads steal remaining blocks. The
 * caller does so, too, and finishes blocks that no helper claims: it never waits for a helper to wake up. A job allocates nothing.
 *
 * <p>Thread-safe: while a caller has the team, another one works alone.
 */
final class HostWorkers {
    /** Property with the number of threads, the caller's among them; 1 means that it works alone. */
    static final String THREADS_PROPERTY = "lplb.hostThreads";

    /** More threads than this gain nothing for a thousand groups: the wait for the slowest grows. */
    private static final int MOST_THREADS = 8;

    /** The number of threads that the process's team has, or will have when it is first asked for. */
    static final int SHARED_SIZE = sharedSize();

    /** Fewer blocks are left to the calling thread. */
    static final int LEAST_BLOCKS = 8;

    /** How long a helper spins, so that it is awake when a kernel that was launched meanwhile has ended. */
    private static final long SPIN_NANOS = 300_000;

    /** Doubles that keep what one thread writes off the cache lines of what another one does. */
    static final int PADDING = 16;

    /** Distance between the counters of two threads, so that each has its cache line. */
    private static final int LINE = 32;

    /** Work in blocks that several threads do at once. */
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

    /**
     * Of every thread, side by side, as both are asked for in a row: the unclaimed blocks of its range, and those that it
     * has ever done, of any range.
     */
    private final AtomicIntegerArray counters;

    private @Nullable Job job;
    private int total;
    private int doneBefore;
    private volatile @Nullable Throwable failure;

    /**
     * Starts a team.
     *
     * @param threads at least 1; the helpers are one less
     */
    HostWorkers(int threads) {
        helpers = new Helper[threads - 1];
        counters = new AtomicIntegerArray((threads + 1) * LINE);
        for (int k = 0; k < helpers.length; k++) {
            helpers[k] = new Helper(k);
        }
        for (Helper helper : helpers) {
            helper.start();
        }
    }

    /** Returns the process's team. */
    static HostWorkers shared() {
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

    /** Empty work to do meanwhile. */
    static void nothing() {}

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
        run(work, blocks, HostWorkers::nothing);
    }

    /**
     * Does blocks {@code 0 .. blocks - 1}, and returns when all are done; what a block throws is thrown here.
     *
     * @param meanwhile what the caller does first, while the helpers begin; what it throws comes when all blocks are done
     */
    void run(Job work, int blocks, Runnable meanwhile) {
        if (helpers.length == 0 || !taken.compareAndSet(false, true)) {
            alone(work, blocks, meanwhile);
            return;
        }
        try {
            publish(work, blocks);
            Throwable failed;
            try {
                meanwhile.run();
            } finally {
                failed = finish(blocks);
            }
            if (failed != null) {
                throw new IllegalStateException("a block of the host's work failed", failed);
            }
        } finally {
            job = null;
            taken.set(false);
        }
    }

    private void publish(Job work, int blocks) {
        job = work;
        total = blocks;
        for (int worker = size() - 1; worker >= 0; worker--) {
            counters.setRelease(left(worker), rangeEnd(worker) - rangeEnd(worker - 1));
        }
        VarHandle.fullFence(); // who falls asleep sees its blocks, or is seen asleep
        wake(0);
    }

    /** Returns what a block has thrown. */
    private @Nullable Throwable finish(int blocks) {
        claimAll(0);
        int sum = doneBefore;
        while (sum - doneBefore < blocks) {
            sum = 0;
            for (int worker = 0; worker < size(); worker++) {
                sum += counters.getAcquire(done(worker));
            }
            Thread.onSpinWait();
        }
        doneBefore = sum;
        Throwable failed = failure;
        if (failed != null) {
            failure = null;
        }
        return failed;
    }

    private static int left(int worker) {
        return (worker + 1) * LINE;
    }

    private static int done(int worker) {
        return (worker + 1) * LINE + 1;
    }

    /** Returns the first block behind a thread's range of the job. */
    private int rangeEnd(int worker) {
        return (int) ((long) total * (worker + 1) / size());
    }

    /** Does all blocks on the calling thread, after something else, whatever that throws. */
    static void alone(Job work, int blocks, Runnable before) {
        try {
            before.run();
        } finally {
            alone(work, blocks);
        }
    }

    private static void alone(Job work, int blocks) {
        for (int block = 0; block < blocks; block++) {
            work.run(0, block);
        }
    }

    /** Does the thread's own blocks, then what others have left. */
    private void claimAll(int worker) {
        int range = worker;
        do {
            while (claim(worker, range)) {
                // The work is in claim.
            }
            range = range + 1 < size() ? range + 1 : 0;
        } while (range != worker);
    }

    /** Does one block of a range, if one is left. A block that was claimed keeps the job from ending. */
    private boolean claim(int worker, int range) {
        int count = counters.get(left(range));
        while (count > 0) {
            if (counters.compareAndSet(left(range), count, count - 1)) {
                runBlock(worker, rangeEnd(range) - count);
                return true;
            }
            count = counters.get(left(range));
        }
        return false;
    }

    /** Rethrows the failure of a block in the calling thread. */
    private void runBlock(int worker, int block) {
        try {
            Job work = job;
            if (work != null) {
                work.run(worker, block);
            }
        } catch (Throwable t) {
            failure = t;
        } finally {
            int count = counters.getPlain(done(worker));
            counters.setRelease(done(worker), count + 1);
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
                if (counters.get(left(number + 1)) > 0) {
                    wakeOthers();
                    claimAll(number + 1);
                    since = System.nanoTime();
                } else if (System.nanoTime() - since < SPIN_NANOS) {
                    Thread.onSpinWait();
                } else {
                    sleep();
                    wakeOthers(); // even if the caller has done this one's blocks meanwhile
                    since = System.nanoTime();
                }
            }
        }

        private void wakeOthers() {
            wake(2 * number + 1);
            wake(2 * number + 2);
        }

        private void sleep() {
            asleep = true;
            VarHandle.fullFence();
            if (counters.get(left(number + 1)) == 0) { // else the caller may have looked before
                LockSupport.park(this);
            }
            asleep = false;
        }
    }

    /** Made when a batch is first large enough. */
    private static final class Shared {
        static final HostWorkers TEAM = new HostWorkers(SHARED_SIZE);
    }
}
