// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostWorkersTest {
    private static int[] ones(int length) {
        int[] ones = new int[length];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static int[] values(AtomicIntegerArray array) {
        int[] values = new int[array.length()];
        Arrays.setAll(values, array::get);
        return values;
    }

    @ParameterizedTest(name = "{0} threads")
    @ValueSource(ints = {1, 2, 5})
    void everyBlockIsDoneOnce(int threads) {
        HostWorkers team = new HostWorkers(threads);
        assertEquals(threads, team.size());
        for (int blocks = 0; blocks < 300; blocks++) {
            AtomicIntegerArray done = new AtomicIntegerArray(blocks);
            team.run(
                    (worker, block) -> {
                        assertTrue(worker >= 0 && worker < threads, "worker " + worker);
                        done.incrementAndGet(block);
                    },
                    blocks);
            assertArrayEquals(ones(blocks), values(done), blocks + " blocks");
        }
    }

    /** A worker's number names its workspace, so no two threads may have the same at a time. */
    @Test
    void workersDoNotShareANumber() {
        HostWorkers team = new HostWorkers(4);
        AtomicIntegerArray inside = new AtomicIntegerArray(4);
        AtomicBoolean shared = new AtomicBoolean();
        for (int round = 0; round < 200; round++) {
            team.run(
                    (worker, block) -> {
                        shared.compareAndSet(false, inside.incrementAndGet(worker) > 1);
                        Thread.onSpinWait();
                        inside.decrementAndGet(worker);
                    },
                    64);
        }
        assertTrue(!shared.get(), "two threads with one number");
    }

    @Test
    void helpersTakePart() throws InterruptedException {
        HostWorkers team = new HostWorkers(2);
        CountDownLatch other = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        // The caller's block ends only when a helper has had one, asleep or not.
        team.run(
                (worker, block) -> {
                    if (Thread.currentThread() == caller) {
                        await(other);
                    } else {
                        other.countDown();
                    }
                },
                2);
        assertEquals(0, other.getCount());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whatABlockThrowsReachesTheCallerAndEndsThere() {
        HostWorkers team = new HostWorkers(3);
        AtomicInteger done = new AtomicInteger();
        IllegalStateException seen = assertThrows(
                IllegalStateException.class,
                () -> team.run(
                        (worker, block) -> {
                            done.incrementAndGet();
                            if (block == 7) {
                                throw new ArithmeticException("block 7");
                            }
                        },
                        40));
        assertInstanceOf(ArithmeticException.class, seen.getCause());
        assertEquals(40, done.get(), "the others are done all the same");
        AtomicInteger again = new AtomicInteger();
        team.run((worker, block) -> again.incrementAndGet(), 40);
        assertEquals(40, again.get());
    }

    /** Helpers do not wait for what the caller does first; nor does what it throws keep a block from being done. */
    @Test
    void helpersBeginWhileTheCallerDoesSomethingElse() {
        HostWorkers team = new HostWorkers(3);
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger done = new AtomicInteger();
        HostWorkers.Job job = (worker, block) -> {
            begun.countDown();
            done.incrementAndGet();
        };
        team.run(job, 20, () -> await(begun));
        assertEquals(20, done.get());
        ArithmeticException seen = assertThrows(
                ArithmeticException.class,
                () -> team.run(job, 20, () -> {
                    throw new ArithmeticException("meanwhile");
                }));
        assertEquals("meanwhile", seen.getMessage());
        assertEquals(40, done.get());
        AtomicBoolean called = new AtomicBoolean();
        new HostWorkers(1).run(job, 1, () -> called.set(true));
        assertTrue(called.get(), "alone, too");
    }

    /** Whoever is late leaves its blocks to the others, and blocks of one range are not all for one thread. */
    @Test
    void theCallerDoesWhatNobodyElseBegins() {
        HostWorkers team = new HostWorkers(2);
        CountDownLatch end = new CountDownLatch(1);
        Thread caller = Thread.currentThread();
        AtomicInteger mine = new AtomicInteger();
        // The helper is held up in its first block until the caller has done the other nine.
        team.run(
                (worker, block) -> {
                    if (Thread.currentThread() == caller) {
                        if (mine.incrementAndGet() == 9) {
                            end.countDown();
                        }
                    } else {
                        await(end);
                    }
                },
                10);
        assertTrue(mine.get() >= 9, "blocks of the caller: " + mine.get());
    }

    /** While one caller has the team, another one does its blocks itself. */
    @Test
    void aSecondCallerWorksAlone() throws InterruptedException {
        HostWorkers team = new HostWorkers(2);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        CompletableFuture<Void> first = CompletableFuture.runAsync(() -> team.run(
                (worker, block) -> {
                    begun.countDown();
                    await(end);
                },
                2));
        begun.await();
        Thread caller = Thread.currentThread();
        AtomicInteger mine = new AtomicInteger();
        team.run(
                (worker, block) -> {
                    assertEquals(0, worker);
                    mine.addAndGet(Thread.currentThread() == caller ? 1 : 0);
                },
                20);
        assertEquals(20, mine.get());
        end.countDown();
        first.join();
    }
}
