// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.trace.engine.BalanceLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every trace reader answers a damaged sample with counts or a FormatException of one line, nothing else.
 * {@code -Dlplb.damagedFiles=20000} sets the number of damaged files of each kind, 100 if absent.
 */
class DamagedTracesTest {
    private static final int DAMAGED = Integer.getInteger("lplb.damagedFiles", 100);
    private static final Path SAMPLES = Path.of("src", "test", "resources", "traces");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    private Path copy(String sample) throws IOException {
        Path from = SAMPLES.resolve(sample);
        if (!Files.isDirectory(from)) {
            return folder.resolve(sample);
        }
        Path to = Files.createDirectory(folder.resolve(sample));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
        return to;
    }

    private static void read(Path trace, TraceOptions options) throws IOException {
        if (trace.toString().endsWith(".log")) {
            BalanceLog.read(trace);
            return;
        }
        try (Trace opened = Traces.open(trace, options)) {
            while (opened.next()) {
                for (long[] layer : opened.counts()) {
                    for (long count : layer) {
                        assertTrue(count >= 0, () -> "count " + count);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "sglang_stat.pt, '', IDS",
        "sglang_per_token.pt, '', IDS",
        "sglang_per_pass.pt, '', IDS",
        "steps.json, '', IDS",
        "ids_255.npy, '', IDS",
        "counts.npy, '', COUNTS",
        "sources.npy, '', SOURCES",
        "layers.csv, '', IDS",
        "rows.csv, '', IDS",
        "vllm.log, '', IDS",
        "tensorrt_llm, rank1.safetensors, IDS",
        "tensorrt_llm, meta_info.json, IDS",
        "ultraep, epg0_gr0_r0_1.chunk000001.npz, IDS",
    })
    void damagedSamples(String sample, String part, TraceOptions.Content content) throws IOException {
        byte[] right = Files.readAllBytes(SAMPLES.resolve(sample).resolve(part));
        assertNamedErrors(copy(sample), part, Damage.random(right, sample.hashCode(), DAMAGED), content);
    }

    @ParameterizedTest
    @CsvSource({"steps.json", "tensorrt_llm"})
    void damagedFilesOfTheOwnFormat(String sample) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Trace trace = Traces.open(SAMPLES.resolve(sample), TraceOptions.DEFAULT)) {
            CountTraceWriter.write(trace, bytes, () -> {});
        }
        List<byte[]> damaged = Damage.random(bytes.toByteArray(), 5, DAMAGED);
        assertNamedErrors(folder.resolve("t.lplb"), "", damaged, TraceOptions.Content.IDS);
    }

    private static void assertNamedErrors(Path trace, String part, List<byte[]> damaged, TraceOptions.Content content)
            throws IOException {
        int refused = 0;
        for (byte[] bytes : damaged) {
            Files.write(trace.resolve(part), bytes);
            try {
                read(trace, TraceOptions.DEFAULT.withContent(content));
            } catch (FormatException e) {
                String message = String.valueOf(e.getMessage());
                assertEquals(1, message.lines().count(), message);
                assertTrue(message.length() < 1000, message);
                refused++;
            } catch (IOException | RuntimeException | OutOfMemoryError e) {
                throw new AssertionError(HexFormat.of().formatHex(bytes), e);
            }
        }
        assertTrue(refused > DAMAGED / 20, "refused " + refused);
    }
}
