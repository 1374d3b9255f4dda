// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.results;

import com.fasterxml.jackson.databind.JsonNode;
import io.lplb.report.Quality;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One run of the command: the parts that are asked for, one after the other, so that nothing disturbs the times.
 *
 * @param selection what is measured
 * @param jmh how long
 * @param problems of each machine and load, and of each layer of a trace, whose answers are judged
 * @param keepGoing whether what throws is left out and told in the results, instead of ending the run; so is what finds no
 *     time left
 * @param limit of the time for measuring times in a run that keeps going
 */
public record BenchRun(BenchSelection selection, JmhRun jmh, int problems, boolean keepGoing, Duration limit) {
    /** Longer than any run. */
    public static final Duration NO_LIMIT = Duration.ofDays(1);

    /** The parts of a run. */
    public enum Part {
        /** How long solves, plans, counting and routing take. */
        TIMES,
        /** How good the answers are. */
        QUALITY,
        /** How times grow with sizes. */
        SCALING
    }

    /**
     * Runs.
     *
     * @param header goes into the results as it is
     * @param progress hears a line now and then
     * @throws IllegalArgumentException if the selection leaves nothing to do
     * @throws IOException if a trace cannot be read
     * @throws IllegalStateException if a benchmark throws, unless the run keeps going
     */
    public ResultFile run(Set<Part> parts, Header header, Consumer<String> progress) throws IOException {
        List<JmhCase> cases = new ArrayList<>();
        if (parts.contains(Part.TIMES)) {
            cases.addAll(BenchCases.times(selection));
        }
        if (parts.contains(Part.SCALING)) {
            cases.addAll(BenchCases.scaling(selection));
        }
        if (cases.isEmpty() && !parts.contains(Part.QUALITY)) {
            throw new IllegalArgumentException("filter: got '" + selection.filter()
                    + "', expected a match with one of the benchmarks, such as SolveBenchmark.solve, or --quality");
        }
        List<Missing> missing = new ArrayList<>();
        Consumer<Missing> leftOut = keepGoing
                ? m -> {
                    missing.add(m);
                    progress.accept("left out: " + m.what() + ": " + m.reason());
                }
                : null;
        List<JsonNode> records = jmh.run(cases, leftOut, limit, progress);
        List<Quality> quality = List.of();
        if (parts.contains(Part.QUALITY)) {
            quality = new QualityRun(selection.solvers(), selection.backends(), problems)
                    .run(selection.topologies(), selection.loads(), leftOut, progress);
        }
        return new ResultFile(
                header,
                records,
                quality,
                ScalingFit.of(records.stream().map(Timing::of).toList()),
                missing);
    }
}
