// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TallyTest {

    @Test
    void countsByHand() {
        Tally tally = new Tally();
        tally.add(new long[] {10, 10, 10, 10}, 10, true, 100);
        tally.add(new long[] {16, 8, 8, 8}, 12, false, 300);
        StrategyResult result = tally.result("x", "y");
        assertEquals(2, result.batches());
        assertEquals(new Summary(2, 1.3, 1, 1.6, 1.6), result.imbalance());
        assertEquals(new Summary(2, 0.2, 0, 0.4, 0.4), result.gap());
        assertEquals(1, result.optimalBatches());
        assertEquals(1, result.rejectedSolves());
        assertEquals(new Summary(2, 200, 100, 300, 300), result.planNanos());
        assertEquals("x", result.strategy());
        assertEquals("y", result.placement());
    }

    @Test
    void growsBeyondItsFirstRoom() {
        Tally tally = new Tally();
        for (int k = 1; k <= 1000; k++) {
            tally.add(new long[] {k, 0}, k, true, k);
        }
        StrategyResult result = tally.result("x", "y");
        assertEquals(1000, result.batches());
        assertEquals(1000, result.optimalBatches());
        assertEquals(new Summary(1000, 2, 2, 2, 2), result.imbalance());
        assertEquals(990, result.planNanos().p99());
    }
}
