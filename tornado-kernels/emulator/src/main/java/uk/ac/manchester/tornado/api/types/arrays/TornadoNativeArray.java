// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.types.arrays;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A fixed number of elements outside of the Java heap:
 *
 * <pre>
 * | number of elements (int), unused to byte 15 | element 0 | element 1 | ... |
 * |&lt;----------- ARRAY_HEADER = 16 bytes -------&gt;|&lt;------ getSegment() ------&gt;|
 * </pre>
 *
 * The header is what TornadoVM keeps there, so that sizes and offsets agree. The memory lives as long as the array.
 */
public abstract sealed class TornadoNativeArray permits ByteArray, IntArray, LongArray, FloatArray, DoubleArray {
    /** Bytes in front of the elements. */
    public static final long ARRAY_HEADER = 16;

    private final MemorySegment withHeader;
    private final int size;
    private final int elementSize;

    /** The elements. */
    final MemorySegment data;

    TornadoNativeArray(int size, int elementSize) {
        this(allocate(size, elementSize), elementSize);
    }

    TornadoNativeArray(MemorySegment withHeader, int elementSize) {
        this.withHeader = withHeader;
        this.elementSize = elementSize;
        this.size = elements(withHeader.byteSize() - ARRAY_HEADER, elementSize);
        this.data = withHeader.asSlice(ARRAY_HEADER);
        withHeader.set(ValueLayout.JAVA_INT_UNALIGNED, 0, size);
    }

    private static MemorySegment allocate(int size, int elementSize) {
        if (size < 0) {
            throw new IllegalArgumentException("number of elements: got " + size + ", expected at least 0");
        }
        return Arena.ofAuto().allocate(ARRAY_HEADER + (long) size * elementSize, Long.BYTES);
    }

    static int elements(long bytes, int elementSize) {
        if (bytes < 0 || bytes % elementSize != 0) {
            throw new IllegalArgumentException(
                    "segment: got " + bytes + " bytes for elements, expected a multiple of " + elementSize);
        }
        return Math.toIntExact(bytes / elementSize);
    }

    final int checked(int index) {
        return Objects.checkIndex(index, size);
    }

    final MemorySegment part(int offset, int length) {
        Objects.checkFromIndexSize(offset, length, size);
        return data.asSlice((long) offset * elementSize, (long) length * elementSize);
    }

    /** Returns the number of elements. */
    public int getSize() {
        return size;
    }

    /** Returns the bytes of one element. */
    public int getElementSize() {
        return elementSize;
    }

    /** Returns the elements' memory. */
    public MemorySegment getSegment() {
        return data;
    }

    /** Returns the memory of header and elements. */
    public MemorySegment getSegmentWithHeader() {
        return withHeader;
    }

    /** Returns the bytes of the elements. */
    public long getNumBytesOfSegment() {
        return data.byteSize();
    }

    /** Returns the bytes of header and elements. */
    public long getNumBytesOfSegmentWithHeader() {
        return withHeader.byteSize();
    }

    /** Sets every element to zero. */
    public void clear() {
        data.fill((byte) 0);
    }
}
