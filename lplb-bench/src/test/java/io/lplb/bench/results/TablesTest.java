// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
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
        assertEquals(6, grids.size());
        assertEquals(
                List.of("Solve, relaxation, cube", "1.10", "1.65", "2.20"),
                grids.get(1).rows().getFirst());
        assertEquals(List.of("count", "0.64"), grids.get(2).rows().getFirst());
        assertEquals(
                List.of("greedy-llep", "8", "0", "0", "3.000", "6.000", "1.0100", "1.0200"),
                grids.get(3).rows().get(1));
        assertEquals(List.of("", "ranks 8 to 16"), grids.get(4).columns());
        assertEquals(List.of("relaxation", "2.00"), grids.get(4).rows().getFirst());
        assertEquals(
                List.of("relaxation, ranks", "8: 1.00, 16: 4.00", "1.00"),
                grids.get(5).rows().getFirst());
        ResultFile empty = new ResultFile(Samples.header("none"), List.of(), List.of(), List.of(), List.of());
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
                        "Solve of one group by interior-point: one core of the CPU is faster than gpu-driver on cube (4.0"
                                + " times).",
                        "The CPU's interior-point goes on to a gap of 1e-9 of the mean load, the GPU's to 1e-4.",
                        "greedy-llep is faster than relaxation on cube; its busiest rank is 3.00 % of the mean load above the"
                                + " optimum on average, 6.0 % at worst."),
                Findings.of(Samples.file()));
    }

    /** A GPU that is always faster, and solvers that never are, are said to be so. */
    @Test
    void whereNothingIsBetterThatIsSaidToo() {
        assertEquals(
                List.of(
                        "No general solver was faster than interior-point anywhere here.",
                        "One core of the CPU was faster than the GPU nowhere here.",
                        "The CPU's interior-point goes on to a gap of 1e-9 of the mean load, the GPU's to 1e-4."),
                Findings.of(file(
                        Samples.solve("interior-point", "cpu", "cube", 6),
                        Samples.solve("interior-point", "gpu-driver", "cube", 5),
                        Samples.solve("glop", "cpu", "cube", 60))));
    }

    private static ResultFile file(JsonNode... records) {
        return new ResultFile(Samples.header("f"), List.of(records), List.of(), List.of(), List.of());
    }

    @Test
    void thePageHasAllTables() {
        String page = ResultPages.page(List.of(Samples.file()));
        for (Grid grid : Tables.of(Samples.file())) {
            assertTrue(page.contains(grid.markdown()), grid.title());
        }
        assertTrue(page.contains("\n## Measured: sample\n"), page);
        assertTrue(page.contains("\n- SolveBenchmark.solve batch=16384: out of memory\n"), page);
        assertTrue(ResultPages.page(List.of()).contains("measure.sh"));
    }

    /** docs/results.md tells what the committed files tell; if not: bin/lplb bench --page docs/results.md. */
    @Test
    void pageAndCommittedResultsAgree() throws IOException {
        List<ResultFile> results = ResultPages.read(Path.of("results"));
        String page = Files.readString(Path.of("..", "docs", "results.md"));
        assertTrue(
                ResultPages.page(results).equals(page),
                "docs/results.md and lplb-bench/results differ: run 'bin/lplb bench --page docs/results.md'");
    }
}
