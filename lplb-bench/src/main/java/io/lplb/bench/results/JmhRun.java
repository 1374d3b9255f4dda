// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lplb.solver.Backends;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs cases through JMH and gives JMH's own records. A benchmark that throws ends the run with an exception: a table
 * with a hole in it is not a result.
 *
 * @param forks JVMs for each measurement; 0 measures in this one, for tests
 * @param warmups iterations before those that count
 * @param iterations iterations that count
 * @param time of one iteration
 */
public record JmhRun(int forks, int warmups, int iterations, TimeValue time) {
    /** For results: about 4 s for a measurement, with the start of its JVM. */
    public static final JmhRun STANDARD = new JmhRun(1, 5, 5, TimeValue.milliseconds(300));

    /** For a first look, before everything is compiled to the end. */
    public static final JmhRun QUICK = new JmhRun(1, 2, 3, TimeValue.milliseconds(200));

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** The same with iterations of another time. */
    public JmhRun lasting(TimeValue time) {
        return new JmhRun(forks, warmups, iterations, time);
    }

    /**
     * Runs the cases in order.
     *
     * @param missing hears of benchmarks that throw or find no time left, which then are left out; if it is null, the first
     *     that throws ends the run, and there is always time left
     * @param limit when it has passed nothing more is begun
     * @param progress hears a line after each measurement
     * @throws IllegalStateException if a benchmark throws, or JMH cannot run
     */
    List<JsonNode> run(
            List<JmhCase> cases, @Nullable Consumer<Missing> missing, Duration limit, Consumer<String> progress)
            throws IOException {
        int total = cases.stream().mapToInt(JmhCase::size).sum();
        ProgressFormat format = new ProgressFormat(total, progress);
        List<JsonNode> records = new ArrayList<>();
        long begin = System.nanoTime();
        for (JmhCase one : cases.stream().flatMap(c -> c.singles().stream()).toList()) {
            if (missing != null && System.nanoTime() - begin > limit.toNanos()) {
                missing.accept(new Missing(one.text(), "no time was left after " + limit.toSeconds() + " s"));
                continue;
            }
            try {
                records.addAll(run(one, format));
            } catch (IllegalStateException e) {
                if (missing == null) {
                    throw e;
                }
                missing.accept(new Missing(one.text(), format.failure().orElse(String.valueOf(e.getMessage()))));
            }
        }
        return records;
    }

    private List<JsonNode> run(JmhCase one, ProgressFormat format) throws IOException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + Pattern.quote(one.benchmark()) + "$")
                .mode(one.mode())
                .forks(forks)
                .warmupIterations(warmups)
                .warmupTime(time)
                .measurementIterations(iterations)
                .measurementTime(time)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .jvmArgsAppend(jvmArguments(one.gpu()));
        one.params().forEach((name, values) -> options.param(name, values.toArray(String[]::new)));
        format.forgetFailure();
        try {
            return asJson(new Runner(options.build(), format).run());
        } catch (RunnerException e) {
            throw new IllegalStateException(
                    one.text() + ": " + format.failure().orElse(String.valueOf(e.getMessage())), e);
        }
    }

    /** These replace what the annotations say; on a GPU every fallback is fatal, too. */
    private static String[] jvmArguments(boolean gpu) {
        List<String> arguments = new ArrayList<>(List.of(
                "-Xmx2g", "--enable-native-access=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.vm=ALL-UNNAMED"));
        if (gpu) {
            arguments.add("-D" + Backends.REQUIRE_PROPERTY + "=gpu");
        }
        return arguments.toArray(String[]::new);
    }

    private static List<JsonNode> asJson(Collection<RunResult> results) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8)) {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
        }
        List<JsonNode> records = new ArrayList<>();
        for (JsonNode record : MAPPER.readTree(bytes.toByteArray())) {
            records.add(JmhRecords.slim((ObjectNode) record));
        }
        return records;
    }
}
