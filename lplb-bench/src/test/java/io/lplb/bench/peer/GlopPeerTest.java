// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Certificate;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GlopPeerTest {

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPairOfRanksByHand(boolean reuse) {
        MinMaxProblem problem = MinMaxProblem.of(2, new double[] {1, 2}, new int[][] {{0, 1}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[] {2, 1}, new double[] {6});
        double[] share = new double[2];
        try (GlopPeer glop = new GlopPeer(problem, reuse)) {
            assertEquals(3, glop.solve(batch, 0, share), 1e-9);
            assertEquals(reuse ? "glop-reused" : "glop", glop.name());
        }
        assertEquals(1, share[0], 1e-9);
        assertEquals(5, share[1], 1e-9);
    }

    /** No solver is needed to know the optimum: it is the best of the bounds of all 2^G - 1 sets of ranks. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reachesTheBestBoundOfAllSetsOfRanks(boolean reuse) {
        long seed = 77;
        SplittableRandom random = new SplittableRandom(seed);
        for (int hosts = 1; hosts <= 4; hosts++) {
            MinMaxProblem problem = randomProblem(random, 7, 12, hosts);
            MinMaxBatch batch = new MinMaxBatch(problem, 20);
            for (int k = 0; k < batch.fixed().length; k++) {
                batch.fixed()[k] = random.nextInt(1000);
            }
            for (int k = 0; k < batch.load().length; k++) {
                batch.load()[k] = random.nextInt(4) == 0 ? 0 : random.nextInt(2000);
            }
            double[] share = new double[problem.entries()];
            Certificate certificate = new Certificate(problem);
            try (GlopPeer glop = new GlopPeer(problem, reuse)) {
                for (int g = 0; g < batch.groups(); g++) {
                    String where = "seed " + seed + ", hosts " + hosts + ", group " + g;
                    double optimum = glop.solve(batch, g, share);
                    assertEquals(bestSetBound(batch, g), optimum, 1e-6 * batch.meanLoad(g), where);
                    certificate.evaluate(
                            batch.fixed(), g * problem.ranks(), batch.load(), g * problem.items(), share, 0);
                    assertEquals(optimum, certificate.maxLoad(), 1e-6 * batch.meanLoad(g), where);
                    assertSharesAreASplit(problem, batch, g, share, where);
                }
            }
        }
    }

    private static MinMaxProblem randomProblem(SplittableRandom random, int ranks, int items, int hosts) {
        int[][] lists = new int[items][];
        for (int i = 0; i < items; i++) {
            int count = 1 + random.nextInt(hosts);
            int first = random.nextInt(ranks);
            int step = 1 + random.nextInt(ranks - 1);
            lists[i] = new int[count];
            for (int k = 0; k < count; k++) {
                lists[i][k] = (first + k * step) % ranks;
            }
        }
        return MinMaxProblem.of(ranks, lists);
    }

    private static double bestSetBound(MinMaxBatch batch, int group) {
        MinMaxProblem problem = batch.problem();
        double best = 0;
        for (int set = 1; set < 1 << problem.ranks(); set++) {
            double inside = 0;
            for (int r = 0; r < problem.ranks(); r++) {
                inside += (set >> r & 1) * batch.fixed()[group * problem.ranks() + r];
            }
            for (int i = 0; i < problem.items(); i++) {
                boolean captured = true;
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    captured &= (set >> problem.host(e) & 1) == 1;
                }
                inside += captured ? batch.load()[group * problem.items() + i] : 0;
            }
            best = Math.max(best, inside / Integer.bitCount(set));
        }
        return best;
    }

    private static void assertSharesAreASplit(
            MinMaxProblem problem, MinMaxBatch batch, int group, double[] share, String where) {
        for (int i = 0; i < problem.items(); i++) {
            double sum = 0;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                assertTrue(share[e] >= -1e-6, where + ": " + share[e]);
                sum += share[e];
            }
            assertEquals(batch.load()[group * problem.items() + i], sum, 1e-6, where);
        }
    }
}
