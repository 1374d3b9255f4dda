// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import io.lplb.replay.TextTable;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/**
 * The results of a whole group as text.
 *
 * <p>Immutable.
 */
public final class ClusterReport {
    private static final double NANOS_PER_MICRO = 1_000;

    private final List<RankResult> ranks;

    /** A report over results of at least one rank. */
    public ClusterReport(List<RankResult> ranks) {
        this.ranks = List.copyOf(ranks);
    }

    /** Returns whether what was routed in agreed rounds is exactly what was planned; only if all agreed on the same. */
    public boolean meetsThePlan() {
        for (int to = 0; to < ranks.get(0).planned().size(); to++) {
            long routed = 0;
            for (RankResult rank : ranks) {
                routed += rank.routed().get(to);
            }
            if (routed != ranks.get(0).planned().get(to)) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether all ranks are here and had an agreed plan in the same rounds, so that sums can be compared. */
    public boolean agreedAlike() {
        return ranks.size() == ranks.get(0).planned().size()
                && ranks.stream().map(RankResult::outcomes).distinct().count() == 1;
    }

    private long sum(ToLongFunction<RankResult> value) {
        return ranks.stream().mapToLong(value).sum();
    }

    private double sumOf(ToDoubleFunction<RankResult> value) {
        return ranks.stream().mapToDouble(value).sum();
    }

    /** Returns the report, each line with a line feed. */
    public String text() {
        long agreed = sum(RankResult::agreed);
        StringBuilder text = new StringBuilder();
        line(
                text,
                String.format(
                        Locale.ROOT,
                        "imbalance: %.4f without balancing, %.4f by the plan (busiest rank / mean, over %d plans)",
                        sumOf(RankResult::imbalanceBefore) / agreed,
                        sumOf(RankResult::imbalance) / agreed,
                        agreed));
        line(
                text,
                String.format(
                        Locale.ROOT,
                        "tokens:    %d routed, %d of them to a wrong slot%s",
                        sum(RankResult::tokens),
                        sum(RankResult::invalid),
                        agreedAlike() ? verdict() : ""));
        if (sum(RankResult::uncovered) > 0) {
            line(
                    text,
                    String.format(
                            Locale.ROOT,
                            "no rank:   %d of the tokens got no slot, as their expert has no active rank",
                            sum(RankResult::uncovered)));
        }
        line(
                text,
                String.format(
                        Locale.ROOT,
                        "rounds:    %d by an agreed plan, %d without absent ranks, %d by the last plan, %d to the originals,"
                                + " %d skipped (summed over ranks)",
                        agreed,
                        sum(RankResult::partial),
                        sum(RankResult::lastPlan),
                        sum(RankResult::originals),
                        sum(RankResult::skipped)));
        double offNode = sumOf(RankResult::offNode);
        double saved = sumOf(RankResult::savedOffNode);
        line(
                text,
                String.format(
                        Locale.ROOT,
                        "nodes:     %.1f %% of the tokens left their node, %.1f %% would have if spread; %.0f tokens a round saved",
                        percent(offNode, plannedTokens()),
                        percent(offNode + saved, plannedTokens()),
                        saved / Math.max(1, sum(RankResult::agreed) + sum(RankResult::partial))));
        if (sum(RankResult::comparedPlans) > 0) {
            line(
                    text,
                    String.format(
                            Locale.ROOT,
                            "compared:  %d plans, %d differ",
                            sum(RankResult::comparedPlans),
                            sum(RankResult::differingPlans)));
            ranks.stream()
                    .map(RankResult::firstDifference)
                    .filter(d -> !d.isEmpty())
                    .limit(1)
                    .forEach(d -> line(text, String.format(Locale.ROOT, "           %s", d)));
        }
        text.append('\n');
        TextTable table = new TextTable("", "p50", "p99", "p99.9", "max");
        row(table, "exchange", RankResult::exchangeNanos);
        row(table, "plan", RankResult::planNanos);
        return text.append(table.format()).toString();
    }

    private String verdict() {
        return meetsThePlan() ? "; every rank got exactly what was planned" : "; ranks got OTHER numbers than planned";
    }

    private double plannedTokens() {
        return sumOf(r -> r.planned().stream().mapToLong(Long::longValue).sum());
    }

    private static double percent(double part, double all) {
        return all > 0 ? 100 * part / all : 0;
    }

    private static void line(StringBuilder to, String line) {
        to.append(line).append('\n');
    }

    private void row(TextTable table, String name, Function<RankResult, String> encoded) {
        Histogram all = new Histogram(3);
        for (RankResult rank : ranks) {
            all.add(RankResult.decode(encoded.apply(rank)));
        }
        table.row(
                name,
                micros(all.getValueAtPercentile(50)),
                micros(all.getValueAtPercentile(99)),
                micros(all.getValueAtPercentile(99.9)),
                micros(all.getMaxValue()));
    }

    private static String micros(long nanos) {
        return String.format(Locale.ROOT, "%.1f us", nanos / NANOS_PER_MICRO);
    }
}
