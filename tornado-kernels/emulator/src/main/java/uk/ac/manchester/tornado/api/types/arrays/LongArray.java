// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.LongBuffer;

/** An array of long outside of the Java heap. Not thread-safe. */
public final class LongArray extends TornadoNativeArray {
    private static final int BYTES = 8;

    /**
     * An array of zeros.
     *
     * @throws IllegalArgumentException if the number of elements is negative
     */
    public LongArray(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private LongArray(MemorySegment withHeader) {
        super(withHeader, BYTES);
    }

    /** Returns an array with a copy of these values. */
    public static LongArray fromArray(long[] values) {
        LongArray array = new LongArray(values.length);
        MemorySegment.copy(values, 0, array.getSegment(), JAVA_LONG, 0, values.length);
        return array;
    }

    /** Returns an array with these values. */
    public static LongArray fromElements(long... values) {
        return fromArray(values);
    }

    /**
     * Returns an array with a copy of the segment's bytes.
     *
     * @throws IllegalArgumentException if the size is not a multiple of 8 bytes
     */
    public static LongArray fromSegment(MemorySegment segment) {
        LongArray array = new LongArray(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /**
     * Returns an array over the segment itself, without a copy.
     *
     * @param segment {@link #ARRAY_HEADER} bytes, of which the first four are overwritten, then the elements
     * @throws IllegalArgumentException if it is shorter than the header or the rest is not a multiple of 8 bytes
     */
    public static LongArray fromSegmentShallow(MemorySegment segment) {
        return new LongArray(segment);
    }

    /** Returns an array with a copy of what remains in the buffer, whose position stays. */
    public static LongArray fromLongBuffer(LongBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** Returns one array with the elements of all arrays in order. */
    public static LongArray concat(LongArray... arrays) {
        int size = 0;
        for (LongArray array : arrays) {
            size += array.getSize();
        }
        LongArray all = new LongArray(size);
        long offset = 0;
        for (LongArray array : arrays) {
            MemorySegment.copy(array.getSegment(), 0, all.getSegment(), offset, array.getNumBytesOfSegment());
            offset += array.getNumBytesOfSegment();
        }
        return all;
    }

    /** Sets every element of the array. */
    public static void initialize(LongArray array, long value) {
        array.init(value);
    }

    /** Returns a copy as a Java array. */
    public long[] toHeapArray() {
        return getSegment().toArray(JAVA_LONG);
    }

    /** Sets one element. */
    public void set(int index, long value) {
        data.setAtIndex(JAVA_LONG, checked(index), value);
    }

    /** Returns one element. */
    public long get(int index) {
        return data.getAtIndex(JAVA_LONG, checked(index));
    }

    /** Sets every element. */
    public void init(long value) {
        for (int i = 0; i < getSize(); i++) {
            data.setAtIndex(JAVA_LONG, i, value);
        }
    }

    /** Returns a copy of some elements. */
    public LongArray slice(int offset, int length) {
        return fromSegment(part(offset, length));
    }
}
