// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A NumPy .npy file of integers, mapped into memory (NumPy, "NEP 1: A simple file format for NumPy arrays").
 *
 * <pre>
 *   byte    0        6      7      8                     10 or 12
 *          | magic  | major| minor| header length        | header, padded with spaces | numbers, C order
 *            6 bytes                2 bytes in version 1,
 *                                   4 in versions 2 and 3
 * </pre>
 *
 * <p>Types are uint8, int8, int16, int32 and int64, little endian. The file is mapped, not read, so that the heap does not
 * limit its size; it must not change while the array is in use. Headers have at most 65,536 bytes.
 */
final class NpyArray {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int VERSION_BYTES = 2;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int HEADER_LIMIT = 1 << 16;

    private final List<Long> shape;
    private final @Nullable IdType type;
    private final int bytes;
    private final MemorySegment data;

    private NpyArray(List<Long> shape, @Nullable IdType type, int bytes, MemorySegment data) {
        this.shape = shape;
        this.type = type;
        this.bytes = bytes;
        this.data = data;
    }

    /** Accepts a shape, so that the product of its lengths is known to be below 2^60, or refuses it. */
    @FunctionalInterface
    interface ShapeCheck {
        void check(List<Long> shape) throws FormatException;
    }

    /** Makes something of an array; errors get the name of the file. */
    @FunctionalInterface
    interface Reader<T> {
        T read(NpyArray array) throws FormatException;
    }

    /**
     * Opens a file.
     *
     * @param check refuses shapes
     * @param reader makes the result
     * @throws FormatException naming the file, if it is not a .npy file of integers, or has been refused
     * @throws IOException if it cannot be read
     */
    static <T> T open(Path file, ShapeCheck check, Reader<T> reader) throws IOException {
        return open(file, check, reader, false);
    }

    /** As {@link #open(Path, ShapeCheck, Reader)}, also of float32 and float64, which {@link #number} reads. */
    static <T> T openNumbers(Path file, ShapeCheck check, Reader<T> reader) throws IOException {
        return open(file, check, reader, true);
    }

    private static <T> T open(Path file, ShapeCheck check, Reader<T> reader, boolean floats) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FormatException(file + ": got a folder, expected a .npy file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return reader.read(open(channel, check, floats));
        } catch (EOFException e) {
            throw new FormatException(file + ": got a file that ends within its header, expected a .npy file", e);
        } catch (FormatException e) {
            throw new FormatException(file + ": " + e.getMessage(), e);
        }
    }

    private static NpyArray open(FileChannel channel, ShapeCheck check, boolean floats) throws IOException {
        ByteBuffer start = read(channel, 0, MAGIC.length + VERSION_BYTES);
        byte[] magic = new byte[MAGIC.length];
        start.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new FormatException("got a file that does not begin with \\x93NUMPY, expected a .npy file");
        }
        int major = start.get();
        int minor = start.get();
        if (major < 1 || major > 3) {
            throw new FormatException("version: got " + major + "." + minor + ", expected 1.0, 2.0 or 3.0");
        }
        int lengthBytes = major == 1 ? Short.BYTES : Integer.BYTES;
        ByteBuffer lengthField = read(channel, start.capacity(), lengthBytes);
        long length = major == 1
                ? Short.toUnsignedLong(lengthField.getShort())
                : Integer.toUnsignedLong(lengthField.getInt());
        if (length > HEADER_LIMIT) {
            throw new FormatException("header: got " + length + " bytes, expected at most " + HEADER_LIMIT);
        }
        int headerAt = start.capacity() + lengthBytes;
        byte[] header = read(channel, headerAt, (int) length).array();
        return map(
                channel, NpyHeader.parse(new String(header, StandardCharsets.UTF_8)), headerAt + length, check, floats);
    }

    private static NpyArray map(FileChannel channel, NpyHeader header, long dataAt, ShapeCheck check, boolean floats)
            throws IOException {
        IdType type = IdType.of(header.descr());
        boolean isFloat =
                floats && (header.descr().equals("<f4") || header.descr().equals("<f8"));
        if (type == null && !isFloat) {
            throw new FormatException("type: got " + Printable.quoted(header.descr())
                    + (floats ? ", expected <f4, <f8 or" : ", expected")
                    + " integers: |u1, |i1, <i2, <i4 or <i8 (uint8 to int64, little endian)");
        }
        int size = type != null ? type.bytes() : header.descr().charAt(2) - '0';
        if (header.fortranOrder()) {
            throw new FormatException("order: got Fortran order, expected C order (numpy.ascontiguousarray)");
        }
        List<Long> shape = header.shape();
        check.check(shape);
        long bytes = size;
        for (long length : shape) {
            bytes *= length;
        }
        long got = channel.size() - dataAt;
        if (got != bytes) {
            throw new FormatException("data: got " + got + " bytes after the header, expected " + bytes + " for "
                    + shape + " " + (type == null ? header.descr() : type.name().toLowerCase(Locale.ROOT)));
        }
        MemorySegment data = channel.map(FileChannel.MapMode.READ_ONLY, dataAt, bytes, Arena.ofAuto());
        return new NpyArray(shape, type, size, data);
    }

    /** Refuses a length out of range. */
    static void require(String what, long got, long least, long most) throws FormatException {
        if (got < least || got > most) {
            throw new FormatException("shape: got " + got + " " + what + ", expected " + least + " to " + most);
        }
    }

    private static ByteBuffer read(FileChannel channel, long from, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new EOFException();
            }
        }
        return buffer.flip();
    }

    /** Returns the lengths of the dimensions. */
    List<Long> shape() {
        return shape;
    }

    /** Returns the type of the integers. */
    IdType type() {
        return Objects.requireNonNull(type, "type");
    }

    /** Returns the numbers. */
    MemorySegment data() {
        return data;
    }

    /** Returns a number, by its place in C order. */
    long get(long index) {
        return type().read(data, index * bytes);
    }

    /** Returns a number of any type, by its place in C order. */
    double number(long index) {
        if (type != null) {
            return type.read(data, index * bytes);
        }
        return bytes == Float.BYTES ? data.get(FLOAT, index * bytes) : data.get(DOUBLE, index * bytes);
    }

    /**
     * Returns a number of any type, which must be whole, by its place in C order.
     *
     * @throws FormatException if it has a fraction or is above 2^53
     */
    long whole(long index) throws FormatException {
        if (type != null) {
            return type.read(data, index * bytes);
        }
        double value = number(index);
        if (!(Math.abs(value) <= 1L << 53) || value != Math.rint(value)) {
            throw new FormatException("entry " + index + ": got " + value + ", expected a whole number to 2^53");
        }
        return (long) value;
    }
}
