// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.PackedLayout;
import io.lplb.tornado.program.ProblemTables;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packing, and taking over of answers, with a CPU's shares as floats in the place of a kernel's. */
class DeviceAnswersTest {
    private static final double TOLERANCE = GpuSolver.DEFAULT_TOLERANCE;
    private static final int THREADS = 32;

    private MinMaxProblem problem = MinMaxProblem.of(1, new int[0][]);
    private ProblemTables tables = new ProblemTables(problem);
    private MemorySegment in = MemorySegment.NULL;
    private MemorySegment out = MemorySegment.NULL;

    private PackedGroups groups(MinMaxProblem of, int capacity) {
        problem = of;
        tables = new ProblemTables(of);
        in = Arena.ofAuto().allocate(JAVA_FLOAT, PackedLayout.inWords(tables.size(), capacity));
        out = Arena.ofAuto().allocate(JAVA_FLOAT, PackedLayout.outWords(tables.size(), capacity));
        return new PackedGroups(tables, in, out, THREADS, 1e-4f);
    }

    private void write(int group, int word, float value) {
        out.setAtIndex(JAVA_FLOAT, (long) group * tables.size().outWords() + word, value);
    }

    /** Writes shares as the kernel does, and a tail with the launch's stamp. */
    private void answer(MinMaxBatch batch, int group, SplitBatch shares) {
        for (int e = 0; e < problem.entries(); e++) {
            double share = shares.share()[group * problem.entries() + tables.entry(e)];
            write(group, e, (float) (share / batch.meanLoad(group)));
        }
        int tail = problem.entries();
        write(group, tail + SolverLayout.ITERATIONS, 7);
        write(group, tail + SolverLayout.STATUS, SolverLayout.CONVERGED);
        write(group, tail + SolverLayout.THREADS, THREADS);
        write(group, tail + SolverLayout.STAMP, in.getAtIndex(JAVA_FLOAT, 1));
    }

    /** Every answer's numbers hold in double, and the bound proves what the sorting certificate proves, where it is needed. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void certificatesHold(long seed) {
        MinMaxProblem of = RandomAnswers.problem(30, seed);
        MinMaxBatch batch = RandomAnswers.loads(of, 60, seed);
        // Good answers, and bad ones, of which the status must say so.
        SplitBatch shares = RandomAnswers.solved(batch, seed % 4 == 0 ? 0.05 : 0.8 * TOLERANCE);
        PackedGroups packed = groups(of, batch.groups());
        packed.pack(batch, 0, batch.groups());
        for (int g = 0; g < batch.groups(); g++) {
            answer(batch, g, shares);
        }
        assertEquals(batch.groups(), packed.stamped(0, batch.groups()));
        SplitBatch split = new SplitBatch(of, batch.groups());
        new DeviceAnswers(tables, TOLERANCE).takeAll(packed, batch, 0, split);
        RandomAnswers.assertHold("seed " + seed, batch, split, TOLERANCE, 7);
    }

    /** Batches that several threads pack and take have the bits of groups that are packed and taken alone. */
    @Test
    void largeBatchesEqualGroupsAlone() {
        MinMaxProblem of = RandomAnswers.problem(30, 42);
        int groups = 3000;
        MinMaxBatch batch = RandomAnswers.loads(of, groups, 42);
        SplitBatch shares = RandomAnswers.solved(batch, 0.8 * TOLERANCE);
        PackedGroups packed = groups(of, groups);
        packed.pack(batch, 0, groups);
        float[] input = in.toArray(JAVA_FLOAT);
        for (int g = 0; g < groups; g++) {
            answer(batch, g, shares);
        }
        SplitBatch together = new SplitBatch(of, groups);
        new DeviceAnswers(tables, TOLERANCE).takeAll(packed, batch, 0, together);
        PackedGroups one = groups(of, 1);
        DeviceAnswers answers = new DeviceAnswers(tables, TOLERANCE);
        SplitBatch alone = new SplitBatch(of, groups);
        int words = tables.size().inWords();
        for (int g = 0; g < groups; g++) {
            one.pack(batch, g, 1);
            for (int k = 0; k < words; k++) {
                assertEquals(
                        in.getAtIndex(JAVA_FLOAT, SolverLayout.HEADER + k),
                        input[SolverLayout.HEADER + g * words + k],
                        "input");
            }
            for (int e = 0; e < of.entries(); e++) {
                double share = shares.share()[g * of.entries() + tables.entry(e)];
                write(0, e, (float) (share / batch.meanLoad(g)));
            }
            write(0, of.entries() + SolverLayout.ITERATIONS, 7);
            write(0, of.entries() + SolverLayout.STATUS, SolverLayout.CONVERGED);
            write(0, of.entries() + SolverLayout.THREADS, THREADS);
            write(0, of.entries() + SolverLayout.STAMP, in.getAtIndex(JAVA_FLOAT, 1));
            answers.take(one, 0, batch, g, alone);
            assertEquals(alone.lowerBound(g), together.lowerBound(g), "bound of group " + g);
        }
        assertArrayEquals(alone.share(), together.share(), "shares");
    }

    /** A word of an answer that was not written is a NaN, and NaNs are no split. */
    @Test
    void anAnswerThatLacksAWordIsInvalid() {
        for (long seed : new long[] {4, 5}) { // pairs, and lists
            MinMaxProblem of = RandomAnswers.problem(30, seed);
            MinMaxBatch batch = RandomAnswers.loads(of, 1, seed);
            SplitBatch shares = RandomAnswers.solved(batch, 0.8 * TOLERANCE);
            PackedGroups packed = groups(of, 1);
            DeviceAnswers answers = new DeviceAnswers(tables, TOLERANCE);
            SplitBatch split = new SplitBatch(of, 1);
            for (int word = 0; word < of.entries(); word++) {
                packed.pack(batch, 0, 1);
                assertEquals(0, packed.stamped(0, 1), "nothing is answered");
                float poison = out.getAtIndex(JAVA_FLOAT, word);
                answer(batch, 0, shares);
                answers.take(packed, 0, batch, 0, split);
                assertEquals(SolveStatus.OPTIMAL, split.status(0), "seed " + seed);
                write(0, word, poison);
                answers.take(packed, 0, batch, 0, split);
                assertEquals(SolveStatus.INVALID, split.status(0), "seed " + seed + ", word " + word);
                assertTrue(Double.isNaN(split.share()[0]) && Double.isNaN(split.maxLoad(0)));
            }
        }
    }

    /** Whole work-groups read their input, also where the last of their problems are not there. */
    @Test
    void theInputHasRoomForWholeWorkGroups() {
        KernelSize size = new ProblemTables(RandomAnswers.problem(30, 2)).size();
        for (int groups = 1; groups < 20; groups++) {
            int rooms = (PackedLayout.inWords(size, groups) - SolverLayout.HEADER) / size.inWords();
            assertTrue(rooms >= groups && rooms < groups + 4 && rooms % 4 == 0, groups + " groups: " + rooms);
        }
    }
}
