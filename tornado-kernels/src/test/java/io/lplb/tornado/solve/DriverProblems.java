// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.export.ExportPtx;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Problems and batches for tests of the launch through the driver. */
final class DriverProblems {
    /** Batches of a {@link #ring}. */
    private static final int RING = 64;

    private DriverProblems() {}

    /** A topology of the library, {@code listsN} (N ranks, 2 to 6 hosts per item) or {@code speedsN} (with speeds). */
    static MinMaxProblem problem(String name) {
        if (!name.startsWith("lists") && !name.startsWith("speeds")) {
            return ExportPtx.problem(name);
        }
        int ranks = Integer.parseInt(name.replaceAll("\\D", ""));
        Random random = new Random(ranks);
        int[][] hosts = new int[ranks][];
        for (int i = 0; i < ranks; i++) {
            int first = i;
            hosts[i] = IntStream.concat(
                            IntStream.of(first), random.ints(0, ranks).filter(r -> r != first))
                    .distinct()
                    .limit(2 + random.nextInt(5))
                    .toArray();
        }
        double[] speed = random.doubles(ranks, 0.5, 2).toArray();
        return MinMaxProblem.of(ranks, name.startsWith("speeds") ? speed : null, hosts);
    }

    /** Loads: normal around 1, log-normal, Zipf-like, one hot. */
    static MinMaxBatch random(MinMaxProblem problem, int groups, long seed) {
        Random random = new Random(seed);
        MinMaxBatch batch = new MinMaxBatch(problem, groups);
        int ranks = problem.ranks();
        int items = problem.items();
        for (int g = 0; g < groups; g++) {
            for (int r = 0; r < ranks; r++) {
                batch.fixed()[g * ranks + r] = draw(random, g % 4);
            }
            for (int i = 0; i < items; i++) {
                batch.load()[g * items + i] = draw(random, g % 4);
            }
            if (g % 4 == 3 && items > 0) {
                batch.load()[g * items + random.nextInt(items)] = 40_000;
            }
        }
        return batch;
    }

    private static double draw(Random random, int kind) {
        return switch (kind) {
            case 0 -> Math.max(0, Math.rint(512 * (1 + 0.3 * random.nextGaussian())));
            case 1 -> Math.rint(Math.exp(6 + 1.2 * random.nextGaussian()));
            case 2 -> Math.rint(4096.0 / (1 + random.nextInt(64)));
            default -> random.nextInt(1000);
        };
    }

    /** One group a batch, kind after kind; with one kind the normal loads alone. */
    static MinMaxBatch[] ring(MinMaxProblem problem, int kinds) {
        MinMaxBatch[] ring = new MinMaxBatch[RING];
        int ranks = problem.ranks();
        int items = problem.items();
        for (int k = 0; k < RING; k++) {
            MinMaxBatch four = random(problem, 4, 100 + k);
            int g = k % kinds;
            ring[k] = MinMaxBatch.of(
                    problem,
                    Arrays.copyOfRange(four.fixed(), g * ranks, (g + 1) * ranks),
                    Arrays.copyOfRange(four.load(), g * items, (g + 1) * items));
        }
        return ring;
    }
}
