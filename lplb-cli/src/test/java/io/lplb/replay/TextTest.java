// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTest {

    @Test
    void columnsAreAligned() {
        TextTable table = new TextTable("strategy", "mean", "n");
        table.row("none", "1.2", "10");
        table.row("even split", "1.0345", "7");
        assertEquals("""
                  strategy      mean   n
                  none           1.2  10
                  even split  1.0345   7
                """, table.format());
    }

    @Test
    void aRowOfAnotherLengthIsRefused() {
        TextTable table = new TextTable("a", "b");
        var e = assertThrows(IllegalArgumentException.class, () -> table.row("1"));
        assertEquals("cells: got 1, expected 2", e.getMessage());
    }

    @Test
    void barsShareOneScaleAndMarkTheMean() {
        List<String> lines = RankBars.format(new long[] {48, 16}, new long[] {32, 32})
                .lines()
                .toList();
        assertEquals("  rank   before                                after", lines.get(0));
        assertEquals("     0       48  ================|=======         32  ================|", lines.get(1));
        assertEquals("     1       16  ========        |                32  ================|", lines.get(2));
    }

    @Test
    void noLoadGivesEmptyBars() {
        List<String> lines =
                RankBars.format(new long[] {0, 0}, new long[] {0, 0}).lines().toList();
        assertEquals("     0        0  |                                 0  |", lines.get(1));
    }
}
