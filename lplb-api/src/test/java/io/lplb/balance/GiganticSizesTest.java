// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.exchange.RoundBoard;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.PlacementChange;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.quota.ReplicaLayout;
import io.lplb.replica.ReplicaSettings;
import io.lplb.route.TokenRouter;
import io.lplb.solver.SplitBatch;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Sizes that no array can have are refused by name, with what was got and what is expected. */
class GiganticSizesTest {
    private static final MinMaxProblem WIDE = MinMaxProblem.of(50_000, new int[50_000][1]);

    private static void refused(String name, Executable call) {
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, call).getMessage());
        assertTrue(message.startsWith(name) && message.contains("got ") && message.contains("expected "), message);
    }

    @Test
    void batchesOfProblems() {
        refused("groups x ranks: ", () -> new MinMaxBatch(WIDE, 1_000_000));
        refused("groups x entries: ", () -> new SplitBatch(WIDE, 1_000_000));
        MinMaxProblem items = MinMaxProblem.of(1, new int[50_000][1]);
        refused("groups x items: ", () -> new MinMaxBatch(items, 1_000_000));
    }

    @Test
    void boardsOfRounds() {
        refused("rounds x ranks: ", () -> new RoundBoard(Integer.MAX_VALUE, 0, 1));
        refused("rounds of ranks x experts: ", () -> new RoundBoard(1 << 16, 0, 1 << 16));
    }

    @Test
    void recordsOfARouter() {
        ReplicaLayout many = (ReplicaLayout) Proxy.newProxyInstance(
                ReplicaLayout.class.getClassLoader(),
                new Class<?>[] {ReplicaLayout.class},
                (p, method, args) -> 1 << 20);
        refused("experts x numbers of a record: ", () -> new TokenRouter(many, 1 << 20));
    }

    @Test
    void spareSlotsOfReplicas() {
        ExpertPlacement homes = ExpertPlacement.of(4, 4, 8, new int[] {0, 1, 2, 3, 4, 5, 6, 7});
        refused("spareSlots: ", () -> ReplicaSettings.builder(homes, Integer.MAX_VALUE));
        refused("ranks x slots per rank: ", () -> ReplicaSettings.builder(homes, Integer.MAX_VALUE - 2));
    }

    @Test
    void bytesOfMoves() {
        ExpertPlacement before = ExpertPlacement.of(4, 4, 4, new int[] {0, 1, 2, 3});
        ExpertPlacement after = ExpertPlacement.of(4, 4, 4, new int[] {1, 0, 2, 3});
        PlacementChange change = PlacementChange.between(before, after);
        refused("bytesPerExpert: ", () -> change.networkBytes(Long.MAX_VALUE));
        refused("bytesPerExpert: ", () -> change.networkBytes(-1));
    }
}
