// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.balance.LayeredBalancer;
import io.lplb.balance.LoadBalancer;
import io.lplb.balance.PlanReport;
import io.lplb.balance.RankBalancer;
import io.lplb.balance.RankReport;
import io.lplb.balance.RoundOutcome;
import io.lplb.exchange.LocalExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.topology.Topologies;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Meters after some plans against the plans' reports. */
class PlanMetricsTest {
    private static final int PLANS = 20;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void metersAddUpWhatReportsSay() {
        Random random = new Random(7);
        double tokens = 0;
        double iterations = 0;
        double imbalance = 0;
        double identity = 0;
        double gap = 0;
        double solveNanos = 0;
        double quotaNanos = 0;
        double worst = 0;
        try (LoadBalancer balancer = balancer(Tags.of("layer", "3"))) {
            int[] counts = new int[64];
            for (int k = 0; k < PLANS; k++) {
                for (int e = 0; e < counts.length; e++) {
                    counts[e] = random.nextInt(200);
                }
                PlanReport report = balancer.plan(counts);
                tokens += report.tokens();
                iterations += report.iterations();
                imbalance += report.imbalance();
                identity += report.identityMaxLoad() / report.meanLoad();
                gap += report.splitGap() / report.meanLoad();
                solveNanos += report.solveNanos();
                quotaNanos += report.quotaNanos();
                worst = Math.max(worst, report.imbalance());
            }
        }
        assertEquals(PLANS, counter("lplb.plans", "status", "OPTIMAL", "backend", "cpu"));
        assertEquals(0, counter("lplb.plans", "status", "INVALID", "backend", "cpu"));
        assertEquals(0, counter("lplb.plans", "status", "OPTIMAL", "backend", "gpu"));
        assertEquals(0, counter("lplb.plans.recovered"));
        assertEquals(tokens, counter("lplb.tokens"));
        assertEquals(iterations, counter("lplb.iterations"));
        assertEquals(0, counter("lplb.groups.not.optimal"));
        assertEquals(imbalance, registry.get("lplb.imbalance").summary().totalAmount(), 1e-9);
        assertEquals(worst, registry.get("lplb.imbalance").summary().max());
        assertEquals(identity, registry.get("lplb.imbalance.identity").summary().totalAmount(), 1e-9);
        assertEquals(gap, registry.get("lplb.gap").summary().totalAmount(), 1e-9);
        assertEquals(solveNanos, registry.get("lplb.solve").timer().totalTime(TimeUnit.NANOSECONDS), 1);
        assertEquals(quotaNanos, registry.get("lplb.quota").timer().totalTime(TimeUnit.NANOSECONDS), 1);
        assertEquals(PLANS, registry.get("lplb.solve").tag("layer", "3").timer().count());
    }

    /** A mean load of 0 would make every ratio a NaN, which a registry keeps for good. */
    @Test
    void aPlanWithoutTokensHasNoRatios() {
        try (LoadBalancer balancer = balancer(Tags.empty())) {
            balancer.plan(new int[64]);
        }
        assertEquals(1, counter("lplb.plans", "status", "OPTIMAL", "backend", "cpu"));
        assertEquals(0, registry.get("lplb.imbalance").summary().count());
        assertEquals(0, registry.get("lplb.gap").summary().count());
        assertEquals(1, registry.get("lplb.quota").timer().count());
    }

    /** A solver that gives up shows in the status and in the groups. */
    @Test
    void groupsThatAreNotOptimalAreCounted() {
        try (LoadBalancer balancer = LoadBalancer.builder()
                .experts(64)
                .ranks(16)
                .topology(Topologies.cube())
                .solver("lplb-reference")
                .tolerance(1e-12)
                .listener(new PlanMetrics(registry, Tags.empty()))
                .build()) {
            int[] counts = new int[64];
            for (int e = 0; e < counts.length; e++) {
                counts[e] = e * e;
            }
            PlanReport report = balancer.plan(counts);
            assertEquals(report.groupsNotOptimal(), counter("lplb.groups.not.optimal"));
            assertEquals(2, report.groupsNotOptimal(), "five steps in float do not reach 1e-12");
            assertEquals(1, counter("lplb.plans", "status", report.status().name(), "backend", "cpu"));
            assertEquals(0, counter("lplb.plans", "status", "OPTIMAL", "backend", "cpu"));
        }
    }

