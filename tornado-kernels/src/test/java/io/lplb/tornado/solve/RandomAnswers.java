// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Certificate;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.solver.SplitChecks;
import java.util.Random;

/** Problems, loads, and a CPU's answers, for tests of what is done with a kernel's. */
final class RandomAnswers {
    private RandomAnswers() {}

    /** A problem with items of two hosts (even seeds) or of one to six; every third with speeds. */
    static MinMaxProblem problem(int mostRanks, long seed) {
        Random random = new Random(seed);
        int ranks = 2 + random.nextInt(mostRanks);
        int most = seed % 2 == 0 ? 2 : Math.min(ranks, 6);
        int[][] hosts = new int[1 + random.nextInt(2 * ranks)][];
        for (int i = 0; i < hosts.length; i++) {
            int count = most == 2 ? 2 : 1 + random.nextInt(most);
            hosts[i] = random.ints(0, ranks).distinct().limit(count).toArray();
        }
        double[] speed = seed % 3 == 0 ? random.doubles(ranks, 0.5, 2).toArray() : null;
        return MinMaxProblem.of(ranks, speed, hosts);
    }

    /** Loads, some of which are 0. */
    static MinMaxBatch loads(MinMaxProblem problem, int groups, long seed) {
        Random random = new Random(seed);
        MinMaxBatch batch = new MinMaxBatch(problem, groups);
        for (int k = 0; k < batch.fixed().length; k++) {
            batch.fixed()[k] = random.nextInt(4) == 0 ? 0 : 300 * random.nextDouble();
        }
        for (int k = 0; k < batch.load().length; k++) {
            batch.load()[k] = random.nextInt(5) == 0 ? 0 : Math.exp(4 + random.nextGaussian());
        }
        return batch;
    }

    /** Splits of which the gap is at most so much of the mean load. */
    static SplitBatch solved(MinMaxBatch batch, double tolerance) {
        SplitBatch split = new SplitBatch(batch.problem(), batch.groups());
        try (RelaxationSolver solver = new RelaxationSolver(batch.problem(), tolerance)) {
            solver.solve(batch, split);
        }
        return split;
    }

    /** Checks that every number of the answers holds in double, and that what the sorting certificate proves is proved. */
    static void assertHold(String name, MinMaxBatch batch, SplitBatch split, double tolerance, int iterations) {
        MinMaxProblem of = batch.problem();
        SplitBatch optimum = new SplitBatch(of, batch.groups());
        try (InteriorPointSolver solver = new InteriorPointSolver(of, 1e-9)) {
            solver.solve(batch, optimum);
        }
        Certificate certificate = new Certificate(of);
        for (int g = 0; g < batch.groups(); g++) {
            String what = name + ", group " + g;
            double mean = batch.meanLoad(g);
            SplitChecks.assertTrueSplit(what, batch, split, g, 1e-9);
            SplitChecks.assertEncloses(what, split, g, optimum.maxLoad(g), 1e-8);
            certificate.evaluate(
                    batch.fixed(), g * of.ranks(), batch.load(), g * of.items(), split.share(), g * of.entries());
            assertEquals(certificate.maxLoad(), split.maxLoad(g), 1e-12 * mean, what + ": largest load");
            boolean proved = certificate.maxLoad() - certificate.lowerBound() <= tolerance * mean;
            assertTrue(!proved || split.status(g) == SolveStatus.OPTIMAL, what + ": what can be proved is");
            assertEquals(split.gap(g) <= tolerance * mean, split.status(g) == SolveStatus.OPTIMAL, what + ": status");
            assertEquals(iterations, split.iterations(g), what + ": iterations");
        }
    }
}
