// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package uk.ac.manchester.tornado.api.types.arrays;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Native arrays of all types: making, reading, writing, copying, sizes. */
class NativeArrayTest {
    @Test
    void arraysFromElements() {
        assertArrayEquals(
                new byte[] {1, 2}, ByteArray.fromElements((byte) 1, (byte) 2).toHeapArray());
        assertArrayEquals(new int[] {1, 2}, IntArray.fromElements(1, 2).toHeapArray());
        assertArrayEquals(new long[] {1, 2}, LongArray.fromElements(1, 2).toHeapArray());
        assertArrayEquals(new float[] {1, 2}, FloatArray.fromElements(1, 2).toHeapArray());
        assertArrayEquals(new double[] {1, 2}, DoubleArray.fromElements(1, 2).toHeapArray());
    }

    @Test
    void arraysFromBuffers() {
        assertEquals(
                2, ByteArray.fromByteBuffer(ByteBuffer.wrap(new byte[] {1, 2})).get(1));
        assertEquals(2, IntArray.fromIntBuffer(IntBuffer.wrap(new int[] {1, 2})).get(1));
        assertEquals(
                2, LongArray.fromLongBuffer(LongBuffer.wrap(new long[] {1, 2})).get(1));
        assertEquals(
                2,
                FloatArray.fromFloatBuffer(FloatBuffer.wrap(new float[] {1, 2})).get(1));
        assertEquals(
                2,
                DoubleArray.fromDoubleBuffer(DoubleBuffer.wrap(new double[] {1, 2}))
                        .get(1));
    }

    @Test
    void concatAndSliceCopy() {
        FloatArray floats = FloatArray.concat(FloatArray.fromElements(1, 2), FloatArray.fromElements(3));
        assertArrayEquals(new float[] {2, 3}, floats.slice(1, 2).toHeapArray());
        IntArray ints = IntArray.concat(IntArray.fromElements(1, 2), IntArray.fromElements(3));
        assertArrayEquals(new int[] {2, 3}, ints.slice(1, 2).toHeapArray());
        LongArray longs = LongArray.concat(LongArray.fromElements(1, 2), LongArray.fromElements(3));
        assertArrayEquals(new long[] {2, 3}, longs.slice(1, 2).toHeapArray());
        DoubleArray doubles = DoubleArray.concat(DoubleArray.fromElements(1, 2), DoubleArray.fromElements(3));
        assertArrayEquals(new double[] {2, 3}, doubles.slice(1, 2).toHeapArray());
        ByteArray bytes =
                ByteArray.concat(ByteArray.fromElements((byte) 1, (byte) 2), ByteArray.fromElements((byte) 3));
        assertArrayEquals(new byte[] {2, 3}, bytes.slice(1, 2).toHeapArray());
        floats.slice(1, 2).set(0, 9);
        assertEquals(2, floats.get(1));
        assertThrows(IndexOutOfBoundsException.class, () -> floats.slice(2, 2));
    }

    @Test
    void initAndClear() {
        ByteArray bytes = new ByteArray(3);
        IntArray ints = new IntArray(3);
        LongArray longs = new LongArray(3);
        FloatArray floats = new FloatArray(3);
        DoubleArray doubles = new DoubleArray(3);
        ByteArray.initialize(bytes, (byte) 7);
        IntArray.initialize(ints, 7);
        LongArray.initialize(longs, 7);
        FloatArray.initialize(floats, 7);
        DoubleArray.initialize(doubles, 7);
        assertArrayEquals(new byte[] {7, 7, 7}, bytes.toHeapArray());
        assertArrayEquals(new int[] {7, 7, 7}, ints.toHeapArray());
        assertArrayEquals(new long[] {7, 7, 7}, longs.toHeapArray());
        assertArrayEquals(new float[] {7, 7, 7}, floats.toHeapArray());
        assertArrayEquals(new double[] {7, 7, 7}, doubles.toHeapArray());
        for (TornadoNativeArray array : List.of(bytes, ints, longs, floats, doubles)) {
            array.clear();
            assertEquals(3, array.getSize());
            assertEquals(3L * array.getElementSize(), array.getNumBytesOfSegment());
            assertEquals(3L * array.getElementSize() + 16, array.getNumBytesOfSegmentWithHeader());
            assertEquals(
                    -1,
                    array.getSegment().mismatch(MemorySegment.ofArray(new byte[(int) array.getNumBytesOfSegment()])));
        }
    }

    @Test
    void segmentsAreCopiedOrWrapped() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment elements = arena.allocateFrom(ValueLayout.JAVA_INT, 5, 6, 7);
            IntArray copy = IntArray.fromSegment(elements);
            elements.setAtIndex(ValueLayout.JAVA_INT, 0, 99);
            assertArrayEquals(new int[] {5, 6, 7}, copy.toHeapArray());

            MemorySegment withHeader = arena.allocate(TornadoNativeArray.ARRAY_HEADER + 12, 8);
            IntArray wrapped = IntArray.fromSegmentShallow(withHeader);
            wrapped.set(2, 42);
            assertEquals(3, wrapped.getSize());
            assertEquals(42, withHeader.getAtIndex(ValueLayout.JAVA_INT, 4 + 2));
            assertEquals(withHeader, wrapped.getSegmentWithHeader());
            assertEquals(
                    16, FloatArray.fromSegmentShallow(arena.allocate(80, 8)).getSize());
            assertEquals(8, LongArray.fromSegmentShallow(arena.allocate(80, 8)).getSize());
            assertEquals(
                    8, DoubleArray.fromSegmentShallow(arena.allocate(80, 8)).getSize());
            assertEquals(64, ByteArray.fromSegmentShallow(arena.allocate(80, 8)).getSize());
            assertThrows(IllegalArgumentException.class, () -> IntArray.fromSegment(arena.allocate(6)));
            assertThrows(IllegalArgumentException.class, () -> IntArray.fromSegmentShallow(arena.allocate(8)));
        }
    }

    @Test
    void indicesAreChecked() {
        IntArray array = new IntArray(2);
        assertThrows(IndexOutOfBoundsException.class, () -> array.get(2));
        assertThrows(IndexOutOfBoundsException.class, () -> array.set(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> new IntArray(-1));
        assertTrue(new FloatArray(0).toHeapArray().length == 0);
    }
}
