// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * The message authentication code PMAC with AES-128 (Black and Rogaway, "A Block-Cipher Mode of Operation for Parallelizable
 * Message Authentication", EUROCRYPT 2002), of which the first 64 bits are used. All blocks of a message but the last go to
 * the cipher of the Java runtime in one call, which processors with AES instructions work off in parallel; a chained mode
 * such as CMAC takes the latency of the cipher per block.
 *
 * <pre>
 *   sum = E(M1 ^ offset 1) ^ ... ^ E(Mm-1 ^ offset m-1) ^ Mm padded        tag = E(sum, ^ L / x if Mm is a whole block)
 *   offset i = offset i-1 ^ L * x^ntz(i)     L = E(0), in the field of 2^128 elements
 * </pre>
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
final class PmacSeal implements MessageSeal {
    private static final int BLOCK = 16;
    private static final int REDUCTION = 0x87;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final Cipher aes;
    private final byte[] offsets;
    private final byte[] masked;
    private final byte[] enciphered;
    private final byte[] halved;
    private final byte[] sum = new byte[BLOCK];
    private final byte[] tag = new byte[BLOCK];

    /**
     * Prepares for a key.
     *
     * @param key 16 bytes
     * @param mostBytes length of the longest message
     */
    PmacSeal(byte[] key, int mostBytes) {
        try {
            // One block at a time is all that PMAC wants of the cipher, so the mode is ECB.
            aes = Cipher.getInstance("AES/ECB/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
            int blocks = Math.ceilDiv(mostBytes, BLOCK);
            offsets = new byte[blocks * BLOCK];
            masked = new byte[blocks * BLOCK];
            enciphered = new byte[blocks * BLOCK];
            byte[] first = new byte[BLOCK];
            aes.update(new byte[BLOCK], 0, BLOCK, first, 0);
            fillOffsets(first, blocks);
            halved = halve(first);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("group key: got a Java runtime without AES, expected one with it", e);
        }
    }

    private void fillOffsets(byte[] first, int blocks) {
        byte[][] powers = new byte[Integer.SIZE][];
        powers[0] = first;
        for (int k = 1; k < powers.length; k++) {
            powers[k] = twice(powers[k - 1]);
        }
        for (int i = 1; i < blocks; i++) {
            byte[] step = powers[Integer.numberOfTrailingZeros(i)];
            for (int b = 0; b < BLOCK; b++) {
                int before = i == 1 ? 0 : offsets[(i - 2) * BLOCK + b];
                offsets[(i - 1) * BLOCK + b] = (byte) (before ^ step[b]);
            }
        }
    }

    private static byte[] twice(byte[] element) {
        long high = (long) LONG.get(element, 0);
        long low = (long) LONG.get(element, Long.BYTES);
        return element(high << 1 | low >>> 63, low << 1 ^ (high < 0 ? REDUCTION : 0));
    }

    private static byte[] halve(byte[] element) {
        long high = (long) LONG.get(element, 0);
        long low = (long) LONG.get(element, Long.BYTES);
        boolean odd = (low & 1) != 0;
        long halfLow = low >>> 1 | high << 63;
        long halfHigh = high >>> 1;
        return odd ? element(halfHigh ^ 1L << 63, halfLow ^ REDUCTION >>> 1) : element(halfHigh, halfLow);
    }

    private static byte[] element(long high, long low) {
        byte[] element = new byte[BLOCK];
        LONG.set(element, 0, high);
        LONG.set(element, Long.BYTES, low);
        return element;
    }

    @Override
    public long of(byte[] message, int length) {
        code(message, length);
        return (long) LONG.get(tag, 0);
    }

    /** Computes the whole tag; valid until the next call. */
    byte[] code(byte[] message, int length) {
        int last = length == 0 ? 0 : (length - 1) / BLOCK * BLOCK;
        for (int k = 0; k < last; k++) {
            masked[k] = (byte) (message[k] ^ offsets[k]);
        }
        try {
            long high = 0;
            long low = 0;
            if (last > 0) {
                aes.update(masked, 0, last, enciphered, 0);
                for (int k = 0; k < last; k += BLOCK) {
                    high ^= (long) LONG.get(enciphered, k);
                    low ^= (long) LONG.get(enciphered, k + Long.BYTES);
                }
            }
            Arrays.fill(sum, (byte) 0);
            System.arraycopy(message, last, sum, 0, length - last);
            if (length - last < BLOCK) {
                sum[length - last] = (byte) 0x80;
            } else {
                high ^= (long) LONG.get(halved, 0);
                low ^= (long) LONG.get(halved, Long.BYTES);
            }
            LONG.set(sum, 0, (long) LONG.get(sum, 0) ^ high);
            LONG.set(sum, Long.BYTES, (long) LONG.get(sum, Long.BYTES) ^ low);
            aes.update(sum, 0, BLOCK, tag, 0);
            return tag;
        } catch (ShortBufferException e) {
            throw new IllegalStateException("seal: got no room for whole blocks, expected it", e);
        }
    }

    @Override
    public boolean isKeyed() {
        return true;
    }
}
