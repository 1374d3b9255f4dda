// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.trace.TraceOptions.Content;
import io.lplb.trace.engine.BalanceLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The samples in {@code src/test/resources/traces}, which {@code make_samples.py} there makes with NumPy, PyTorch and safetensors. */
class SampleTracesTest {
    private static final Path SAMPLES = Path.of("src", "test", "resources", "traces");

    /** The counts that most samples have. */
    private static List<String> counts() throws IOException {
        return TraceSteps.of(SAMPLES.resolve("steps.json"));
    }

    @Test
    void stepsOfJson() throws IOException {
        assertEquals(3, counts().size());
        assertTrue(counts().get(2).endsWith(", 9223372036853727231]]"), counts().get(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sglang_stat.pt", "layers.csv", "rows.csv"})
    void formatsOfTheSameCounts(String name) throws IOException {
        assertEquals(counts(), TraceSteps.of(SAMPLES.resolve(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"layers.json", "sglang_stat_sum.pt"})
    void formatsOfTheFirstStep(String name) throws IOException {
        assertEquals(counts().subList(0, 1), TraceSteps.of(SAMPLES.resolve(name)));
    }

    @Test
    void countsOfNpy() throws IOException {
        assertEquals(
                counts(),
                TraceSteps.of(SAMPLES.resolve("counts.npy"), TraceOptions.DEFAULT.withContent(Content.COUNTS)));
    }

    /** Slot k of ten in the first layer has expert k, and 0 and 3 twice; in the second, expert 7 three times. */
    @Test
    void passesOfSglangCountExperts() throws IOException {
        String first = "[[2, 1, 1, 2, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 3]]";
        List<String> steps = TraceSteps.of(SAMPLES.resolve("sglang_per_pass.pt"));
        assertEquals(List.of(first, first.replace('3', '6').replace('2', '4').replace('1', '2')), steps.subList(0, 2));
    }

    @Test
    void tokensOfSglangAreSlots() throws IOException {
        try (Trace trace = Traces.open(SAMPLES.resolve("sglang_per_token.pt"), TraceOptions.DEFAULT)) {
            assertEquals(List.of(3, 2, 8), List.of(trace.steps(), trace.layers(), trace.experts()));
            for (int step = 0; trace.next(); step++) {
                long[][] counts = trace.counts();
                assertEquals(2 * (5 + step) - 1, Arrays.stream(counts[0]).sum());
                assertEquals(2, trace.padding());
            }
        }
    }

    /** A step's tokens in order are its sources' tokens in order, in equal parts. */
    @ParameterizedTest
    @ValueSource(strings = {"ids_255.npy", "sglang_per_token.pt"})
    void tokensOfIdsAreSourcesInOrder(String name) throws IOException {
        TraceOptions options = TraceOptions.DEFAULT.withPadding(255);
        try (Trace one = Traces.open(SAMPLES.resolve(name), options);
                Trace three = Traces.open(SAMPLES.resolve(name), options.withIdSources(3))) {
            assertEquals(List.of(1, 3), List.of(one.sources(), three.sources()));
            while (one.next() && three.next()) {
                assertArrayEquals(one.counts(), three.counts());
                long[] bySource = new long[3 * three.experts()];
                three.counts(0, bySource);
                long[] sum = new long[three.experts()];
                for (int k = 0; k < bySource.length; k++) {
                    sum[k % sum.length] += bySource[k];
                }
                assertArrayEquals(one.counts()[0], sum);
                for (int source = 0; source < 3; source++) {
                    assertTrue(Arrays.stream(bySource, source * sum.length, (source + 1) * sum.length)
                                    .sum()
                            > 0);
                }
            }
        }
    }

    @Test
    void ranksOfTensorRtAreSources() throws IOException {
        try (Trace trace = Traces.open(SAMPLES.resolve("tensorrt_llm"), TraceOptions.DEFAULT)) {
            assertEquals(List.of(3, 2, 8, 2), List.of(trace.steps(), trace.layers(), trace.experts(), trace.sources()));
            assertTrue(trace.next());
            assertTrue(trace.next());
            long[] bySource = new long[16];
            trace.counts(1, bySource);
            assertArrayEquals(new long[] {11, 12, 13, 14, 15, 16, 17, 18, 11, 13, 15, 17, 19, 21, 23, 25}, bySource);
            assertArrayEquals(new long[] {22, 25, 28, 31, 34, 37, 40, 43}, trace.counts()[1]);
        }
    }

    /** Micro-batch 3 has no record of the second layer. */
    @Test
    void ultraEpLeavesOutIncompleteMicroBatches() throws IOException {
        List<String> steps = TraceSteps.of(SAMPLES.resolve("ultraep"));
        assertEquals(4, steps.size());
        assertEquals(
                "[[200, 201, 202, 203, 204, 205, 206, 207], [210, 211, 212, 213, 214, 215, 216, 217]]", steps.get(2));
        assertTrue(steps.get(3).startsWith("[[400"), steps.get(3));
        assertEquals(steps, TraceSteps.of(SAMPLES.resolve("ultraep/epg0_gr0_r0_1.chunk000001.npz")));
    }

    @Test
    void paddingOf255() throws IOException {
        Path file = SAMPLES.resolve("ids_255.npy");
        try (Trace trace = Traces.open(file, TraceOptions.DEFAULT.withPadding(255))) {
            assertEquals(8, trace.experts());
            assertTrue(trace.next());
            assertEquals(2, trace.padding());
            assertEquals(11, Arrays.stream(trace.counts()[0]).sum());
        }
        assertEquals(
                3,
                TraceSteps.of(file, TraceOptions.DEFAULT.withPadding(255).withBatchTokens(2))
                        .size());
        TraceOptions few = TraceOptions.DEFAULT.withPadding(255).withExperts(7);
        assertThrows(FormatException.class, () -> TraceSteps.of(file, few));
    }

    @Test
    void sourcesOfNpy() throws IOException {
        TraceOptions options = TraceOptions.DEFAULT.withContent(Content.SOURCES);
        try (Trace trace = Traces.open(SAMPLES.resolve("sources.npy"), options)) {
            assertEquals(List.of(3, 1, 8, 2), List.of(trace.steps(), trace.layers(), trace.experts(), trace.sources()));
            trace.next();
            assertArrayEquals(new long[] {8, 10, 12, 14, 16, 18, 20, 22}, trace.counts()[0]);
        }
    }

    @Test
    void balanceOfVllm() throws IOException {
        BalanceLog log = BalanceLog.read(SAMPLES.resolve("vllm.log")).orElseThrow();
        assertEquals(new BalanceLog(3, 1, 802, 1024, (0.7946 + 0.7894 + 0.7842) / 3, 0.7842), log);
        String message = Refusal.of(() -> Traces.open(SAMPLES.resolve("vllm.log"), TraceOptions.DEFAULT));
        assertTrue(message.contains("has no loads of experts"), message);
    }

    @Test
    void ownFormatOfEverySample(@TempDir Path folder) throws IOException {
        for (String name : List.of("sglang_stat.pt", "tensorrt_llm", "ultraep", "rows.csv", "sglang_per_token.pt")) {
            Path copy = folder.resolve(name + ".lplb");
            try (Trace trace = Traces.open(SAMPLES.resolve(name), TraceOptions.DEFAULT);
                    var out = Files.newOutputStream(copy)) {
                CountTraceWriter.write(trace, out, () -> {});
            }
            assertEquals(TraceSteps.of(SAMPLES.resolve(name)), TraceSteps.of(copy));
        }
    }
}
