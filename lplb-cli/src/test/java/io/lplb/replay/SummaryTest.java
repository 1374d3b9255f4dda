// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SummaryTest {

    @Test
    void percentilesAreByNearestRank() {
        double[] hundred =
                IntStream.rangeClosed(1, 100).mapToDouble(k -> 101 - k).toArray();
        assertEquals(new Summary(100, 50.5, 50, 99, 100), Summary.of(hundred));
        double[] thousand = IntStream.rangeClosed(1, 1001).mapToDouble(k -> k).toArray();
        assertEquals(new Summary(1001, 501, 501, 991, 1001), Summary.of(thousand));
    }

    @Test
    void aSampleOfOneIsItself() {
        assertEquals(new Summary(1, 7, 7, 7, 7), Summary.of(new double[] {7}));
    }

    @Test
    void anEmptySampleHasNoNumbers() {
        assertEquals(new Summary(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN), Summary.of(new double[0]));
    }

    @Test
    void theSampleIsLeftAsItIs() {
        double[] sample = {3, 1, 2};
        Summary.of(sample);
        assertArrayEquals(new double[] {3, 1, 2}, sample);
    }
}
