// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.workload;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.workload.WorkloadTrace.Sizes;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadTraceTest {
    private static final int STEPS = 8;

    private static Sizes sizes(int experts, int tokens, int topK) {
        return new Sizes(1, experts, 4, STEPS, tokens, topK);
    }

    private static double maxOverMean(long[] counts) {
        return Arrays.stream(counts).max().orElse(0)
                / Arrays.stream(counts).average().orElse(1);
    }

    private static double mean(String name, Sizes sizes) {
        WorkloadTrace trace = new WorkloadTrace(name, sizes, 7);
        double sum = 0;
        while (trace.next()) {
            sum += maxOverMean(trace.counts()[0]);
        }
        return sum / sizes.steps();
    }

    /** The table of the benchmark's description, 4 ranks of 128 tokens, 8 experts, 2 per token; W3 has W1's heat here. */
    @ParameterizedTest
    @CsvSource({"W0, 1.0", "W1, 3.27", "W2, 3.27", "W3, 3.27", "W4, 1.1", "W5, 2.08", "W6, 3.27"})
    void heatIsThatOfTheDescription(String name, double maxOverMean) {
        assertEquals(maxOverMean, mean(name, sizes(8, 512, 2)), name.equals("W0") ? 0 : 0.08);
    }

    @ParameterizedTest
    @CsvSource({"W1, 2.0", "W2, 4.0", "W3, 1.1"})
    void ranksDifferWhereTheHotExpertsAreTogether(String name, double least) {
        WorkloadTrace trace = new WorkloadTrace(name, sizes(64, 4096, 4), 3);
        assertTrue(trace.next());
        long[] ranks = new long[16];
        for (int e = 0; e < 64; e++) {
            ranks[e / 4] += trace.counts()[0][e];
        }
        double got = maxOverMean(ranks);
        assertTrue(name.equals("W3") ? got < least : got > least - 0.8, name + ": " + got);
    }

    @Test
    void burstIsEveryFourthStepAndTheHotSpotMovesEveryThird() {
        WorkloadTrace burst = new WorkloadTrace("W7", sizes(64, 4096, 4), 1);
        for (int step = 0; burst.next(); step++) {
            assertEquals(step % 4 == 3, maxOverMean(burst.counts()[0]) > 2, "step " + step);
        }
        WorkloadTrace rotating = new WorkloadTrace("w6_rotating_hotspot", sizes(64, 4096, 4), 1);
        for (int step = 0; rotating.next(); step++) {
            long[] counts = rotating.counts()[0];
            int first = step / 3 * 16 % 64;
            long hot = Arrays.stream(counts, first, first + 16).sum();
            assertTrue(hot > 0.75 * 4096 * 4, "step " + step + ": " + hot);
        }
    }

    @Test
    void sourcesOfW4AreRagged() {
        WorkloadTrace trace = new WorkloadTrace("W4", sizes(8, 1000, 2), 1);
        trace.next();
        long[] bySource = new long[4 * 8];
        trace.counts(0, bySource);
        long[] tokens = new long[4];
        for (int k = 0; k < bySource.length; k++) {
            tokens[k / 8] += bySource[k];
        }
        assertArrayEquals(new long[] {200, 400, 600, 800}, tokens);
    }

    /** Without top-k the counts are apportioned, and only W4 has sources. */
    @ParameterizedTest
    @EnumSource(WorkloadKind.class)
    void countsWithoutDrawingSumToTheTokens(WorkloadKind kind) {
        WorkloadTrace trace = new WorkloadTrace(kind.id(), new Sizes(2, 16, 4, 3, 1000, 0), 5);
        assertEquals(kind == WorkloadKind.W4 ? 4 : 1, trace.sources());
        while (trace.next()) {
            long[] bySource = new long[trace.sources() * 16];
            trace.counts(1, bySource);
            long[] sum = new long[16];
            for (int k = 0; k < bySource.length; k++) {
                sum[k % 16] += bySource[k];
            }
            assertArrayEquals(trace.counts()[1], sum);
            assertEquals(1000, Arrays.stream(sum).sum());
            if (kind == WorkloadKind.W4) {
                assertEquals(
                        400.0,
                        (double) Arrays.stream(bySource, 48, 64).sum(),
                        16.0,
                        "the last source sends 4 of 10 parts");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WorkloadKind.class)
    void everyKindIsATraceThatRepeats(WorkloadKind kind) {
        Sizes sizes = new Sizes(2, 16, 4, 3, 64, 3);
        WorkloadTrace trace = new WorkloadTrace(kind.id(), sizes, 5);
        WorkloadTrace same = new WorkloadTrace(kind.id(), sizes, 5);
        for (int round = 0; round < 2; round++) {
            assertEquals(3, trace.steps());
            while (trace.next()) {
                assertTrue(same.next());
                assertArrayEquals(same.counts(), trace.counts());
                for (long[] layer : trace.counts()) {
                    assertEquals(64 * 3, Arrays.stream(layer).sum());
                }
            }
            same.rewind();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"W1", "W5", "W7"})
    void seedsDiffer(String name) {
        WorkloadTrace one = new WorkloadTrace(name, sizes(16, 64, 2), 1);
        WorkloadTrace two = new WorkloadTrace(name, sizes(16, 64, 2), 2);
        one.next();
        two.next();
        assertNotEquals(Arrays.toString(one.counts()[0]), Arrays.toString(two.counts()[0]));
    }

    @Test
    void wrongNamesAndSizesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new WorkloadTrace("W8", sizes(8, 16, 2), 1));
        assertThrows(IllegalArgumentException.class, () -> new WorkloadTrace("W1", sizes(9, 16, 2), 1));
        assertThrows(IllegalArgumentException.class, () -> sizes(8, 16, 9));
        assertThrows(IllegalArgumentException.class, () -> sizes(8, 0, 2));
    }
}
