// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.tornado.cuda.Cleanup;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.program.SourceGroup;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The first gather of a communicator, which makes NCCL connect what it connects with the first call, and shows that every
 * source is the one that it says it is, with the same settings.
 *
 * <pre>
 *   row   | number of the source | fingerprint, low, high | 1 |
 * </pre>
 */
final class CommunicatorHandshake {
    private static final int WORDS = 4;

    private CommunicatorHandshake() {}

    /**
     * Gathers.
     *
     * @throws IllegalArgumentException if a source has other settings
     * @throws IllegalStateException if the gather takes longer than {@code timeout}
     */
    static void run(CudaDriver driver, NcclCommunicator communicator, SourceGroup group, long hash, Duration timeout) {
        int words = WORDS * group.sources();
        try (Arena arena = Arena.ofConfined();
                Cleanup cleanup = new Cleanup()) {
            long stream = driver.createStream(cleanup);
            long rows = driver.allocate((long) Integer.BYTES * words);
            cleanup.add(() -> driver.free(rows));
            long own = (long) Integer.BYTES * WORDS * group.self();
            MemorySegment host = arena.allocate(JAVA_INT, words);
            host.asSlice(own).copyFrom(MemorySegment.ofArray(new int[] {
                group.self(), (int) hash, (int) (hash >>> Integer.SIZE), 1
            }));
            driver.copyToDevice(rows, host.address(), host.byteSize(), stream);
            driver.synchronise(stream);
            communicator.allGather(rows + own, rows, WORDS, stream);
            long start = System.nanoTime();
            while (!driver.isDone(stream)) {
                if (System.nanoTime() - start > TimeUnit.NANOSECONDS.convert(timeout)) {
                    communicator.condemn();
                    communicator.abort();
                    throw new IllegalStateException("NCCL: got no first gather of " + group.sources()
                            + " sources within " + TimeUnit.MILLISECONDS.convert(timeout) + " ms, expected one");
                }
                LockSupport.parkNanos(50_000);
            }
            driver.copyToHost(host.address(), rows, host.byteSize(), stream);
            driver.synchronise(stream);
            for (int s = 0; s < group.sources(); s++) {
                compare(host.asSlice((long) Integer.BYTES * WORDS * s, (long) Integer.BYTES * WORDS), s, hash);
            }
        }
    }

    private static void compare(MemorySegment row, int source, long hash) {
        int number = row.getAtIndex(JAVA_INT, 0);
        long found = Integer.toUnsignedLong(row.getAtIndex(JAVA_INT, 1))
                | (long) row.getAtIndex(JAVA_INT, 2) << Integer.SIZE;
        if (number != source || row.getAtIndex(JAVA_INT, 3) != 1) {
            throw new IllegalStateException(
                    "NCCL: got the row of source " + number + " in place " + source + ", expected its own");
        }
        if (found != hash) {
            throw new IllegalArgumentException("fingerprint: got " + Long.toHexString(found) + " from source " + source
                    + ", expected " + Long.toHexString(hash) + " as this source has");
        }
    }
}
