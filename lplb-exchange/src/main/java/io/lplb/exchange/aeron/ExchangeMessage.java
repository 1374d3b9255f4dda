// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The messages of the exchange, little-endian. Every field of what has come is checked before it is used.
 *
 * <pre>
 *    0         4       6       8          12         16         20         24
 *    +---------+-------+-------+----------+----------+----------+----------+
 *    | "LPLB"  |version| type  | source   | ranks    | experts  | flags    |
 *    +---------+-------+-------+----------+----------+----------+----------+
 *   24                   32                   40                   48
 *    +--------------------+--------------------+--------------------+
 *    | incarnation        | round              | fingerprint        |
 *    +--------------------+--------------------+--------------------+
 *   48                   56         60         64
 *    +--------------------+----------+----------+---------------------------
 *    | sum of payload     | length   | layer    | payload: length x 4 or 1 bytes
 *    +--------------------+----------+----------+---------------------------
 *
 *   HELLO  (type 1)  payload: description of the sender's settings, Latin-1; round: the one it is in, -1 for none
 *   COUNTS (type 2)  payload: experts x int, not negative; a HELLO's layer is 0
 *   flags            1: the sender is not in step with the group (RoundBoard)    2: the sender wants a HELLO back
 *                    4: a HELLO's round is the one that the sender will take part in first
 * </pre>
 *
 * <p>The incarnation is the wall-clock time, in nanoseconds, at which the sending process opened its exchange: a rank
 * that was started anew has a larger one, and what an earlier process left behind is told by its smaller one.
 *
 * <p>Stateless, hence safe for use by several threads.
 */
final class ExchangeMessage {
    static final int VERSION = 2;
    static final int HELLO = 1;
    static final int COUNTS = 2;
    static final int NOT_IN_STEP = 1;
    static final int WANTS_ANSWER = 2;
    static final int ANNOUNCES = 4;
    static final int HEADER = 64;

    private static final int MAGIC = 0x424C504C;
    private static final int MAX_DESCRIPTION = 400;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    /** What a check found; everything but OK is not to be used. */
    enum Check {
        OK,
        NOT_OURS,
        VERSION,
        RANKS,
        EXPERTS,
        FINGERPRINT,
        BROKEN
    }

    private ExchangeMessage() {}

    static int helloLength(GroupIdentity identity) {
        return HEADER + Math.min(identity.description().length(), MAX_DESCRIPTION);
    }

    static int countsLength(int experts) {
        return HEADER + Math.multiplyExact(experts, Integer.BYTES);
    }

    static void writeHello(MutableDirectBuffer to, int source, GroupIdentity identity, long incarnation) {
        byte[] text = identity.description().getBytes(StandardCharsets.ISO_8859_1);
        int length = Math.min(text.length, MAX_DESCRIPTION);
        writeHeader(to, HELLO, source, identity, incarnation);
        to.putLong(40, identity.fingerprint(), ORDER);
        to.putInt(56, length, ORDER);
        long sum = 0;
        for (int k = 0; k < length; k++) {
            to.putByte(HEADER + k, text[k]);
            sum += text[k];
        }
        to.putLong(48, sum, ORDER);
    }

    static void writeCountsHeader(MutableDirectBuffer to, int source, GroupIdentity identity, long incarnation) {
        writeHeader(to, COUNTS, source, identity, incarnation);
        to.putInt(56, identity.experts(), ORDER);
    }

    private static void writeHeader(
            MutableDirectBuffer to, int type, int source, GroupIdentity identity, long incarnation) {
        to.putInt(0, MAGIC, ORDER);
        to.putShort(4, (short) VERSION, ORDER);
        to.putShort(6, (short) type, ORDER);
        to.putInt(8, source, ORDER);
        to.putInt(12, identity.ranks(), ORDER);
        to.putInt(16, identity.experts(), ORDER);
        to.putLong(24, incarnation, ORDER);
        to.putInt(60, 0, ORDER);
    }

    static void writeRound(MutableDirectBuffer to, long round, int flags) {
        to.putInt(20, flags, ORDER);
        to.putLong(32, round, ORDER);
    }

