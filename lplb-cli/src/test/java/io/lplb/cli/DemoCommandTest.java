// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoCommandTest {

    @Test
    void oneSeedAlwaysPrintsOnePage() {
        CliRun run = CliRun.of("demo", "--seed", "7", "--batches", "8");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals("", run.err());
        assertEquals(
                run.out(), CliRun.of("demo", "--seed", "7", "--batches", "8").out());
        assertNotEquals(
                run.out(), CliRun.of("demo", "--seed", "8", "--batches", "8").out());
    }

    @Test
    void thePageShowsEveryStrategyTheBarsAndTheProof() {
        String page = CliRun.of("demo", "--batches", "4", "--tokens", "256", "--top-k", "4")
                .out();
        List<String> lines = page.lines().toList();
        for (String strategy : List.of("reordered", "even split", "LPLB", "this library")) {
            assertTrue(lines.stream().anyMatch(line -> line.startsWith("  " + strategy + " ")), page);
        }
        assertTrue(page.contains("4 batches of 256 tokens x 4 experts"), page);
        assertTrue(page.contains("this library               cube  1.0"), page);
        assertEquals(
                8,
                lines.stream()
                        .filter(line -> line.matches(" {5}[0-7] .*\\|.*\\|.*"))
                        .count(),
                page);
        assertTrue(page.contains("some rank gets at least 128.000 tokens"), page);
        assertTrue(page.contains("Routed: 4096 ids, each to a copy of its own expert; every rank got as many"), page);
        assertTrue(lines.stream().allMatch(line -> line.length() <= 120 && line.equals(line.stripTrailing())), page);
        assertTrue(page.chars().allMatch(c -> c == '\n' || (c >= ' ' && c < 127)), page);
    }

    @Test
    void inactiveRanksAndSpeedsAreShown() {
        String page = CliRun.of("demo", "--batches", "4", "--inactive", "3,5").out();
        assertTrue(page.contains("Ranks: inactive 3, 5. Experts without an active rank: "), page);
        assertTrue(page.contains("every rank got as many as planned, in every batch"), page);
        assertEquals(
                2,
                page.lines()
                        .filter(line -> line.matches(" {5}[35] +0 +\\| +0 +\\|"))
                        .count(),
                page);
        String faster = CliRun.of("demo", "--batches", "4", "--speeds", "1,1,1,1,1,1,0,2")
                .out();
        assertTrue(faster.contains("Ranks: inactive 6; speeds 1.0, 1.0,"), faster);
        assertTrue(faster.contains("2.0; loads are tokens / speed"), faster);
        assertEquals(
                CliRun.of("demo").out(),
                CliRun.of("demo", "--speeds", "1,1,1,1,1,1,1,1").out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--batches; 0; batches: got 0, expected at least 1",
                "--tokens; -1; tokens: got -1, expected at least 1",
                "--top-k; 65; top-k: got 65, expected 1..64",
                "--inactive; 8; inactive: got rank 8, expected 0..7",
                "--inactive; 0,1,2,3,4,5,6,7; inactive: got all 8 ranks, expected one that is active",
                "--speeds; 1,2; speeds: got 2, expected one for each of 8 ranks",
                "--speeds; 1,1,1,1,1,1,1,-1; speed of rank 7: got -1.0, expected 0 for an inactive rank, or a positive",
                "--workload; gauss; workload: got gauss, expected one of normal, ",
            })
    void wrongOptionsAreNamed(String option, String value, String message) {
        CliRun run = CliRun.of("demo", option, value);
        assertEquals(2, run.exitCode());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("lplb: " + message), run.err());
    }
}
