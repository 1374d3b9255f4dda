// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lplb.layer.LayerStudy;
import io.lplb.trace.RoutingTrace;
import org.junit.jupiter.api.Test;

class TraceBatchesTest {
    /** Two layers, ten tokens of two ids. Layer 0: token t goes to t mod 4 and to 3, layer 1: to 0 and nowhere. */
    private static final RoutingTrace TRACE = trace(2, 10);

    private static RoutingTrace trace(int layers, int tokens) {
        return new RoutingTrace() {
            @Override
            public int layers() {
                return layers;
            }

            @Override
            public int tokens() {
                return tokens;
            }

            @Override
            public int topK() {
                return 2;
            }

            @Override
            public int experts() {
                return 4;
            }

            @Override
            public void copyIds(int layer, int fromToken, int toToken, int[] out) {
                int at = 0;
                for (int t = fromToken; t < toToken; t++) {
                    out[at++] = layer == 0 ? t % 4 : 0;
                    out[at++] = layer == 0 ? 3 : -1;
                }
            }
        };
    }

    private static int[] counts(BatchSource source, int layer, int batch) {
        int[] out = new int[source.experts()];
        source.counts(layer, batch, out);
        return out;
    }

    private static TraceBatches after(int tokens, int experts, int batchTokens) {
        return new TraceBatches(TRACE, tokens, History.ofTrace(TRACE, tokens, experts, "past"), experts, batchTokens);
    }

    @Test
    void theRestIsCutIntoBatches() {
        TraceBatches source = after(5, 5, 2);
        assertEquals(2, source.layers());
        assertEquals(2, source.batches());
        assertArrayEquals(new double[] {2, 1, 1, 6, 0}, source.history(0));
        assertArrayEquals(new double[] {5, 0, 0, 0, 0}, source.history(1));
        assertArrayEquals(new int[] {0, 1, 1, 2, 0}, counts(source, 0, 0));
        assertArrayEquals(new int[] {1, 0, 0, 3, 0}, counts(source, 0, 1));
        assertArrayEquals(new int[] {2, 0, 0, 0, 0}, counts(source, 1, 1));
        assertEquals("past", source.historyOrigin());
        assertEquals("tokens 5..8 of each layer in batches of 2", source.batchOrigin());
    }

    @Test
    void aLongHistoryIsReadInParts() {
        History history = History.ofTrace(trace(2, 10_001), 10_001, 4, "");
        assertArrayEquals(new double[] {2501, 2500, 2500, 12501}, history.of(0));
        assertArrayEquals(new double[] {10_001, 0, 0, 0}, history.of(1));
    }

    @Test
    void countsAreOneBatchALayer() {
        long[][] counts = {{1, 2}, {3, 0}};
        CountBatches source = new CountBatches(counts, 3, History.ofCounts(counts, 3, "same"));
        assertEquals(2, source.layers());
        assertEquals(1, source.batches());
        assertArrayEquals(new int[] {3, 0, 0}, counts(source, 1, 0));
        assertArrayEquals(new double[] {1, 2, 0}, source.history(0));
        assertEquals("same", source.historyOrigin());
        assertEquals("the counts of each layer as one batch", source.batchOrigin());
    }

    @Test
    void withoutAPastAllExpertsAreAlike() {
        assertArrayEquals(new double[] {1, 1, 1}, History.none(2, 3).of(1));
    }

    @Test
    void whatDoesNotFitIsNamed() {
        assertMessage("batch: got 0 tokens, expected at least 1", () -> after(5, 4, 0));
        assertMessage("trace: got 5 tokens to measure, expected at least one batch of 6", () -> after(5, 4, 6));
        History past = History.none(2, 3);
        assertMessage("experts: got 3, but the trace names expert 3", () -> new TraceBatches(TRACE, 0, past, 3, 2));
        assertMessage("history: got 3 experts, expected 4", () -> new TraceBatches(TRACE, 0, past, 4, 2));
        int huge = Integer.MAX_VALUE;
        assertMessage(
                "tokens per batch x experts per token: got 2147483647 x 2 = 4294967294 array elements,"
                        + " expected at most 2147483639",
                () -> new TraceBatches(trace(2, huge), 0, History.none(2, 4), 4, huge));
        assertMessage(
                "tokens of expert 0: got 3 x 2147483647, expected at most 2147483647",
                () -> LayerStudy.counts(
                        new CountBatches(new long[][] {{3}}, 1, History.none(1, 1)), 0, 0, huge, new int[1]));
        assertMessage(
                "history: got 1 layers, expected the trace's 2",
                () -> new TraceBatches(TRACE, 0, History.none(1, 4), 4, 2));
        assertMessage(
                "trace: got 0 tokens to measure, expected at least one batch of 1",
                () -> new TraceBatches(trace(2, 0), 0, History.none(2, 4), 4, 1));
        assertMessage(
                "logical_count[0][1]: got 2147483648, expected 0..2147483647 for a batch",
                () -> new CountBatches(new long[][] {{0, 1L << 31}}, 2, History.none(1, 2)));
        assertMessage(
                "experts: got 1, but the trace has 2",
                () -> new CountBatches(new long[][] {{0, 1}}, 1, History.none(1, 1)));
        assertMessage(
                "history: got 2 experts, expected at most 1", () -> History.ofCounts(new long[][] {{0, 1}}, 1, ""));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
