// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.format.OutputFormat;

/**
 * Of all that JMH tells while it runs, one line for each measurement, and what a benchmark threw: JMH itself says only
 * that there was an exception.
 *
 * <p>Not thread-safe, as JMH's own are not.
 */
final class ProgressFormat implements OutputFormat {
    private final int total;
    private final Consumer<String> progress;
    private int done;
    private @Nullable String failure;

    ProgressFormat(int total, Consumer<String> progress) {
        this.total = total;
        this.progress = progress;
    }

    /** Returns the first exception that was told since {@link #forgetFailure}. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** Begins another case. */
    void forgetFailure() {
        failure = null;
    }

    @Override
    public void endBenchmark(BenchmarkResult result) {
        done++;
        if (result == null) {
            return;
        }
        BenchmarkParams params = result.getParams();
        Result<?> time = result.getPrimaryResult();
        String values = params.getParamsKeys().stream().map(params::getParam).collect(Collectors.joining(" "));
        progress.accept(String.format(
                Locale.ROOT,
                "%d/%d %s %s: %.2f %s",
                done,
                total,
                params.getBenchmark().replaceFirst(".*\\.([^.]+)\\.[^.]+$", "$1"),
                values,
                time.getScore(),
                time.getScoreUnit()));
    }

    @Override
    public void println(String text) {
        text.lines()
                .map(String::strip)
                .filter(line -> line.matches("(Caused by: )?[\\w.$]+(Exception|Error)\\b.*"))
                .findFirst()
                .ifPresent(line -> failure = failure == null ? line : failure);
    }

    @Override
    public void print(String text) {
        println(text);
    }

    @Override
    public void verbosePrintln(String text) {}

    @Override
    public void write(int b) {}

    @Override
    public void write(byte[] bytes) {
        println(new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public void startRun() {}

    @Override
    public void endRun(Collection<RunResult> results) {}

    @Override
    public void startBenchmark(BenchmarkParams params) {}

    @Override
    public void iteration(BenchmarkParams params, IterationParams iterationParams, int iteration) {}

    @Override
    public void iterationResult(
            BenchmarkParams params, IterationParams iterationParams, int iteration, IterationResult data) {}

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
