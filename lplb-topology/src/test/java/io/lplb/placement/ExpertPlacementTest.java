// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExpertPlacementTest {
    @Test
    void replicasByRisingSlot() {
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 3, new int[] {2, 0, 1, 2});
        assertArrayEquals(new int[][] {{1}, {2}, {0, 3}}, placement.log2phy());
        assertArrayEquals(new int[] {1, 1, 2}, placement.counts());
        assertEquals(2, placement.slotsPerRank());
        assertEquals(1, placement.rankOf(3));
        assertEquals(2, placement.ranks());
        assertEquals("ExpertPlacement[ranks=2, groupSize=2, experts=3, slots=4]", placement.toString());
    }

    @Test
    void arraysAreCopied() {
        int[] phy2log = {0, 0};
        int[][] log2phy = {{1, 0}};
        ExpertPlacement placement = ExpertPlacement.of(2, 2, phy2log, log2phy);
        phy2log[0] = 7;
        log2phy[0][0] = 7;
        placement.phy2log()[0] = 7;
        placement.log2phy()[0][0] = 7;
        assertArrayEquals(new int[] {0, 0}, placement.phy2log());
        assertEquals(1, placement.slotOf(0, 0));
    }

    static Stream<Arguments> bad() {
        int[] two = {0, 1};
        return Stream.of(
                Arguments.of(
                        0,
                        1,
                        two,
                        new int[][] {{0}, {1}},
                        "got 2 physical slots on 0 ranks, expected a positive multiple of the number of ranks"),
                Arguments.of(
                        2,
                        2,
                        new int[0],
                        new int[0][],
                        "got 0 physical slots on 2 ranks, expected a positive multiple of the number of ranks"),
                Arguments.of(
                        2,
                        2,
                        new int[] {0, 0, 0},
                        new int[][] {{0, 1, 2}},
                        "got 3 physical slots on 2 ranks, expected a positive multiple of the number of ranks"),
                Arguments.of(2, 3, two, new int[][] {{0}, {1}}, "groupSize: got 3, expected a divisor of the 2 ranks"),
                Arguments.of(
                        2,
                        2,
                        two,
                        new int[][] {{0}},
                        "phy2log[1]: got expert 1, expected 0..0, or -1 for an empty slot"),
                Arguments.of(
                        2, 2, two, new int[][] {{0}, {1}, {}}, "expert 2: got no physical slot, expected at least one"),
                Arguments.of(2, 2, two, new int[][] {{0}, {2}}, "log2phy[1][0]: got slot 2, expected 0..1"),
                Arguments.of(
                        2,
                        2,
                        two,
                        new int[][] {{1}, {0}},
                        "log2phy[0][0]: got slot 1, which holds expert 1; expected each of the expert's slots once"),
                Arguments.of(
                        2,
                        2,
                        new int[] {0, 0},
                        new int[][] {{0, 0}},
                        "log2phy[0][1]: got slot 0, which holds expert 0; expected each of the expert's slots once"),
                Arguments.of(
                        2,
                        2,
                        new int[] {0, 0},
                        new int[][] {{0}},
                        "log2phy[0]: got no slot 1, expected it since phy2log[1] = 0"),
                Arguments.of(
                        2,
                        1,
                        new int[] {0, 0},
                        new int[][] {{0, 1}},
                        "log2phy[0][1]: got slot 1 in another group of ranks than slot 0; expected all replicas of an"
                                + " expert in one group"));
    }

    @ParameterizedTest(name = "{4}")
    @MethodSource("bad")
    void refused(int ranks, int groupSize, int[] phy2log, int[][] log2phy, String message) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> ExpertPlacement.of(ranks, groupSize, phy2log, log2phy));
        assertEquals(message, e.getMessage());
    }

    @Test
    void slotsMayBeEmpty() {
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 2, new int[] {1, -1, 0, 1});
        assertEquals(ExpertPlacement.EMPTY, placement.expertIn(1));
        assertArrayEquals(new int[][] {{2}, {0, 3}}, placement.log2phy());
        assertArrayEquals(new int[] {1, -1, 0, 1}, placement.phy2log());
        assertEquals(2, placement.slotsPerRank());
        ExpertPlacement both = ExpertPlacement.of(2, 2, new int[] {1, -1, 0, 1}, new int[][] {{2}, {3, 0}});
        assertNotEquals(placement, both, "another original");
        assertEquals(placement, ExpertPlacement.of(2, 2, placement.phy2log(), placement.log2phy()));
    }

    @Test
    void everyExpertNeedsASlot() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> ExpertPlacement.of(2, 2, 3, new int[] {0, 1}));
        assertEquals("expert 2: got no physical slot, expected at least one", e.getMessage());
        e = assertThrows(IllegalArgumentException.class, () -> ExpertPlacement.of(2, 2, 1, new int[] {0, -2}));
        assertEquals("phy2log[1]: got expert -2, expected 0..0, or -1 for an empty slot", e.getMessage());
    }
}
