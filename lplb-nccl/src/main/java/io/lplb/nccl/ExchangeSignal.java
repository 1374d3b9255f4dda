// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.nccl;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.DeviceArrays;
import io.lplb.tornado.kernel.pipeline.SourceLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * Progress of a source's rounds that the device writes to mapped memory of the host: reading it is no call of the driver, so that
 * a thread may look at any time. {@link SourceLayout} has the words.
 *
 * <p>Thread-safe until it is freed.
 */
final class ExchangeSignal implements GatherProgress {
    private static final VarHandle WORD = JAVA_INT.varHandle();

    private final CudaDriver driver;
    private final long host;
    private final MemorySegment words;

    /** Takes the memory; the device's context must be current. */
    @SuppressWarnings("restricted")
    ExchangeSignal(CudaDriver driver) {
        this.driver = driver;
        long bytes = (long) Integer.BYTES * SourceLayout.SIGNAL;
        host = driver.allocateMapped(bytes);
        words = MemorySegment.ofAddress(host).reinterpret(bytes);
        words.fill((byte) 0);
    }

    private int get(int at) {
        return (int) WORD.getVolatile(words, (long) Integer.BYTES * at);
    }

    @Override
    public int begun() {
        return get(SourceLayout.BEGUN);
    }

    @Override
    public int ended() {
        return get(SourceLayout.ENDED);
    }

    /** Returns the last round that had all counts, 0 before the first. */
    int agreed() {
        return get(SourceLayout.AGREED_ROUND);
    }

    /** Returns the number of rounds that lacked counts. */
    int missed() {
        return get(SourceLayout.MISSED_ROUNDS);
    }

    /** Returns the array's address for kernels. */
    long array() {
        return driver.devicePointer(host) - DeviceArrays.HEADER;
    }

    void close() {
        driver.freeMapped(host);
    }
}
