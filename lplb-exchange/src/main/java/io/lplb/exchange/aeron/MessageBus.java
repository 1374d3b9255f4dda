// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import org.agrona.DirectBuffer;

/**
 * Carrier of messages from one rank to all others: one or more channels to send on, and the messages received on any of them.
 * Messages of one sender keep their order; they may be lost, late or doubled.
 *
 * <p>Not thread-safe.
 */
interface MessageBus extends AutoCloseable {

    /** Takes a message; the bytes are valid during the call only. */
    @FunctionalInterface
    interface Receiver {
        void receive(DirectBuffer buffer, int offset, int length);
    }

    /** Returns the number of channels; a message is for all of them. */
    int channels();

    /**
     * Sends a message on a channel.
     *
     * @return false if the channel has no room now, and the message should be offered again
     * @throws IllegalStateException if the channel will never work again
     */
    boolean offer(int channel, DirectBuffer buffer, int length);

    /** Returns whether a channel may lose messages without either side noticing until the next one. */
    boolean isLossy(int channel);

    /** Sets whether ranks are missing: then new senders are looked for more often. */
    void awaitRanks(boolean wanted);

    /** Returns how often the channels were opened. After an opening beyond the first, messages have been lost. */
    long openings();

    /** Hands on what has come; returns the number of messages. */
    int poll(Receiver receiver);

    /** Returns in one line what messages travel over and why. */
    String transport();

    @Override
    void close();
}
