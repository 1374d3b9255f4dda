// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.MemorySegment;
import java.nio.DoubleBuffer;

/** An array of double outside of the Java heap. Not thread-safe. */
public final class DoubleArray extends TornadoNativeArray {
    private static final int BYTES = 8;

    /**
     * An array of zeros.
     *
     * @throws IllegalArgumentException if the number of elements is negative
     */
    public DoubleArray(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private DoubleArray(MemorySegment withHeader) {
        super(withHeader, BYTES);
    }

    /** Returns an array with a copy of these values. */
    public static DoubleArray fromArray(double[] values) {
        DoubleArray array = new DoubleArray(values.length);
        MemorySegment.copy(values, 0, array.getSegment(), JAVA_DOUBLE, 0, values.length);
        return array;
    }

    /** Returns an array with these values. */
    public static DoubleArray fromElements(double... values) {
        return fromArray(values);
    }

    /**
     * Returns an array with a copy of the segment's bytes.
     *
     * @throws IllegalArgumentException if the size is not a multiple of 8 bytes
     */
    public static DoubleArray fromSegment(MemorySegment segment) {
        DoubleArray array = new DoubleArray(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /**
     * Returns an array over the segment itself, without a copy.
     *
     * @param segment {@link #ARRAY_HEADER} bytes, of which the first four are overwritten, then the elements
     * @throws IllegalArgumentException if it is shorter than the header or the rest is not a multiple of 8 bytes
     */
    public static DoubleArray fromSegmentShallow(MemorySegment segment) {
        return new DoubleArray(segment);
    }

    /** Returns an array with a copy of what remains in the buffer, whose position stays. */
    public static DoubleArray fromDoubleBuffer(DoubleBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** Returns one array with the elements of all arrays in order. */
    public static DoubleArray concat(DoubleArray... arrays) {
        int size = 0;
        for (DoubleArray array : arrays) {
            size += array.getSize();
        }
        DoubleArray all = new DoubleArray(size);
        long offset = 0;
        for (DoubleArray array : arrays) {
            MemorySegment.copy(array.getSegment(), 0, all.getSegment(), offset, array.getNumBytesOfSegment());
            offset += array.getNumBytesOfSegment();
        }
        return all;
    }

    /** Sets every element of the array. */
    public static void initialize(DoubleArray array, double value) {
        array.init(value);
    }

    /** Returns a copy as a Java array. */
    public double[] toHeapArray() {
        return getSegment().toArray(JAVA_DOUBLE);
    }

    /** Sets one element. */
    public void set(int index, double value) {
        data.setAtIndex(JAVA_DOUBLE, checked(index), value);
    }

    /** Returns one element. */
    public double get(int index) {
        return data.getAtIndex(JAVA_DOUBLE, checked(index));
    }

    /** Sets every element. */
    public void init(double value) {
        for (int i = 0; i < getSize(); i++) {
            data.setAtIndex(JAVA_DOUBLE, i, value);
        }
    }

    /** Returns a copy of some elements. */
    public DoubleArray slice(int offset, int length) {
        return fromSegment(part(offset, length));
    }
}
