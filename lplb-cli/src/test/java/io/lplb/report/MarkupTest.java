// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.report.chart.HeatMapSvg;
import io.lplb.report.chart.Markup;
import io.lplb.report.chart.MaxGrid;
import io.lplb.report.chart.Numbers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MarkupTest {
    @Test
    void textsAndAttributesAreEscaped() {
        String made = new Markup()
                .element("p", "<script>&'", "title", "\"><b>\u0000\uD800\uFFFE")
                .toString();
        assertEquals("<p title=\"&quot;&gt;&lt;b&gt; \uFFFD\uFFFD\">&lt;script&gt;&amp;&#39;</p>\n", made);
        assertEquals("\uD83D\uDE00", Markup.escape("\uD83D\uDE00"), "a character beyond the first plane");
    }

    @Test
    void whatIsOpenedMustBeClosed() {
        Markup markup = new Markup().open("p");
        assertThrows(IllegalStateException.class, markup::toString);
        assertThrows(IllegalArgumentException.class, () -> new Markup().open("p", "title"));
    }

    @ParameterizedTest
    @CsvSource({
        "0.4, 0.400 ns",
        "999.4, 999 ns",
        "999.6, 1.00 us",
        "12345, 12.3 us",
        "4e6, 4.00 ms",
        "7.2e10, 72.0 s",
        "NaN, n/a"
    })
    void timesHaveThreeDigits(double nanos, String text) {
        assertEquals(text, Numbers.time(nanos));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "0.5, 0.5", "100, 100", "1.25, 1.25", "2000000, 2e6", "0.00001, 1e-5"})
    void ticksAreShort(double value, String text) {
        assertEquals(text, Numbers.tick(value));
    }

    @Test
    void aGridKeepsTheLargestValueOfEachCell() {
        MaxGrid grid = new MaxGrid(4, 10, 2, 5);
        for (int step = 0; step < 9; step++) {
            for (int rank = 0; rank < 4; rank++) {
                grid.add(step, rank, 100 * rank + step);
            }
        }
        assertEquals(2, grid.rows());
        assertEquals(5, grid.columns());
        assertTrue(grid.mergesSteps() && grid.mergesRanks());
        assertEquals(101, grid.value(0, 0), "ranks 0 and 1, steps 0 and 1");
        assertEquals(308, grid.value(1, 4), "ranks 2 and 3; step 9 has no value");
        assertEquals(2, grid.firstRank(1));
        assertEquals(4, grid.firstStep(2));
        assertEquals(10, grid.firstStep(5));
        assertTrue(Double.isNaN(new MaxGrid(1, 1, 1, 1).value(0, 0)));
        MaxGrid long1 = new MaxGrid(1, Long.MAX_VALUE / 1000, 64, 100);
        long1.add(Long.MAX_VALUE / 1000 - 1, 0, 2);
        assertEquals(2, long1.value(0, 99));
    }

    @Test
    void levelsAreThoseOfTheLegend() {
        assertEquals(0, HeatMapSvg.level(0));
        assertEquals(4, HeatMapSvg.level(1));
        assertEquals(9, HeatMapSvg.level(5));
    }
}
