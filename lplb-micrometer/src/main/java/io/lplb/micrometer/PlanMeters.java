// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.micrometer;

import io.lplb.balance.PlanReport;
import io.lplb.cost.TimeReport;
import io.lplb.solver.SolveStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Meters of one balancer's plans; see {@link PlanMetrics}. */
final class PlanMeters {
    private final Map<String, Map<SolveStatus, Counter>> plans = new HashMap<>();
    private final Counter recovered;
    private final Counter tokens;
    private final Counter uncovered;
    private final Counter iterations;
    private final Counter groupsNotOptimal;
    private final DistributionSummary imbalance;
    private final DistributionSummary identityImbalance;
    private final DistributionSummary gap;
    private final Timer solve;
    private final Timer quota;
    private final DistributionSummary timeAsPlaced;
    private final DistributionSummary predictedTime;
    private final DistributionSummary timeLowerBound;
    private final Counter worthIt;
    private final AtomicInteger activeRanks = new AtomicInteger();

    PlanMeters(MeterRegistry registry, Tags tags) {
        for (String backend : List.of("cpu", "gpu")) { // What PlanReport.backend() says.
            plans.put(backend, plans(registry, tags, backend));
        }
        recovered = counter(
                registry, tags, "lplb.plans.recovered", "plans", "Plans since a backend failed and the CPU took over");
        tokens = counter(registry, tags, "lplb.tokens", "tokens", "Tokens planned, over all sources");
        uncovered =
                counter(registry, tags, "lplb.tokens.uncovered", "tokens", "Tokens whose expert has no active rank");
        iterations = counter(registry, tags, "lplb.iterations", "iterations", "Iterations of the solver");
        groupsNotOptimal = counter(
                registry, tags, "lplb.groups.not.optimal", "groups", "Groups whose solve did not reach its tolerance");
        imbalance = summary(registry, tags, "lplb.imbalance", "Largest load of a rank / mean load under the plan");
        identityImbalance =
                summary(registry, tags, "lplb.imbalance.identity", "The same if every token stayed at its original");
        gap = summary(registry, tags, "lplb.gap", "Proven distance of the split from optimal / mean load");
        solve = timer(registry, tags, "lplb.solve", "Time of the solve");
        quota = timer(registry, tags, "lplb.quota", "Time of rounding and distributing quotas");
        timeAsPlaced = summary(
                registry, tags, "lplb.time.as.placed", "Predicted time with every token at its original, in us");
        predictedTime = summary(registry, tags, "lplb.time.predicted", "Predicted time of the plan, in us");
        timeLowerBound =
                summary(registry, tags, "lplb.time.lower.bound", "Proven bound on the time of any plan, in us");
        worthIt = counter(registry, tags, "lplb.plans.worth.it", "plans", "Plans that gain more than their overhead");
        gauge(registry, tags, "lplb.ranks.active", "Ranks that the last plan may send tokens to", activeRanks);
    }

    private static Map<SolveStatus, Counter> plans(MeterRegistry registry, Tags tags, String backend) {
        Map<SolveStatus, Counter> plans = new EnumMap<>(SolveStatus.class);
        for (SolveStatus status : SolveStatus.values()) {
            plans.put(
                    status,
                    Counter.builder("lplb.plans")
                            .description("Plans, by the status of their solve and its backend")
                            .tags(tags)
                            .tag("status", status.name())
                            .tag("backend", backend)
                            .register(registry));
        }
        return plans;
    }

    static Counter counter(MeterRegistry registry, Tags tags, String name, String unit, String description) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }

    static Timer timer(MeterRegistry registry, Tags tags, String name, String description) {
        return Timer.builder(name).description(description).tags(tags).register(registry);
    }

    static void gauge(MeterRegistry registry, Tags tags, String name, String description, AtomicInteger value) {
        Gauge.builder(name, value, AtomicInteger::get)
                .description(description)
                .baseUnit("ranks")
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    private static DistributionSummary summary(MeterRegistry registry, Tags tags, String name, String description) {
        return DistributionSummary.builder(name)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    void record(PlanReport report) {
        Map<SolveStatus, Counter> byStatus = Objects.requireNonNull(plans.get(report.backend()));
        Objects.requireNonNull(byStatus.get(report.status())).increment();
        if (report.recoveries() > 0) {
            recovered.increment();
        }
        tokens.increment((double) report.tokens());
        uncovered.increment((double) report.uncoveredTokens());
        activeRanks.set(report.activeRanks());
        iterations.increment(report.iterations());
        groupsNotOptimal.increment(report.groupsNotOptimal());
        solve.record(report.solveNanos(), TimeUnit.NANOSECONDS);
        quota.record(report.quotaNanos(), TimeUnit.NANOSECONDS);
        TimeReport time = report.time();
        if (time != null && report.tokens() > 0) {
            timeAsPlaced.record(time.asPlaced());
            predictedTime.record(time.predicted());
            timeLowerBound.record(time.lowerBound());
            worthIt.increment(time.worthIt() ? 1 : 0);
        }
        double mean = report.meanLoad();
        if (mean > 0) {
            imbalance.record(report.imbalance());
            identityImbalance.record(report.identityMaxLoad() / mean);
            gap.record(report.splitGap() / mean);
        }
    }
}
