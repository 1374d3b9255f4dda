// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.emulator;

import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A host array's counterpart on the device. Writes of one side are not visible to the other before a copy.
 * Fresh memory holds the bytes of a float's NaN and of an int's -1.
 */
final class DeviceBuffer {
    private final TornadoNativeArray host;
    private final TornadoNativeArray device;
    private final Shadow shadow;
    private boolean copiedIn;

    DeviceBuffer(TornadoNativeArray host) {
        this.host = host;
        this.device = newArray(host);
        device.getSegment().fill((byte) -1);
        String name = host.getClass().getSimpleName() + "[" + host.getSize() + "]";
        this.shadow = new Shadow("global " + name, host.getSize(), true);
    }

    private static TornadoNativeArray newArray(TornadoNativeArray host) {
        int size = host.getSize();
        return switch (host) {
            case ByteArray a -> new ByteArray(size);
            case IntArray a -> new IntArray(size);
            case LongArray a -> new LongArray(size);
            case FloatArray a -> new FloatArray(size);
            case DoubleArray a -> new DoubleArray(size);
        };
    }

    TornadoNativeArray device() {
        return device;
    }

    Shadow shadow() {
        return shadow;
    }

    boolean copiedIn() {
        return copiedIn;
    }

    /** Returns the bytes copied. */
    long copyIn() {
        MemorySegment.copy(host.getSegment(), 0, device.getSegment(), 0, bytes());
        shadow.initialised();
        copiedIn = true;
        return bytes();
    }

    /** Returns the bytes copied. */
    long copyOut() {
        MemorySegment.copy(device.getSegment(), 0, host.getSegment(), 0, bytes());
        return bytes();
    }

    long bytes() {
        return device.getNumBytesOfSegment();
    }
}
