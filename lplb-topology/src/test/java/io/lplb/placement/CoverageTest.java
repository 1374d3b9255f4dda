// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CoverageTest {
    /** By hand: expert 0 on ranks 0, 1, 2, expert 1 on 1 and 3, expert 2 twice on rank 2 and on 3. */
    @Test
    void byHand() {
        ExpertPlacement placement = ExpertPlacement.of(4, 4, 3, new int[] {0, -1, -1, 0, 1, -1, 0, 2, 2, 1, 2, -1});
        assertEquals(new Coverage(1, 0, 1, 2), placement.coverage(2));
        assertEquals(new Coverage(1, 1, 1, 1), placement.coverage());
        assertEquals(new Coverage(1, 0, 1, 0), placement.coverage(4));
    }

    /** Against every set of failed ranks. */
    @Test
    void equalsTheSmallestFatalSetOfFailures() {
        Random random = new Random(8);
        for (int round = 0; round < 200; round++) {
            int ranks = 1 + random.nextInt(6);
            ExpertPlacement placement = SubsetOracle.randomPlacement(random, ranks, 1 + random.nextInt(5), 2);
            int fatal = ranks;
            for (int failed = 0; failed < 1 << ranks; failed++) {
                for (int e = 0; e < placement.experts(); e++) {
                    boolean lives = false;
                    for (int k = 0; k < placement.replicaCount(e); k++) {
                        lives |= (failed >> placement.rankOf(placement.slotOf(e, k)) & 1) == 0;
                    }
                    fatal = lives ? fatal : Math.min(fatal, Integer.bitCount(failed));
                }
            }
            assertEquals(fatal - 1, placement.coverage().ranks());
        }
    }

    @Test
    void slotsToSurvive() {
        assertEquals(256, Coverage.slotsToSurvive(256, 0));
        assertEquals(768, Coverage.slotsToSurvive(256, 2));
        assertMessage("failures: got -1, expected at least 0", () -> Coverage.slotsToSurvive(1, -1));
        assertMessage(
                "slots: got 65536 experts on 65536 ranks each, expected at most 2147483647 slots",
                () -> Coverage.slotsToSurvive(65_536, 65_535));
        ExpertPlacement placement = ExpertPlacement.of(1, 1, 1, new int[] {0});
        assertMessage("ranksPerNode: got 0, expected at least 1", () -> placement.coverage(0));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
