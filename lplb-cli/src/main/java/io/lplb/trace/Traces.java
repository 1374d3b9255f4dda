// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import io.lplb.trace.torch.RecorderTrace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Opens files of every format that the project reads as traces. The content decides, not the name:
 *
 * <ul>
 *   <li>SGLang's expert distribution recorder, {@link RecorderTrace};
 *   <li>{@code logical_count} in JSON, {@link LogicalCountTrace};
 *   <li>NumPy's .npy of ids or counts, {@link NpyCounts};
 *   <li>the project's own, {@link CountTrace}.
 * </ul>
 */
public final class Traces {
    private static final int START = 64;

    private Traces() {}

    /**
     * Opens a trace.
     *
     * @throws FormatException naming the file, if it is of no known format or damaged
     * @throws IllegalArgumentException if the options do not fit the file
     * @throws IOException if it cannot be read
     */
    public static Trace open(Path file, TraceOptions options) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            throw new FormatException(file + ": got a folder or a pipe, expected a file");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(START);
        }
        String start = new String(bytes, StandardCharsets.ISO_8859_1);
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (start.startsWith("PK") || name.endsWith(".pt")) {
            return RecorderTrace.open(file, options);
        }
        if (start.startsWith("\u0093NUMPY") || name.endsWith(".npy")) {
            return NpyCounts.open(file, options);
        }
        if (start.stripLeading().startsWith("{") || name.endsWith(".json")) {
            return LogicalCountTrace.open(file, options);
        }
        if (start.startsWith("LPLBCNT")) {
            return CountTrace.open(file, options);
        }
        throw new FormatException(
                file + ": got a file of no known format, expected SGLang's .pt, logical_count in JSON,"
                        + " NumPy's .npy or a file of 'lplb trace convert'");
    }

    /**
     * Adds up all steps of a trace, from its first on.
     *
     * @return {@code [layers][experts]}
     * @throws FormatException naming the file, if a step is damaged or a sum exceeds 2^63 - 1
     */
    public static long[][] sum(Trace trace) throws IOException {
        long[][] sum = new long[trace.layers()][trace.experts()];
        trace.rewind();
        while (trace.next()) {
            long[][] counts = trace.counts();
            for (int layer = 0; layer < sum.length; layer++) {
                for (int e = 0; e < sum[layer].length; e++) {
                    sum[layer][e] += counts[layer][e];
                    if (sum[layer][e] < 0) {
                        throw new FormatException(trace.kind() + ": layer " + layer + ", expert " + e
                                + ": got a sum over all steps above 2^63 - 1");
                    }
                }
            }
        }
        return sum;
    }
}
