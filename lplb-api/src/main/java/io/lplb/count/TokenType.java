// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.count;

/** Type of the numbers in a {@link TokenBuffer}, in the byte order of the machine. */
public enum TokenType {
    /** Unsigned bytes. They have no -1, so padding needs a value of its own, see {@link TokenBuffer#padding}. */
    UINT8(Byte.BYTES, 0, 255),
    /** Signed numbers of 32 bits. */
    INT32(Integer.BYTES, Integer.MIN_VALUE, Integer.MAX_VALUE),
    /** Signed numbers of 64 bits, as PyTorch's topk returns them. */
    INT64(Long.BYTES, Long.MIN_VALUE, Long.MAX_VALUE);

    private final int bytes;
    private final long least;
    private final long largest;

    TokenType(int bytes, long least, long largest) {
        this.bytes = bytes;
        this.least = least;
        this.largest = largest;
    }

    /** {@return the size of a number in bytes} */
    public int bytes() {
        return bytes;
    }

    /**
     * {@return whether a number of this type can be this value}
     *
     * @param value any number
     */
    public boolean holds(long value) {
        return value >= least && value <= largest;
    }
}
