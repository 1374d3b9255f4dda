// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Splits a stream into lines of bytes, one at a time, with a limit on their length, so that a file without line breaks
 * cannot fill the memory. A line ends at {@code \n}; the last one needs none.
 *
 * <p>Not thread-safe. Does not close the stream.
 */
public final class LineReader {
    private final InputStream in;
    private final int limit;
    private final byte[] chunk = new byte[1 << 16];
    private int chunkAt;
    private int chunkEnd;
    private byte[] line = new byte[1 << 12];
    private int length;
    private boolean tooLong;
    private long number;

    /** Reads lines of at most {@code limit} bytes; longer ones are skipped and marked. */
    public LineReader(InputStream in, int limit) {
        this.in = in;
        this.limit = limit;
    }

    /** Goes to the next line; returns false at the end of the stream. */
    public boolean next() throws IOException {
        length = 0;
        tooLong = false;
        boolean any = false;
        while (chunkAt < chunkEnd || fill()) {
            any = true;
            int end = chunkAt;
            while (end < chunkEnd && chunk[end] != '\n') {
                end++;
            }
            append(end);
            boolean complete = end < chunkEnd;
            chunkAt = complete ? end + 1 : end;
            if (complete) {
                break;
            }
        }
        number += any ? 1 : 0;
        return any;
    }

    private boolean fill() throws IOException {
        chunkAt = 0;
        chunkEnd = Math.max(in.read(chunk, 0, chunk.length), 0);
        return chunkEnd > 0;
    }

    private void append(int end) {
        int more = end - chunkAt;
        if (tooLong || more > limit - length) {
            tooLong = true;
            length = 0;
            return;
        }
        if (length + more > line.length) {
            line = Arrays.copyOf(line, (int) Math.min(limit, Math.max(2L * line.length, length + more)));
        }
        System.arraycopy(chunk, chunkAt, line, length, more);
        length += more;
    }

    /** Returns the number of the current line; the first is 1. */
    public long number() {
        return number;
    }

    /** Returns the bytes of the current line, valid up to {@link #length()} and until the next call of next. */
    public byte[] bytes() {
        return line;
    }

    /** Returns the length of the current line in bytes; 0 if it was too long. */
    public int length() {
        return length;
    }

    /** Returns whether the current line was longer than the limit. */
    public boolean tooLong() {
        return tooLong;
    }

    /** Returns whether the current line is empty or only white space. */
    public boolean blank() {
        for (int k = 0; k < length; k++) {
            if (" \t\r".indexOf(line[k]) < 0) {
                return false;
            }
        }
        return !tooLong;
    }
}
