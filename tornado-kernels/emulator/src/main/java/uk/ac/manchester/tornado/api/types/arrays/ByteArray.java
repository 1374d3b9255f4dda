// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** An array of byte outside of the Java heap. Not thread-safe. */
public final class ByteArray extends TornadoNativeArray {
    private static final int BYTES = 1;

    /**
     * An array of zeros.
     *
     * @throws IllegalArgumentException if the number of elements is negative
     */
    public ByteArray(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private ByteArray(MemorySegment withHeader) {
        super(withHeader, BYTES);
    }

    /** Returns an array with a copy of these values. */
    public static ByteArray fromArray(byte[] values) {
        ByteArray array = new ByteArray(values.length);
        MemorySegment.copy(values, 0, array.getSegment(), JAVA_BYTE, 0, values.length);
        return array;
    }

    /** Returns an array with these values. */
    public static ByteArray fromElements(byte... values) {
        return fromArray(values);
    }

    /**
     * Returns an array with a copy of the segment's bytes.
     *
     * @throws IllegalArgumentException if the size is not a multiple of 1 bytes
     */
    public static ByteArray fromSegment(MemorySegment segment) {
        ByteArray array = new ByteArray(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /**
     * Returns an array over the segment itself, without a copy.
     *
     * @param segment {@link #ARRAY_HEADER} bytes, of which the first four are overwritten, then the elements
     * @throws IllegalArgumentException if it is shorter than the header or the rest is not a multiple of 1 bytes
     */
    public static ByteArray fromSegmentShallow(MemorySegment segment) {
        return new ByteArray(segment);
    }

    /** Returns an array with a copy of what remains in the buffer, whose position stays. */
    public static ByteArray fromByteBuffer(ByteBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** Returns one array with the elements of all arrays in order. */
    public static ByteArray concat(ByteArray... arrays) {
        int size = 0;
        for (ByteArray array : arrays) {
            size += array.getSize();
        }
        ByteArray all = new ByteArray(size);
        long offset = 0;
        for (ByteArray array : arrays) {
            MemorySegment.copy(array.getSegment(), 0, all.getSegment(), offset, array.getNumBytesOfSegment());
            offset += array.getNumBytesOfSegment();
        }
        return all;
    }

    /** Sets every element of the array. */
    public static void initialize(ByteArray array, byte value) {
        array.init(value);
    }

    /** Returns a copy as a Java array. */
    public byte[] toHeapArray() {
        return getSegment().toArray(JAVA_BYTE);
    }

    /** Sets one element. */
    public void set(int index, byte value) {
        data.setAtIndex(JAVA_BYTE, checked(index), value);
    }

    /** Returns one element. */
    public byte get(int index) {
        return data.getAtIndex(JAVA_BYTE, checked(index));
    }

    /** Sets every element. */
    public void init(byte value) {
        for (int i = 0; i < getSize(); i++) {
            data.setAtIndex(JAVA_BYTE, i, value);
        }
    }

    /** Returns a copy of some elements. */
    public ByteArray slice(int offset, int length) {
        return fromSegment(part(offset, length));
    }
}
