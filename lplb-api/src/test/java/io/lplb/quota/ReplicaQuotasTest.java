// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.quota;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import org.junit.jupiter.api.Test;

class ReplicaQuotasTest {

    @Test
    void laysExpertsAlongTheHostsOfTheirItem() {
        // Experts 0 and 1 live on rank 0 with copies on rank 1: one item. Expert 2 lives on rank 1 alone.
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 3, new int[] {0, 1, 0, 0, 1, 2});
        PlacementProblem problem = PlacementProblem.of(placement, null);
        assertEquals(1, problem.problem().items());
        ReplicaQuotas quotas = new ReplicaQuotas(placement, problem);
        long[] replica = new long[6];
        quotas.distribute(new long[] {4, 8, 3}, new long[] {7, 5}, replica);
        // Expert 0 has two slots on rank 0 and one on rank 1.
        assertArrayEquals(new long[] {2, 2, 0, 3, 5, 3}, replica);
    }

    @Test
    void sharesTokensAmongSlotsOfOneRank() {
        ExpertPlacement placement = ExpertPlacement.of(1, 1, 2, new int[] {0, 0, 1, 0});
        ReplicaQuotas quotas = new ReplicaQuotas(placement, PlacementProblem.of(placement, null));
        long[] replica = new long[4];
        quotas.distribute(new long[] {8, 5}, new long[0], replica);
        assertArrayEquals(new long[] {3, 3, 2, 5}, replica);
        assertEquals(4, quotas.replicas());
    }
}
