// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Random problems for tests: a seed is a problem, the same on every machine. Shapes are LPLB's topologies, random
 * two-host graphs (often disconnected) and host lists of any length; a third has speeds; loads are of every kind that
 * the solvers must survive.
 */
public final class RandomProblems {
    private static final double[] SPEEDS = {0.25, 0.5, 0.8, 1, 1.25, 2, 4};

    private RandomProblems() {}

    /** Kinds of loads, from harmless to extreme. */
    private enum Loads {
        UNIFORM,
        LOGNORMAL,
        FRACTIONAL,
        TINY,
        ZEROS,
        ONE_HOT,
        HUGE,
        WIDE;

        private void fill(Random random, double[] values) {
            for (int k = 0; k < values.length; k++) {
                values[k] = next(random);
            }
            if (this == ONE_HOT && values.length > 0) {
                values[random.nextInt(values.length)] = 100_000;
            }
        }

        private double next(Random random) {
            return switch (this) {
                case UNIFORM -> random.nextInt(5000);
                case LOGNORMAL -> Math.rint(Math.exp(6 + 1.5 * random.nextGaussian()));
                case FRACTIONAL -> random.nextDouble();
                case TINY -> random.nextInt(4);
                case ZEROS -> random.nextInt(10) < 7 ? 0 : random.nextInt(100);
                case ONE_HOT -> random.nextInt(50);
                case HUGE -> random.nextInt(Integer.MAX_VALUE);
                case WIDE -> Math.pow(10, -2 + 10 * random.nextDouble());
            };
        }
    }

    /** Returns the problem of a seed with any shape, from 1 to {@code maxRanks} ranks. */
    public static ProblemCase next(long seed, int maxRanks) {
        Random random = new Random(seed);
        int shape = random.nextInt(7);
        int ranks = 1 + random.nextInt(maxRanks);
        return switch (shape) {
            case 0, 1, 2 -> topology(random, seed, maxRanks);
            case 3, 4 -> twoHosts(random, seed, ranks);
            default -> fill(random, seed, ranks, HostLists.random(random, ranks, random.nextInt(3 * ranks + 2), 1, 6));
        };
    }

    /** Returns the problem of a seed with two hosts for every item, from 2 to {@code maxRanks} ranks. */
    public static ProblemCase nextTwoHosts(long seed, int maxRanks) {
        Random random = new Random(seed);
        boolean fromTopology = random.nextBoolean();
        int ranks = 2 + random.nextInt(maxRanks - 1);
        return fromTopology ? topology(random, seed, maxRanks) : twoHosts(random, seed, ranks);
    }

    private static ProblemCase twoHosts(Random random, long seed, int ranks) {
        int items = ranks < 2 ? 0 : random.nextInt(3 * ranks);
        return fill(random, seed, ranks, HostLists.random(random, ranks, items, 2, 2));
    }

    /** One of LPLB's topologies that fits, else a ring. */
    private static ProblemCase topology(Random random, long seed, int maxRanks) {
        int choice = random.nextInt(4);
        if (choice == 0 && maxRanks >= 8) {
            return fill(random, seed, 8, HostLists.cube());
        }
        if (choice == 1 && maxRanks >= 16) {
            return fill(random, seed, 16, HostLists.hypercube());
        }
        if (choice == 2 && maxRanks >= 4) {
            int m = 2 + random.nextInt(Math.min(8, maxRanks / 2) - 1);
            int n = 2 + random.nextInt(Math.min(8, maxRanks / m) - 1);
            return fill(random, seed, m * n, HostLists.torus(m, n));
        }
        int ranks = Math.max(1, Math.min(maxRanks, 2 + random.nextInt(15)));
        return fill(random, seed, ranks, ranks < 2 ? new int[0][] : HostLists.ring(ranks));
    }

    private static ProblemCase fill(Random random, long seed, int ranks, int[][] hosts) {
        MinMaxProblem problem = MinMaxProblem.of(ranks, speeds(random, ranks), hosts);
        MinMaxBatch batch = new MinMaxBatch(problem, 1);
        Loads[] kinds = Loads.values();
        Loads kind = kinds[random.nextInt(kinds.length)];
        kind.fill(random, batch.fixed());
        kind.fill(random, batch.load());
        String id = "seed " + seed + ", " + problem + ", loads " + kind;
        double optimum = ranks <= SubsetOracle.MAX_RANKS ? SubsetOracle.optimum(batch, 0) : Double.NaN;
        return new ProblemCase(id, batch, optimum);
    }

    private static double @Nullable [] speeds(Random random, int ranks) {
        if (random.nextInt(3) > 0) {
            return null;
        }
        double[] speed = new double[ranks];
        for (int r = 0; r < ranks; r++) {
            speed[r] = SPEEDS[random.nextInt(SPEEDS.length)];
        }
        return speed;
    }
}
