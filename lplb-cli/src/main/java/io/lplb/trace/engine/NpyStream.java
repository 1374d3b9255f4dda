// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.engine;

import io.lplb.trace.FormatException;
import io.lplb.trace.IdType;
import io.lplb.trace.NpyHeader;
import io.lplb.trace.Printable;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A NumPy array in a stream, such as a member of an .npz archive, read from front to back (NumPy, "NEP 1: A simple file format for NumPy
 * arrays"). Not thread-safe.
 */
final class NpyStream implements Closeable {
    private static final int MAGIC_BYTES = 6;
    private static final int HEADER_LIMIT = 1 << 16;
    private static final int TEXT_LIMIT = 1 << 22;

    private final InputStream in;
    private final NpyHeader header;
    private final @Nullable IdType type;
    private final byte[] run = new byte[1 << 15];
    private final MemorySegment segment = MemorySegment.ofArray(run);
    private int at;
    private int end;

    /**
     * Reads the header.
     *
     * @throws FormatException if it is no header of an array in C order
     */
    NpyStream(InputStream in) throws IOException {
        this.in = in;
        byte[] start = bytes(MAGIC_BYTES + 2);
        if (!new String(start, 0, MAGIC_BYTES, StandardCharsets.ISO_8859_1).equals("\u0093NUMPY")) {
            throw new FormatException("got an array that does not begin with \\x93NUMPY, expected NumPy's format");
        }
        byte[] length = bytes(start[MAGIC_BYTES] == 1 ? Short.BYTES : Integer.BYTES);
        long headerBytes = 0;
        for (int k = length.length - 1; k >= 0; k--) {
            headerBytes = headerBytes << 8 | (length[k] & 0xff);
        }
        if (headerBytes > HEADER_LIMIT) {
            throw new FormatException("header: got " + headerBytes + " bytes, expected at most " + HEADER_LIMIT);
        }
        this.header = NpyHeader.parse(new String(bytes((int) headerBytes), StandardCharsets.UTF_8));
        if (header.fortranOrder()) {
            throw new FormatException("order: got Fortran order, expected C order");
        }
        this.type = IdType.of(header.descr());
    }

    private byte[] bytes(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    /** Returns the lengths of the dimensions. */
    List<Long> shape() {
        return header.shape();
    }

    /**
     * Returns the next number.
     *
     * @throws FormatException if the array has no integers
     * @throws EOFException if there is none
     */
    long next() throws IOException {
        if (type == null) {
            throw new FormatException("type: got " + Printable.quoted(header.descr()) + ", expected integers");
        }
        if (at == end) {
            at = 0;
            end = in.readNBytes(run, 0, run.length) / type.bytes() * type.bytes();
            if (end == 0) {
                throw new EOFException();
            }
        }
        long number = type.read(segment, at);
        at += type.bytes();
        return number;
    }

    /**
     * Returns the text of an array of one text.
     *
     * @throws FormatException if the array is none
     */
    String text() throws IOException {
        String descr = header.descr();
        int characters = descr.matches("<U[0-9]{1,7}") ? Integer.parseInt(descr.substring(2)) : -1;
        if (characters < 0 || 4 * characters > TEXT_LIMIT || !header.shape().isEmpty()) {
            throw new FormatException("got an array of " + Printable.quoted(descr) + " of shape " + header.shape()
                    + ", expected one text of at most " + TEXT_LIMIT / 4 + " characters");
        }
        String text = new String(bytes(4 * characters), Charset.forName("UTF-32LE"));
        int padding = text.indexOf(0);
        return padding < 0 ? text : text.substring(0, padding);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
