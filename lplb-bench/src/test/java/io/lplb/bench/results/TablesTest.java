// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TablesTest {

    @Test
    void contendersAreRowsAndMachinesColumns() {
        Grid solve = Tables.of(Samples.file()).getFirst();
        assertEquals("Solve, microseconds a batch of one group, normal loads", solve.title());
        assertEquals(List.of("", "cube", "eplb64", "allocated"), solve.columns());
        assertEquals(
                List.of(
                        List.of("interior-point", "6.50", "126", "0 B"),
                        List.of("relaxation", "1.20", "-", "0 B"),
                        List.of("glop-reused", "36.0", "63.0", "0 B"),
                        List.of("greedy-llep", "0.30", "-", "0 B"),
                        List.of("interior-point (gpu-driver)", "26.0", "-", "0 B")),
                solve.rows());
    }

    @Test
    void theOtherTablesFollowAndNothingIsMadeFromNothing() {
        List<Grid> grids = Tables.of(Samples.file());
        assertEquals(5, grids.size());
        assertEquals(
                List.of("relaxation, cube", "1.10", "1.65", "2.20"),
                grids.get(1).rows().getFirst());
        assertEquals(List.of("count", "0.64"), grids.get(2).rows().getFirst());
        assertEquals(
                List.of("greedy-llep", "8", "0", "0", "3.000", "6.000", "1.0100", "1.0200"),
                grids.get(3).rows().get(1));
        assertEquals(List.of("relaxation", "2.00"), grids.get(4).rows().getFirst());
        ResultFile empty = new ResultFile(Samples.header("none"), List.of(), List.of(), List.of());
        assertEquals(List.of(), Tables.of(empty));
        assertEquals(List.of(), Findings.of(empty));
    }

    @Test
    void markdownAndTextHoldTheSameCells() {
        Grid grid = new Grid("T", List.of("", "a"), List.of(List.of("x", "1")));
        assertEquals("T\n\n|  | a |\n|---|--:|\n| x | 1 |\n", grid.markdown());
        assertEquals("T\n     a\n  x  1\n", grid.text());
    }

    @Test
    void whereOthersAreBetterIsSaid() {
        assertEquals(
                List.of(
                        "glop-reused is 2.0 times as fast as interior-point on eplb64.",
                        "Solve: one core of the CPU is 4.0 times as fast as gpu-driver (interior-point, cube, batch 1).",
                        "greedy-llep is faster than relaxation on cube; its busiest rank is 3.00 % of the mean load above the"
                                + " optimum on average, 6.0 % at worst."),
                Findings.of(Samples.file()));
    }

    @Test
    void theReadmesPartIsReplacedAndTheRestKept() {
        String readme = "before\n" + ReadmeResults.BEGIN + "\nold\n" + ReadmeResults.END + "\nafter\n";
        String once = ReadmeResults.update(readme, List.of(Samples.file()));
        assertTrue(
                once.startsWith("before\n" + ReadmeResults.BEGIN + "\n\n### sample\n\na machine, 2 cores; an OS"),
                once);
        assertTrue(once.contains("commit abc1234, 2026-01-02.\n`bin/lplb bench`\n"), once);
        assertTrue(once.contains("| interior-point | 6.50 | 126 | 0 B |\n"), once);
        assertTrue(once.endsWith("\n\n" + ReadmeResults.END + "\nafter\n"), once);
        assertEquals(once, ReadmeResults.update(once, List.of(Samples.file())));
        var e = assertThrows(IllegalArgumentException.class, () -> ReadmeResults.update("text", List.of()));
        assertTrue(String.valueOf(e.getMessage()).startsWith("README: got no part for results"), e.getMessage());
    }

    /** The README tells what the committed files tell; if this fails: bin/lplb bench --readme README.md. */
    @Test
    void theReadmeAndTheCommittedResultsAgree() throws IOException {
        String readme = Files.readString(Path.of("..", "README.md"));
        List<ResultFile> results = ReadmeResults.read(Path.of("results"));
        assertTrue(
                ReadmeResults.update(readme, results).equals(readme),
                "README.md and lplb-bench/results differ: run 'bin/lplb bench --readme README.md'");
    }
}
