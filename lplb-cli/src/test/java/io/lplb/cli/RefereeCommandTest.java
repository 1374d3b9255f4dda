// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefereeCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    @Test
    void everyWorkloadAndModelSizeHasItsTablesAndOneHeadline() throws IOException {
        Path json = folder.resolve("referee.json");
        Path csv = folder.resolve("referee.csv");
        Path html = folder.resolve("referee.html");
        CliRun run = CliRun.of(
                "referee",
                "--quick",
                "--strategies",
                "as-is,eplb,own",
                "--json",
                json.toString(),
                "--csv",
                csv.toString(),
                "--html",
                html.toString());
        assertEquals(0, run.exitCode(), run.err());
        List<String> cases =
                run.out().lines().filter(line -> line.startsWith("== ")).toList();
        assertEquals(6, cases.size(), cases.toString());
        int reports = 0;
        try (MappingIterator<JsonNode> all =
                new ObjectMapper().readerFor(JsonNode.class).readValues(Files.readString(json))) {
            while (all.hasNext()) {
                JsonNode report = all.next();
                assertEquals(3, report.get("strategies").size());
                double asIs = report.at("/strategies/0/imbalance/mean").asDouble();
                double own = report.at("/strategies/2/imbalance/mean").asDouble();
                assertTrue(own < asIs, own + " and " + asIs);
                reports++;
            }
        }
        assertEquals(6, reports);
        List<String> lines = Files.readAllLines(csv);
        assertEquals(1 + 6 * 3, lines.size());
        for (String line : lines) {
            assertEquals(23, line.split(",", -1).length, line);
        }
        String page = Files.readString(html);
        assertTrue(page.contains("64 experts on 8 ranks: ") && page.contains("256 experts on 32 ranks: "));
    }

    @Test
    void aTraceThatDoesNotExistIsNamed() {
        CliRun run = CliRun.of("referee", "--quick", "--trace", "nowhere.npy");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().startsWith("lplb: nowhere.npy: no such file"), run.err());
    }
}
