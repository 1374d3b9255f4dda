// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Trace in the project's own format, which {@link CountTraceWriter} writes:
 *
 * <pre>
 *   byte   0          8        12        16        20
 *         | LPLBCNT2 | layers | experts | sources | step | step | ... | 0 | number of steps |
 *           8 bytes    4        4         4                            1   4
 *
 *   step: | 1 | counts [layers][sources][experts]: 7 bits a byte, low bits first, the high bit set but in the last |
 *           1
 * </pre>
 *
 * <p>The sizes are big-endian. A count takes one byte up to 127 and two up to 16,383, so a step of a large model takes about as many
 * bytes as it has counts. Counts are from 0 to 2^63 - 1. A writer needs no size but those of a step in advance, and a cut file is found.
 */
public final class CountTrace extends FileTrace {
    static final byte[] MAGIC = {'L', 'P', 'L', 'B', 'C', 'N', 'T', '2'};
    static final int STEP = 1;
    static final int END = 0;

    private final Path file;
    private final int number;
    private final int perSource;
    private DataInputStream in;

    /** Sizes in the head of a file. */
    private record Head(int layers, int experts, int sources) {}

    private CountTrace(Path file, DataInputStream in, Head head, int steps, TraceOptions options)
            throws FormatException {
        super(file, "counts", head.layers, experts(head.experts, options), head.sources);
        this.file = file;
        this.in = in;
        this.number = steps;
        this.perSource = head.experts;
        states(steps);
    }

    /**
     * Opens a file.
     *
     * @throws FormatException naming the file, if it is not as described above
     * @throws IOException if it cannot be read
     */
    static CountTrace open(Path file, TraceOptions options) throws IOException {
        return naming(file, () -> {
            int steps = steps(file);
            DataInputStream in = stream(file);
            try {
                return new CountTrace(file, in, head(in), steps, options);
            } catch (IOException | RuntimeException e) {
                in.close();
                throw e;
            }
        });
    }

    private static DataInputStream stream(Path file) throws IOException {
        return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
    }

    private static int steps(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer end = ByteBuffer.allocate(Integer.BYTES);
            channel.position(Math.max(0, channel.size() - Integer.BYTES));
            while (end.hasRemaining()) {
                if (channel.read(end) < 0) {
                    throw new EOFException();
                }
            }
            return end.getInt(0);
        }
    }

    private static Head head(DataInputStream in) throws IOException {
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            throw new FormatException(
                    "got a file that does not begin with LPLBCNT2, expected one of 'lplb trace convert'");
        }
        Head head = new Head(in.readInt(), in.readInt(), in.readInt());
        requireSizes(head.layers, head.experts, head.sources);
        return head;
    }

    @Override
    protected boolean read() throws IOException {
        int mark = in.read();
        if (mark == END && in.readInt() == step() && step() == number && in.read() < 0) {
            return false;
        }
        if (mark < 0) {
            throw new EOFException();
        }
        if (mark != STEP) {
            throw new FormatException(
                    "step " + step() + ": got " + (mark == END ? "an end that counts other steps" : mark)
                            + ", expected a step or the end of the file");
        }
        for (int layer = 0; layer < layers(); layer++) {
            for (int source = 0; source < sources(); source++) {
                for (int e = 0; e < perSource; e++) {
                    add(layer, source, e, count());
                }
            }
        }
        return true;
    }

    private long count() throws IOException {
        long count = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            long b = in.readUnsignedByte();
            count |= (b & 0x7f) << shift;
            if (b < 0x80) {
                return count;
            }
        }
        throw new FormatException("step " + step() + ": got a count of more than 9 bytes, expected at most 2^63 - 1");
    }

    @Override
    protected void restart() throws IOException {
        in.close();
        in = stream(file);
        head(in);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
