// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.placement.PlacementChange.Move;
import io.lplb.placement.PlacementChange.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacementChangeTest {
    /** By hand: experts 0 and 1 exchange their ranks, 2 gets a copy, and 3 changes its slot on its rank. */
    @Test
    void byHand() {
        ExpertPlacement from = ExpertPlacement.of(2, 2, 4, new int[] {0, 2, 3, -1, 1, -1, -1, -1});
        ExpertPlacement to = ExpertPlacement.of(2, 2, 4, new int[] {1, 2, -1, 3, 0, 2, -1, -1});
        PlacementChange change = PlacementChange.between(from, to);
        assertEquals(
                List.of(
                        new Move(1, 1, 4, 0, 0),
                        new Move(3, 0, 2, 0, 3),
                        new Move(0, 0, 0, 1, 4),
                        new Move(2, 0, 1, 1, 5)),
                change.moves());
        assertEquals(3, change.networkCopies());
        assertEquals(1, change.sameRankCopies());
        assertEquals(126, change.networkBytes(42));
        assertEquals(42, change.sameRankBytes(42));
        assertEquals(1, change.temporaryCopies());
        assertEquals(
                List.of(
                        new Step(0, 3, 0, 2, 0, 3),
                        new Step(0, 2, 0, 1, 1, 5),
                        new Step(0, 0, 0, 0, 0, PlacementChange.TEMPORARY),
                        new Step(1, 1, 1, 4, 0, 0),
                        new Step(2, 0, 0, PlacementChange.TEMPORARY, 1, 4)),
                change.steps());
        assertEquals(from, change.from());
        assertEquals(to, change.to());
        assertEquals("PlacementChange[networkCopies=3, sameRankCopies=1, temporaryCopies=1]", change.toString());
    }

    @Test
    void nothingToDo() {
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 2, new int[] {0, 1});
        PlacementChange change = PlacementChange.between(placement, placement);
        assertTrue(change.moves().isEmpty() && change.steps().isEmpty());
    }

    /** Weights come from the own node where it has them. */
    @Test
    void nearestSource() {
        ExpertPlacement from = ExpertPlacement.of(4, 4, 2, new int[] {0, 1, 0, 1});
        ExpertPlacement to = ExpertPlacement.of(4, 4, 2, new int[] {0, 1, 0, 0});
        assertEquals(0, PlacementChange.between(from, to).moves().get(0).fromRank());
        assertEquals(2, PlacementChange.between(from, to, 2).moves().get(0).fromRank());
    }

    /** Random placements: the steps, one by one and round by round, make the new placement out of the old one. */
    @Test
    void stepsNeverReadWhatIsOverwritten() {
        Random random = new Random(7);
        for (int round = 0; round < 400; round++) {
            int ranks = 1 + random.nextInt(6);
            int experts = 1 + random.nextInt(10);
            int extra = random.nextInt(3);
            ExpertPlacement from = SubsetOracle.randomPlacement(random, ranks, experts, extra);
            ExpertPlacement to = SubsetOracle.randomPlacement(random, ranks, experts, extra);
            PlacementChange change = PlacementChange.between(from, to, 1 + random.nextInt(ranks));
            Weights weights = new Weights(from);
            for (Step step : change.steps()) {
                weights.copy(step);
            }
            weights.requireHolds(to);
            requireRounds(from, to, change.steps());
            for (int done = 0; done <= change.steps().size(); done++) {
                Weights half = new Weights(from);
                change.steps().subList(0, done).forEach(half::copy);
                change.rollback(done).forEach(half::copy);
                half.requireHolds(from);
            }
            assertEquals(networkCopies(from, to), change.networkCopies());
        }
    }

    /** Steps of a round in any order: all reads see what was there before the round. */
    private static void requireRounds(ExpertPlacement from, ExpertPlacement to, List<Step> steps) {
        Weights weights = new Weights(from);
        int rounds = steps.stream().mapToInt(Step::round).max().orElse(-1) + 1;
        for (int round = 0; round < rounds; round++) {
            Weights before = weights.copy();
            List<Integer> written = new ArrayList<>();
            for (Step step : steps) {
                if (step.round() == round) {
                    assertEquals(step.expert(), before.at(step.fromRank(), step.fromSlot()));
                    int place = weights.place(step.toRank(), step.toSlot());
                    assertTrue(!written.contains(place), "a slot written twice in a round");
                    written.add(place);
                    weights.copy(step, before);
                }
            }
            for (Step step : steps) {
                assertTrue(
                        step.round() != round || !written.contains(weights.place(step.fromRank(), step.fromSlot())),
                        "a slot read and written in a round");
            }
        }
        weights.requireHolds(to);
    }

    /** Slots whose rank did not have the expert. */
    private static int networkCopies(ExpertPlacement from, ExpertPlacement to) {
        int copies = 0;
        for (int p = 0; p < to.physicalExperts(); p++) {
            int e = to.expertIn(p);
            int rank = to.rankOf(p);
            copies += e >= 0 && Arrays.stream(from.ranksOf(e)).noneMatch(r -> r == rank) ? 1 : 0;
        }
        return copies;
    }

    /** What slots and temporary slots hold. */
    private static final class Weights {
        private final int slots;
        private final int[] content;

        Weights(ExpertPlacement placement) {
            slots = placement.physicalExperts();
            content = Arrays.copyOf(placement.phy2log(), slots + placement.ranks());
            Arrays.fill(content, slots, content.length, -1);
        }

        private Weights(int slots, int[] content) {
            this.slots = slots;
            this.content = content;
        }

        Weights copy() {
            return new Weights(slots, content.clone());
        }

        int place(int rank, int slot) {
            return slot == PlacementChange.TEMPORARY ? slots + rank : slot;
        }

        int at(int rank, int slot) {
            return content[place(rank, slot)];
        }

        void copy(Step step) {
            copy(step, this);
        }

        void copy(Step step, Weights from) {
            assertEquals(step.expert(), from.at(step.fromRank(), step.fromSlot()), step.toString());
            content[place(step.toRank(), step.toSlot())] = from.at(step.fromRank(), step.fromSlot());
        }

        void requireHolds(ExpertPlacement placement) {
            for (int p = 0; p < slots; p++) {
                assertTrue(placement.expertIn(p) < 0 || placement.expertIn(p) == content[p], "slot " + p);
            }
        }
    }

    @Test
    void refused() {
        ExpertPlacement placement = ExpertPlacement.of(2, 2, 2, new int[] {0, 1});
        ExpertPlacement larger = ExpertPlacement.of(2, 2, 2, new int[] {0, 1, 0, 1});
        assertMessage(
                "to: got " + larger + ", expected the sizes of " + placement,
                () -> PlacementChange.between(placement, larger));
        assertMessage(
                "ranksPerNode: got 0, expected at least 1", () -> PlacementChange.between(placement, placement, 0));
        assertMessage(
                "done: got 1, expected 0..0 steps",
                () -> PlacementChange.between(placement, placement).rollback(1));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
