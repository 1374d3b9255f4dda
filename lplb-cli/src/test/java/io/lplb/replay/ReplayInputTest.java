// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lplb.trace.NpyBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplayInputTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path ids;

    @SuppressWarnings("NullAway.Init")
    private Path counts;

    /** Two layers of four tokens of one id: 0 1 2 3 and 3 3 3 0; counts of two layers of four experts. */
    @BeforeEach
    void write() throws IOException {
        ids = NpyBytes.write(folder, "|u1", "2, 4, 1", 1, 0, 1, 2, 3, 3, 3, 3, 0);
        counts = Files.writeString(folder.resolve("counts.JSON"), "{\"logical_count\": [[1, 2, 3, 4], [5, 6, 7, 8]]}");
    }

    private BatchSource open(Path file, @Nullable String history, @Nullable Integer experts) throws IOException {
        return ReplayInput.open(file, history, experts, 1);
    }

    @Test
    void halfOfATraceIsHistoryUnlessSaidOtherwise() throws IOException {
        BatchSource half = open(ids, null, null);
        assertEquals(2, half.batches());
        assertArrayEquals(new double[] {1, 1, 0, 0}, half.history(0));
        assertEquals("tokens 0..1 of each layer", half.historyOrigin());
        BatchSource most = open(ids, ".75", 6);
        assertEquals(1, most.batches());
        assertArrayEquals(new double[] {0, 0, 0, 3, 0, 0}, most.history(1));
    }

    @Test
    void historyMayBeAnotherTraceOrCountsOrNothing() throws IOException {
        BatchSource trace = open(ids, ids.toString(), null);
        assertEquals(4, trace.batches());
        assertArrayEquals(new double[] {1, 0, 0, 3}, trace.history(1));
        assertEquals("the 4 tokens of trace.npy", trace.historyOrigin());
        BatchSource counted = open(ids, counts.toString(), null);
        assertArrayEquals(new double[] {5, 6, 7, 8}, counted.history(1));
        assertEquals("the counts of counts.JSON", counted.historyOrigin());
        assertArrayEquals(new double[] {1, 1, 1, 1}, open(ids, "none", null).history(1));
    }

    @Test
    void countsAreBatchesAndHaveNoHistoryUnlessGiven() throws IOException {
        BatchSource source = open(counts, null, null);
        assertEquals(1, source.batches());
        assertEquals(4, source.experts());
        assertArrayEquals(new double[] {1, 1, 1, 1}, source.history(0));
        assertArrayEquals(
                new double[] {1, 1, 1, 1, 0, 0, 0, 0},
                open(counts, ids.toString(), 8).history(0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ids; 0; history: got 0 of a trace of 4 tokens, expected a part of it between 0 and 1 that has a token",
                "ids; 0.1; history: got 0.1 of a trace of 4 tokens, expected a part of it between 0 and 1 that has a token",
                "ids; 1; history: got 1 of a trace of 4 tokens, expected a part of it between 0 and 1 that has a token",
                "counts; 0.5; 'history: got 0.5 of a trace of counts, which has one batch a layer; expected another file or none'",
            })
    void historiesThatDoNotFitAreNamed(String trace, String history, String message) {
        var e = assertThrows(
                IllegalArgumentException.class, () -> open(trace.equals("ids") ? ids : counts, history, null));
        assertEquals(message, e.getMessage());
    }

    @Test
    void tracesThatDoNotFitAreNamed() throws IOException {
        Path empty = NpyBytes.write(Files.createDirectory(folder.resolve("empty")), "|u1", "0, 1", 1);
        assertMessage("trace: got no token, expected at least one batch", () -> open(empty, null, null));
        assertMessage("experts: got 3, but the trace names expert 3", () -> open(ids, null, 3));
        assertMessage("experts: got 3, but the trace has 4", () -> open(counts, null, 3));
        assertMessage(
                "trace: got 2 tokens to measure, expected at least one batch of 3",
                () -> ReplayInput.open(ids, null, null, 3));
    }

    private static void assertMessage(String message, Executable call) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
    }
}
