// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli.referee;

import io.lplb.cli.RankStateOptions;
import io.lplb.replay.ReplayReport;
import java.util.Locale;

/** Results of a replay as plain text. */
final class ReplayText {
    private ReplayText() {}

    /** Returns sizes and tables. */
    static String of(ReplayReport report) {
        StringBuilder text = new StringBuilder();
        text.append(report.experts())
                .append(" experts on ")
                .append(report.ranks())
                .append(" ranks, topology ");
        text.append(report.topology()).append(", ").append(report.replicas()).append(" replica slots a rank, ");
        text.append(report.layers()).append(" layers\n");
        text.append("history:  ").append(report.history()).append('\n');
        text.append("measured: ")
                .append(report.steps())
                .append(" steps, ")
                .append(report.measured())
                .append('\n');
        text.append("cost:     ")
                .append(report.cost())
                .append(", in ")
                .append(report.unit())
                .append('\n');
        text.append("sources:  ").append(report.sources()).append('\n');
        if (report.updateEvery() > 0) {
            text.append("updates:  every ").append(report.updateEvery()).append(" steps\n");
        }
        String ranksAre = RankStateOptions.text(report.speeds());
        if (!ranksAre.isEmpty()) {
            text.append("ranks:    ").append(ranksAre).append('\n');
            text.append("no rank:  tokens whose expert has no active rank, by strategy: ")
                    .append(report.uncoveredTokens())
                    .append('\n');
        }
        report.leftOut()
                .forEach((id, reason) -> text.append("left out: ")
                        .append(id)
                        .append(", ")
                        .append(reason)
                        .append('\n'));
        if (report.isBusy()) {
            text.append(String.format(
                    Locale.ROOT,
                    "busy:     planning threads had a processor for %.0f %% of their time; plan times are too long%n",
                    100 * report.processorShare()));
        }
        return text.append('\n').append(report.table()).toString();
    }

    /** Returns what the columns mean. */
    static String legend() {
        return """
                mean, p99, max: tokens of the busiest rank / mean tokens of a rank; 1 is perfect.
                mean gap: tokens of the busiest rank above the proven fewest on this placement / mean tokens.
                any gap: the same above a proven bound for any placement of these slots, chosen for the batch itself.
                at optimum: batches on which the busiest rank has exactly the fewest whole tokens possible.
                us, tokens: predicted time of the slowest rank under the cost, mean; with copies: weights copied for
                updates and batches included, --copy-us for each that the rank with the most receives.
                moves/update, copies/batch: weights of a layer that cross the network.
                cross-node: tokens that cross nodes at least, from the sources named above.
                survives: ranks that may fail, whichever they are, with every expert still on another one.
                plan p50, p90: from counts to tokens per rank, on one core, after a warm-up; p90 shows the noise.
                'lplb replay --help' names the strategies; docs/user-guide.md describes them.
                """;
    }
}
