// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.count;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCounterTest {

    @ParameterizedTest(name = "{0} ids")
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 97, 4096 * 8})
    void countsWhatAPlainLoopCounts(int n) {
        Random random = new Random(n);
        int[] ids = random.ints(n, -1, 256).toArray();
        int[] expected = new int[256];
        for (int id : ids) {
            if (id >= 0) {
                expected[id]++;
            }
        }
        int[] counts = new int[256];
        TokenCounter counter = new TokenCounter(256);
        counter.count(ids, counts);
        assertArrayEquals(expected, counts);
        counter.count(ids, counts);
        assertArrayEquals(expected, counts, "a second count starts from zero");
    }

    @ParameterizedTest(name = "id {0}")
    @ValueSource(ints = {-2, 3, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void refusesIdsOutOfRangeBeforeWriting(int id) {
        int[] counts = {7, 7, 7};
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> new TokenCounter(3).count(new int[] {0, -1, id, 2}, counts));
        assertEquals("ids[2]: got expert " + id + ", expected -1 or 0..2", e.getMessage());
        assertArrayEquals(new int[] {7, 7, 7}, counts);
    }

    @Test
    @SuppressWarnings("NullAway") // null is what is tested
    void refusesWrongSizes() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new TokenCounter(3).count(new int[0], new int[2]));
        assertEquals("counts: got length 2, expected 3", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new TokenCounter(0));
        assertThrows(NullPointerException.class, () -> new TokenCounter(3).count((int[]) null, new int[3]));
    }
}
