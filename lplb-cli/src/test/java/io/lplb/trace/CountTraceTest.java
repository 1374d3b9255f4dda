// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The project's own trace format. */
class CountTraceTest {
    private static final long[][][] STEPS = {{{0, 127, 128}, {16_384, 1L << 40, Long.MAX_VALUE}}, {{1, 2, 3}, {4, 5, 6}}
    };

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    private static byte[] file(int sources) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CountTraceWriter writer = new CountTraceWriter(bytes, 2, 3 / sources, sources);
        for (long[][] step : STEPS) {
            writer.step(step);
        }
        writer.end();
        return bytes.toByteArray();
    }

    @Test
    void keepsAllCounts() throws IOException {
        Path file = Files.write(folder.resolve("t.lplb"), file(1));
        assertEquals(List.of(Arrays.deepToString(STEPS[0]), Arrays.deepToString(STEPS[1])), TraceSteps.of(file));
    }

    @Test
    void keepsSourcesApart() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CountTraceWriter writer = new CountTraceWriter(bytes, 1, 2, 2);
        writer.step(new long[][] {{1, 2, 30, 40}});
        writer.end();
        Path file = Files.write(folder.resolve("s.lplb"), bytes.toByteArray());
        try (Trace trace = Traces.open(file, TraceOptions.DEFAULT)) {
            assertEquals(2, trace.sources());
            trace.next();
            assertArrayEquals(new long[] {31, 42}, trace.counts()[0]);
            long[] bySource = new long[4];
            trace.counts(0, bySource);
            assertArrayEquals(new long[] {1, 2, 30, 40}, bySource);
        }
    }

    @Test
    void cutFilesAreRefused() throws IOException {
        for (byte[] damaged : Damage.cuts(file(1))) {
            Path cut = Files.write(folder.resolve("cut.lplb"), damaged);
            assertThrows(FormatException.class, () -> TraceSteps.of(cut));
        }
    }
}
