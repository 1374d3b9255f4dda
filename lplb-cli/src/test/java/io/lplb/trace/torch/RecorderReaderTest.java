// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.trace.CountTrace;
import io.lplb.trace.Damage;
import io.lplb.trace.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
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

/** Files of SGLang's recorder, and the project's own format. */
class RecorderReaderTest {
    /** Damaged files of each kind; {@code -Dlplb.damagedFiles=20000} for the long run. */
    private static final int DAMAGED = Integer.getInteger("lplb.damagedFiles", 500);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    private List<String> steps(byte[] file) throws IOException {
        List<String> steps = new ArrayList<>();
        RecorderReader.read(
                Files.write(folder.resolve("t.pt"), file),
                -1,
                (step, counts) -> steps.add(Arrays.deepToString(counts)));
        return steps;
    }

    @Test
    void statKeepsStepsApart() throws IOException {
        byte[] file = TorchBytes.stat(1, 2, 3, 4, 5, 6, 0, 0, Long.MAX_VALUE - 21, 0, 0, 0);
        assertEquals(
                List.of("[[1, 2, 3], [4, 5, 6]]", "[[0, 0, " + (Long.MAX_VALUE - 21) + "], [0, 0, 0]]"), steps(file));
        assertEquals(
                new RecorderReader.Info("stat", 2, 2, 3, Long.MAX_VALUE, Long.MAX_VALUE - 21, 0),
                RecorderReader.read(folder.resolve("t.pt"), -1, (step, counts) -> {}));
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
        List<String> steps = new ArrayList<>();
        RecorderReader.Info info = RecorderReader.read(
                Files.write(folder.resolve("p.pt"), file),
                padding,
                (step, counts) -> steps.add(Arrays.deepToString(counts)));
        assertEquals(2, info.padding());
        return steps;
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
        assertRefused(TorchBytes.stat(Long.MAX_VALUE, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), "expected 0 to 2^63 - 1");
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

    @Test
    void ownFormatKeepsAllCounts() throws IOException {
        long[][][] steps = {{{0, 127, 128}, {16_384, 1L << 40, Long.MAX_VALUE}}, {{1, 2, 3}, {4, 5, 6}}};
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        CountTrace.writeHeader(out, 2, 2, 3);
        for (long[][] step : steps) {
            CountTrace.writeStep(out, step);
        }
        Path file = Files.write(folder.resolve("t.lplb"), bytes.toByteArray());
        List<String> read = new ArrayList<>();
        CountTrace.read(file, (step, counts) -> read.add(Arrays.deepToString(counts)));
        assertEquals(List.of(Arrays.deepToString(steps[0]), Arrays.deepToString(steps[1])), read);
        for (byte[] damaged : Damage.cuts(bytes.toByteArray())) {
            Path cut = Files.write(folder.resolve("cut.lplb"), damaged);
            assertThrows(FormatException.class, () -> CountTrace.read(cut, (step, counts) -> {}));
        }
    }

    /** The samples made with torch, where they lie beside the project. */
    @Test
    void samplesOfTorchAreRead() throws IOException {
        Path data = Path.of("..", "..", "shared", "data");
        assumeTrue(Files.exists(data.resolve("recorder_stat.pt")), "no ../shared/data here");
        assertEquals(
                new RecorderReader.Info("stat", 6, 26, 64, 633_691, 1151, 0),
                RecorderReader.read(data.resolve("recorder_stat.pt"), -1, (step, counts) -> {}));
        assertEquals(
                new RecorderReader.Info("per_token", 3, 4, 64, 36_000, 65, 864),
                RecorderReader.read(data.resolve("recorder_per_token.pt"), -1, (step, counts) -> {}));
    }
}
