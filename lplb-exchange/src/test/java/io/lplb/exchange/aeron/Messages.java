// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundBoard;
import io.lplb.exchange.RoundStatement;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;

/** Messages of other ranks, as tests send them. A process with incarnation {@code n} has the nonce {@code -n}. */
final class Messages {
    private static long sequence;

    private Messages() {}

    static MessageSeal sealOf(GroupIdentity group, @org.jspecify.annotations.Nullable GroupKey key) {
        return key == null ? MessageSeal.checksum() : key.seal(ExchangeMessage.mostBytes(group));
    }

    /** Makes counts of a rank that waits for all ranks. */
    static UnsafeBuffer counts(
            GroupIdentity group, MessageSeal seal, int source, long incarnation, RoundStatement said, int... counts) {
        OutgoingMessage message = OutgoingMessage.counts(source, group, seal);
        message.round(said, counts);
        message.stamp(incarnation, -incarnation, ++sequence);
        return message.buffer();
    }

    /** Makes a HELLO that names the process {@code heard} of rank {@code to}, whose nonce is its negative. */
    static UnsafeBuffer hello(
            GroupIdentity group,
            MessageSeal seal,
            int source,
            long incarnation,
            long round,
            int flags,
            int to,
            long heard) {
        OutgoingMessage message = OutgoingMessage.hello(source, group, seal);
        message.greet(to, heard, -heard);
        message.round(round, group.fingerprint(), flags);
        message.stamp(incarnation, -incarnation, ++sequence);
        return message.buffer();
    }

    /** Makes what a rank says that waits for all of the processes. */
    static RoundStatement statement(GroupIdentity group, long round, long... processes) {
        RoundBoard board = new RoundBoard(group.ranks(), 0, group.experts());
        for (int r = 0; r < processes.length; r++) {
            board.meet(r, processes[r]);
        }
        RoundStatement said = board.begin(
                round, 0, group.fingerprint(), new int[group.experts()], new int[group.ranks() * group.experts()]);
        said.joining = false;
        return said;
    }

    /** Seals a message anew after a test has changed it. */
    static UnsafeBuffer resealed(UnsafeBuffer message, MessageSeal seal) {
        message.putLong(ExchangeMessage.AT_SEAL, 0);
        byte[] bytes = Arrays.copyOf(message.byteArray(), message.capacity());
        message.putLong(ExchangeMessage.AT_SEAL, seal.of(bytes, bytes.length));
        return message;
    }
}