    /**
     * Writes the counts.
     *
     * @param payload the same memory as that of {@code to}, from the header on
     */
    static void writeCounts(MutableDirectBuffer to, IntBuffer payload, int layer, long fingerprint, int[] counts) {
        to.putLong(40, fingerprint, ORDER);
        to.putInt(60, layer, ORDER);
        payload.put(0, counts);
        long sum = 0;
        for (int count : counts) {
            sum += count;
        }
        to.putLong(48, sum, ORDER);
    }

    /** Returns a buffer for a message; {@link #payload} gives its payload as whole numbers. */
    static ByteBuffer allocate(int length) {
        return ByteBuffer.allocateDirect(length).order(ORDER);
    }

    static IntBuffer payload(ByteBuffer message) {
        return message.slice(HEADER, message.capacity() - HEADER).order(ORDER).asIntBuffer();
    }

    /**
     * Checks a message against this rank's own identity; a HELLO's fingerprint must be the same, too. The counts
     * themselves are left to {@link CountsPayload}.
     */
    static Check check(DirectBuffer from, int at, int length, GroupIdentity identity) {
        if (length < HEADER || from.getInt(at, ORDER) != MAGIC) {
            return Check.NOT_OURS;
        }
        if (from.getShort(at + 4, ORDER) != VERSION) {
            return Check.VERSION;
        }
        if (ranks(from, at) != identity.ranks()) {
            return Check.RANKS;
        }
        if (experts(from, at) != identity.experts()) {
            return Check.EXPERTS;
        }
        int type = type(from, at);
        int source = source(from, at);
        if (source < 0 || source >= identity.ranks() || incarnation(from, at) <= 0) {
            return Check.BROKEN;
        }
        if (type == HELLO) {
            if (round(from, at) < -1 || !hasDescription(from, at, length)) {
                return Check.BROKEN;
            }
            return fingerprint(from, at) == identity.fingerprint() ? Check.OK : Check.FINGERPRINT;
        }
        boolean whole = type == COUNTS
                && round(from, at) >= 0
                && layer(from, at) >= 0
                && from.getInt(at + 56, ORDER) == identity.experts()
                && length == countsLength(identity.experts());
        return whole ? Check.OK : Check.BROKEN;
    }

    private static boolean hasDescription(DirectBuffer from, int at, int length) {
        int bytes = from.getInt(at + 56, ORDER);
        if (bytes < 0 || bytes != length - HEADER) {
            return false;
        }
        long sum = 0;
        for (int k = 0; k < bytes; k++) {
            sum += from.getByte(at + HEADER + k);
        }
        return sum == sum(from, at);
    }

    static int version(DirectBuffer from, int at) {
        return from.getShort(at + 4, ORDER);
    }

    static int type(DirectBuffer from, int at) {
        return from.getShort(at + 6, ORDER);
    }

    static int source(DirectBuffer from, int at) {
        return from.getInt(at + 8, ORDER);
    }

    static int ranks(DirectBuffer from, int at) {
        return from.getInt(at + 12, ORDER);
    }

    static int experts(DirectBuffer from, int at) {
        return from.getInt(at + 16, ORDER);
    }

    static int flags(DirectBuffer from, int at) {
        return from.getInt(at + 20, ORDER);
    }

    static long incarnation(DirectBuffer from, int at) {
        return from.getLong(at + 24, ORDER);
    }

    static long round(DirectBuffer from, int at) {
        return from.getLong(at + 32, ORDER);
    }

    static long fingerprint(DirectBuffer from, int at) {
        return from.getLong(at + 40, ORDER);
    }

    static int layer(DirectBuffer from, int at) {
        return from.getInt(at + 60, ORDER);
    }

    static long sum(DirectBuffer from, int at) {
        return from.getLong(at + 48, ORDER);
    }

    /** Returns a HELLO's description, or nothing if the message has none that can be read. */
    static String description(DirectBuffer from, int at, int length) {
        if (type(from, at) != HELLO || !hasDescription(from, at, length)) {
            return "";
        }
        byte[] text = new byte[length - HEADER];
        from.getBytes(at + HEADER, text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }
}
