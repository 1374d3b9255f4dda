// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.trace.Damage;
import io.lplb.trace.FormatException;
import io.lplb.trace.Trace;
import io.lplb.trace.TraceOptions;
import io.lplb.trace.TraceSteps;
import io.lplb.trace.Traces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of SGLang's recorder. */
class RecorderTraceTest {
    /** Damaged files of each kind; {@code -Dlplb.damagedFiles=20000} for the long run. */
    private static final int DAMAGED = Integer.getInteger("lplb.damagedFiles", 500);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    private List<String> steps(byte[] file) throws IOException {
        return TraceSteps.of(Files.write(folder.resolve("t.pt"), file));
    }

    @Test
    void statKeepsStepsApart() throws IOException {
        byte[] file = TorchBytes.stat(1, 2, 3, 4, 5, 6, 0, 0, Long.MAX_VALUE - 21, 0, 0, 0);
        assertEquals(
                List.of("[[1, 2, 3], [4, 5, 6]]", "[[0, 0, " + (Long.MAX_VALUE - 21) + "], [0, 0, 0]]"), steps(file));
    }

    @Test
    void tokensAreCountedWithoutPadding() throws IOException {
        byte[] file = TorchBytes.records(
                "topk_ids_of_layer", "ShortStorage", new int[][] {{1, 2, 2}, {1, 1, 2}}, new long[][] {
                    {0, 2, -1, 2}, {1, 7}
                });
        assertThrows(FormatException.class, () -> steps(file));
        assertEquals(List.of("[[1, 0, 2]]", "[[0, 1, 0]]"), withPadding(file, 7));
    }

    private List<String> withPadding(byte[] file, int padding) throws IOException {
        Path path = Files.write(folder.resolve("p.pt"), file);
        TraceOptions options = TraceOptions.DEFAULT.withPadding(padding);
        try (Trace trace = Traces.open(path, options)) {
            long ids = 0;
            while (trace.next()) {
                ids += trace.padding();
            }
            assertEquals(2, ids);
        }
        return TraceSteps.of(path, options);
    }

    /** An id of slot 3, where the map names three experts, shows that all ids are slots. */
    @Test
    void slotsBecomeExperts() throws IOException {
        byte[] tokens = TorchBytes.records(
                "topk_ids_of_layer", "ShortStorage", new int[][] {{1, 2, 2}}, new long[][] {{0, 3, 1, 2}});
        assertEquals(List.of("[[2, 1, 1]]"), steps(tokens));
        byte[] passes = TorchBytes.records(
                "global_physical_count", "LongStorage", new int[][] {{1, 4}}, new long[][] {{5, 1, 2, 7}});
        assertEquals(List.of("[[12, 1, 2]]"), steps(passes));
    }

    private void assertRefused(byte[] file, String message) {
        FormatException e = assertThrows(FormatException.class, () -> steps(file));
        assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    }

    @Test
    void whatIsNoRecordingIsRefused() {
        assertRefused(TorchBytes.stat(1, 2, 3, 4, 5, 6, 0, 0, -1, 0, 0, 0), "expert 2: got a count of -1");
        assertRefused(TorchBytes.stat(1, 2, 3), "got a storage that ends early");
        assertRefused(new TorchBytes().bytes(']').file(), "got no dictionary");
        assertRefused(new TorchBytes().bytes('}').file(), "got neither logical_count nor records");
        assertRefused(
                new TorchBytes().name("os", "system").bytes(')', 'R').file(),
                "got the name \"os system\", expected those of tensors only");
        assertRefused(new TorchBytes().bytes('b').file(), "got opcode 0x62");
        assertRefused("PK nothing".getBytes(StandardCharsets.US_ASCII), "got no zip archive");
    }

    /** A list that holds the list before twice, 40 times over, would have 2^40 values. */
    @Test
    void repeatedReferencesAreBounded() {
        TorchBytes bomb = new TorchBytes().bytes(']', 'q', 0);
        for (int k = 1; k <= 40; k++) {
            bomb.bytes(']', '(', 'h', k - 1, 'h', k - 1, 'e', 'q', k);
        }
        assertRefused(bomb.file(), "values");
    }

    @Test
    void damagedFilesAreRefusedByName() {
        byte[] stat = TorchBytes.stat(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        byte[] tokens = TorchBytes.records(
                "topk_ids_of_layer", "ShortStorage", new int[][] {{1, 2, 2}}, new long[][] {{0, 3, 1, 2}});
        List<byte[]> damaged = new ArrayList<>(Damage.cuts(tokens));
        damaged.addAll(Damage.random(stat, 1, DAMAGED));
        damaged.addAll(Damage.random(tokens, 2, DAMAGED));
        int refused = 0;
        for (byte[] file : damaged) {
            try {
                steps(file);
            } catch (FormatException e) {
                assertEquals(1, String.valueOf(e.getMessage()).lines().count(), e.getMessage());
                refused++;
            } catch (IOException | RuntimeException e) {
                throw new AssertionError(HexFormat.of().formatHex(file), e);
            }
        }
        assertTrue(refused > tokens.length + DAMAGED / 5, "refused " + refused);
    }

    /** The samples made with torch, where they lie beside the project. */
    @Test
    void samplesOfTorchAreRead() throws IOException {
        Path data = Path.of("..", "..", "shared", "data");
        assumeTrue(Files.exists(data.resolve("recorder_stat.pt")), "no ../shared/data here");
        assertSample(data.resolve("recorder_stat.pt"), 6, 26, 633_691, 0);
        assertSample(data.resolve("recorder_per_token.pt"), 3, 4, 36_000, 864);
    }

    private static void assertSample(Path file, int steps, int layers, long sum, long padding) throws IOException {
        try (Trace trace = Traces.open(file, TraceOptions.DEFAULT)) {
            assertEquals(List.of(steps, layers, 64), List.of(trace.steps(), trace.layers(), trace.experts()));
            long ids = 0;
            long total = 0;
            while (trace.next()) {
                ids += trace.padding();
                total += Arrays.stream(trace.counts())
                        .flatMapToLong(Arrays::stream)
                        .sum();
            }
            assertEquals(List.of(sum, padding), List.of(total, ids));
        }
    }
}
