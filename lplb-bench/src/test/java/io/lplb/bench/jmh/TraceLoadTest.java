// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.replay.BatchSource;
import io.lplb.replay.ReplayInput;
import io.lplb.trace.NpyBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceLoadTest {
    private static final int TOKENS = 1000;
    private static final int TOP_K = 4;
    private static final long SEED = 3;

    @TempDir
    @SuppressWarnings("NullAway.Init") // Set by JUnit.
    private Path folder;

    /** Two layers of 1,000 tokens with 4 of 32 experts each, seed 3. */
    static Path trace(Path folder) throws IOException {
        long[] ids =
                new Random(SEED).ints(2L * TOKENS * TOP_K, 0, 32).asLongStream().toArray();
        ids[0] = 31;
        return NpyBytes.write(folder, "|u1", "2, " + TOKENS + ", " + TOP_K, 1, ids);
    }

    /** The first batches and the history are those of a replay with its defaults, layer by layer. */
    @Test
    void batchesAndHistoryAreThoseOfAReplay() throws IOException {
        Path file = trace(folder);
        BatchSource replay = ReplayInput.open(file, null, null, TraceLoad.BATCH_TOKENS);
        for (int layer = 0; layer < 2; layer++) {
            TraceLoad load = TraceLoad.open(TraceLoad.PREFIX + file + "#" + layer, 8);
            assertEquals(32, load.experts());
            assertEquals(replay.batches(), load.distinct());
            assertArrayEquals(replay.history(layer), load.history());
            int[] expected = new int[32];
            int[] counts = new int[32];
            for (int b = 0; b < load.distinct(); b++) {
                replay.counts(layer, b, expected);
                load.counts(b, counts);
                assertArrayEquals(expected, counts, "layer " + layer + ", batch " + b);
            }
        }
    }

    /** As many different places as a ring of 3 batches of 1,024 groups needs, all inside the measured tokens. */
    @ParameterizedTest
    @CsvSource({"4111, 128, 3072", "500, 128, 256", "128, 128, 1", "4111, 4096, 16"})
    void furtherBatchesAreCutElsewhere(int measured, int tokens, int batches) {
        Set<Integer> seen = new HashSet<>();
        for (int b = 0; b < batches; b++) {
            int at = TraceLoad.offset(b, tokens, measured);
            assertTrue(at >= 0 && at + tokens <= measured, "batch " + b + " at " + at);
            assertTrue(seen.add(at), "batch " + b + " at " + at + " again");
        }
        assertEquals(TraceLoad.offset(0, tokens, measured), 0);
    }

    @Test
    void aTraceOnMachinesOfOtherSizes() throws IOException {
        String load = TraceLoad.PREFIX + trace(folder);
        assertEquals(32, new BenchProblem("cube", load).experts());
        assertEquals(8, new BenchProblem("cube", load).placed().problem().ranks());
        // 32 experts on 64 ranks: as many experts without a token.
        assertEquals(64, new BenchProblem("eplb64", load).experts());
        assertEquals(List.of(load + "#0", load + "#1"), BenchProblem.parts(load));
        assertEquals(List.of("zipf"), BenchProblem.parts("zipf"));
        BenchProblem torus = new BenchProblem("torus8x4", load);
        var e = assertThrows(IllegalArgumentException.class, torus::placed);
        assertTrue(String.valueOf(e.getMessage()).contains("replicaSlots: got 2"), e.getMessage());
    }

    @Test
    void aBatchOfIdsIsAsLongAsTheTraceAllows() throws IOException {
        int[][] ids = new BenchProblem("cube", TraceLoad.PREFIX + trace(folder)).ids(3, 4096);
        assertEquals(500 * TOP_K, ids[0].length);
        assertTrue(Arrays.stream(ids).flatMapToInt(Arrays::stream).allMatch(id -> id >= 0 && id < 32));
    }

    @Test
    void namesAndTheirErrors() throws IOException {
        assertEquals("trace:a.npy", TraceLoad.label("trace:/some/where/a.npy"));
        assertEquals("trace:a.npy", TraceLoad.label("trace:a.npy"));
        assertEquals("zipf:8", TraceLoad.label("zipf:8"));
        assertFalse(TraceLoad.isTrace("normal"));
        String name = TraceLoad.PREFIX + trace(folder);
        assertMessage("trace: got layer 2, expected 0..1", name + "#2");
        assertMessage("load: got trace:, expected trace:FILE", TraceLoad.PREFIX);
        assertThrows(UncheckedIOException.class, () -> BenchLoad.named("trace:no-such-file.npy", 64, 8, 1));
        NpyBytes.write(folder, "|u1", "100, 1", 1, new long[100]);
        assertMessage("trace: got 50 tokens to measure in the second half, expected at least one batch of 128", name);
    }

    private static void assertMessage(String start, String name) {
        String message = assertThrows(IllegalArgumentException.class, () -> BenchLoad.named(name, 64, 8, 1))
                .getMessage();
        assertTrue(String.valueOf(message).startsWith(start), message);
    }

    @Test
    void realRouting() throws IOException {
        Path file = Path.of("../../shared/data/esft_intent.npy");
        assumeTrue(Files.exists(file), "no ../shared/data: no real trace is read");
        BenchProblem problem = new BenchProblem("cube", TraceLoad.PREFIX + file);
        assertEquals(64, problem.experts());
        assertEquals(32, problem.distinct());
        assertEquals(26, BenchProblem.parts(TraceLoad.PREFIX + file).size());
        for (int[] counts : problem.counts(100)) {
            assertEquals(128 * 6, Arrays.stream(counts).sum());
        }
    }
}
