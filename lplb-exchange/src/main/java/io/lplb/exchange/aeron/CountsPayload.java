// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import org.agrona.DirectBuffer;

/**
 * Counts on their way between messages and arrays. They are copied as a block and checked in the array: a check of
 * bounds and byte order for each number would cost more than all the rest of a round.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
final class CountsPayload {
    private final ByteBuffer bytes;
    private final IntBuffer ints;
    private final int[] counts;

    CountsPayload(int experts) {
        bytes = ByteBuffer.allocate(Math.multiplyExact(experts, Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        ints = bytes.asIntBuffer();
        counts = new int[experts];
    }

    /**
     * Reads the payload of a COUNTS message that has the right length.
     *
     * @return false if a count is negative or their sum is not the message's
     */
    boolean read(DirectBuffer from, int at) {
        from.getBytes(at + ExchangeMessage.HEADER, bytes, 0, bytes.capacity());
        ints.get(0, counts);
        long sum = 0;
        int signs = 0;
        for (int count : counts) {
            sum += count;
            signs |= count;
        }
        return signs >= 0 && sum == ExchangeMessage.sum(from, at);
    }

    /** Copies what was read last. */
    void copyTo(int[] to, int at) {
        System.arraycopy(counts, 0, to, at, counts.length);
    }
}
