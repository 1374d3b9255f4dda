// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.solver.SplitChecks;
import io.lplb.tornado.engine.tornado.TornadoProgram;
import io.lplb.tornado.kernel.batch.BatchLayout;
import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.program.Accuracy;
import io.lplb.tornado.program.BatchProgram;
import io.lplb.tornado.program.Buffer;
import io.lplb.tornado.program.Buffer.Kind;
import io.lplb.tornado.program.KernelShape;
import io.lplb.tornado.program.KernelSize;
import io.lplb.tornado.program.KernelSpec;
import io.lplb.tornado.program.ProblemTables;
import io.lplb.tornado.program.Program;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packing and certifying on the device, with a CPU's shares as floats in the place of a solver's. */
class CertifiedGroupsTest {
    private static final double TOLERANCE = GpuSolver.DEFAULT_TOLERANCE;
    private static final int THREADS = 64;
    private static final int ITERATIONS = 7;

    private MinMaxProblem problem = MinMaxProblem.of(1, new int[0][]);
    private ProblemTables tables = new ProblemTables(problem);
    private BatchProgram program = program(tables, 1);
    private final Map<Buffer, MemorySegment> memory = new HashMap<>();

    private static BatchProgram program(ProblemTables tables, int capacity) {
        return new BatchProgram(tables, KernelShape.RELAXATION_PER_TWO_WARPS, capacity, Accuracy.of(TOLERANCE), false);
    }

    /** Buffers, half of the time for a kernel of a larger size. */
    private CertifiedGroups groups(MinMaxProblem of, int capacity, boolean padded) {
        problem = of;
        ProblemTables own = new ProblemTables(of);
        tables = padded ? own.in(new KernelSize(64, 256, 704, -8, 0, 256, false)) : own;
        program = program(tables, capacity);
        memory.clear();
        // Bytes of -1 are a NaN.
        Buffer held = program.program().buffers().stream()
                .filter(b -> b.name().equals("held"))
                .findFirst()
                .orElseThrow();
        memory(held).fill((byte) -1);
        memory(program.out()).fill((byte) -1);
        return CertifiedGroups.of(program, capacity, this::memory);
    }

    /** The host's copy of a buffer, with its initial contents. */
    private MemorySegment memory(Buffer buffer) {
        return memory.computeIfAbsent(buffer, b -> {
            MemorySegment made = Arena.ofAuto().allocate(b.bytes(), Double.BYTES);
            Object contents = b.contents();
            if (contents instanceof int[] words) {
                MemorySegment.copy(words, 0, made, JAVA_INT, 0, words.length);
            } else if (contents instanceof float[] words) {
                MemorySegment.copy(words, 0, made, JAVA_FLOAT, 0, words.length);
            } else if (contents instanceof double[] numbers) {
                MemorySegment.copy(numbers, 0, made, JAVA_DOUBLE, 0, numbers.length);
            } else {
                made.fill((byte) 0);
            }
            return made;
        });
    }

    private void pack(int groups) {
        run("packBatch", groups);
    }

    private void certify(int groups) {
        run("certifyBatch", groups);
    }

    /** Runs one kernel of the program on the host's copies of its buffers. */
    private void run(String task, int groups) {
        KernelSpec step = program.program().steps().stream()
                .filter(s -> s.task().equals(task))
                .findFirst()
                .orElseThrow();
        Map<Buffer, Buffer> copies = new HashMap<>();
        for (Buffer b : step.arrays()) {
            copies.put(b, Buffer.zeros(b.name(), Kind.STATE_OUTPUT, b.element(), b.length()));
        }
        KernelSpec copy = new KernelSpec(
                task,
                step.kernelClass(),
                step.method(),
                step.arrays().stream().map(copies::get).toList(),
                List.of(),
                step.threads(),
                step.workGroups(),
                null);
        try (TornadoProgram alone = new TornadoProgram(new Program("alone", List.of(copy)), groups, false)) {
            copies.forEach((own, device) -> alone.host(device).copyFrom(memory(own)));
            alone.run();
            copies.forEach((own, device) -> memory(own).copyFrom(alone.host(device)));
        }
    }