    /** Balancers of several layers, each in its thread, share one listener. */
    @Test
    void balancersInSeveralThreadsShareMetrics() throws Exception {
        PlanMetrics shared = new PlanMetrics(registry, Tags.empty());
        Callable<Boolean> layer = () -> {
            try (LoadBalancer balancer = LoadBalancer.builder()
                    .experts(64)
                    .ranks(8)
                    .topology(Topologies.cube())
                    .listener(shared)
                    .build()) {
                int[] counts = new int[64];
                counts[5] = 3;
                for (int k = 0; k < 500; k++) {
                    balancer.plan(counts);
                }
            }
            return true;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Boolean> result : threads.invokeAll(Collections.nCopies(8, layer))) {
                assertTrue(result.get());
            }
        }
        assertEquals(4000, counter("lplb.plans", "status", "OPTIMAL", "backend", "cpu"));
        assertEquals(12_000, counter("lplb.tokens"));
        assertEquals(4000, registry.get("lplb.imbalance").summary().count());
    }

    /** One listener serves all layers; their meters are told apart by name and layer. */
    @Test
    void metersCarryNameAndLayer() {
        PlanMetrics metrics = new PlanMetrics(registry, Tags.of("host", "a"));
        try (LayeredBalancer layers = LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .name("moe")
                .layers(3)
                .addListener(metrics)
                .buildLayers()) {
            int[][] counts = new int[3][64];
            for (int l = 0; l < 3; l++) {
                counts[l][24] = 10 * l;
            }
            layers.plan(counts);
            layers.setActive(3, false);
            counts[2][30] = 7;
            layers.plan(counts);
        }
        for (int l = 0; l < 3; l++) {
            String[] tags = {"balancer", "moe", "layer", Integer.toString(l), "host", "a"};
            assertEquals(20.0 * l + (l == 2 ? 7 : 0), counter("lplb.tokens", tags));
            assertEquals(2, counter("lplb.plans", "status", "OPTIMAL", "backend", "cpu", "layer", Integer.toString(l)));
            assertEquals(7, registry.get("lplb.ranks.active").tags(tags).gauge().value());
        }
        assertEquals(7, counter("lplb.tokens.uncovered", "layer", "2"), "expert 30 is on rank 3 only");
    }

    @Test
    void roundsOfARankAreCounted() {
        List<LocalExchange> exchanges = LocalExchange.group(2, 4);
        PlanMetrics metrics = new PlanMetrics(registry, Tags.empty());
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 4, new int[] {0, 1, 2, 3});
        try (RankBalancer rank = LoadBalancer.builder()
                .placement(placement)
                .deadline(Duration.ofMillis(1))
                .addListener(metrics)
                .buildRank(exchanges.get(0))) {
            exchanges.get(1).start(0, 0, fingerprint(placement), new int[] {1, 1, 1, 1});
            rank.plan(new int[] {5, 0, 2, 1});
            rank.plan(new int[] {5, 0, 2, 1});
            RankReport report = rank.plan(7, new int[] {5, 0, 3, 1});
            assertEquals(RoundOutcome.PARTIAL, report.outcome());
        }
        assertEquals(1, counter("lplb.rounds", "outcome", "AGREED", "rank", "0"));
        assertEquals(1, counter("lplb.rounds", "outcome", "LAST_PLAN"));
        assertEquals(1, counter("lplb.rounds", "outcome", "PARTIAL"));
        assertEquals(0, counter("lplb.rounds", "outcome", "ORIGINALS"));
        assertEquals(5, counter("lplb.rounds.skipped"));
        assertEquals(3 + 4, counter("lplb.rounds.uncovered"));
        assertEquals(4, counter("lplb.tokens.uncovered"));
        assertEquals(12 + 9, counter("lplb.tokens"));
        assertEquals(1, registry.get("lplb.ranks.missing").gauge().value());
        assertEquals(3, registry.get("lplb.exchange").timer().count());
        assertEquals(2, registry.get("lplb.plan").timer().count());
        assertEquals(0, counter("lplb.plans.differing"));
    }

    private static long fingerprint(ExpertPlacement placement) {
        return LoadBalancer.builder().placement(placement).identity().fingerprint();
    }

    @Test
    @SuppressWarnings("NullAway") // On purpose.
    void aRegistryIsNeeded() {
        assertThrows(NullPointerException.class, () -> new PlanMetrics(null, Tags.empty()));
    }

    private LoadBalancer balancer(Tags tags) {
        return LoadBalancer.builder()
                .experts(64)
                .ranks(8)
                .topology(Topologies.cube())
                .listener(new PlanMetrics(registry, tags))
                .build();
    }

    private double counter(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }
}
