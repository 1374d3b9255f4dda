// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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

/**
 * Opens NumPy's .npy files of expert ids as routing traces (NumPy, "NEP 1: A simple file format for NumPy arrays").
 *
 * <pre>
 *   byte    0        6      7      8                     10 or 12
 *          | magic  | major| minor| header length        | header, padded with spaces | numbers, C order
 *            6 bytes                2 bytes in version 1,
 *                                   4 in versions 2 and 3
 * </pre>
 *
 * <p>Shapes are {@code [layers, tokens, topK]} or {@code [tokens, topK]}; types are uint8, int8, int16, int32 and
 * int64, little endian. The file is mapped, not read, so that the heap does not limit its size. Every id is checked
 * once on opening; the file must not change while the trace is in use.
 *
 * <p>Limits: headers of 65,536 bytes, 65,536 layers, 4,096 experts a token, ids below 1,048,576.
 */
public final class NpyReader {
    /** Ids must be below this: no model has a million experts in a layer, but a wrong file has such numbers. */
    static final int ID_LIMIT = 1 << 20;

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int VERSION_BYTES = 2;
    private static final int HEADER_LIMIT = 1 << 16;
    private static final int LAYER_LIMIT = 1 << 16;
    private static final int TOP_K_LIMIT = 1 << 12;

    private NpyReader() {}

    /**
     * Opens a trace.
     *
     * @throws FormatException naming the file, if it is not a .npy file of ids as described above
     * @throws IOException if it cannot be read
     */
    public static RoutingTrace open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FormatException(file + ": got a folder, expected a .npy file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return open(channel);
        } catch (EOFException e) {
            throw new FormatException(file + ": got a file that ends within its header, expected a .npy file", e);
        } catch (FormatException e) {
            throw new FormatException(file + ": " + e.getMessage(), e);
        }
    }

    private static RoutingTrace open(FileChannel channel) throws IOException {
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
        return map(channel, NpyHeader.parse(new String(header, StandardCharsets.UTF_8)), headerAt + length);
    }

    private static RoutingTrace map(FileChannel channel, NpyHeader header, long dataAt) throws IOException {
        IdType type = IdType.of(header.descr());
        if (type == null) {
            throw new FormatException("type: got " + Printable.quoted(header.descr())
                    + ", expected integers: |u1, |i1, <i2, <i4 or <i8 (uint8 to int64, little endian)");
        }
        if (header.fortranOrder()) {
            throw new FormatException("order: got Fortran order, expected C order (numpy.ascontiguousarray)");
        }
        List<Long> shape = header.shape();
        if (shape.size() != 2 && shape.size() != 3) {
            throw new FormatException(
                    "shape: got " + shape.size() + " dimensions, expected [layers, tokens, k] or [tokens, k]");
        }
        long layers = shape.size() == 3 ? shape.getFirst() : 1;
        long tokens = shape.get(shape.size() - 2);
        long topK = shape.getLast();
        require("layers", layers, 1, LAYER_LIMIT);
        require("tokens", tokens, 0, Integer.MAX_VALUE);
        require("k", topK, 1, TOP_K_LIMIT);
        // At most 2^16 * 2^31 * 2^12 * 2^3 bytes: no overflow.
        long bytes = layers * tokens * topK * type.bytes();
        long got = channel.size() - dataAt;
        if (got != bytes) {
            throw new FormatException("data: got " + got + " bytes after the header, expected " + bytes + " for "
                    + shape + " " + type.name().toLowerCase(Locale.ROOT));
        }
        MemorySegment data = channel.map(FileChannel.MapMode.READ_ONLY, dataAt, bytes, Arena.ofAuto());
        return NpyTrace.checked(data, type, (int) layers, (int) tokens, (int) topK);
    }

    private static void require(String what, long got, long least, long most) throws FormatException {
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
}
