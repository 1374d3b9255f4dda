// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatement;
import java.nio.ByteOrder;

/**
 * Layout of the exchange's messages, little-endian.
 *
 * <pre>
 *    0         4       6       8          12         16         20         24
 *    +---------+-------+-------+----------+----------+----------+----------+
 *    | "LPLB"  |version| type  | source   | ranks    | experts  | flags    |
 *    +---------+-------+-------+----------+----------+----------+----------+
 *   24                   32                   40                   48
 *    +--------------------+--------------------+--------------------+
 *    | incarnation        | nonce              | sequence           |
 *    +--------------------+--------------------+--------------------+
 *   48                   56                   64         68         72
 *    +--------------------+--------------------+----------+----------+
 *    | round              | fingerprint        | layer    | length   |
 *    +--------------------+--------------------+----------+----------+
 *   72                   80                   88                   96                  104
 *    +--------------------+--------------------+--------------------+-------------------+---------------------
 *    | view               | plan round         | plan hash          | seal              | payload, length bytes
 *    +--------------------+--------------------+--------------------+-------------------+---------------------
 *
 *   HELLO  (type 1)  payload: per rank the incarnation and the nonce that the sender has heard last, 0 for none; the
 *                    fingerprint of the group's settings; their description, Latin-1
 *                    round: the one that the sender is in, -1 for none
 *   COUNTS (type 2)  payload: bits of expected ranks, bits of heard ranks, one word per 64 ranks each; experts x int, not
 *                    negative. See {@link RoundStatement}
 *   flags            1: the sender is not in step with the group (RoundBoard)    2: the sender wants a HELLO back
 *                    4: a HELLO's round is the one that the sender will take part in first
 * </pre>
 *
 * <p>Incarnation and nonce name the sending process, see {@link Peers}. The sequence rises with every message of a process.
 * The seal covers the whole message, with zeros in its own place ({@link MessageSeal}).
 *
 * <p>Stateless, hence safe for use by several threads.
 */
final class ExchangeMessage {
    static final int MAGIC = 0x424C504C;
    static final int VERSION = 3;
    static final int HELLO = 1;
    static final int COUNTS = 2;
    static final int NOT_IN_STEP = 1;
    static final int WANTS_ANSWER = 2;
    static final int ANNOUNCES = 4;
    static final int ALL_FLAGS = 7;

    static final int AT_VERSION = 4;
    static final int AT_TYPE = 6;
    static final int AT_SOURCE = 8;
    static final int AT_RANKS = 12;
    static final int AT_EXPERTS = 16;
    static final int AT_FLAGS = 20;
    static final int AT_INCARNATION = 24;
    static final int AT_NONCE = 32;
    static final int AT_SEQUENCE = 40;
    static final int AT_ROUND = 48;
    static final int AT_FINGERPRINT = 56;
    static final int AT_LAYER = 64;
    static final int AT_LENGTH = 68;
    static final int AT_VIEW = 72;
    static final int AT_PLAN_ROUND = 80;
    static final int AT_PLAN_HASH = 88;
    static final int AT_SEAL = 96;
    static final int HEADER = 104;

    /** Bytes per rank of a HELLO: incarnation and nonce. */
    static final int GREETING = 2 * Long.BYTES;

    static final int MAX_DESCRIPTION = 400;

    /** Larger incarnations are refused, so that there is always a next one. */
    static final long LAST_INCARNATION = Long.MAX_VALUE / 2;

    private static final int LEAST_CAPACITY = 1 << 15;

    static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private ExchangeMessage() {}

    /** Returns where a HELLO's fingerprint of settings begins; the description follows it. */
    static int settingsAt(int ranks) {
        return bytes(HEADER + (long) ranks * GREETING, ranks + " ranks");
    }

    static int helloLength(GroupIdentity identity) {
        return settingsAt(identity.ranks()) + Long.BYTES + descriptionLength(identity);
    }

    static int descriptionLength(GroupIdentity identity) {
        return Math.min(identity.description().length(), MAX_DESCRIPTION);
    }

    /** Returns where the counts begin. */
    static int countsAt(int ranks) {
        return HEADER + 2 * RoundStatement.words(ranks) * Long.BYTES;
    }

    static int countsLength(GroupIdentity identity) {
        return bytes(
                countsAt(identity.ranks()) + (long) identity.experts() * Integer.BYTES,
                identity.ranks() + " ranks and " + identity.experts() + " experts");
    }

    /** Returns a length that arrays and buffers can have. */
    private static int bytes(long length, String of) {
        if (length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "message: got " + length + " bytes for " + of + ", expected at most " + Integer.MAX_VALUE);
        }
        return (int) length;
    }

    /** Returns the length of the longest message that is read: all of this group, and most of others that are to be named. */
    static int mostBytes(GroupIdentity identity) {
        int hello = settingsAt(identity.ranks()) + Long.BYTES + MAX_DESCRIPTION;
        return Math.max(LEAST_CAPACITY, Math.max(hello, countsLength(identity)));
    }
}
