// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.jmh;

import io.lplb.count.TokenCounter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Counting 524,288 routed ids of 256 experts, or of a trace's, on one thread; the figure is per id. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class CountBenchmark {
    static final int IDS = 524_288;
    static final int EXPERTS = 256;
    static final int RANKS = 32;

    /** See {@link io.lplb.workload.Workload#named} and {@link TraceLoad}; skewed loads hit the same counter again and again. */
    @Param({"normal", "zipf"})
    public String load = "";

    private int[] ids = {};
    private int[] counts = {};
    private TokenCounter counter = new TokenCounter(EXPERTS);

    /** Makes the ids. */
    @Setup
    public void setup() {
        BenchLoad source = load(load);
        ids = ids(source);
        counts = new int[source.experts()];
        counter = new TokenCounter(source.experts());
    }

    static BenchLoad load(String name) {
        return BenchLoad.named(name, EXPERTS, RANKS, 1);
    }

    /** One batch, or as many as it takes where a trace has not so many tokens. */
    static int[] ids(BenchLoad source) {
        int[] ids = new int[IDS];
        int[] batch = new int[source.tokens(IDS / source.topK()) * source.topK()];
        for (int b = 0, at = 0; at < IDS; b++, at += batch.length) {
            source.ids(b, batch);
            System.arraycopy(batch, 0, ids, at, Math.min(batch.length, IDS - at));
        }
        return ids;
    }

    /** Counts all ids. */
    @Benchmark
    @OperationsPerInvocation(IDS)
    public int[] count() {
        counter.count(ids, counts);
        return counts;
    }
}
