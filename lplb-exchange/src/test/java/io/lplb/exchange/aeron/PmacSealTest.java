// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PmacSealTest {
    private static final byte[] KEY = HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f");

    private final PmacSeal seal = new PmacSeal(KEY, 1000);

    /** The vectors that its authors published for PMAC-AES-128: the bytes 0, 1, 2, ... */
    @ParameterizedTest(name = "{0} bytes")
    @CsvSource({
        "0, 4399572cd6ea5341b8d35876a7098af7",
        "3, 256ba5193c1b991b4df0c51f388a9e27",
        "16, ebbd822fa458daf6dfdad7c27da76338",
        "20, 0412ca150bbf79058d8c75a58c993f55",
        "32, e97ac04e9e5e3399ce5355cd7407bc75",
        "34, 5cba7d5eb24f7c86ccc54604e53d5512"
    })
    void publishedVectors(int length, String tag) {
        byte[] message = new byte[length];
        for (int k = 0; k < length; k++) {
            message[k] = (byte) k;
        }
        assertEquals(tag, HexFormat.of().formatHex(seal.code(message, length)));
    }

    @Test
    void publishedVectorOfAThousandZeros() {
        assertEquals("c2c9fa1d9985f6f0d2aff915a0e8d910", HexFormat.of().formatHex(seal.code(new byte[1000], 1000)));
    }

    @Test
    void bytesBeyondTheMessageDoNotCount() {
        byte[] message = new byte[64];
        long tag = seal.of(message, 40);
        message[40] = 1;
        assertEquals(tag, seal.of(message, 40));
        assertEquals(tag, new PmacSeal(KEY, 40).of(message, 40));
    }
}
