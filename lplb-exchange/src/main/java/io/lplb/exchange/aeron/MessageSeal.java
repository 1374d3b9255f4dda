// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.util.zip.CRC32C;

/**
 * Check word over a whole message. With a group key it is a message authentication code ({@link PmacSeal}); without one it
 * is a checksum, which finds damage but no forgery.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
interface MessageSeal {
    /**
     * Computes the word.
     *
     * @param message bytes of the message from 0 on, with zeros where the word will be
     * @param length number of bytes, at least 1 and at most what the seal was made for
     */
    long of(byte[] message, int length);

    /** Returns whether only owners of the group key can make the word. */
    boolean isKeyed();

    /** Returns the checksum CRC-32C. */
    static MessageSeal checksum() {
        CRC32C crc = new CRC32C();
        return new MessageSeal() {
            @Override
            public long of(byte[] message, int length) {
                crc.reset();
                crc.update(message, 0, length);
                return crc.getValue();
            }

            @Override
            public boolean isKeyed() {
                return false;
            }
        };
    }
}
