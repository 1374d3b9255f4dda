// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.types.arrays;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.FloatBuffer;

/** An array of float outside of the Java heap. Not thread-safe. */
public final class FloatArray extends TornadoNativeArray {
    private static final int BYTES = 4;

    /**
     * An array of zeros.
     *
     * @throws IllegalArgumentException if the number of elements is negative
     */
    public FloatArray(int numberOfElements) {
        super(numberOfElements, BYTES);
    }

    private FloatArray(MemorySegment withHeader) {
        super(withHeader, BYTES);
    }

    /** Returns an array with a copy of these values. */
    public static FloatArray fromArray(float[] values) {
        FloatArray array = new FloatArray(values.length);
        MemorySegment.copy(values, 0, array.getSegment(), JAVA_FLOAT, 0, values.length);
        return array;
    }

    /** Returns an array with these values. */
    public static FloatArray fromElements(float... values) {
        return fromArray(values);
    }

    /**
     * Returns an array with a copy of the segment's bytes.
     *
     * @throws IllegalArgumentException if the size is not a multiple of 4 bytes
     */
    public static FloatArray fromSegment(MemorySegment segment) {
        FloatArray array = new FloatArray(elements(segment.byteSize(), BYTES));
        array.getSegment().copyFrom(segment);
        return array;
    }

    /**
     * Returns an array over the segment itself, without a copy.
     *
     * @param segment {@link #ARRAY_HEADER} bytes, of which the first four are overwritten, then the elements
     * @throws IllegalArgumentException if it is shorter than the header or the rest is not a multiple of 4 bytes
     */
    public static FloatArray fromSegmentShallow(MemorySegment segment) {
        return new FloatArray(segment);
    }

    /** Returns an array with a copy of what remains in the buffer, whose position stays. */
    public static FloatArray fromFloatBuffer(FloatBuffer buffer) {
        return fromSegment(MemorySegment.ofBuffer(buffer));
    }

    /** Returns one array with the elements of all arrays in order. */
    public static FloatArray concat(FloatArray... arrays) {
        int size = 0;
        for (FloatArray array : arrays) {
            size += array.getSize();
        }
        FloatArray all = new FloatArray(size);
        long offset = 0;
        for (FloatArray array : arrays) {
            MemorySegment.copy(array.getSegment(), 0, all.getSegment(), offset, array.getNumBytesOfSegment());
            offset += array.getNumBytesOfSegment();
        }
        return all;
    }

    /** Sets every element of the array. */
    public static void initialize(FloatArray array, float value) {
        array.init(value);
    }

    /** Returns a copy as a Java array. */
    public float[] toHeapArray() {
        return getSegment().toArray(JAVA_FLOAT);
    }

    /** Sets one element. */
    public void set(int index, float value) {
        data.setAtIndex(JAVA_FLOAT, checked(index), value);
    }

    /** Returns one element. */
    public float get(int index) {
        return data.getAtIndex(JAVA_FLOAT, checked(index));
    }

    /** Sets every element. */
    public void init(float value) {
        for (int i = 0; i < getSize(); i++) {
            data.setAtIndex(JAVA_FLOAT, i, value);
        }
    }

    /** Returns a copy of some elements. */
    public FloatArray slice(int offset, int length) {
        return fromSegment(part(offset, length));
    }
}
