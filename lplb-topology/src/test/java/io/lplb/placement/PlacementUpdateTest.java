// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacementUpdateTest {
    private static double[] logNormal(Random random, int experts) {
        double[] load = new double[experts];
        Arrays.setAll(load, e -> Math.exp(random.nextGaussian()));
        return load;
    }

    private static double[] noisy(Random random, double[] load, double noise) {
        double[] other = new double[load.length];
        Arrays.setAll(other, e -> load[e] * (1 + noise * random.nextGaussian()));
        return other;
    }

    /** 256 experts, 32 ranks, 2 redundant slots per rank: EPLB anew copies about 300 of 320 weights. */
    @ParameterizedTest
    @CsvSource({"0.01, 0", "0.1, 50"})
    void noisyHistoryMovesLittle(double noise, int most) {
        PlacementPlanner planner = PlacementPlanner.builder()
                .experts(256)
                .ranks(32)
                .slotsPerRank(10)
                .build();
        for (int seed = 0; seed < 5; seed++) {
            Random random = new Random(seed);
            double[] history = logNormal(random, 256);
            ExpertPlacement old = planner.place(history);
            double[] next = noisy(random, history, noise);
            PlacementUpdate update = planner.update(old, next, MoveLimits.ifItPays());
            assertTrue(update.change().networkCopies() <= most, update.change().toString());
            double anew = ExactSplit.of(planner.place(next)).imbalance(next);
            assertTrue(update.imbalance() <= anew + 1e-4, update.imbalance() + " " + anew);
            assertEquals(update.imbalance(), ExactSplit.of(update.placement()).imbalance(next), 1e-12);
        }
    }

    @Test
    void otherLoadsArePlacedAnew() {
        PlacementPlanner planner =
                PlacementPlanner.builder().experts(64).ranks(8).slotsPerRank(9).build();
        Random random = new Random(4);
        ExpertPlacement old = planner.place(logNormal(random, 64));
        double[] history = logNormal(random, 64);
        PlacementUpdate update = planner.update(old, history, MoveLimits.ifItPays());
        assertTrue(update.imbalance() < 1.001 && update.imbalanceBefore() > 1.05, update.toString());
        assertTrue(update.change().networkCopies() > 0);
    }

    /** Budgets are kept, the rules of the sizes too, and more copies never balance worse. */
    @Test
    void budgetsAreKept() {
        PlacementPlanner planner = PlacementPlanner.builder()
                .experts(32)
                .ranks(8)
                .nodes(2)
                .slotsPerRank(9)
                .surviveNodes(1)
                .build();
        Random random = new Random(9);
        for (int round = 0; round < 10; round++) {
            ExpertPlacement old = planner.place(logNormal(random, 32));
            double[] history = logNormal(random, 32);
            history[random.nextInt(32)] *= 20;
            for (int budget : new int[] {0, 1, 2, 4, 8, 1000}) {
                PlacementUpdate update = planner.update(old, history, new MoveLimits(budget, 0));
                assertTrue(update.change().networkCopies() <= budget);
                assertTrue(update.placement().coverage(4).nodes() >= 1);
                assertEquals(0, update.frontier().get(0).networkCopies());
                requireFalling(update.frontier());
                if (budget == 0) {
                    assertArrayEquals(old.phy2log(), update.placement().phy2log());
                }
            }
        }
    }

    private static void requireFalling(List<PlacementUpdate.Point> frontier) {
        for (int k = 0; k < frontier.size(); k++) {
            PlacementUpdate.Point point = frontier.get(k);
            assertTrue(point.bound() <= point.imbalance() * (1 + 1e-9), point.toString());
            assertTrue(k == 0
                    || (point.imbalance() < frontier.get(k - 1).imbalance()
                            && point.networkCopies() >= frontier.get(k - 1).networkCopies()));
        }
    }

    /**
     * Against all placements of small cases: the bounds hold, and with few copies the search is close to the best.
     */
    @Test
    void nearTheBestOfAllPlacements() {
        Random random = new Random(11);
        double sumOurs = 0;
        double sumBest = 0;
        for (int round = 0; round < 25; round++) {
            int experts = 4 + random.nextInt(2);
            PlacementPlanner planner = PlacementPlanner.builder()
                    .experts(experts)
                    .ranks(3)
                    .slotsPerRank(2)
                    .build();
            ExpertPlacement old = planner.place(logNormal(random, experts));
            double[] history = logNormal(random, experts);
            double[] best = new double[7];
            Arrays.fill(best, Double.POSITIVE_INFINITY);
            enumerate(old, history, old.phy2log().clone(), 0, best);
            for (int budget = 1; budget < best.length; budget++) {
                best[budget] = Math.min(best[budget], best[budget - 1]);
            }
            assertTrue(planner.bound(history) <= best[6] + 1e-9);
            for (int budget = 0; budget < best.length; budget++) {
                PlacementUpdate update = planner.update(old, history, new MoveLimits(budget, 0));
                for (PlacementUpdate.Point point : update.frontier()) {
                    assertTrue(
                            point.bound() <= best[point.networkCopies()] + 1e-9, point + " " + Arrays.toString(best));
                    assertTrue(point.imbalance() >= best[point.networkCopies()] - 1e-9);
                }
                double ours =
                        update.frontier().get(update.frontier().size() - 1).imbalance();
                sumOurs += ours;
                sumBest += best[budget];
            }
        }
        assertTrue(sumOurs <= 1.05 * sumBest, "mean of max/mean over all: " + sumOurs / sumBest + " times the best");
    }

    /** The best balance of all placements by the number of network copies from the old one. */
    private static void enumerate(ExpertPlacement old, double[] load, int[] phy2log, int slot, double[] best) {
        if (slot < phy2log.length) {
            for (int e = 0; e < load.length; e++) {
                phy2log[slot] = e;
                enumerate(old, load, phy2log, slot + 1, best);
            }
            return;
        }
        long present = Arrays.stream(phy2log).distinct().count();
        if (present == load.length) {
            ExpertPlacement placement = ExpertPlacement.of(old.ranks(), old.ranks(), load.length, phy2log);
            int copies = 0;
            for (int e = 0; e < load.length; e++) {
                int[] had = old.ranksOf(e);
                for (int rank : placement.ranksOf(e)) {
                    copies += Arrays.stream(had).anyMatch(r -> r == rank) ? 0 : 1;
                }
            }
            double[] speed = {1, 1, 1};
            best[copies] = Math.min(best[copies], SubsetOracle.imbalance(placement, load, speed));
        }
    }

    /** Against all names of ranks: no other names copy fewer weights. */
    @Test
    void relabellingIsTheBestOfAllNames() {
        Random random = new Random(12);
        for (int round = 0; round < 200; round++) {
            int perNode = 1 + random.nextInt(2);
            int ranks = perNode * (1 + random.nextInt(3));
            int experts = 2 + random.nextInt(8);
            ExpertPlacement old = SubsetOracle.randomPlacement(random, ranks, experts, 1);
            ExpertPlacement next = SubsetOracle.randomPlacement(random, ranks, experts, 1);
            ExpertPlacement renamed = Relabelling.toward(old, next, perNode, null);
            int[] sizes = new int[ranks];
            Arrays.setAll(sizes, r -> content(next, r).length);
            int[] renamedSizes = new int[ranks];
            Arrays.setAll(renamedSizes, r -> content(renamed, r).length);
            Arrays.sort(sizes);
            Arrays.sort(renamedSizes);
            assertArrayEquals(sizes, renamedSizes);
            double[] load = random.doubles(experts).toArray();
            assertEquals(
                    ExactSplit.of(next).imbalance(load), ExactSplit.of(renamed).imbalance(load), 1e-12);
            assertEquals(
                    next.coverage(perNode).nodes(), renamed.coverage(perNode).nodes());
            assertEquals(leastCopies(old, next, perNode, new int[ranks], 0), newPairs(old, renamed), "new experts");
            for (int p = 0; p < renamed.physicalExperts(); p++) {
                int e = old.expertIn(p);
                boolean stays = e >= 0
                        && Arrays.stream(content(renamed, renamed.rankOf(p))).anyMatch(x -> x == e)
                        && Arrays.stream(content(old, old.rankOf(p)))
                                        .filter(x -> x == e)
                                        .count()
                                == 1;
                assertTrue(!stays || renamed.expertIn(p) == e, "an expert that stays on its rank keeps its slot");
            }
        }
    }

    private static int[] content(ExpertPlacement placement, int rank) {
        int first = rank * placement.slotsPerRank();
        return Arrays.stream(placement.phy2log(), first, first + placement.slotsPerRank())
                .filter(e -> e >= 0)
                .toArray();
    }

    private static int newPairs(ExpertPlacement old, ExpertPlacement next) {
        int pairs = 0;
        for (int r = 0; r < next.ranks(); r++) {
            pairs += newPairs(old, r, next, r);
        }
        return pairs;
    }

    private static int newPairs(ExpertPlacement old, int oldRank, ExpertPlacement next, int rank) {
        int[] had = content(old, oldRank);
        return (int) Arrays.stream(content(next, rank))
                .distinct()
                .filter(e -> Arrays.stream(had).noneMatch(x -> x == e))
                .count();
    }

    private static int leastCopies(ExpertPlacement old, ExpertPlacement next, int perNode, int[] name, int rank) {
        if (rank == name.length) {
            int copies = 0;
            for (int r = 0; r < rank; r++) {
                copies += newPairs(old, name[r], next, r);
            }
            return copies;
        }
        int least = Integer.MAX_VALUE;
        for (int to = 0; to < name.length; to++) {
            boolean allowed = true;
            for (int r = 0; r < rank; r++) {
                allowed &= name[r] != to && (name[r] / perNode == to / perNode) == (r / perNode == rank / perNode);
            }
            if (allowed) {
                name[rank] = to;
                least = Math.min(least, leastCopies(old, next, perNode, name, rank + 1));
            }
        }
        return least;
    }

    /** A rank of another speed keeps its content apart. */
    @Test
    void ranksOfOtherSpeedsAreNotExchanged() {
        ExpertPlacement old = ExpertPlacement.of(2, 2, 2, new int[] {0, 1});
        ExpertPlacement next = ExpertPlacement.of(2, 2, 2, new int[] {1, 0});
        assertArrayEquals(old.phy2log(), Relabelling.toward(old, next, 2, null).phy2log());
        assertArrayEquals(
                next.phy2log(),
                Relabelling.toward(old, next, 2, new double[] {1, 2}).phy2log());
    }

    @Test
    void refused() {
        PlacementPlanner planner =
                PlacementPlanner.builder().experts(2).ranks(2).slotsPerRank(2).build();
        ExpertPlacement other = ExpertPlacement.of(2, 2, 2, new int[] {0, 1});
        assertMessage(
                "placement: got 2 experts, 2 ranks, 1 slots per rank, expected 2, 2, 2",
                () -> planner.update(other, new double[2], MoveLimits.ifItPays()));
        assertMessage("mostNetworkCopies: got -1, expected at least 0", () -> MoveLimits.atMost(-1));
        assertMessage(
                "gainPerCopy: got NaN, expected a finite number, at least 0", () -> new MoveLimits(1, Double.NaN));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
