// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.cuda;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The parameters of one of TornadoVM's kernels: two that are not used, then the addresses of its arrays, then scalars that
 * the code does not read. The driver copies them with every launch.
 */
public final class KernelParameters {
    private static final int UNUSED = 2;

    private final MemorySegment values;
    private final MemorySegment addresses;

    /**
     * @param count the kernel's number of parameters
     * @throws IllegalStateException if the kernel has no room for so many arrays
     */
    public KernelParameters(Arena arena, int count, long... arrays) {
        if (count < UNUSED + arrays.length) {
            throw new IllegalStateException(
                    "PTX: got " + count + " parameters, expected at least " + (UNUSED + arrays.length));
        }
        values = arena.allocate(JAVA_LONG, count);
        addresses = arena.allocate(JAVA_LONG, count);
        for (int k = 0; k < count; k++) {
            addresses.setAtIndex(JAVA_LONG, k, values.address() + k * JAVA_LONG.byteSize());
        }
        for (int k = 0; k < arrays.length; k++) {
            set(k, arrays[k]);
        }
    }

    /** Gives another array to the kernel. */
    public void set(int array, long deviceAddress) {
        values.setAtIndex(JAVA_LONG, UNUSED + array, deviceAddress);
    }

    /** Returns the address of the array of the parameters' addresses. */
    public long address() {
        return addresses.address();
    }
}
