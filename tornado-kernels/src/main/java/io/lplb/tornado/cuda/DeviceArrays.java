// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Arrays in the device's memory as TornadoVM's kernels take them: elements of 4 or 8 bytes behind a header of {@link #HEADER} bytes,
 * which no kernel reads. So the address of any element less the header is an array as well.
 *
 * <p>Not thread-safe; the device's context must be current. What was taken is freed by the cleanup.
 */
public final class DeviceArrays {
    /** Bytes before the first element. */
    public static final long HEADER = 16;

    /** Bytes of what the device's caches and the way to the host carry at once. A row that straddles two lines costs two. */
    private static final long LINE = 128;

    /** Bytes to allocate besides an array's elements. */
    public static final long ROOM = LINE;

    private final CudaDriver driver;
    private final Cleanup cleanup;
    private final long stream;

    public DeviceArrays(CudaDriver driver, Cleanup cleanup, long stream) {
        this.driver = driver;
        this.cleanup = cleanup;
        this.stream = stream;
    }

    /**
     * Returns the address of an array in a block, so that its first element begins a line.
     *
     * @param block as the driver allocates it, on a line
     */
    public static long array(long block) {
        return block + LINE - HEADER;
    }

    /** Takes an array of zeros, so many words of 4 bytes. */
    public long zeros(long words) {
        long length = Math.max(words, 1);
        long block = driver.allocate(ROOM + Integer.BYTES * length);
        cleanup.add(() -> driver.free(block));
        long address = array(block);
        driver.fill(address + HEADER, 0, length, stream);
        return address;
    }

    public long copyOf(int[] words) {
        return copyOf(MemorySegment.ofArray(words));
    }

    public long copyOf(float... words) {
        return copyOf(MemorySegment.ofArray(words));
    }

    public long copyOf(double... numbers) {
        return copyOf(MemorySegment.ofArray(numbers));
    }

    private long copyOf(MemorySegment array) {
        long address = zeros(array.byteSize() / Integer.BYTES);
        try (Arena once = Arena.ofConfined()) {
            MemorySegment copy = once.allocate(Math.max(array.byteSize(), 1), JAVA_LONG.byteAlignment());
            copy.copyFrom(array);
            driver.copyToDevice(address + HEADER, copy.address(), array.byteSize(), stream);
            driver.synchronise(stream);
        }
        return address;
    }
}
