// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.dispatch.DispatchLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Dispatch layout of 32,768 physical ids (4,096 tokens, top 8) on 32 ranks with 10 slots, one thread. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class LayoutBenchmark {
    private static final int TOKENS = 4_096;
    private static final int TOP_K = 8;
    private static final int SLOTS = 320;

    private final int[] ids = new int[TOKENS * TOP_K];
    private final long[] wideIds = new long[ids.length];
    private final DispatchLayout layout = new DispatchLayout(32, 8, SLOTS / 32, TOP_K, TOKENS, 128);

    /** Makes random ids. */
    @Setup
    public void setup() {
        Random random = new Random(1);
        Arrays.setAll(ids, k -> random.nextInt(SLOTS));
        Arrays.setAll(wideIds, k -> ids[k]);
    }

    /** Ids of 32 bits. */
    @Benchmark
    public DispatchLayout ints() {
        layout.compute(ids);
        return layout;
    }

    /** Ids of 64 bits. */
    @Benchmark
    public DispatchLayout longs() {
        layout.compute(wideIds);
        return layout;
    }
}
