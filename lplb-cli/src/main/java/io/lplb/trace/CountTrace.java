// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The project's own file of recorded loads: tokens of every expert, step by step, and layer by layer in a step.
 *
 * <pre>
 *   byte   0          8       12       16        20
 *         | LPLBCNT1 | steps | layers | experts | counts: 7 bits a byte, low bits first, the high bit set but in the last
 *           8 bytes    4       4        4         [steps][layers][experts]
 * </pre>
 *
 * <p>The sizes are big-endian. A count takes a byte up to 127 and two up to 16,383, so a step of a large model takes about as many
 * bytes as it has counts. Counts are from 0 to 2^63 - 1. Memory holds one step. Limits: 65,536 layers and 65,536 experts, 2^26 counts a
 * step.
 */
public final class CountTrace {
    private static final byte[] MAGIC = {'L', 'P', 'L', 'B', 'C', 'N', 'T', '1'};
    private static final int LIMIT = 1 << 16;
    private static final long CELL_LIMIT = 1 << 26;

    private CountTrace() {}

    /** Takes one step. */
    @FunctionalInterface
    public interface Steps {
        /**
         * Takes the counts of a step.
         *
         * @param step from 0
         * @param counts {@code [layers][experts]}, valid during the call
         */
        void take(int step, long[][] counts) throws IOException;
    }

    /** Writes the header. */
    public static void writeHeader(DataOutputStream out, int steps, int layers, int experts) throws IOException {
        out.write(MAGIC);
        out.writeInt(steps);
        out.writeInt(layers);
        out.writeInt(experts);
    }

    /** Writes a step, {@code [layers][experts]}. */
    public static void writeStep(DataOutputStream out, long[][] counts) throws IOException {
        for (long[] layer : counts) {
            for (long count : layer) {
                long rest = count;
                for (; rest > 0x7f; rest >>>= 7) {
                    out.writeByte((int) ((rest & 0x7f) | 0x80));
                }
                out.writeByte((int) rest);
            }
        }
    }

    /**
     * Reads a file step by step.
     *
     * @param steps takes the counts of every step, in order
     * @throws FormatException naming the file, if it is not as described above
     * @throws IOException if it cannot be read
     */
    public static void read(Path file, Steps steps) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            read(in, steps);
        } catch (EOFException e) {
            throw new FormatException(file + ": got a file that ends early, expected all counts of its header", e);
        } catch (FormatException e) {
            throw new FormatException(file + ": " + e.getMessage(), e);
        }
    }

    private static void read(DataInputStream in, Steps steps) throws IOException {
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            throw new FormatException(
                    "got a file that does not begin with LPLBCNT1, expected one of 'lplb trace convert'");
        }
        int number = in.readInt();
        int layers = in.readInt();
        int experts = in.readInt();
        if (number < 0
                || layers < 1
                || experts < 1
                || layers > LIMIT
                || experts > LIMIT
                || (long) layers * experts > CELL_LIMIT) {
            throw new FormatException("got " + number + " steps, " + layers + " layers and " + experts
                    + " experts, expected 0 or more, 1 to " + LIMIT + " and 1 to " + LIMIT);
        }
        long[][] counts = new long[layers][experts];
        for (int step = 0; step < number; step++) {
            for (long[] layer : counts) {
                for (int e = 0; e < experts; e++) {
                    layer[e] = count(in);
                }
            }
            steps.take(step, counts);
        }
        if (in.read() >= 0) {
            throw new FormatException("got bytes after the last count, expected the end of the file");
        }
    }

    private static long count(DataInputStream in) throws IOException {
        long count = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            long b = in.readUnsignedByte();
            count |= (b & 0x7f) << shift;
            if (b < 0x80) {
                return count;
            }
        }
        throw new FormatException("got a count of more than 9 bytes, expected at most 2^63 - 1");
    }
}
