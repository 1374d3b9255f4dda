// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static io.lplb.exchange.aeron.ExchangeMessage.ORDER;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatement;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A HELLO or a COUNTS message of this rank, written once and then changed from round to round.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class OutgoingMessage {
    private final byte[] bytes;
    private final ByteBuffer fields;
    private final IntBuffer counts;
    private final UnsafeBuffer buffer;
    private final MessageSeal seal;
    private final int ranks;

    private OutgoingMessage(int type, int length, int source, GroupIdentity identity, MessageSeal seal) {
        this.seal = seal;
        ranks = identity.ranks();
        bytes = new byte[length];
        fields = ByteBuffer.wrap(bytes).order(ORDER);
        buffer = new UnsafeBuffer(bytes);
        int countsAt = Math.min(length, ExchangeMessage.countsAt(ranks));
        counts = fields.slice(countsAt, length - countsAt).order(ORDER).asIntBuffer();
        fields.putInt(0, ExchangeMessage.MAGIC);
        fields.putShort(ExchangeMessage.AT_VERSION, (short) ExchangeMessage.VERSION);
        fields.putShort(ExchangeMessage.AT_TYPE, (short) type);
        fields.putInt(ExchangeMessage.AT_SOURCE, source);
        fields.putInt(ExchangeMessage.AT_RANKS, ranks);
        fields.putInt(ExchangeMessage.AT_EXPERTS, identity.experts());
        fields.putInt(ExchangeMessage.AT_LENGTH, length - ExchangeMessage.HEADER);
        fields.putLong(ExchangeMessage.AT_PLAN_ROUND, -1);
    }

    static OutgoingMessage hello(int source, GroupIdentity identity, MessageSeal seal) {
        OutgoingMessage hello = new OutgoingMessage(
                ExchangeMessage.HELLO, ExchangeMessage.helloLength(identity), source, identity, seal);
        int at = ExchangeMessage.settingsAt(identity.ranks());
        hello.fields.putLong(at, identity.fingerprint());
        byte[] text = identity.description().getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(text, 0, hello.bytes, at + Long.BYTES, ExchangeMessage.descriptionLength(identity));
        return hello;
    }

    static OutgoingMessage counts(int source, GroupIdentity identity, MessageSeal seal) {
        return new OutgoingMessage(
                ExchangeMessage.COUNTS, ExchangeMessage.countsLength(identity), source, identity, seal);
    }

    /** Writes a HELLO's round. */
    void round(long round, long fingerprint, int flags) {
        fields.putLong(ExchangeMessage.AT_ROUND, round);
        fields.putLong(ExchangeMessage.AT_FINGERPRINT, fingerprint);
        fields.putInt(ExchangeMessage.AT_FLAGS, flags);
    }

    /** Writes into a HELLO whom of a rank this one has heard. */
    void greet(int rank, long incarnation, long nonce) {
        int at = ExchangeMessage.HEADER + rank * ExchangeMessage.GREETING;
        fields.putLong(at, incarnation);
        fields.putLong(at + Long.BYTES, nonce);
    }

    /** Writes the counts of a round. */
    void round(RoundStatement said, int[] own) {
        round(said.round, said.fingerprint, said.joining ? ExchangeMessage.NOT_IN_STEP : 0);
        fields.putInt(ExchangeMessage.AT_LAYER, said.layer);
        fields.putLong(ExchangeMessage.AT_VIEW, said.view);
        fields.putLong(ExchangeMessage.AT_PLAN_ROUND, said.planRound);
        fields.putLong(ExchangeMessage.AT_PLAN_HASH, said.planHash);
        int words = RoundStatement.words(ranks);
        for (int w = 0; w < words; w++) {
            fields.putLong(ExchangeMessage.HEADER + w * Long.BYTES, said.expected()[w]);
            fields.putLong(ExchangeMessage.HEADER + (words + w) * Long.BYTES, said.heard()[w]);
        }
        counts.put(0, own);
    }

    /** Finishes the message: names the process, numbers the message and seals it. */
    void stamp(long incarnation, long nonce, long sequence) {
        fields.putLong(ExchangeMessage.AT_INCARNATION, incarnation);
        fields.putLong(ExchangeMessage.AT_NONCE, nonce);
        fields.putLong(ExchangeMessage.AT_SEQUENCE, sequence);
        fields.putLong(ExchangeMessage.AT_SEAL, 0);
        fields.putLong(ExchangeMessage.AT_SEAL, seal.of(bytes, bytes.length));
    }

    UnsafeBuffer buffer() {
        return buffer;
    }
}
