// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineReaderTest {
    private static LineReader reader(String text, int limit) {
        return new LineReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), limit);
    }

    private static String text(LineReader reader) {
        return new String(reader.bytes(), 0, reader.length(), StandardCharsets.UTF_8);
    }

    private static List<String> all(LineReader reader) throws IOException {
        List<String> lines = new ArrayList<>();
        while (reader.next()) {
            lines.add(reader.tooLong() ? "too long" : text(reader));
            assertEquals(lines.size(), reader.number());
        }
        return lines;
    }

    @Test
    void splitsAtLineFeeds() throws IOException {
        assertEquals(List.of(), all(reader("", 10)));
        assertEquals(List.of(""), all(reader("\n", 10)));
        assertEquals(List.of("a", "", "b\r"), all(reader("a\n\nb\r\n", 10)));
        assertEquals(List.of("a", "b"), all(reader("a\nb", 10)));
    }

    @Test
    void marksLinesOverTheLimitAndGoesOn() throws IOException {
        assertEquals(List.of("12345", "too long", "1"), all(reader("12345\n123456\n1\n", 5)));
        assertEquals(List.of("too long"), all(reader("x".repeat(1 << 20), (1 << 20) - 1)));
        assertEquals(List.of("x".repeat(1 << 20)), all(reader("x".repeat(1 << 20), 1 << 20)));
        assertEquals(List.of("too long", "y"), all(reader("x".repeat(200_000) + "\ny", 100_000)));
    }

    @Test
    void knowsBlankLines() throws IOException {
        LineReader reader = reader(" \t\r\n x\n12345678\n", 7);
        assertTrue(reader.next() && reader.blank());
        assertTrue(reader.next());
        assertFalse(reader.blank());
        assertTrue(reader.next() && reader.tooLong());
        assertFalse(reader.blank());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void agreesWithStringSplitWhateverTheStreamReturns(long seed) throws IOException {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int k = 0; k < 300; k++) {
            text.append("x".repeat(random.nextInt(3) == 0 ? random.nextInt(3000) : random.nextInt(5)))
                    .append('\n');
        }
        InputStream bytes = new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] to, int offset, int length) {
                return super.read(to, offset, Math.min(length, 1 + random.nextInt(50)));
            }
        };
        assertEquals(text.toString().lines().toList(), all(new LineReader(bytes, 3000)));
    }
}
