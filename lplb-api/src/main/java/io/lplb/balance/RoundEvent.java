// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** One Flight Recorder event per round of a {@link RankBalancer}. */
@Name("io.lplb.Round")
@Label("Round")
@Category("LPLB")
@Description("One round of a rank: counts exchanged, plan made or the last one kept")
@StackTrace(false)
final class RoundEvent extends Event {
    @Label("Balancer")
    String balancer = "";

    @Label("Layer")
    int layer;

    @Label("Rank")
    int rank;

    @Label("Round")
    long round;

    @Label("Outcome")
    String outcome = "";

    @Label("Missing Ranks")
    @Description("Ranks whose counts the round does not have")
    int missingRanks;

    @Label("Active Ranks")
    @Description("Ranks that tokens are routed to")
    int activeRanks;

    @Label("Uncovered Tokens")
    @Description("Own tokens routed to no slot, as all ranks of their expert are inactive")
    long uncoveredTokens;

    @Label("Skipped Rounds")
    @Description("Rounds left out since the balancer was made")
    long skippedRounds;

    @Label("Differing Plans")
    @Description("Plans that differed from another rank's since the balancer was made")
    long differingPlans;

    @Label("Exchange Time")
    @Timespan(Timespan.NANOSECONDS)
    long exchangeTime;

    @Label("Plan Time")
    @Timespan(Timespan.NANOSECONDS)
    long planTime;

    void fill(RankReport report) {
        balancer = report.name();
        layer = report.layer();
        rank = report.rank();
        round = report.round();
        outcome = report.outcome().name();
        missingRanks = report.missingRanks();
        activeRanks = report.activeRanks();
        uncoveredTokens = report.uncoveredTokens();
        skippedRounds = report.skippedRounds();
        differingPlans = report.differingPlans();
        exchangeTime = report.exchangeNanos();
        planTime = report.planNanos();
    }
}
