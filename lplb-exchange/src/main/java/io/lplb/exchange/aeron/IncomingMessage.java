// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static io.lplb.exchange.aeron.ExchangeMessage.ORDER;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundBoard;
import io.lplb.exchange.RoundStatement;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * A message that has come: copied first, so that nobody can change it while it is read, then checked as a whole. Its fields
 * may be used only after {@link #read} has found it {@link Check#OK}.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per message.
 */
final class IncomingMessage {
    /** Faults of a message. */
    enum Check {
        OK,
        /** Not a message of the exchange. */
        NOT_OURS,
        /** Of another version; its other fields are unknown. */
        VERSION,
        /** Not sealed with this group's key, or damaged. */
        SEAL,
        RANKS,
        EXPERTS,
        SETTINGS,
        /** A field is out of its range, or the length is wrong. */
        BROKEN
    }

    private static final int MOST_ESCAPED = 4;

    private final GroupIdentity identity;
    private final MessageSeal seal;
    private final byte[] bytes;
    private final ByteBuffer fields;
    private final IntBuffer payload;
    private final int[] counts;
    private final RoundStatement statement;
    private int length;

    IncomingMessage(GroupIdentity identity, MessageSeal seal) {
        this.identity = identity;
        this.seal = seal;
        bytes = new byte[ExchangeMessage.mostBytes(identity)];
        fields = ByteBuffer.wrap(bytes).order(ORDER);
        int countsAt = ExchangeMessage.countsAt(identity.ranks());
        payload = fields.slice(countsAt, identity.experts() * Integer.BYTES)
                .order(ORDER)
                .asIntBuffer();
        counts = new int[identity.experts()];
        statement = new RoundStatement(identity.ranks());
    }

    /** Copies and checks a message. */
    Check read(DirectBuffer from, int at, int messageLength) {
        if (messageLength < ExchangeMessage.AT_VERSION || from.getInt(at, ORDER) != ExchangeMessage.MAGIC) {
            return Check.NOT_OURS;
        }
        // What is longer than any message is not worth more than its header.
        boolean tooLong = messageLength > bytes.length;
        length = Math.min(messageLength, bytes.length);
        from.getBytes(at, bytes, 0, length);
        if (length < ExchangeMessage.HEADER) {
            return Check.BROKEN;
        }
        if (version() != ExchangeMessage.VERSION) {
            return Check.VERSION;
        }
        if (!tooLong) {
            long said = fields.getLong(ExchangeMessage.AT_SEAL);
            fields.putLong(ExchangeMessage.AT_SEAL, 0);
            if (seal.of(bytes, length) != said) {
                return Check.SEAL;
            }
        } else if (seal.isKeyed()) {
            return Check.SEAL;
        }
        if (fields.getInt(ExchangeMessage.AT_RANKS) != identity.ranks()) {
            return Check.RANKS;
        }
        if (fields.getInt(ExchangeMessage.AT_EXPERTS) != identity.experts()) {
            return Check.EXPERTS;
        }
        return tooLong || !isWhole() ? Check.BROKEN : isHello() ? checkHello() : checkCounts();
    }

    private boolean isWhole() {
        int type = type();
        return (type == ExchangeMessage.HELLO || type == ExchangeMessage.COUNTS)
                && source() >= 0
                && source() < identity.ranks()
                && (flags() & ~ExchangeMessage.ALL_FLAGS) == 0
                && incarnation() > 0
                && incarnation() <= ExchangeMessage.LAST_INCARNATION
                && sequence() > 0
                && round() <= RoundBoard.LAST_ROUND
                && fields.getInt(ExchangeMessage.AT_LENGTH) == length - ExchangeMessage.HEADER;
    }

    private Check checkHello() {
        int settings = ExchangeMessage.settingsAt(identity.ranks());
        if (length < settings + Long.BYTES || round() < -1) {
            return Check.BROKEN;
        }
        for (int r = 0; r < identity.ranks(); r++) {
            if (greeted(r) < 0 || greeted(r) > ExchangeMessage.LAST_INCARNATION) {
                return Check.BROKEN;
            }
        }
        return fields.getLong(settings) == identity.fingerprint() ? Check.OK : Check.SETTINGS;
    }

    private Check checkCounts() {
        if (length != ExchangeMessage.countsLength(identity)
                || round() < 0
                || fields.getInt(ExchangeMessage.AT_LAYER) < 0
                || fields.getLong(ExchangeMessage.AT_PLAN_ROUND) < -1
                || fields.getLong(ExchangeMessage.AT_PLAN_ROUND) > RoundBoard.LAST_ROUND) {
            return Check.BROKEN;
        }
        int words = RoundStatement.words(identity.ranks());
        for (int w = 0; w < words; w++) {
            statement.expected()[w] = fields.getLong(ExchangeMessage.HEADER + w * Long.BYTES);
            statement.heard()[w] = fields.getLong(ExchangeMessage.HEADER + (words + w) * Long.BYTES);
        }
        int used = identity.ranks() % Long.SIZE;
        long unused = used == 0 ? 0 : -1L << used;
        if (((statement.expected()[words - 1] | statement.heard()[words - 1]) & unused) != 0) {
            return Check.BROKEN;
        }
        // One copy and one pass: a check of bounds and byte order for each number would cost more than the rest of a
        // round.
        payload.get(0, counts);
        int signs = 0;
        for (int count : counts) {
            signs |= count;
        }
        return signs >= 0 ? Check.OK : Check.BROKEN;
    }

    boolean isHello() {
        return type() == ExchangeMessage.HELLO;
    }

    private int type() {
        return fields.getShort(ExchangeMessage.AT_TYPE);
    }

    int version() {
        return fields.getShort(ExchangeMessage.AT_VERSION);
    }

    int source() {
        return fields.getInt(ExchangeMessage.AT_SOURCE);
    }

    int ranks() {
        return fields.getInt(ExchangeMessage.AT_RANKS);
    }

    int experts() {
        return fields.getInt(ExchangeMessage.AT_EXPERTS);
    }

    int flags() {
        return fields.getInt(ExchangeMessage.AT_FLAGS);
    }

    boolean has(int flag) {
        return (flags() & flag) != 0;
    }

    long incarnation() {
        return fields.getLong(ExchangeMessage.AT_INCARNATION);
    }

    long nonce() {
        return fields.getLong(ExchangeMessage.AT_NONCE);
    }

    long sequence() {
        return fields.getLong(ExchangeMessage.AT_SEQUENCE);
    }

    long round() {
        return fields.getLong(ExchangeMessage.AT_ROUND);
    }

    long fingerprint() {
        return fields.getLong(ExchangeMessage.AT_FINGERPRINT);
    }

    /** Returns the incarnation of a rank that the sender of this HELLO has heard last, 0 for none. */
    long greeted(int rank) {
        return fields.getLong(ExchangeMessage.HEADER + rank * ExchangeMessage.GREETING);
    }

    /** Returns the nonce of that process. */
    long greetedNonce(int rank) {
        return fields.getLong(ExchangeMessage.HEADER + rank * ExchangeMessage.GREETING + Long.BYTES);
    }

    /** Returns what the sender said with its counts; overwritten by the next message. */
    RoundStatement statement() {
        statement.round = round();
        statement.layer = fields.getInt(ExchangeMessage.AT_LAYER);
        statement.fingerprint = fingerprint();
        statement.joining = has(ExchangeMessage.NOT_IN_STEP);
        statement.view = fields.getLong(ExchangeMessage.AT_VIEW);
        statement.planRound = fields.getLong(ExchangeMessage.AT_PLAN_ROUND);
        statement.planHash = fields.getLong(ExchangeMessage.AT_PLAN_HASH);
        return statement;
    }

    void copyCounts(int[] to, int at) {
        System.arraycopy(counts, 0, to, at, counts.length);
    }

    /** Returns the fingerprint of a HELLO's settings. */
    long settings() {
        return fields.getLong(ExchangeMessage.settingsAt(identity.ranks()));
    }

    /**
     * Returns the description in a HELLO of this or another group, or nothing if there is none that can be read. What could
     * forge or break a line of a log is escaped.
     */
    String description() {
        long at = ExchangeMessage.HEADER + (long) ranks() * ExchangeMessage.GREETING + Long.BYTES;
        if (length < ExchangeMessage.HEADER || !isHello() || ranks() < 1 || at > length) {
            return "";
        }
        int most = (int) Math.min(length - at, ExchangeMessage.MAX_DESCRIPTION);
        return escape(new String(bytes, (int) at, most, StandardCharsets.ISO_8859_1));
    }

    /** Replaces everything but printable ASCII, and the backslash, by its code. */
    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length() + MOST_ESCAPED);
        for (int k = 0; k < text.length(); k++) {
            char c = text.charAt(k);
            if (c >= ' ' && c <= '~' && c != '\\') {
                safe.append(c);
            } else {
                safe.append(String.format("\\u%04x", (int) c));
            }
        }
        return safe.toString();
    }
}
