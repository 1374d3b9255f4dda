// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The steps of traces as text. */
public final class TraceSteps {
    private TraceSteps() {}

    /** Reads a trace twice, compares, and returns the counts of each step. */
    public static List<String> of(Path file, TraceOptions options) throws IOException {
        try (Trace trace = Traces.open(file, options)) {
            List<String> steps = read(trace);
            trace.rewind();
            assertEquals(steps, read(trace));
            assertEquals(steps.size(), trace.steps());
            assertEquals(steps, read(trace));
            return steps;
        }
    }

    public static List<String> of(Path file) throws IOException {
        return of(file, TraceOptions.DEFAULT);
    }

    private static List<String> read(Trace trace) throws IOException {
        List<String> steps = new ArrayList<>();
        while (trace.next()) {
            steps.add(Arrays.deepToString(trace.counts()));
        }
        return steps;
    }
}
