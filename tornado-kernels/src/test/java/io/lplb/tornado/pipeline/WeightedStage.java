// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.pipeline;

import io.lplb.problem.MinMaxProblem;
import io.lplb.tornado.engine.tornado.KernelReferences.Kernel;
import io.lplb.tornado.kernel.WeightedSplit;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.Buffer.Element;
import io.lplb.tornado.program.Buffer.Kind;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.SolveLayout;
import io.lplb.tornado.program.SolverStep;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** A stage whose answers the CPU can repeat to the bit. */
final class WeightedStage implements SolveLayout {
    private static final int THREADS = 32;

    private final MinMaxProblem problem;
    private final int groups;
    private final float[] weight;
    private final int[] itemOf;

    WeightedStage(MinMaxProblem problem, int groups, long seed) {
        this.problem = problem;
        this.groups = groups;
        Random random = new Random(seed);
        int[] items = new int[problem.entries()];
        weight = new float[problem.entries()];
        for (int i = 0; i < problem.items(); i++) {
            int from = problem.firstEntry(i);
            int to = problem.firstEntry(i + 1);
            Arrays.fill(items, from, to, i);
            float sum = 0;
            for (int e = from; e < to; e++) {
                weight[e] = random.nextFloat() + 0.05f;
                sum += weight[e];
            }
            for (int e = from; e < to; e++) {
                weight[e] /= sum;
            }
        }
        itemOf = items;
    }

    /** What the device computes: shares in tokens, {@code [groups * entries]}. */
    double[] shares(long[] fixed, long[] load) {
        double[] shares = new double[groups * problem.entries()];
        float speed = (float) problem.totalSpeed();
        for (int g = 0; g < groups; g++) {
            int sum =
                    sum(fixed, g * problem.ranks(), problem.ranks()) + sum(load, g * problem.items(), problem.items());
            float scale = speed / Math.max(sum, 1);
            float mean = sum / speed;
            for (int i = 0; i < problem.items(); i++) {
                float w = load[g * problem.items() + i] * scale;
                for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                    shares[g * problem.entries() + e] = w * weight[e] * mean;
                }
            }
        }
        return shares;
    }

    private static int sum(long[] values, int from, int length) {
        return (int) Arrays.stream(values, from, from + length).sum();
    }

    /** Declares the launch. */
    SolverStep step() {
        Buffer input = Buffer.zeros(
                "in", Kind.STATE, Element.FLOAT, Math.max(1, groups * (problem.ranks() + problem.items())));
        Buffer output = Buffer.zeros("solved", Kind.STATE, Element.FLOAT, groups * (problem.entries() + 3));
        Kernel split = (graph, task, context, a) -> graph.task(
                task,
                WeightedSplit::split,
                context,
                (FloatArray) a[0],
                (IntArray) a[1],
                (FloatArray) a[2],
                (FloatArray) a[3],
                (Integer) a[4],
                (Integer) a[5],
                (Integer) a[6],
                (Integer) a[7]);
        KernelSpec launch = new KernelSpec(
                SolverStep.TASK,
                WeightedSplit.class.getName(),
                "split",
                List.of(
                        input,
                        Buffer.ints("itemOf", Kind.CONSTANT, itemOf),
                        Buffer.floats("weights", Kind.CONSTANT, weight),
                        output),
                List.of(problem.ranks(), problem.items(), problem.entries(), groups),
                THREADS,
                count -> groups,
                split);
        return new SolverStep(launch, this, input, output);
    }

    @Override
    public int fixedAt(int group, int rank) {
        return group * (problem.ranks() + problem.items()) + rank;
    }

    @Override
    public int loadAt(int group, int item) {
        return fixedAt(group, problem.ranks()) + item;
    }

    @Override
    public int countAt() {
        return -1;
    }

    @Override
    public int shareAt(int group, int entry) {
        return group * (problem.entries() + 3) + entry;
    }

    @Override
    public int boundAt(int group) {
        return shareAt(group, problem.entries());
    }

    @Override
    public int statusAt(int group) {
        return boundAt(group) + 1;
    }

    @Override
    public int threadsAt(int group) {
        return boundAt(group) + 2;
    }
}
