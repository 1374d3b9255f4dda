// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.micrometer;

import io.lplb.balance.RankReport;
import io.lplb.balance.RoundOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Meters of one rank's rounds; see {@link PlanMetrics}. */
final class RoundMeters {
    private final Map<RoundOutcome, Counter> rounds = new EnumMap<>(RoundOutcome.class);
    private final Counter skipped;
    private final Counter uncovered;
    private final Counter differing;
    private final Timer exchange;
    private final Timer plan;
    private final AtomicInteger missingRanks = new AtomicInteger();
    private final AtomicLong skippedBefore = new AtomicLong();
    private final AtomicLong differingBefore = new AtomicLong();

    RoundMeters(MeterRegistry registry, Tags tags) {
        for (RoundOutcome outcome : RoundOutcome.values()) {
            rounds.put(
                    outcome,
                    Counter.builder("lplb.rounds")
                            .description("Rounds, by what the batch was routed by")
                            .tags(tags)
                            .tag("outcome", outcome.name())
                            .register(registry));
        }
        skipped = PlanMeters.counter(
                registry, tags, "lplb.rounds.skipped", "rounds", "Rounds left out to catch up with the other ranks");
        uncovered = PlanMeters.counter(
                registry, tags, "lplb.rounds.uncovered", "tokens", "Own tokens whose expert has no active rank");
        differing = PlanMeters.counter(
                registry, tags, "lplb.plans.differing", "plans", "Plans that differed from another rank's");
        exchange = PlanMeters.timer(registry, tags, "lplb.exchange", "Time of the exchange of counts");
        plan = PlanMeters.timer(registry, tags, "lplb.plan", "Time from all counts to the loaded router");
        PlanMeters.gauge(
                registry, tags, "lplb.ranks.missing", "Ranks whose counts the last round does not have", missingRanks);
    }

    void record(RankReport report) {
        Objects.requireNonNull(rounds.get(report.outcome())).increment();
        skipped.increment((double) growth(skippedBefore, report.skippedRounds()));
        differing.increment((double) growth(differingBefore, report.differingPlans()));
        uncovered.increment((double) report.uncoveredTokens());
        missingRanks.set(report.missingRanks());
        exchange.record(report.exchangeNanos(), TimeUnit.NANOSECONDS);
        if (report.planNanos() > 0) {
            plan.record(report.planNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Reports count from the making of their balancer; one that is made anew begins at 0. */
    private static long growth(AtomicLong before, long now) {
        long last = before.getAndSet(now);
        return now >= last ? now - last : now;
    }
}
