// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.micrometer;

import io.lplb.balance.PlanListener;
import io.lplb.balance.PlanReport;
import io.lplb.balance.RankReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Listener that feeds the plans and rounds of balancers into a {@link MeterRegistry}.
 *
 * <pre>
 *   lplb.plans               counter, tags status, backend   plans, by the status of their solve
 *   lplb.plans.recovered     counter, plans                  plans since a backend failed and the CPU took over
 *   lplb.tokens              counter, tokens                 tokens planned, over all sources
 *   lplb.tokens.uncovered    counter, tokens                 of these, tokens whose expert has no active rank
 *   lplb.ranks.active        gauge, ranks                    ranks that the last plan may send tokens to
 *   lplb.iterations          counter, iterations             iterations of the solver, over all groups
 *   lplb.groups.not.optimal  counter, groups                 groups that the solver ended with another status than OPTIMAL
 *   lplb.imbalance           summary                         largest load of a rank / mean load, under the plan
 *   lplb.imbalance.identity  summary                         the same if every token stayed at its original
 *   lplb.gap                 summary                         proven distance of the split from optimal / mean load
 *   lplb.time.as.placed      summary, us                     predicted time with every token at its original
 *   lplb.time.predicted      summary, us                     predicted time of the plan
 *   lplb.time.lower.bound    summary, us                     proven lower bound on the predicted time of any plan
 *   lplb.plans.worth.it      counter, plans                  plans that gain more than their overhead
 *   lplb.solve               timer                           time of the solve
 *   lplb.quota               timer                           time of rounding and distributing quotas
 *
 *   lplb.rounds              counter, tag outcome            rounds of a rank, by what the batch was routed by
 *   lplb.rounds.skipped      counter, rounds                 rounds that the rank left out to catch up with the others
 *   lplb.rounds.uncovered    counter, tokens                 the rank's own tokens whose expert has no active rank
 *   lplb.plans.differing     counter, plans                  plans that differed from another rank's
 *   lplb.ranks.missing       gauge, ranks                    ranks whose counts the last round does not have
 *   lplb.exchange            timer                           time of the exchange of counts, waiting included
 *   lplb.plan                timer                           time from all counts to the loaded router
 * </pre>
 *
 * <p>Every meter has the tags {@code balancer} and {@code layer} of its balancer, and the tags of the caller; a tag of the
 * caller with the same key takes their place. Meters of rounds have the tag {@code rank}, too. The meters of a balancer are
 * registered at its first plan or round.
 *
 * <p>Plans without tokens count as plans and are timed, but have no imbalance and no gap. Times
 * are recorded for balancers with a cost.
 *
 * <p>Safe for use by several threads as far as the registry's meters are, which Micrometer's are.
 */
public final class PlanMetrics implements PlanListener {
    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<String, Map<Integer, PlanMeters>> plans = new ConcurrentHashMap<>();
    private final Map<String, Map<Integer, Map<Integer, RoundMeters>>> rounds = new ConcurrentHashMap<>();

    /**
     * A listener for any number of balancers.
     *
     * @param registry receives the meters
     * @param tags carried by every meter
     */
    public PlanMetrics(MeterRegistry registry, Iterable<Tag> tags) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.tags = Tags.of(tags);
    }

    @Override
    public void planned(PlanReport report) {
        plans.computeIfAbsent(report.name(), name -> new ConcurrentHashMap<>())
                .computeIfAbsent(report.layer(), layer -> new PlanMeters(registry, tags(report.name(), layer)))
                .record(report);
    }

    @Override
    public void roundEnded(RankReport report) {
        rounds.computeIfAbsent(report.name(), name -> new ConcurrentHashMap<>())
                .computeIfAbsent(report.layer(), layer -> new ConcurrentHashMap<>())
                .computeIfAbsent(
                        report.rank(),
                        rank -> new RoundMeters(registry, tags(report).and(tags)))
                .record(report);
    }

    private Tags tags(String name, int layer) {
        return Tags.of("balancer", name, "layer", Integer.toString(layer)).and(tags);
    }

    private static Tags tags(RankReport report) {
        return Tags.of("balancer", report.name(), "layer", Integer.toString(report.layer()))
                .and("rank", Integer.toString(report.rank()));
    }
}
