// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.exchange.GroupIdentity;
import io.lplb.placement.ExpertPlacement;
import io.lplb.topology.Topologies;
import org.junit.jupiter.api.Test;

/**
 * Hashes are the same on every machine, and so in every build: those here were computed by another program from the
 * definitions of FNV-1a and SplitMix64.
 */
class RankSettingsTest {
    private static final ExpertPlacement PAIR = ExpertPlacement.of(2, 2, 3, new int[] {0, 1, 2, 0});

    @Test
    void wordsArePinned() {
        assertEquals(132576164, RankSettings.word(new long[] {9, 3, 5, 9}, 1, 3));
        assertEquals(2056588020, RankSettings.word(new long[] {9}, 1, 1));
        assertEquals(748516077, RankSettings.word(new long[] {1L << 40}, 0, 1));
        assertEquals(2141825327, RankSettings.word(new long[] {-1}, 0, 1));
    }

    @Test
    void theIdentityOfPlainSettingsIsPinned() {
        GroupIdentity identity = LoadBalancer.builder().placement(PAIR).identity();
        assertEquals(
                "3 experts on 2 ranks by a placement of the caller's own, 2 slots a rank, 8 ranks a node,"
                        + " exact on CPU to 1.0E-9",
                identity.description());
        assertEquals(5283731696806898229L, identity.fingerprint());
        assertEquals(2, identity.ranks());
        assertEquals(3, identity.experts());
    }

    @Test
    void everySettingIsInTheIdentity() {
        GroupIdentity identity = LoadBalancer.builder()
                .placement(PAIR)
                .speeds(1, 3)
                .localFirst(false)
                .checkPlans(true)
                .identity();
        assertEquals(
                "3 experts on 2 ranks by a placement of the caller's own, 2 slots a rank, 8 ranks a node,"
                        + " exact on CPU to 1.0E-9, speeds, spread, plans compared",
                identity.description());
        assertEquals(-8079059339931617456L, identity.fingerprint());
    }

    @Test
    void theWayOfPlacingIsNamed() {
        LoadBalancerBuilder builder = LoadBalancer.builder().experts(16).ranks(8);
        assertEquals(
                "16 experts on 8 ranks by cube, 4 slots a rank, 8 ranks a node, exact on CPU to 1.0E-9",
                builder.topology(Topologies.cube()).identity().description());
        assertEquals(
                "16 experts on 8 ranks by a balanced placement, 3 slots a rank, 8 ranks a node, exact on CPU to 1.0E-9",
                builder.eplb().identity().description());
        assertEquals(
                "16 experts on 8 ranks by a balanced placement, 2 slots a rank, 8 ranks a node, exact on CPU to 1.0E-9",
                builder.replicas(0).identity().description());
    }
}
