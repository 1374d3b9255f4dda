// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.kernels;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.engine.tornado.InteriorPointBlock;
import io.lplb.tornado.engine.tornado.InteriorPointGraph;
import io.lplb.tornado.engine.tornado.PlanOwner;
import java.util.Arrays;
import java.util.Locale;

/**
 * Cost of the matrix update through TornadoVM as a kernel with local memory and a grid, and in loop-parallel form.
 *
 * <p>A time is that of a graph of {@value #REPEATS} updates less that of a graph of one, divided by {@code REPEATS - 1}: copies and the
 * call cost both graphs the same. Median of {@value #ROUNDS} differences, the graphs executed in turn. Both forms leave the same matrix.
 */
public final class BlockTimes {
    private static final int REPEATS = 9;
    private static final int ROUNDS = 400;
    private static final int WARM_UP = 100;
    private static final String[] PROBLEMS = {"cube", "hypercube", "torus8x4", "lists64"};

    private BlockTimes() {}

    /** Measures; takes no arguments. Exit code 1 if the two forms differ. */
    public static void main(String[] args) {
        boolean right = true;
        for (String name : PROBLEMS) {
            right &= measure(name);
        }
        if (!right) {
            System.exit(1);
        }
    }

    private static InteriorPointGraph graph(MinMaxProblem problem) {
        MinMaxBatch batch = KernelTimes.batch(problem, 1, 0);
        double mean = batch.meanLoad(0);
        InteriorPointGraph graph = new InteriorPointGraph(problem);
        graph.setLoads(
                Arrays.stream(batch.fixed()).map(f -> f / mean).toArray(),
                Arrays.stream(batch.load()).map(w -> w / mean).toArray());
        graph.run(InteriorPointBlock.BEGIN);
        graph.iterate();
        return graph;
    }

    private static InteriorPointBlock[] updates(int times) {
        InteriorPointBlock[] updates = new InteriorPointBlock[times];
        Arrays.fill(updates, InteriorPointBlock.MATRIX_UPDATE);
        return updates;
    }

    private static boolean measure(String name) {
        MinMaxProblem problem = KernelTimes.problem(name);
        InteriorPointGraph graph = graph(problem);
        float[][] matrices = new float[2][];
        double[] block;
        try (PlanOwner one = graph.prepare(updates(1));
                PlanOwner many = graph.prepare(updates(REPEATS))) {
            block = differences(one, many);
            matrices[0] = matrix(graph);
        }
        double[] loops;
        try (PlanOwner one = graph.prepareLoops(1);
                PlanOwner many = graph.prepareLoops(REPEATS)) {
            loops = differences(one, many);
            matrices[1] = matrix(graph);
        }
        double worst = 0;
        double largest = 0;
        for (int k = 0; k < matrices[0].length; k++) {
            largest = Math.max(largest, Math.abs(matrices[0][k]));
            worst = Math.max(worst, Math.abs(matrices[0][k] - matrices[1][k]));
        }
        boolean right = worst <= 1e-4 * largest;
        System.out.println(String.format(
                Locale.ROOT,
                "matrix update, %-10s work-group with local memory p50 %7.2f p10 %7.2f us | @Parallel, two launches p50 %7.2f p10 %7.2f us | %s",
                name,
                block[ROUNDS / 2],
                block[ROUNDS / 10],
                loops[ROUNDS / 2],
                loops[ROUNDS / 10],
                right ? "equal" : "DIFFERENT by " + worst + " of " + largest));
        return right;
    }

    private static float[] matrix(InteriorPointGraph graph) {
        int ranks = graph.tables().problem().ranks();
        float[] matrix = new float[ranks * ranks];
        for (int k = 0; k < matrix.length; k++) {
            matrix[k] = graph.state().get(graph.places().m(k / ranks, k % ranks));
        }
        return matrix;
    }

    /** Returns the microseconds of an update, sorted. */
    private static double[] differences(PlanOwner one, PlanOwner many) {
        double[] micros = new double[ROUNDS];
        for (int k = -WARM_UP; k < ROUNDS; k++) {
            double difference = nanos(many) - nanos(one);
            if (k >= 0) {
                micros[k] = 1e-3 * difference / (REPEATS - 1);
            }
        }
        Arrays.sort(micros);
        return micros;
    }

    private static double nanos(PlanOwner plan) {
        long start = System.nanoTime();
        plan.execute();
        return System.nanoTime() - start;
    }
}
