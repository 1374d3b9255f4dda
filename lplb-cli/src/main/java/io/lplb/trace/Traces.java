// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import io.lplb.trace.engine.BalanceLog;
import io.lplb.trace.engine.CsvTrace;
import io.lplb.trace.engine.TensorRtTrace;
import io.lplb.trace.engine.UltraEpTrace;
import io.lplb.trace.torch.RecorderTrace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Opens files of every format that the project reads as traces. The content decides, or the ending where the content is none of these:
 *
 * <ul>
 *   <li>SGLang's expert distribution recorder, {@link RecorderTrace};
 *   <li>{@code logical_count} in JSON, {@link LogicalCountTrace};
 *   <li>NumPy's .npy of ids or counts, {@link NpyCounts};
 *   <li>CSV, {@link CsvTrace};
 *   <li>TensorRT-LLM's expert statistics, a folder, {@link TensorRtTrace};
 *   <li>UltraEP's load profile, a folder or one of its chunks, {@link UltraEpTrace};
 *   <li>the project's own, {@link CountTrace}.
 * </ul>
 */
public final class Traces {
    private static final int START = 256;

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
        if (Files.isDirectory(file)) {
            return openFolder(file, options);
        }
        if (!Files.isRegularFile(file)) {
            throw new FormatException(file + ": got a pipe or device, expected a file that can be read twice");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(START);
        }
        String start = new String(bytes, StandardCharsets.ISO_8859_1);
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npz") || (start.startsWith("PK") && start.contains(".npy"))) {
            return UltraEpTrace.open(file, options);
        }
        if (start.startsWith("PK") || name.endsWith(".pt")) {
            return RecorderTrace.open(file, options);
        }
        if (start.startsWith("\u0093NUMPY") || name.endsWith(".npy")) {
            return NpyCounts.open(file, options);
        }
        if (start.startsWith("LPLBCNT") || name.endsWith(".lplb")) {
            return CountTrace.open(file, options);
        }
        if (start.stripLeading().startsWith("{") || name.endsWith(".json")) {
            return LogicalCountTrace.open(file, options);
        }
        if (CsvTrace.isStart(start) || name.endsWith(".csv")) {
            return CsvTrace.open(file, options);
        }
        if (BalanceLog.isText(file) && BalanceLog.read(file).isPresent()) {
            throw new FormatException(
                    file + ": got vLLM's log of balance, which has no loads of experts, expected a trace of"
                            + " them; 'lplb trace info' shows the balance");
        }
        throw new FormatException(
                file + ": got a file of no known format, expected one of those of 'lplb trace --help'");
    }

    private static Trace openFolder(Path folder, TraceOptions options) throws IOException {
        if (TensorRtTrace.isFolder(folder)) {
            return TensorRtTrace.open(folder, options);
        }
        if (UltraEpTrace.isFolder(folder)) {
            return UltraEpTrace.open(folder, options);
        }
        throw new FormatException(
                folder + ": got a folder without meta_info.json of TensorRT-LLM and without chunks of UltraEP,"
                        + " expected one of them");
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
