// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.program;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.SplitBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Writes what lplb-bench's kernel_times.cpp reads: a problem as the kernels number it, and batches of loads with the
 * optima that the CPU finds in double.
 *
 * <pre>
 *   SHAPE.tables               int ranks, items, entries, words; int table[words]; float speed[ranks];
 *                              int offset[items + 1], host[entries]
 *   SHAPE-GROUPS-NUMBER.loads  int groups; float words[groups][ranks + items]; double optimum[groups]
 * </pre>
 */
final class KernelCases {
    /** Experts that live on one rank alone, per rank. */
    private static final int SINGLE_EXPERTS = 3;

    private final MinMaxProblem problem;
    private final ProblemTables tables;

    KernelCases(MinMaxProblem problem) {
        this.problem = problem;
        this.tables = new ProblemTables(problem);
    }

    /** Loads of single experts: N(1, 0.3), log-normal, Zipf, and one hot expert, for kinds 0 to 3. */
    private static double draw(Random random, int kind, int place, int hot) {
        return switch (kind) {
            case 0 -> Math.max(0, 1 + 0.3 * random.nextGaussian());
            case 1 -> Math.exp(random.nextGaussian());
            case 2 -> 1.0 / (1 + place);
            default -> place == hot ? 20 : 0.2 + random.nextDouble();
        };
    }

    private void fill(MinMaxBatch batch, int group, Random random, int kind) {
        int ranks = problem.ranks();
        int experts = SINGLE_EXPERTS * ranks + problem.items();
        int[] place = random.ints(0, 1 << 30).limit(experts).toArray();
        int[] order = new int[experts];
        for (int k = 0; k < experts; k++) {
            for (int value : place) {
                order[k] += value < place[k] ? 1 : 0;
            }
        }
        int hot = random.nextInt(experts);
        double[] fixed = new double[ranks];
        double[] load = new double[problem.items()];
        for (int k = 0; k < experts; k++) {
            double v = draw(random, kind, order[k], hot);
            if (k < SINGLE_EXPERTS * ranks) {
                fixed[k / SINGLE_EXPERTS] += v;
            } else {
                load[k - SINGLE_EXPERTS * ranks] = v;
            }
        }
        batch.set(group, fixed, load);
    }

    void writeTables(Path file) throws IOException {
        int words = tables.tableWords().length;
        int size = 4 + words + problem.ranks() + problem.items() + 1 + problem.entries();
        ByteBuffer to = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
        to.putInt(problem.ranks())
                .putInt(problem.items())
                .putInt(problem.entries())
                .putInt(words);
        for (int k = 0; k < words; k++) {
            to.putInt(tables.tableWords()[k]);
        }
        for (int r = 0; r < problem.ranks(); r++) {
            to.putFloat(tables.speeds()[r]);
        }
        int offset = 0;
        to.putInt(offset);
        for (int i = 0; i < problem.items(); i++) {
            offset += problem.hostCount(tables.item(i));
            to.putInt(offset);
        }
        for (int e = 0; e < problem.entries(); e++) {
            to.putInt(problem.host(tables.entry(e)));
        }
        Files.write(file, to.array());
    }

    void writeLoads(Path file, int groups, int kind, long seed) throws IOException {
        MinMaxBatch batch = new MinMaxBatch(problem, groups);
        Random random = new Random(seed);
        for (int g = 0; g < groups; g++) {
            fill(batch, g, random, kind);
            scale(batch, g);
        }
        SplitBatch split = new SplitBatch(problem, groups);
        try (InteriorPointSolver solver = new InteriorPointSolver(problem)) {
            solver.solve(batch, split);
        }
        int words = problem.ranks() + problem.items();
        ByteBuffer to = ByteBuffer.allocate(4 + groups * (4 * words + 8)).order(ByteOrder.LITTLE_ENDIAN);
        to.putInt(groups);
        for (int g = 0; g < groups; g++) {
            for (int r = 0; r < problem.ranks(); r++) {
                to.putFloat((float) batch.fixed()[g * problem.ranks() + r]);
            }
            for (int i = 0; i < problem.items(); i++) {
                to.putFloat((float) batch.load()[g * problem.items() + tables.item(i)]);
            }
        }
        for (int g = 0; g < groups; g++) {
            to.putDouble(split.lowerBound(g));
        }
        Files.write(file, to.array());
    }

    /** Divides by the mean load and rounds to float, so that CPU and kernel solve the same problem. */
    private void scale(MinMaxBatch batch, int group) {
        double inverse = 1 / batch.meanLoad(group);
        for (int k = group * problem.ranks(); k < (group + 1) * problem.ranks(); k++) {
            batch.fixed()[k] = (float) (batch.fixed()[k] * inverse);
        }
        for (int k = group * problem.items(); k < (group + 1) * problem.items(); k++) {
            batch.load()[k] = (float) (batch.load()[k] * inverse);
        }
    }
}