    private float get(Buffer buffer, int at) {
        return memory(buffer).getAtIndex(JAVA_FLOAT, at);
    }

    private double number(Buffer buffer, int at) {
        return memory(buffer).getAtIndex(JAVA_DOUBLE, at);
    }

    private void set(Buffer buffer, int at, float value) {
        memory(buffer).setAtIndex(JAVA_FLOAT, at, value);
    }

    /** A launch, with these shares for the solver's. */
    private void launch(CertifiedGroups certified, MinMaxBatch batch, SplitBatch shares) {
        certified.write(batch, 0, batch.groups());
        pack(batch.groups());
        answer(batch, shares);
        certify(batch.groups());
    }

    /** Writes shares as a solver's kernel does, and a tail. */
    private void answer(MinMaxBatch batch, SplitBatch shares) {
        int entries = tables.size().entries();
        for (int g = 0; g < batch.groups(); g++) {
            int at = g * (entries + SolverLayout.TAIL);
            for (int e = 0; e < problem.entries(); e++) {
                double share = shares.share()[g * problem.entries() + tables.entry(e)];
                set(program.out(), at + e, (float) (share / batch.meanLoad(g)));
            }
            set(program.out(), at + entries + SolverLayout.ITERATIONS, ITERATIONS);
            set(program.out(), at + entries + SolverLayout.STATUS, SolverLayout.CONVERGED);
            set(program.out(), at + entries + SolverLayout.THREADS, THREADS);
        }
    }

    /** Every number of an answer holds in double, and what the sorting certificate proves is proved. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void certificatesHold(long seed) {
        MinMaxProblem of = RandomAnswers.problem(40, seed);
        int groups = 12;
        MinMaxBatch batch = RandomAnswers.loads(of, groups, seed);
        // Good answers, and bad ones, of which the status must say so.
        SplitBatch shares = RandomAnswers.solved(batch, seed % 4 == 0 ? 0.05 : 0.8 * TOLERANCE);
        CertifiedGroups certified = groups(of, groups + 3, seed % 5 < 2);
        certified.write(batch, 0, groups);
        pack(groups + 3);
        assertPacked(batch);
        answer(batch, shares);
        certify(groups + 3);
        SplitBatch split = new SplitBatch(of, groups);
        certified.read(batch, 0, split);
        RandomAnswers.assertHold("seed " + seed, batch, split, TOLERANCE, ITERATIONS);
    }

    /** The solver's input is what the host packs for small batches. */
    private void assertPacked(MinMaxBatch batch) {
        KernelSize size = tables.size();
        for (int g = 0; g < batch.groups(); g++) {
            int at = SolverLayout.HEADER + g * size.inWords();
            double mean = batch.meanLoad(g);
            for (int r = 0; r < problem.ranks(); r++) {
                double f = batch.fixed()[g * problem.ranks() + r];
                assertEquals(f / mean, get(program.in(), at + r), 1e-6, "fixed load");
            }
            for (int i = 0; i < problem.items(); i++) {
                double w = batch.load()[g * problem.items() + tables.item(i)];
                assertEquals(w / mean, get(program.in(), at + size.ranks() + i), 1e-6, "load");
            }
            for (int i = problem.items(); i < size.items(); i++) {
                assertEquals(0f, get(program.in(), at + size.ranks() + i), "an item that is not there");
            }
        }
    }

