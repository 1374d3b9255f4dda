// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.LocalExchange;
import io.lplb.topology.Topologies;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One object for all layers of a model, for all ranks and for one rank. */
@Timeout(120)
class LayersTest {
    private static final int LAYERS = 5;
    private static final int EXPERTS = 64;
    private static final int RANKS = 8;

    private static LoadBalancerBuilder cube() {
        return LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(RANKS)
                .topology(Topologies.cube())
                .replicas(2)
                .name("moe");
    }

    private static int[][] counts(Random random) {
        int[][] counts = new int[LAYERS][EXPERTS];
        for (int[] layer : counts) {
            Arrays.setAll(layer, e -> (int) Math.abs(100 * random.nextGaussian()));
        }
        return counts;
    }

    private static double[][] histories(Random random) {
        double[][] histories = new double[LAYERS][EXPERTS];
        for (double[] layer : histories) {
            Arrays.setAll(layer, e -> random.nextDouble());
        }
        return histories;
    }

    /** Each layer plans as a balancer of its own with the same placement would. */
    @Test
    void layersPlanAsBalancersOfTheirOwn() {
        Random random = new Random(1);
        double[][] histories = histories(random);
        int[][] counts = counts(random);
        List<PlanReport> heard = new ArrayList<>();
        try (LayeredBalancer layers = cube().layers(LAYERS).buildLayers()) {
            assertEquals(LAYERS, layers.layers());
            layers.addListener(report -> heard.add(report.copy()));
            layers.updatePlacement(histories);
            layers.setActive(6, false);
            layers.plan(counts);
            for (int l = 0; l < LAYERS; l++) {
                try (LoadBalancer alone = cube().layer(l).build()) {
                    alone.updatePlacement(histories[l]);
                    alone.setActive(6, false);
                    assertEquals(
                            alone.plan(counts[l]).toString(),
                            String.valueOf(layers.layer(l).lastPlan()),
                            "layer " + l);
                    int[] ids = {1, 2, 3, 60, -1};
                    int[] expected = new int[ids.length];
                    int[] out = new int[ids.length];
                    alone.route(ids, expected);
                    layers.layer(l).route(ids, out);
                    assertArrayEquals(expected, out);
                }
                assertEquals(l, heard.get(l).layer());
                assertEquals("moe", heard.get(l).name());
            }
            int[][] ids = new int[LAYERS][100];
            layers.route(ids, ids);
            layers.updateSpeeds(1, 1, 1, 1, 1, 1, 1, 0);
            layers.setActive(new boolean[] {true, true, true, true, true, true, true, true});
            PlanReport report = layers.layer(4).plan(counts[4]);
            assertEquals(0, report.rankLoad(7));
            assertTrue(report.rankLoad(6) > 0);
        }
    }

