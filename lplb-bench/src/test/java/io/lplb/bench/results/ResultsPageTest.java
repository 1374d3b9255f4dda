// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.report.ResultsPage;
import io.lplb.report.ResultsReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link ResultFile} writes is what the page of results reads. */
class ResultsPageTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    @Test
    void everyRecordOfAFileReachesThePage() throws IOException {
        Path file = folder.resolve("r.json");
        try (OutputStream out = Files.newOutputStream(file)) {
            Samples.file().write(out);
        }
        var out = new ByteArrayOutputStream();
        new ResultsPage(ResultsReader.read(List.of(file))).write(out);
        String page = out.toString(StandardCharsets.UTF_8);
        for (String expected : List.of(
                "9 times, 3 measures of quality, 1 scaling law",
                "abc1234",
                "a machine, 2 cores",
                "glop-reused is faster than interior-point on eplb64 (0.50 x).",
                "interior-point (gpu-driver)",
                "hipparchus",
                "relaxation 2.00")) {
            assertTrue(page.contains(expected), expected + " is not in " + page);
        }
    }
}
