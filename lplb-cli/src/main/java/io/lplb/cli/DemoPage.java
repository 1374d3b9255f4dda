// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.balance.PlanReport;
import io.lplb.policy.Policies;
import io.lplb.policy.PolicySetup;
import io.lplb.replay.LayerReplay;
import io.lplb.replay.RankBars;
import io.lplb.replay.RoutingCheck;
import io.lplb.replay.StrategyResult;
import io.lplb.replay.Tally;
import io.lplb.replay.TextTable;
import io.lplb.replay.WorkloadBatches;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Text that {@code lplb demo} prints after its last batch. No times, so that one seed always prints one page. */
final class DemoPage {
    private static final int NONE = 0;
    private static final int LIBRARY = 3;

    private final String popularity;
    private final PolicySetup setup;
    private final List<Double> speeds;
    private final WorkloadBatches source;
    private final List<StrategyResult> strategies;
    private final List<long[]> rankLoads;
    private final PlanReport plan;
    private final RoutingCheck routed;

    DemoPage(
            String popularity,
            PolicySetup setup,
            WorkloadBatches source,
            List<Policies> policies,
            List<Tally> tallies,
            LayerReplay replay,
            RoutingCheck routed) {
        this.popularity = popularity;
        this.setup = setup;
        this.speeds = setup.speeds();
        this.source = source;
        LayerReplay[] layers = {replay};
        this.strategies = IntStream.range(0, policies.size())
                .mapToObj(k -> tallies.get(k).result(policies.get(k), setup, layers, k, 0))
                .toList();
        this.rankLoads =
                IntStream.range(0, policies.size()).mapToObj(replay::rankLoads).toList();
        this.plan = routed.plan();
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
            reordered: experts packed by history, no copies. even split: EPLB's, to the copies of an expert in turn.
            per batch: replicas chosen anew for each batch, whose weights must be copied.
            LPLB: LPLB's own solver. optimal: no division into whole tokens has fewer tokens on the busiest rank.

            Tokens on each rank in the last batch:

            %s
            The same batch before (no balancing) and after (this library on the %s); | is the mean:

            %s
            %s
            """.formatted(
                        setup.experts(),
                        setup.ranks(),
                        setup.topology().name(),
                        setup.spareSlots(),
                        source.batchOrigin(),
                        popularity,
                        source.historyOrigin(),
                        ranksAre(),
                        summary(),
                        loads(),
                        setup.topology().name(),
                        RankBars.format(rankLoads.get(NONE), rankLoads.get(LIBRARY), activeRanks()),
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
                ? setup.ranks()
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
        for (StrategyResult result : strategies) {
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
        String[] titles = new String[setup.ranks() + 2];
        titles[0] = "strategy";
        titles[1] = "placement";
        for (int r = 0; r < setup.ranks(); r++) {
            titles[r + 2] = "rank " + r;
        }
        TextTable table = new TextTable(titles);
        for (int k = 0; k < rankLoads.size(); k++) {
            String[] cells = titles.clone();
            cells[0] = strategies.get(k).strategy();
            cells[1] = strategies.get(k).placement();
            for (int r = 0; r < setup.ranks(); r++) {
                cells[r + 2] = String.valueOf(rankLoads.get(k)[r]);
            }
            table.row(cells);
        }
        return table.format();
    }

    private String conclusion() {
        String before = tokens(load(NONE));
        String after = tokens(load(LIBRARY));
        boolean fewest = load(LIBRARY) == Math.ceil(plan.lowerBound() - 1e-6);
        return """
            What this means: popular experts have copies on other ranks, and this library decides for every batch how
            many tokens each copy gets. The busiest rank, for which all others wait, has %s %% more tokens than the mean;
            without balancing it has %s %% more.
            Proof:  however this batch is divided over these copies, some rank gets at least %s tokens; here the
                    busiest rank gets %s%s.
            Routed: %d ids, %s.\
            """.formatted(
                        excess(LIBRARY),
                        excess(NONE),
                        decimal(plan.lowerBound()),
                        after,
                        fewest ? ", the fewest possible, instead of " + before : " instead of " + before,
                        routed.ids(),
                        routing());
    }

    /** How much the busiest rank has above the mean, averaged over the batches, in percent. */
    private String excess(int strategy) {
        double mean = strategies.get(strategy).imbalance().mean();
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
