// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.count;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * View of a caller's array or memory segment as a sequence of expert ids, slot ids or counts. Nothing is copied when a view
 * is made; it sees what the memory holds at each call.
 *
 * <pre>
 *   TokenBuffer ids = TokenBuffer.of(new long[capacity]);                         // made once
 *   TokenBuffer out = TokenBuffer.of(nativeSegment, TokenType.INT32).padding(-1);
 *   ids.window(0, tokens * topK);                                                 // per batch, allocates nothing
 *   balancer.route(ids, out.window(0, tokens * topK));
 * </pre>
 *
 * <p>Ids of padding: -1, and the value of {@link #padding} if there is one. Written ids of -1 become that value, too.
 *
 * <p>Not thread-safe. Reading and writing allocate nothing.
 */
public final class TokenBuffer {
    /** Numbers that are converted at a time. */
    public static final int CHUNK = 512;

    private final MemorySegment segment;
    private final TokenType type;
    private final long capacity;
    private final long[] longs;
    private final byte[] bytes;
    private long offset;
    private long length;
    private long padding = -1;

    private TokenBuffer(MemorySegment segment, TokenType type) {
        this.segment = segment;
        this.type = type;
        capacity = segment.byteSize() / type.bytes();
        length = capacity;
        longs = new long[type == TokenType.INT64 ? CHUNK : 0];
        bytes = new byte[type == TokenType.UINT8 ? CHUNK : 0];
    }

    /**
     * A view of a whole array.
     *
     * @param values not copied
     * @return the view
     */
    public static TokenBuffer of(int[] values) {
        return of(MemorySegment.ofArray(values), TokenType.INT32);
    }

    /**
     * A view of a whole array.
     *
     * @param values not copied
     * @return the view
     */
    public static TokenBuffer of(long[] values) {
        return of(MemorySegment.ofArray(values), TokenType.INT64);
    }

    /**
     * A view of a whole segment, on the heap or native; no alignment is needed.
     *
     * @param segment not copied; each access obeys its scope and thread
     * @param type of the numbers in it
     * @return the view
     * @throws IllegalArgumentException if the size is no multiple of a number's
     */
    public static TokenBuffer of(MemorySegment segment, TokenType type) {
        if (segment.byteSize() % type.bytes() != 0) {
            throw new IllegalArgumentException("segment: got " + segment.byteSize() + " bytes, expected a multiple of "
                    + type.bytes() + " for " + type);
        }
        return new TokenBuffer(segment, type);
    }

    /**
     * Limits the view to a part of its array or segment; earlier windows do not count.
     *
     * @param offset first number of the part
     * @param length numbers in the part
     * @return this view
     * @throws IndexOutOfBoundsException if the part is not inside; nothing has changed then
     */
    public TokenBuffer window(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, capacity);
        this.offset = offset;
        this.length = length;
        return this;
    }

    /**
     * Sets the value that stands for padding beside -1: a token that is neither counted nor routed.
     *
     * @param value no expert and no slot; -1 for no other value than -1
     * @return this view
     * @throws IllegalArgumentException if the type cannot hold the value, other than -1; nothing has changed then
     */
    public TokenBuffer padding(long value) {
        if (value != -1 && !type.holds(value)) {
            throw new IllegalArgumentException("padding: got " + value + ", expected a value of " + type);
        }
        this.padding = value;
        return this;
    }

    /** {@return the numbers in the window} */
    public long length() {
        return length;
    }

    /** {@return the type of the numbers} */
    public TokenType type() {
        return type;
    }

    /**
     * {@return a number as it is}
     *
     * @param index from 0 to {@code length - 1}
     */
    public long get(long index) {
        long at = (offset + Objects.checkIndex(index, length)) * type.bytes();
        return switch (type) {
            case UINT8 -> Byte.toUnsignedLong(segment.get(ValueLayout.JAVA_BYTE, at));
            case INT32 -> segment.get(ValueLayout.JAVA_INT_UNALIGNED, at);
            case INT64 -> segment.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
        };
    }

    /**
     * Copies counts; padding means nothing here.
     *
     * @param prefix what messages begin with
     * @param to as long as the window, overwritten
     * @throws IllegalArgumentException if the length differs or a number is not a count from 0 to 2^31 - 1; {@code to} is
     *     unchanged then
     */
    public void copyCounts(String prefix, int[] to) {
        if (length != to.length) {
            throw new IllegalArgumentException(
                    prefix + "counts: got length " + length + ", expected " + to.length + " experts");
        }
        for (int k = 0; k < to.length; k++) {
            long count = get(k);
            if (count < 0 || count > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        prefix + "counts[" + k + "]: got " + count + ", expected 0.." + Integer.MAX_VALUE + " tokens");
            }
        }
        for (int k = 0; k < to.length; k++) {
            to[k] = (int) get(k);
        }
    }

    /**
     * Checks that ids, -1 for padding included, can be written.
     *
     * @param name of the buffer in messages
     * @param ids exclusive limit of the ids
     * @throws IllegalArgumentException if the memory is read-only, or the type cannot hold an id or padding
     */
    public void requireWritable(String name, int ids) {
        if (segment.isReadOnly()) {
            throw new IllegalArgumentException(name + ": got read-only memory, expected memory to write to");
        }
        if (!type.holds(ids - 1L)) {
            throw new IllegalArgumentException(
                    name + ": got " + type + ", expected a type that holds ids up to " + (ids - 1));
        }
        if (!type.holds(padding)) {
            throw new IllegalArgumentException(
                    name + ": got " + type + " without a padding value, expected one, as the type has no -1");
        }
        requirePadding(name, ids);
    }

    /**
     * Checks that every number is padding or an id.
     *
     * @param name of the buffer in messages
     * @param ids exclusive limit of the ids
     * @param chunk scratch, at least {@link #CHUNK} long
     * @throws IllegalArgumentException naming the first number that is neither, or if the padding value is an id
     */
    public void requireIds(String name, int ids, int[] chunk) {
        requirePadding(name, ids);
        for (long at = 0; at < length; at += CHUNK) {
            requireIds(name, ids, at, chunk, read(at, chunk));
        }
    }

    /** Checks the numbers of a chunk that was read. */
    void requireIds(String name, int ids, long at, int[] chunk, int count) {
        int wrong = TokenCounter.firstWrong(chunk, count, ids);
        if (wrong >= 0) {
            throw new IllegalArgumentException(name + "[" + (at + wrong) + "]: got expert " + get(at + wrong)
                    + ", expected -1 or " + (padding == -1 ? "" : padding + " for padding or ") + "0.." + (ids - 1));
        }
    }

    void requirePadding(String name, int ids) {
        if (padding >= 0 && padding < ids) {
            throw new IllegalArgumentException(
                    name + ": got padding " + padding + ", expected a value that is no id, not one of 0.." + (ids - 1));
        }
    }

    /**
     * Reads up to {@link #CHUNK} ids, padding as -1. A number that is no {@code int} becomes {@code Integer.MIN_VALUE}.
     *
     * @param at index of the first one in the window
     * @param to receives them
     * @return how many there are
     */
    public int read(long at, int[] to) {
        int count = (int) Math.min(CHUNK, length - at);
        long from = (offset + at) * type.bytes();
        switch (type) {
            case UINT8 -> {
                MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, from, bytes, 0, count);
                for (int k = 0; k < count; k++) {
                    int value = Byte.toUnsignedInt(bytes[k]);
                    to[k] = value == padding ? -1 : value;
                }
            }
            case INT32 -> {
                MemorySegment.copy(segment, ValueLayout.JAVA_INT_UNALIGNED, from, to, 0, count);
                for (int k = 0; k < count && padding != -1; k++) {
                    to[k] = to[k] == padding ? -1 : to[k];
                }
            }
            case INT64 -> {
                MemorySegment.copy(segment, ValueLayout.JAVA_LONG_UNALIGNED, from, longs, 0, count);
                for (int k = 0; k < count; k++) {
                    int value = longs[k] == (int) longs[k] ? (int) longs[k] : Integer.MIN_VALUE;
                    to[k] = longs[k] == padding ? -1 : value;
                }
            }
        }
        return count;
    }

    /**
     * Writes ids, -1 as padding.
     *
     * @param at index of the first one in the window
     * @param from the ids, overwritten if padding has a value
     * @param count how many, at most {@link #CHUNK}
     */
    public void write(long at, int[] from, int count) {
        long to = (offset + at) * type.bytes();
        switch (type) {
            case UINT8 -> {
                for (int k = 0; k < count; k++) {
                    bytes[k] = (byte) (from[k] < 0 ? padding : from[k]);
                }
                MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, to, count);
            }
            case INT32 -> {
                for (int k = 0; k < count && padding != -1; k++) {
                    from[k] = from[k] < 0 ? (int) padding : from[k];
                }
                MemorySegment.copy(from, 0, segment, ValueLayout.JAVA_INT_UNALIGNED, to, count);
            }
            case INT64 -> {
                for (int k = 0; k < count; k++) {
                    longs[k] = from[k] < 0 ? padding : from[k];
                }
                MemorySegment.copy(longs, 0, segment, ValueLayout.JAVA_LONG_UNALIGNED, to, count);
            }
        }
    }
}