    @Test
    void misuseChangesNothing() {
        Random random = new Random(2);
        int[][] counts = counts(random);
        try (LayeredBalancer layers = cube().layers(LAYERS).buildLayers()) {
            counts[3][9] = -2;
            assertEquals(
                    "moe layer 3: counts[9]: got -2, expected at least 0 tokens",
                    assertThrows(IllegalArgumentException.class, () -> layers.plan(counts))
                            .getMessage());
            assertNull(layers.layer(0).lastPlan(), "no layer is planned");
            assertThrows(IllegalArgumentException.class, () -> layers.plan(new int[4][EXPERTS]));
            double[][] histories = histories(random);
            histories[4] = new double[3];
            var before = layers.layer(0).placement();
            assertThrows(IllegalArgumentException.class, () -> layers.updatePlacement(histories));
            assertEquals(before, layers.layer(0).placement());
        }
        assertEquals(
                "moe: layers: got 5 for build, expected 1, or buildLayers",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> cube().layers(LAYERS).build())
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> cube().layers(0));
        assertThrows(IllegalArgumentException.class, () -> cube().layer(-1));
        assertThrows(IllegalArgumentException.class, () -> cube().name("a\nb"));
    }

    /** A builder that goes on does not change the balancers that it has made. */
    @Test
    void buildersAreCopied() {
        LoadBalancerBuilder builder = cube();
        try (LoadBalancer balancer = builder.build()) {
            builder.placement(balancer.placement())
                    .speeds(0, 1, 1, 1, 1, 1, 1, 1)
                    .solver("relaxation");
            balancer.updatePlacement(new double[EXPERTS]);
            assertTrue(balancer.plan(counts(new Random(3))[0]).rankLoad(0) > 0);
        }
    }

    /**
     * Ranks agree layer after layer. Rank 5 stalls for 3, 8 and 13 rounds, each time in the middle of a pass, while the others
     * go on. It comes back at the layer that it plans next, in a round of that layer, and waits there for the others.
     */
    @Test
    void ranksAgreeLayerByLayerAndAfterAStall() {
        List<LayeredRankBalancer> group = new ArrayList<>();
        for (LocalExchange exchange : LocalExchange.group(RANKS, EXPERTS)) {
            // The deadline only passes: whoever takes part has sent before anybody waits.
            group.add(cube().layers(LAYERS).deadline(Duration.ofMillis(5)).buildRankLayers(exchange));
        }
        Random random = new Random(4);
        double[][] histories = histories(random);
        group.forEach(rank -> rank.updatePlacement(histories));
        int[][] counts = counts(random);
        int stalling = 5;
        int layer = 0;
        long open = -1;
        boolean waits = false;
        int together = 0;
        for (long round = 0; round < 100; round++) {
            boolean stalls = (round >= 7 && round < 10) || (round >= 31 && round < 39) || (round >= 65 && round < 78);
            if (open < round && !stalls) {
                if (waits) {
                    // The others have passed its round: it goes on without them, with the layer after.
                    group.get(stalling).layer(layer).await();
                    layer = (layer + 1) % LAYERS;
                }
                RankBalancer next = group.get(stalling).layer(layer);
                open = next.nextRound();
                assertEquals(layer, open % LAYERS);
                next.start(open, counts[layer]);
                waits = true;
            }
            int now = (int) (round % LAYERS);
            for (int r = 0; r < RANKS; r++) {
                if (r != stalling) {
                    group.get(r).layer(now).start(round, counts[now]);
                }
            }
            boolean joins = open == round;
            for (int r = 0; r < RANKS; r++) {
                if (r != stalling || joins) {
                    RankReport report = group.get(r).layer(now).await();
                    assertEquals(now, report.layer());
                    assertEquals(joins, report.heard(stalling), "round " + round + ", rank " + r);
                }
            }
            if (joins) {
                layer = (now + 1) % LAYERS;
                waits = false;
                together++;
            }
        }
        assertTrue(together > 50, "rounds together: " + together);
        for (int l = 0; l < LAYERS; l++) {
            PlanReport first = group.get(0).layer(l).lastReport().plan();
            for (LayeredRankBalancer rank : group) {
                RankReport report = rank.layer(l).lastReport();
                assertEquals(RoundOutcome.AGREED, report.outcome(), "layer " + l + ", rank " + report.rank());
                assertArrayEquals(first.rankLoads(), report.plan().rankLoads());
            }
        }
        group.forEach(LayeredRankBalancer::close);
        assertThrows(IllegalStateException.class, () -> group.get(0).layer(2).start(counts[2]));
    }

    @Test
    void oneRoundAtATimeIsOpen() {
        LocalExchange exchange = LocalExchange.group(1, EXPERTS).get(0);
        try (LayeredRankBalancer rank = LoadBalancer.builder()
                .experts(EXPERTS)
                .ranks(1)
                .eplb()
                .layers(3)
                .buildRankLayers(exchange)) {
            int[] counts = new int[EXPERTS];
            assertThrows(IllegalArgumentException.class, () -> rank.layer(1).start(0, counts));
            rank.layer(1).start(1, counts);
            assertThrows(IllegalStateException.class, () -> rank.layer(2).start(2, counts));
            assertThrows(IllegalStateException.class, () -> rank.layer(2).await());
            assertThrows(IllegalStateException.class, () -> rank.layer(1).updatePlacement(new double[EXPERTS]));
            assertEquals(1, rank.layer(1).await().round());
            assertEquals(2, rank.layer(2).nextRound());
            assertEquals(3, rank.layer(0).nextRound());
            rank.plan(new int[3][EXPERTS]);
            assertNotNull(rank.layer(2).lastReport());
            assertEquals(5, rank.layer(2).lastReport().round());
            assertEquals(0, Objects.requireNonNull(rank.layer(2).lastReport()).skippedRounds());
        }
    }
}
