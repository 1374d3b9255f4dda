// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.micrometer;

import io.lplb.balance.PlanListener;
import io.lplb.balance.PlanReport;
import io.lplb.solver.SolveStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Feeds the plans of a balancer into a {@link MeterRegistry}.
 *
 * <pre>
 *   lplb.plans               counter, tag status    plans, by the status of their solve
 *   lplb.tokens              counter, tokens        tokens planned, over all sources
 *   lplb.iterations          counter, iterations    iterations of the solver, over all groups
 *   lplb.groups.not.optimal  counter, groups        groups that the solver ended with another status than OPTIMAL
 *   lplb.imbalance           summary                largest load of a rank / mean load, under the plan
 *   lplb.imbalance.identity  summary                the same if every token stayed at its original
 *   lplb.gap                 summary                proven distance of the split from optimal / mean load
 *   lplb.solve               timer                  time of the solve
 *   lplb.quota               timer                  time of rounding and distributing quotas
 * </pre>
 *
 * <p>Plans without tokens count as plans and are timed, but have no imbalance and no gap. Tags tell balancers apart, one
 * per layer for example. Meters are looked up once, here; a plan then only adds to them.
 *
 * <p>Safe for use by several threads as far as the registry's meters are, which Micrometer's are.
 */
public final class PlanMetrics implements PlanListener {
    private final Map<String, Map<SolveStatus, Counter>> plans = new HashMap<>();
    private final Counter recovered;
    private final Counter tokens;
    private final Counter iterations;
    private final Counter groupsNotOptimal;
    private final DistributionSummary imbalance;
    private final DistributionSummary identityImbalance;
    private final DistributionSummary gap;
    private final Timer solve;
    private final Timer quota;

    /**
     * Registers the meters.
     *
     * @param registry receives them
     * @param tags carried by every meter
     */
    public PlanMetrics(MeterRegistry registry, Iterable<Tag> tags) {
        Objects.requireNonNull(registry, "registry");
        for (String backend : List.of("cpu", "gpu")) { // What PlanReport.backend() says.
            plans.put(backend, plans(registry, tags, backend));
        }
        recovered = counter(
                registry, tags, "lplb.plans.recovered", "plans", "Plans since a backend failed and the CPU took over");
        tokens = counter(registry, tags, "lplb.tokens", "tokens", "Tokens planned, over all sources");
        iterations = counter(registry, tags, "lplb.iterations", "iterations", "Iterations of the solver");
        groupsNotOptimal = counter(
                registry, tags, "lplb.groups.not.optimal", "groups", "Groups whose solve did not reach its tolerance");
        imbalance = summary(registry, tags, "lplb.imbalance", "Largest load of a rank / mean load under the plan");
        identityImbalance =
                summary(registry, tags, "lplb.imbalance.identity", "The same if every token stayed at its original");
        gap = summary(registry, tags, "lplb.gap", "Proven distance of the split from optimal / mean load");
        solve = timer(registry, tags, "lplb.solve", "Time of the solve");
        quota = timer(registry, tags, "lplb.quota", "Time of rounding and distributing quotas");
    }

    private static Map<SolveStatus, Counter> plans(MeterRegistry registry, Iterable<Tag> tags, String backend) {
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

    private static Counter counter(
            MeterRegistry registry, Iterable<Tag> tags, String name, String unit, String description) {
        return Counter.builder(name)
                .description(description)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }

    private static DistributionSummary summary(
            MeterRegistry registry, Iterable<Tag> tags, String name, String description) {
        return DistributionSummary.builder(name)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    private static Timer timer(MeterRegistry registry, Iterable<Tag> tags, String name, String description) {
        return Timer.builder(name).description(description).tags(tags).register(registry);
    }

    @Override
    public void planned(PlanReport report) {
        Map<SolveStatus, Counter> byStatus = Objects.requireNonNull(plans.get(report.backend()));
        Objects.requireNonNull(byStatus.get(report.status())).increment();
        if (report.recoveries() > 0) {
            recovered.increment();
        }
        tokens.increment((double) report.tokens());
        iterations.increment(report.iterations());
        groupsNotOptimal.increment(report.groupsNotOptimal());
        solve.record(report.solveNanos(), TimeUnit.NANOSECONDS);
        quota.record(report.quotaNanos(), TimeUnit.NANOSECONDS);
        double mean = report.meanLoad();
        if (mean > 0) {
            imbalance.record(report.imbalance());
            identityImbalance.record(report.identityMaxLoad() / mean);
            gap.record(report.gap() / mean);
        }
    }
}
