// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import java.util.function.IntConsumer;

/**
 * Puts the work of so many groups on a stream. A number of groups that comes twice in a row is recorded as a CUDA graph,
 * and launched as one from then on: one call of the driver instead of several. Such a recording apart, nothing is allocated.
 *
 * <p>Belongs to one thread, with the device's context current.
 */
public final class RepeatedLaunch implements AutoCloseable {
    private static final int NONE = -1;

    private final CudaDriver driver;
    private final long stream;
    private final boolean graphs;
    private final IntConsumer work;
    private long executable;
    private int recorded = NONE;
    private int last = NONE;

    /**
     * @param graphs false never records
     * @param work puts the work of so many groups on the stream
     */
    public RepeatedLaunch(CudaDriver driver, long stream, boolean graphs, IntConsumer work) {
        this.driver = driver;
        this.stream = stream;
        this.graphs = graphs;
        this.work = work;
    }

    public void launch(int count) {
        if (graphs && count == last && count != recorded) {
            close();
            executable = GraphRecording.record(driver, stream, () -> work.accept(count));
            recorded = count;
        }
        last = count;
        if (count == recorded) {
            driver.launchGraph(executable, stream);
        } else {
            work.accept(count);
        }
    }

    /** Returns the microseconds of the work of so many groups on the device: the mean of many launches in a row. */
    public double micros(int count, int launches) {
        return micros(driver, stream, launches, () -> launch(count));
    }

    /** Returns the microseconds of what is put on a stream, on the device: the mean of many times in a row. */
    public static double micros(CudaDriver driver, long stream, int times, Runnable work) {
        long start = driver.createEvent();
        long end = driver.createEvent();
        try {
            driver.record(start, stream);
            for (int k = 0; k < times; k++) {
                work.run();
            }
            driver.record(end, stream);
            driver.synchronise(stream);
            return driver.elapsedMicros(start, end) / times;
        } finally {
            driver.destroyEvent(start);
            driver.destroyEvent(end);
        }
    }

    /** Forgets what was recorded. */
    @Override
    public void close() {
        if (recorded != NONE) {
            recorded = NONE;
            driver.destroyExecutable(executable);
        }
    }
}
