// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FloatSumTest {
    /** The bits that PyTorch 2.7.1 gave for the sum of these rows on a CPU. */
    @ParameterizedTest
    @CsvSource({
        "5, 40122222",
        "7, 4025f15f",
        "12, 40469b00",
        "32, 4081df32",
        "100, 40a5ff01",
        "300, 40c90b95",
        "2048, 41033bb7",
        "10000, 411c9a0a"
    })
    void bitsOfPyTorch(int length, String bits) {
        float[] row = new float[length + 3];
        for (int k = 0; k < length; k++) {
            row[k + 2] = 1f / (1 + k * 7919 % length);
        }
        assertEquals(bits, Integer.toHexString(Float.floatToIntBits(FloatSum.of(row, 2, length))));
    }

    @Test
    void wholeNumbersAreExactInAnyOrder() {
        Random random = new Random(3);
        for (int length = 0; length < 600; length++) {
            float[] row = new float[length];
            int expected = 0;
            for (int k = 0; k < length; k++) {
                int value = random.nextInt(1000);
                row[k] = value;
                expected += value;
            }
            assertEquals(expected, FloatSum.of(row, 0, length));
        }
    }
}
