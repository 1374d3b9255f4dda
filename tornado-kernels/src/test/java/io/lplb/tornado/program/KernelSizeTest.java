// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelSizeTest {
    private static final KernelSize PAIRS = KernelSize.parse("r8-i16-e32-h2-d0-c16-u0");
    private static final KernelSize LISTS = KernelSize.parse("r8-i16-e40-hupto8-d0-c16-u0");

    private static KernelSize size(int ranks, int[]... hosts) {
        return new ProblemTables(MinMaxProblem.of(ranks, hosts)).size();
    }

    @ParameterizedTest
    @ValueSource(strings = {"r8-i16-e32-h2-d4-c4-u1", "r64-i192-e576-hupto8-d0-c192-u0", "r1-i0-e0-hupto1-d0-c0-u1"})
    void textsAreReadAsWritten(String text) {
        assertEquals(text, KernelSize.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cube", "r8", "r8-i16-e32-h2-d4-c4-u2", "r-8-i16-e32-h2-d4-c4-u1"})
    void otherTextsAreRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> KernelSize.parse(text));
    }

    @Test
    void aSizeHoldsItselfAndWhatIsSmaller() {
        KernelSize ring = size(3, new int[] {0, 1}, new int[] {1, 2}, new int[] {2, 0});
        assertEquals("r3-i3-e6-h2-d2-c3-u1", ring.toString());
        assertTrue(ring.holds(ring));
        assertTrue(PAIRS.holds(ring));
        assertTrue(LISTS.holds(ring));
        assertFalse(ring.holds(PAIRS));
        // The ring's kernel counts on two entries a rank.
        assertFalse(ring.holds(size(3, new int[] {0, 1}, new int[] {1, 2})));
        KernelSize triple = size(3, new int[] {0, 1, 2});
        assertFalse(PAIRS.holds(triple));
        assertTrue(LISTS.holds(triple));
        assertFalse(KernelSize.parse("r8-i16-e40-hupto2-d0-c16-u0").holds(triple));
        assertFalse(LISTS.holds(size(9, new int[] {0, 8})));
        KernelSize fast = new ProblemTables(MinMaxProblem.of(2, new double[] {1, 2}, new int[][] {{0, 1}})).size();
        assertTrue(PAIRS.holds(fast));
        assertFalse(KernelSize.parse("r8-i16-e32-h2-d0-c16-u1").holds(fast));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, Integer.MAX_VALUE - 100, 2_000_000_000})
    void groupsThatNoArrayHoldsAreNamed(int groups) {
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}, {1, 0}, {0, 1}, {0, 1}});
        for (Executable length : new Executable[] {
            () -> PackedLayout.inWords(PAIRS, groups),
            () -> PackedLayout.outWords(PAIRS, groups),
            () -> BatchTables.fractionWords(problem, groups),
            () -> BatchTables.heldWords(problem, groups)
        }) {
            String error = assertThrows(IllegalArgumentException.class, length).toString();
            assertTrue(error.contains("got ") && error.contains("expected at most"), error);
        }
    }

    @Test
    void tablesOfALargerSizeGoOnWithNothing() {
        ProblemTables own = new ProblemTables(MinMaxProblem.of(3, new int[][] {{0, 1}, {0, 2, 1}}));
        assertSame(own, own.in(own.size()));
        ProblemTables in = own.in(LISTS);
        assertEquals(LISTS, in.size());
        int[] table = in.tableWords();
        int at = 0;
        int[] offsets = Arrays.copyOfRange(table, at, at += 17);
        assertEquals(0, offsets[0]);
        assertArrayEquals(new int[] {5, 5, 5}, Arrays.copyOfRange(offsets, 14, 17));
        at += 40;
        assertArrayEquals(new int[] {0, 2, 4, 5, 5, 5, 5, 5, 5}, Arrays.copyOfRange(table, at, at += 9));
        at += 40;
        int[] colours = Arrays.copyOfRange(table, at, at + 17);
        assertArrayEquals(new int[] {0, 1, 2, 2, 2}, Arrays.copyOf(colours, 5));
        assertEquals(2, colours[16]);
        assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1, 1, 1}, in.speeds());
        assertThrows(IllegalArgumentException.class, () -> own.in(PAIRS));
    }
}
