// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.count.TokenBuffer;
import io.lplb.exchange.LocalExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementUpdate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Errors of the classes below a balancer carry its name and layer, once. */
class NamedErrorsTest {
    private static final double[] WRONG_HISTORY = {-1, 0, 0, 0, 0, 0, 0, 0};

    private static LoadBalancerBuilder decode() {
        return LoadBalancer.builder().experts(8).ranks(4).name("decode");
    }

    private static ExpertPlacement otherRanks() {
        return ExpertPlacement.of(2, 2, 2, new int[] {0, 1, 1, 0});
    }

    @Test
    void errorsOfDeeperClassesCarryTheNameAndTheLayer() {
        LoadBalancer balancer = decode().layer(3).build();
        PlacementUpdate stale = balancer.proposePlacement(new double[8], MoveLimits.ifItPays());
        balancer.updatePlacement(new double[] {8, 1, 1, 1, 1, 1, 1, 1});
        named(() -> balancer.route(new int[1], new int[1]));
        named(() -> balancer.commit(stale));
        balancer.plan(new int[8]);
        named(() -> balancer.route(new int[] {8}, new int[1]));
        named(() -> balancer.route(new int[1], new int[2]));
        named(() -> balancer.route(TokenBuffer.of(new int[1]), TokenBuffer.of(new int[2])));
        named(() -> balancer.copySlotLoads(new long[3]));
        named(() -> balancer.updatePlacement(new double[3]));
        named(() -> balancer.updatePlacement(otherRanks()));
        named(() -> balancer.proposePlacement(WRONG_HISTORY, MoveLimits.ifItPays()));
        named(() -> balancer.plan(new int[7]));
        named(() -> balancer.plan(new int[] {0, 0, 0, 0, 0, 0, 0, -1}));
        named(() -> balancer.plan(TokenBuffer.of(new int[7])));
        named(() -> balancer.setActive(new boolean[4]));
        named(() -> balancer.setActive(4, true));
        named(() -> balancer.isActive(-1));
        named(() -> balancer.updateSpeeds(1, 1));
        named(() -> balancer.updateSpeeds(1, 1, 1, Double.NaN));
        named(() -> balancer.updateRankLimits(1, 2));
        named(() -> balancer.updateReplicaLimit(5));
        balancer.close();
        named(() -> balancer.plan(new int[8]));
        named(() -> balancer.updatePlacement(new double[8]));
    }

    @Test
    void errorsOfARankCarryTheNameAndTheLayer() {
        ScriptedExchange exchange = new ScriptedExchange(4, 8);
        RankBalancer balancer = decode().layer(3).buildRank(exchange);
        PlacementUpdate stale = balancer.proposePlacement(new double[8], MoveLimits.ifItPays());
        balancer.updatePlacement(new double[] {8, 1, 1, 1, 1, 1, 1, 1});
        named(() -> balancer.commit(stale));
        named(balancer::await);
        named(() -> balancer.route(new int[] {8}, new int[1]));
        named(() -> balancer.route(TokenBuffer.of(new int[1]), TokenBuffer.of(new int[2])));
        named(() -> balancer.updatePlacement(new double[3]));
        named(() -> balancer.updatePlacement(otherRanks()));
        named(() -> balancer.proposePlacement(WRONG_HISTORY, MoveLimits.ifItPays()));
        named(() -> balancer.plan(new int[7]));
        named(() -> balancer.plan(new int[] {0, 0, 0, 0, 0, 0, 0, -1}));
        named(() -> balancer.plan(TokenBuffer.of(new int[7])));
        named(() -> balancer.plan(-1, new int[8]));
        named(() -> balancer.start(1L << 60, new int[8]));
        named(() -> balancer.setActive(new boolean[4]));
        named(() -> balancer.setActive(7, true));
        named(() -> balancer.updateSpeeds(1, 1, 1, -1));
        balancer.start(new int[8]);
        named(() -> balancer.start(new int[8]));
        named(() -> balancer.updatePlacement(new double[8]));
        named(() -> balancer.commit(balancer.proposePlacement(new double[8], MoveLimits.ifItPays())));
        balancer.await();
        balancer.close();
        named(() -> balancer.plan(new int[8]));
    }

    @Test
    void errorsOfTheExchangeCarryTheNameAndTheLayer() {
        List<LocalExchange> exchanges = LocalExchange.group(4, 8);
        RankBalancer balancer = decode().layer(3).buildRank(exchanges.get(0));
        balancer.start(new int[8]);
        exchanges.get(0).close();
        named(balancer::await);
        named(() -> balancer.start(new int[8]));
        balancer.close();
    }

    @Test
    void errorsOfBuildersCarryTheName() {
        starts("decode: ", () -> decode().replicas(0).slotsPerRank(1).build());
        starts("decode layer 3: ", () -> decode().layer(3).layers(2).build());
        starts("decode: ", () -> decode().speeds(1, 2).buildLayers());
        starts("decode: ", () -> decode().buildRank(new ScriptedExchange(3, 8)));
        starts("decode: ", () -> decode().rankLimits(1, 2).build());
    }

    @Test
    void errorsOfSeveralLayersChangeNoLayer() {
        LayeredBalancer layers = decode().layers(4).buildLayers();
        layers.plan(new int[4][8]);
        int[][] ids = new int[4][1];
        ids[3][0] = 8;
        int[][] out = {{-7}, {-7}, {-7}, {-7}};
        named(() -> layers.route(ids, out));
        assertArrayEquals(new int[][] {{-7}, {-7}, {-7}, {-7}}, out);
        starts("decode: ", () -> layers.plan(new int[3][8]));
        starts("decode: ", () -> layers.setActive(new boolean[4]));
        layers.close();

        LayeredRankBalancer ranks = decode().layers(4).buildRankLayers(new ScriptedExchange(4, 8));
        int[][] counts = new int[4][8];
        counts[3] = new int[7];
        named(() -> ranks.plan(counts));
        assertEquals(-1, ranks.layer(0).lastReport().round(), "no layer is planned");
        starts("decode: ", () -> ranks.plan(new int[5][8]));
        ExpertPlacement before = ranks.layer(0).placement();
        ranks.plan(new int[4][8]);
        for (int l = 0; l < 3; l++) {
            ranks.layer(l).plan(new int[8]);
        }
        ranks.layer(3).start(new int[8]);
        double[][] histories = new double[4][8];
        histories[0][0] = 9;
        named(() -> ranks.updatePlacement(histories));
        assertEquals(before, ranks.layer(0).placement());
        ranks.close();
    }

    private static void named(Executable call) {
        starts("decode layer 3: ", call);
    }

    private static void starts(String prefix, Executable call) {
        String message =
                String.valueOf(assertThrows(RuntimeException.class, call).getMessage());
        assertTrue(message.startsWith(prefix), message);
        assertEquals(0, message.lastIndexOf("decode"), message);
    }

    @Test
    void withoutANameMessagesStayAsTheyAre() {
        try (LoadBalancer balancer = LoadBalancer.builder().experts(8).ranks(4).build()) {
            balancer.plan(new int[8]);
            String message = String.valueOf(assertThrows(
                            IllegalArgumentException.class, () -> balancer.route(new int[] {8}, new int[1]))
                    .getMessage());
            assertTrue(message.startsWith("ids[0]: got expert 8"), message);
        }
    }
}