    /** A share that was not written is a NaN, and NaNs are no split. */
    @Test
    void whatIsNoAnswerIsInvalid() {
        for (long seed : new long[] {4, 5}) { // pairs, and lists
            MinMaxProblem of = RandomAnswers.problem(40, seed);
            MinMaxBatch batch = RandomAnswers.loads(of, 2, seed);
            SplitBatch shares = RandomAnswers.solved(batch, 0.8 * TOLERANCE);
            CertifiedGroups certified = groups(of, 2, false);
            certified.write(batch, 0, 2);
            pack(2);
            int entries = of.entries();
            for (int word = 0; word < entries + SolverLayout.TAIL; word++) {
                int inTail = word - entries;
                if (inTail == SolverLayout.MAX_LOAD
                        || inTail == SolverLayout.LOWER_BOUND
                        || inTail == SolverLayout.ITERATIONS) {
                    continue; // the device's own numbers are not believed, and iterations are nobody's proof
                }
                if (inTail == SolverLayout.STAMP) {
                    continue; // that the answer is new, its status says, which packing clears
                }
                for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                    answer(batch, shares);
                    set(program.out(), word, wrong);
                    certify(2);
                    SplitBatch split = new SplitBatch(of, 2);
                    certified.read(batch, 0, split);
                    String what = "seed " + seed + ", word " + word + ", " + wrong;
                    if (split.status(0) != SolveStatus.INVALID && (wrong == Float.POSITIVE_INFINITY || isLone(word))) {
                        // All for one host is a split as well, whose numbers hold; a lone host needs no fraction.
                        SplitChecks.assertTrueSplit(what, batch, split, 0, 1e-9);
                    } else {
                        assertEquals(SolveStatus.INVALID, split.status(0), what);
                        assertTrue(Double.isNaN(split.share()[0]) && Double.isNaN(split.maxLoad(0)), what);
                    }
                    assertEquals(SolveStatus.OPTIMAL, split.status(1), what + ": the other group");
                }
            }
        }
    }

    /** Whether a word is the share of an item's only host. */
    private boolean isLone(int word) {
        for (int i = 0; i < problem.items(); i++) {
            if (word < problem.entries() && problem.firstEntry(i) == tables.entry(word) && problem.hostCount(i) == 1) {
                return true;
            }
        }
        return false;
    }

    @Test
    void answersOfAnEarlierLaunchAreInvalid() {
        MinMaxProblem of = RandomAnswers.problem(40, 7);
        MinMaxBatch batch = RandomAnswers.loads(of, 3, 7);
        SplitBatch shares = RandomAnswers.solved(batch, 0.8 * TOLERANCE);
        CertifiedGroups certified = groups(of, 3, false);
        SplitBatch split = new SplitBatch(of, 3);
        launch(certified, batch, shares);
        certified.read(batch, 0, split);
        assertEquals(SolveStatus.OPTIMAL, split.status(2));
        certified.write(batch, 0, 3);
        certified.read(batch, 0, split);
        assertEquals(SolveStatus.INVALID, split.status(0), "no kernel ran");
        pack(3);
        certify(3);
        certified.read(batch, 0, split);
        assertEquals(SolveStatus.INVALID, split.status(1), "the solver did not run");
    }

    @Test
    void reportsThatDoNotComeAreGivenUp() {
        MinMaxProblem of = RandomAnswers.problem(40, 7);
        MinMaxBatch batch = RandomAnswers.loads(of, 3, 7);
        SplitBatch shares = RandomAnswers.solved(batch, 0.8 * TOLERANCE);
        CertifiedGroups certified = groups(of, 3, false);
        SplitBatch split = new SplitBatch(of, 3);
        certified.write(batch, 0, 3);
        assertFalse(certified.readAsReported(batch, 0, split), "no kernel ran");
        pack(3);
        answer(batch, shares);
        certify(3);
        assertTrue(certified.readAsReported(batch, 0, split));
        assertTrue(certified.areOptimal());
        double[] largest = {split.maxLoad(0), split.maxLoad(1), split.maxLoad(2)};
        certified.write(batch, 0, 3);
        assertFalse(certified.readAsReported(batch, 0, split), "these reports are of the launch before");
        for (int g = 0; g < 3; g++) {
            assertEquals(largest[g], split.maxLoad(g), "nothing is written");
        }
    }

    /** Stamps come round: a group that was not asked for all the while still has a report of the same stamp. */
    @Test
    void aReportOfTheRoundBeforeIsNone() {
        MinMaxProblem of = RandomAnswers.problem(40, 7);
        MinMaxBatch batch = RandomAnswers.loads(of, 3, 7);
        CertifiedGroups certified = groups(of, 3, false);
        SplitBatch split = new SplitBatch(of, 3);
        for (int launch = 0; launch < 2; launch++) { // the stamps of the first round and of a later one
            launch(certified, batch, RandomAnswers.solved(batch, 0.8 * TOLERANCE));
            assertTrue(certified.readAsReported(batch, 0, split));
            double stamp = number(program.stamps(), 2);
            do {
                certified.write(batch, 0, 1);
            } while (number(program.stamps(), 0) != stamp - 1 && number(program.stamps(), 0) != BatchLayout.STAMPS - 1);
            certified.write(batch, 0, 3);
            assertFalse(certified.readAsReported(batch, 0, split), "stamp " + number(program.stamps(), 2));
        }
    }

    @Test
    void loadsAreCheckedAfterTheyWereWritten() {
        MinMaxProblem of = RandomAnswers.problem(40, 7);
        CertifiedGroups certified = groups(of, 3, false);
        MinMaxBatch batch = RandomAnswers.loads(of, 3, 7);
        certified.write(batch, 1, 2);
        certified.requireValid(batch, 1, HostWorkers::nothing);
        batch.load()[3 * of.items() - 1] = Double.NaN;
        certified.write(batch, 1, 2);
        assertThrows(IllegalArgumentException.class, () -> certified.requireValid(batch, 1, HostWorkers::nothing));
        certified.write(batch, 0, 2);
        certified.requireValid(batch, 0, HostWorkers::nothing);
    }

    /** What the device says is not what the shares prove: the host finds out, whichever number it is. */
    @Test
    void aWrongCertificateIsFound() {
        MinMaxProblem of = RandomAnswers.problem(40, 8);
        MinMaxBatch batch = RandomAnswers.loads(of, 1, 8);
        SplitBatch shares = RandomAnswers.solved(batch, 0.8 * TOLERANCE);
        CertifiedGroups certified = groups(of, 1, false);
        int heaviest = 0;
        for (int i = 0; i < of.items(); i++) {
            heaviest = batch.load()[i] > batch.load()[heaviest] ? i : heaviest;
        }
        for (int word = 0; word < 4; word++) {
            SplitBatch split = new SplitBatch(of, 1);
            launch(certified, batch, shares);
            certified.read(batch, 0, split);
            assertEquals(SolveStatus.OPTIMAL, split.status(0));
            if (word == BatchLayout.LARGEST || word == BatchLayout.BOUND) {
                memory(program.reports())
                        .setAtIndex(JAVA_DOUBLE, word, number(program.reports(), BatchLayout.LARGEST) * (1 + 1e-6));
            } else {
                float x = get(program.fractions(), heaviest);
                set(program.fractions(), heaviest, word == 2 ? 1.01f : x > 0.5f ? x - 0.4f : x + 0.4f);
            }
            certified.read(batch, 0, split);
            assertEquals(SolveStatus.INVALID, split.status(0), "word " + word);
        }
    }

    /** A group without load is solved, and so are items that weigh nothing in float. */
    @Test
    void groupsOfNoLoad() {
        MinMaxProblem of = MinMaxProblem.of(3, new int[][] {{0, 1}, {1, 2}, {2, 0}});
        MinMaxBatch batch = new MinMaxBatch(of, 2);
        batch.set(1, new double[] {1e40, 1e40, 1e40}, new double[] {1e-20, 0, 3e-10});
        CertifiedGroups certified = groups(of, 2, false);
        certified.write(batch, 0, 2);
        pack(2);
        MinMaxBatch ones = new MinMaxBatch(of, 2);
        Arrays.fill(ones.load(), 1);
        SplitBatch none = new SplitBatch(of, 2);
        Arrays.fill(none.share(), 0);
        answer(ones, none);
        certify(2);
        SplitBatch split = new SplitBatch(of, 2);
        certified.read(batch, 0, split);
        assertEquals(SolveStatus.OPTIMAL, split.status(0));
        assertEquals(0, split.maxLoad(0));
        assertEquals(SolveStatus.OPTIMAL, split.status(1));
        assertEquals(5e-21, split.share()[of.entries()], 1e-30, "half of what is too light for float");
    }
}
