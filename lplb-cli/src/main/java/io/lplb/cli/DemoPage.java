// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.balance.PlanReport;
import io.lplb.replay.RankBars;
import io.lplb.replay.Replay;
import io.lplb.replay.ReplayReport;
import io.lplb.replay.RoutingCheck;
import io.lplb.replay.StrategyResult;
import io.lplb.replay.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** What {@code lplb demo} prints after its last batch. No times, so that one seed always prints one page. */
final class DemoPage {
    private final String popularity;
    private final List<Double> speeds;
    private final ReplayReport report;
    private final List<long[]> rankLoads;
    private final PlanReport plan;
    private final RoutingCheck routed;

    DemoPage(String popularity, List<Double> speeds, Replay replay, RoutingCheck routed) {
        this.popularity = popularity;
        this.speeds = speeds;
        this.report = replay.report();
        this.rankLoads = replay.lastRankLoads();
        this.plan = Objects.requireNonNull(replay.balancer().lastPlan(), "no plan");
        this.routed = routed;
    }

    String text() {
        return """
            %d experts on %d ranks, topology %s, %d replica slots on each rank.
            %s, popularity: %s.
            Copies are placed by the history, %s.
            %s
            A layer waits for its busiest rank: tokens of that rank / mean tokens of a rank (1.000 is perfect):

            %s
            none: every token to the original of its expert. even split: EPLB's, to the copies of its expert in turn.
            per batch: replicas chosen anew for each batch, whose weights must be copied.
            LPLB: LPLB's own solver. optimal: no division into whole tokens has fewer tokens on the busiest rank.

            Tokens on each rank in the last batch:

            %s
            The same batch before (no balancing) and after (this library on the %s); | is the mean:

            %s
            %s
            """.formatted(
                        report.experts(),
                        report.ranks(),
                        report.topology(),
                        report.replicas(),
                        report.measured(),
                        popularity,
                        report.history(),
                        ranksAre(),
                        summary(),
                        loads(),
                        report.topology(),
                        RankBars.format(rankLoads.get(Replay.NONE), rankLoads.get(Replay.LIBRARY), activeRanks()),
                        conclusion());
    }

    /** Which ranks are inactive and what that costs; empty if all are active and of speed 1. */
    private String ranksAre() {
        String text = RankStateOptions.text(speeds);
        if (text.isEmpty()) {
            return "";
        }
        return "Ranks: " + text + ". Experts without an active rank: " + plan.uncoveredExperts() + ", with "
                + plan.uncoveredTokens() + " of " + plan.tokens() + " tokens of the last batch, which go nowhere.\n";
    }

    private int activeRanks() {
        return speeds.isEmpty()
                ? report.ranks()
                : (int) speeds.stream().filter(s -> s > 0).count();
    }

    private double load(int strategy) {
        long[] tokens = rankLoads.get(strategy);
        double max = 0;
        for (int r = 0; r < tokens.length; r++) {
            double speed = speeds.isEmpty() ? 1 : speeds.get(r);
            max = tokens[r] > 0 ? Math.max(max, tokens[r] / speed) : max;
        }
        return max;
    }

    private String summary() {
        TextTable table = new TextTable("strategy", "placement", "mean", "worst", "optimal");
        for (StrategyResult result : report.strategies()) {
            table.row(
                    result.strategy(),
                    result.placement(),
                    decimal(result.imbalance().mean()),
                    decimal(result.imbalance().max()),
                    result.optimalBatches() + " of " + result.batches() + " batches");
        }
        return table.format();
    }

    private String loads() {
        String[] titles = new String[report.ranks() + 2];
        titles[0] = "strategy";
        titles[1] = "placement";
        for (int r = 0; r < report.ranks(); r++) {
            titles[r + 2] = "rank " + r;
        }
        TextTable table = new TextTable(titles);
        for (int k = 0; k < rankLoads.size(); k++) {
            String[] cells = titles.clone();
            cells[0] = report.strategies().get(k).strategy();
            cells[1] = report.strategies().get(k).placement();
            for (int r = 0; r < report.ranks(); r++) {
                cells[r + 2] = String.valueOf(rankLoads.get(k)[r]);
            }
            table.row(cells);
        }
        return table.format();
    }

    private String conclusion() {
        String before = tokens(load(Replay.NONE));
        String after = tokens(load(Replay.LIBRARY));
        boolean fewest = load(Replay.LIBRARY) == Replay.wholeTokens(plan.lowerBound());
        return """
            What this means: popular experts have copies on other ranks, and this library decides for every batch how
            many tokens each copy gets. The busiest rank, for which all others wait, has %s %% more tokens than the mean;
            without balancing it has %s %% more.
            Proof:  however this batch is divided over these copies, some rank gets at least %s tokens; here the
                    busiest rank gets %s%s.
            Routed: %d ids, %s.\
            """.formatted(
                        excess(Replay.LIBRARY),
                        excess(Replay.NONE),
                        decimal(plan.lowerBound()),
                        after,
                        fewest ? ", the fewest possible, instead of " + before : " instead of " + before,
                        routed.ids(),
                        routing());
    }

    /** How much the busiest rank has above the mean, averaged over the batches, in percent. */
    private String excess(int strategy) {
        double mean = report.strategies().get(strategy).imbalance().mean();
        return String.format(Locale.ROOT, "%.1f", 100 * (mean - 1));
    }

    private String routing() {
        return routed.difference().isEmpty()
                ? "each to a copy of its own expert; every rank got as many as planned, in every batch"
                : "NOT as planned: " + routed.difference();
    }

    private static String tokens(double load) {
        return load == Math.rint(load) ? String.valueOf((long) load) : decimal(load);
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
