// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.kernel.solve.SolverLayout;
import io.lplb.tornado.program.PackedLayout;
import io.lplb.tornado.program.ProblemTables;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the host does around a launch, without a device: packing a batch, and taking its answers over with their certificates.
 * The answers are a CPU solver's shares at the gap where kernels stop, as floats.
 */
public final class HostFigures {
    private static final double TOLERANCE = GpuSolver.DEFAULT_TOLERANCE;
    private static final int THREADS = 32;

    private final MinMaxBatch batch;
    private final SplitBatch taken;
    private final MemorySegment in;
    private final MemorySegment out;
    private final float[] shares;
    private final ProblemTables tables;
    private final PackedGroups groups;
    private final DeviceAnswers answers;

    private HostFigures(String solver, MinMaxBatch batch) {
        this.batch = batch;
        MinMaxProblem problem = batch.problem();
        int count = batch.groups();
        tables = new ProblemTables(problem);
        in = Arena.ofAuto().allocate(JAVA_FLOAT, PackedLayout.inWords(tables.size(), count));
        out = Arena.ofAuto().allocate(JAVA_FLOAT, PackedLayout.outWords(tables.size(), count));
        groups = new PackedGroups(tables, in, out, THREADS, 1e-4f);
        answers = new DeviceAnswers(tables, TOLERANCE);
        taken = new SplitBatch(problem, count);
        SplitBatch split = new SplitBatch(problem, count);
        try (MinMaxSolver cpu = Solvers.create(solver, problem, 0.8 * TOLERANCE)) {
            cpu.solve(batch, split);
        }
        int stride = tables.size().outWords();
        shares = new float[count * stride];
        for (int g = 0; g < count; g++) {
            double mean = batch.meanLoad(g);
            for (int e = 0; e < problem.entries(); e++) {
                shares[g * stride + e] = (float) (split.share()[g * problem.entries() + tables.entry(e)] / mean);
            }
            int tail = g * stride + tables.size().entries();
            shares[tail + SolverLayout.STATUS] = SolverLayout.CONVERGED;
            shares[tail + SolverLayout.THREADS] = THREADS;
        }
    }

    /** The kernel's part: answers with the stamp of the packing. */
    private void answer() {
        MemorySegment.copy(shares, 0, out, JAVA_FLOAT, 0, shares.length);
        float stamp = in.getAtIndex(JAVA_FLOAT, 1);
        int stride = tables.size().outWords();
        for (int g = 0; g < batch.groups(); g++) {
            out.setAtIndex(JAVA_FLOAT, (long) (g + 1) * stride - SolverLayout.TAIL + SolverLayout.STAMP, stamp);
        }
    }

    /** Returns the medians of packing and of taking, in nanoseconds a group, and the number of groups not OPTIMAL. */
    private double[] measure(int calls) {
        double[] pack = new double[calls];
        double[] take = new double[calls];
        for (int k = -calls; k < calls; k++) {
            long start = System.nanoTime();
            groups.pack(batch, 0, batch.groups());
            long packed = System.nanoTime();
            answer();
            long answered = System.nanoTime();
            answers.takeAll(groups, batch, 0, taken);
            if (k >= 0) {
                pack[k] = (double) (packed - start) / batch.groups();
                take[k] = (double) (System.nanoTime() - answered) / batch.groups();
            }
        }
        Arrays.sort(pack);
        Arrays.sort(take);
        double missed = 0;
        for (int g = 0; g < batch.groups(); g++) {
            missed += taken.status(g) == SolveStatus.OPTIMAL ? 0 : 1;
        }
        return new double[] {pack[calls / 2], take[calls / 2], missed};
    }

    /** Measures one batch; returns a line of text. */
    public static String line(String name, String solver, MinMaxBatch batch) {
        int groups = batch.groups();
        double[] found = new HostFigures(solver, batch).measure(Math.max(40, 400_000 / Math.max(groups, 40)));
        return String.format(
                Locale.ROOT,
                "host alone, ns a group, %-9s %-14s %5d groups, %d threads: pack %7.1f  take %7.1f, %.0f not OPTIMAL",
                name,
                solver,
                groups,
                groups >= 64 ? HostWorkers.SHARED_SIZE : 1,
                found[0],
                found[1],
                found[2]);
    }
}
