// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.nio.IntBuffer;

/** An array of int outside of the Java heap. Not thread-safe. */
public final class IntArray extends TornadoNativeArray {
    private static final int BYTES = 4;

    /**
     * An array of zeros.
     *
     * @throws IllegalArgumentException if the number of elements is negative
     */
    public IntArray(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private IntArray(MemorySegment withHeader) {
        super(withHeader, BYTES);
    }

    /** Returns an array with a copy of these values. */
    public static IntArray fromArray(int[] values) {
        IntArray array = new IntArray(values.length);
        MemorySegment.copy(values, 0, array.getSegment(), JAVA_INT, 0, values.length);
        return array;
    }

    /** Returns an array with these values. */
    public static IntArray fromElements(int... values) {
        return fromArray(values);
    }

    /**
     * Returns an array with a copy of the segment's bytes.
     *
     * @throws IllegalArgumentException if the size is not a multiple of 4 bytes
     */
    public static IntArray fromSegment(MemorySegment segment) {
        IntArray array = new IntArray(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /**
     * Returns an array over the segment itself, without a copy.
     *
     * @param segment {@link #ARRAY_HEADER} bytes, of which the first four are overwritten, then the elements
     * @throws IllegalArgumentException if it is shorter than the header or the rest is not a multiple of 4 bytes
     */
    public static IntArray fromSegmentShallow(MemorySegment segment) {
        return new IntArray(segment);
    }

    /** Returns an array with a copy of what remains in the buffer, whose position stays. */
    public static IntArray fromIntBuffer(IntBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** Returns one array with the elements of all arrays in order. */
    public static IntArray concat(IntArray... arrays) {
        int size = 0;
        for (IntArray array : arrays) {
            size += array.getSize();
        }
        IntArray all = new IntArray(size);
        long offset = 0;
        for (IntArray array : arrays) {
            MemorySegment.copy(array.getSegment(), 0, all.getSegment(), offset, array.getNumBytesOfSegment());
            offset += array.getNumBytesOfSegment();
        }
        return all;
    }

    /** Sets every element of the array. */
    public static void initialize(IntArray array, int value) {
        array.init(value);
    }

    /** Returns a copy as a Java array. */
    public int[] toHeapArray() {
        return getSegment().toArray(JAVA_INT);
    }

    /** Sets one element. */
    public void set(int index, int value) {
        data.setAtIndex(JAVA_INT, checked(index), value);
    }

    /** Returns one element. */
    public int get(int index) {
        return data.getAtIndex(JAVA_INT, checked(index));
    }

    /** Sets every element. */
    public void init(int value) {
        for (int i = 0; i < getSize(); i++) {
            data.setAtIndex(JAVA_INT, i, value);
        }
    }

    /** Returns a copy of some elements. */
    public IntArray slice(int offset, int length) {
        return fromSegment(part(offset, length));
    }
}
