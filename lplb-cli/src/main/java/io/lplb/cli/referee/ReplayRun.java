// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.referee;

import io.lplb.cli.output.Console;
import io.lplb.cli.output.ProgressLine;
import io.lplb.policy.Policies;
import io.lplb.policy.PolicySetup;
import io.lplb.replay.MoveFrontier;
import io.lplb.replay.Replay;
import io.lplb.replay.ReplayHistory;
import io.lplb.replay.ReplayOptions;
import io.lplb.replay.ReplayReport;
import io.lplb.report.ReplayPage;
import io.lplb.report.ReplayRecord;
import io.lplb.trace.Trace;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** Runs one replay with its record and a progress bar. */
final class ReplayRun {
    private static final Duration WARM_UP = Duration.ofMillis(500);

    private final Console console;
    private final boolean bar;

    /**
     * A runner.
     *
     * @param progress whether to show progress; null for only on a terminal
     */
    ReplayRun(Console console, @Nullable Boolean progress) {
        this.console = console;
        this.bar = progress == null ? ProgressLine.isWatched() : progress;
    }

    /**
     * Replays a trace.
     *
     * @param name of the trace on a page of several
     * @param csv receives a line per batch and policy; null for none
     */
    ReplayPage.Case of(
            String name,
            PolicySetup setup,
            List<Policies> policies,
            Trace trace,
            ReplayHistory history,
            ReplayOptions options,
            @Nullable OutputStream csv)
            throws IOException {
        try (Replay replay = new Replay(setup, policies, trace, history, options)) {
            ReplayRecord record = new ReplayRecord(policies, setup.ranks(), trace.layers(), replay.steps(), csv);
            replay.warmUp(WARM_UP);
            ReplayReport report = run(replay, record);
            record.flush();
            Map<String, Object> details = new LinkedHashMap<>(record.details());
            MoveFrontier frontier =
                    policies.contains(Policies.OWN) ? MoveFrontier.of(setup, history, replay.measured()) : null;
            if (frontier != null) {
                details.put("moveFrontier", frontier);
            }
            return new ReplayPage.Case(name, report.withDetails(details), record, frontier);
        }
    }

    private ReplayReport run(Replay replay, ReplayRecord record) throws IOException {
        if (!bar) {
            return replay.run(record);
        }
        try (ProgressBar shown = ProgressLine.open(console.errText(), "replay", replay.steps())) {
            return replay.run((step, layer, batch) -> {
                record.batch(step, layer, batch);
                shown.stepTo(step + 1L);
            });
        }
    }
}
