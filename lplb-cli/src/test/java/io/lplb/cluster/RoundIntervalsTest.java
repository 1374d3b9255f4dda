// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoundIntervalsTest {
    private static long first(long from, int rounds, String... ranks) {
        List<RoundIntervals> all =
                Arrays.stream(ranks).map(RoundIntervals::agreed).toList();
        return RoundIntervals.firstCommon(all, from, rounds);
    }

    @Test
    void findsTheFirstRoundsOfAllRanks() {
        String one = "0-19 AGREED, 20 LAST_PLAN, 21-29 PARTIAL, 30-60 AGREED";
        String other = "0-15 AGREED, 18-40 AGREED, 41 PARTIAL, 42 AGREED, 43-70 AGREED";
        assertEquals(0, first(0, 10, one, other));
        assertEquals(6, first(6, 10, one, other));
        assertEquals(30, first(7, 10, one, other));
        assertEquals(43, first(32, 10, one, other));
        assertEquals(42, first(42, 1, one, other));
        assertEquals(51, first(51, 10, one, other));
        assertEquals(-1, first(52, 10, one, other));
        assertEquals(-1, first(0, 1, one, ""));
    }
}
