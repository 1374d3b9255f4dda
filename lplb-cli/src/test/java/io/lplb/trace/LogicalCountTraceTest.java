// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogicalCountTraceTest {
    private static long[][] read(Path file) throws IOException {
        try (Trace trace = Traces.open(file, TraceOptions.DEFAULT)) {
            return Traces.sum(trace);
        }
    }

    private static Path write(Path dir, String text) throws IOException {
        return Files.writeString(dir.resolve("counts.json"), text);
    }

    @Test
    void readsLayers(@TempDir Path dir) throws IOException {
        long[][] counts = read(write(
                dir,
                "{\"rank\": {\"logical_count\": [1]}, \"logical_count\": [[1, 2.0, 3], [9007199254740992,0,1e3]]}"));
        assertArrayEquals(new long[][] {{1, 2, 3}, {1L << 53, 0, 1000}}, counts);
    }

    @Test
    void keepsStepsApart(@TempDir Path dir) throws IOException {
        String text = "{\"logical_count\": [[[1, 2], [3, 4]], [[10, 20], [30, 40]], [[100, 200], [300, 400]]]}";
        assertEquals(
                List.of("[[1, 2], [3, 4]]", "[[10, 20], [30, 40]]", "[[100, 200], [300, 400]]"),
                TraceSteps.of(write(dir, text)));
        assertArrayEquals(new long[][] {{111, 222}, {333, 444}}, read(write(dir, text)));
    }

    @Test
    void readsManyExperts(@TempDir Path dir) throws IOException {
        long[] layer = new Random(7).longs(1000, 0, 1L << 40).toArray();
        String text = "{\"logical_count\": [" + Arrays.toString(layer) + "]}";
        assertArrayEquals(new long[][] {layer}, read(write(dir, text)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "``; document: got the end, expected an object with logical_count",
                "[[1]]; document: got an array",
                "{}; got no logical_count",
                "{\"logical_count\": 3}; logical_count: got 3, expected an array of layers",
                "{\"logical_count\": []}; logical_count[0]: got the end of it, expected an array of counts",
                "{\"logical_count\": [[]]}; got 0 experts, expected 1 to",
                "{\"logical_count\": [[[]]]}; got 0 experts, expected 1 to",
                "{\"logical_count\": [1]}; logical_count[0]: got 1, expected an array of counts",
                "{\"logical_count\": [[1], 2]}; logical_count[1]: got 2",
                "{\"logical_count\": [[1], [1, 2]]}; logical_count[1]: got 2 experts, expected 1 as in the first layer",
                "{\"logical_count\": [[1, -1]]}; logical_count[0][1]: got -1, expected a whole number from 0 to 2^63 - 1",
                "{\"logical_count\": [[1.5]]}; logical_count[0][0]: got 1.5",
                "{\"logical_count\": [[1e999]]}; got 1e999",
                "{\"logical_count\": [[9223372036854775808]]}; got 9223372036854775808",
                "{\"logical_count\": [[9007199254740994.0]]}; got 9007199254740994.0",
                "{\"logical_count\": [[99999999999999999999]]}; got 99999999999999999999",
                "{\"logical_count\": [[\"1\"]]}; got \"1\"",
                "{\"logical_count\": [[null]]}; got null",
                "{\"logical_count\": [[NaN]]}; not JSON: ",
                "{\"logical_count\": [[1]; not JSON: ",
                "{\"logical_count\": [[1]]} x; not JSON: ",
                "{\"logical_count\": [[1]]} {}; after the object: got an object, expected its end",
                "{\"logical_count\": [[1]], \"logical_count\": [[1]]}; Duplicate field 'logical_count'",
                "{\"logical_count\": [[[1]], [[1, 2]]]}; logical_count[1][0]: got more than 1 experts",
                "{\"logical_count\": [[[1]], 2]}; logical_count[1]: got 2, expected an array of layers",
                "{\"logical_count\": [[[1, 2]], [[1]]]}; logical_count[1][0]: got 1 experts, expected 2",
                "{\"logical_count\": [[[1]], [[1], [2]]]}; logical_count[1]: got 2 layers, expected 1",
                "{\"logical_count\": [[[1], [2]], [[1]]]}; logical_count[1]: got 1 layers, expected 2",
                "{\"logical_count\": [[[[1]]]]}; logical_count[0][0][0]: got an array, expected a whole number",
            })
    void refusesWhatIsNotCounts(String text, String message, @TempDir Path dir) throws IOException {
        Path file = write(dir, text);
        String got = Refusal.of(() -> read(file));
        assertTrue(got.startsWith(file + ": ") && got.contains(message), got);
        assertTrue(got.lines().count() == 1, got);
    }

    @Test
    void refusesTooManyExperts(@TempDir Path dir) throws IOException {
        String text = "{\"logical_count\": [[" + "0,".repeat(1 << 20) + "0]]}";
        Path file = write(dir, text);
        String got = Refusal.of(() -> read(file));
        assertTrue(got.contains("got more than 1048576 experts"), got);
    }

    @Test
    void namesFilesThatAreMissing(@TempDir Path dir) {
        assertThrows(NoSuchFileException.class, () -> read(dir.resolve("none.json")));
        assertThrows(FormatException.class, () -> read(dir));
    }

    /** A damaged file gives counts or a FormatException, nothing else. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void survivesDamagedFiles(long seed, @TempDir Path dir) throws IOException {
        Random random = new Random(seed);
        String right = "{\"a\": [1, {\"b\": null}], \"logical_count\": [[[1, 2], [3, 4]], [[10, 20], [30, 40]]]}";
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            StringBuilder text = new StringBuilder(right);
            for (int k = random.nextInt(3); k >= 0; k--) {
                text.setCharAt(random.nextInt(text.length()), "[]{},:\"0-e. x".charAt(random.nextInt(13)));
            }
            try {
                assertTrue(read(write(dir, text.toString())).length > 0);
            } catch (FormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 100 && refused < 400, "refused " + refused + " of 400 with seed " + seed);
    }
}
