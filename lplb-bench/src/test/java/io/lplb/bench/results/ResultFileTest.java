// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lplb.trace.FormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        Path file = folder.resolve("r.json");
        try (OutputStream out = Files.newOutputStream(file)) {
            Samples.file().write(out);
        }
        assertEquals(Samples.file(), ResultFile.read(file));
    }

    @Test
    void recordsAreToldApartByKindAndNoNumberIsNull() throws IOException {
        Path file = folder.resolve("r.json");
        try (OutputStream out = Files.newOutputStream(file)) {
            Samples.file().write(out);
        }
        JsonNode all = new ObjectMapper().readTree(file.toFile());
        assertEquals("header", all.get(0).get("kind").asText());
        assertTrue(all.get(0).get("gpu").isNull());
        assertEquals(1 + 9 + 3 + 1 + 1, all.size());
        assertTrue(all.get(1).path("kind").isMissingNode());
        JsonNode hipparchus = all.get(12);
        assertEquals("quality", hipparchus.get("kind").asText());
        assertTrue(hipparchus.get("gapMean").isNull());
        JsonNode scaling = all.get(13);
        assertEquals("scaling", scaling.get("kind").asText());
        assertEquals(2, scaling.get("exponent").asDouble(), 1e-12);
        assertEquals(2, scaling.get("x").size());
        assertTrue(scaling.get("exponentError").isNull());
        assertEquals("missing", all.get(14).get("kind").asText());
        assertEquals("out of memory", all.get(14).get("reason").asText());
    }

    /** Files from before gaps were counted by class. */
    @Test
    void qualityWithoutClassesOfGapsIsRead() throws IOException {
        Path file = Files.writeString(
                folder.resolve("r.json"),
                "[{\"kind\":\"header\"},{\"kind\":\"quality\",\"solver\":\"a\",\"problems\":3}]");
        assertEquals(List.of(), ResultFile.read(file).quality().getFirst().gaps());
    }

    @Test
    void theMedianCounts() {
        Timing timing = Timing.of(Samples.solve("glop", "cpu", "cube", 50));
        assertEquals("SolveBenchmark.solve", timing.benchmark());
        assertEquals(50_000, timing.nanos(), 1e-9);
        assertEquals(75_000, timing.p99(), 1e-9);
        assertEquals(100_000, timing.p999(), 1e-9);
        assertEquals(0.25, timing.bytes());
        assertEquals("cube", timing.param("topology"));
        assertEquals("", timing.param("ranks"));
    }

    @Test
    void jmhsRecordsAreMadeSmallAndKeepTheirSums() throws IOException {
        ObjectNode record = (ObjectNode) new ObjectMapper().readTree("""
                        {"jvm": "/a/path", "params": {"load": "trace:../a/b.npy"}, "primaryMetric": {"rawDataHistogram": [[[[123, 2], [1239, 1]], [[119.6, 3]]]]},
                         "secondaryMetrics": {"gc.count": {"score": 1}, "gc.alloc.rate.norm": {"score": 0.5}}}""");
        assertEquals("""
                {"params":{"load":"trace:b.npy"},"primaryMetric":{"rawDataHistogram":[[[[120.0,5],[1200.0,1]]]]},\
                "secondaryMetrics":{"gc.alloc.rate.norm":{"score":0.5}}}""", JmhRecords.slim(record).toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{}; got no array that starts with a header",
                "[]; got no array that starts with a header",
                "[{}]; got no array that starts with a header",
                "[; Unexpected end-of-input",
                "[{'kind': 'header', 'colour': 1}]; Unrecognized field \"colour\"",
                "[{'kind': 'header'}, {'kind': 'story'}]; element 1: got kind \"story\", expected quality",
                "[{'kind': 'header'}, {'benchmark': 'a.B.c'}]; record of JMH: got benchmark 'a.B.c' in '', expected a time",
            })
    void otherFilesAreRefusedWithTheReason(String json, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("r.json"), json.replace('\'', '"'));
        var e = assertThrows(FormatException.class, () -> ResultFile.read(file));
        String text = String.valueOf(e.getMessage());
        assertTrue(text.startsWith(file + ": not a file of results: " + message), text);
    }
}
