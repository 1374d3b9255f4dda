// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.CudaDevice;
import io.lplb.tornado.cuda.CudaDriver;
import io.lplb.tornado.cuda.CudaLibrary;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.ptx.PtxLibrary;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A program for a machine with a GPU: what the slow ones of 100,000 solves of one group are. Three things can make them: the
 * problems, since some need more sweeps; the machine, which a loop that only looks at the clock for as long shows; and the launch.
 *
 * <p>Argument: the number of calls for a cube; a torus gets a fifth.
 */
final class TailFigures {
    private static final double TOLERANCE = GpuSolver.DEFAULT_TOLERANCE;

    /** Steps of the histogram's buckets, in medians. */
    private static final double[] BUCKETS = {0.8, 0.9, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 8, 1e9};

    private TailFigures() {}

    /** Measures cube and torus, both solvers. */
    public static void main(String[] args) throws CudaUnavailableException {
        int calls = Integer.parseInt(args[0]);
        CudaDriver driver = new CudaDriver(CudaLibrary.load());
        try (CudaDevice held = new CudaDevice(driver, 0)) {
            LaunchFigures.say("device: %s", held.name());
            for (String topology : List.of("cube", "torus8x4")) {
                for (String name : List.of(InteriorPointSolver.NAME, RelaxationSolver.NAME)) {
                    for (boolean stamps : new boolean[] {true, false}) {
                        LaunchOptions way = new LaunchOptions(Transfer.MAPPED, true, stamps, 0, false);
                        MinMaxProblem problem = DriverFigures.problem(topology);
                        try (DriverSolver solver = DriverSolver.open(
                                driver, PtxLibrary.read(), name, problem, TOLERANCE, 1, 0, (s, groups) -> way)) {
                            LaunchFigures.say("%s %s, %s", topology, name, way);
                            int few = topology.equals("cube") ? calls : calls / 5;
                            for (int kinds : new int[] {4, 1}) {
                                tail(solver, LaunchFigures.ring(problem, kinds), kinds, few);
                            }
                            same(solver, LaunchFigures.ring(problem, 1)[0], few);
                        }
                    }
                }
            }
        }
    }

    private static void tail(DriverSolver solver, MinMaxBatch[] batches, int kinds, int calls) {
        long[] nanos = solve(solver, batches, calls);
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        String what = kinds + " kinds of loads, " + batches.length + " problems";
        LaunchFigures.say("  %s: %s", what, quantiles(sorted));
        LaunchFigures.say("    in medians: %s", histogram(sorted));
        double[] medians = new double[batches.length];
        double[] ratios = new double[batches.length];
        for (int b = 0; b < batches.length; b++) {
            long[] own = new long[calls / batches.length];
            for (int k = 0; k < own.length; k++) {
                own[k] = nanos[k * batches.length + b];
            }
            Arrays.sort(own);
            medians[b] = LaunchFigures.at(own, 0.5);
            ratios[b] = LaunchFigures.at(own, 0.99) / medians[b];
        }
        Arrays.sort(medians);
        Arrays.sort(ratios);
        LaunchFigures.say(
                "    problem by problem: medians %.1f to %.1f us (half of them %.1f to %.1f); p99 over the problem's own median: median %.2f, worst %.2f",
                medians[0],
                medians[medians.length - 1],
                medians[medians.length / 4],
                medians[medians.length * 3 / 4],
                ratios[ratios.length / 2],
                ratios[ratios.length - 1]);
    }

    /** The same problem again and again, and the clock alone for as long. */
    private static void same(DriverSolver solver, MinMaxBatch batch, int calls) {
        long[] sorted = solve(solver, new MinMaxBatch[] {batch}, calls);
        Arrays.sort(sorted);
        LaunchFigures.say("  one problem: %s", quantiles(sorted));
        LaunchFigures.say("    in medians: %s", histogram(sorted));
        long goal = sorted[calls / 2];
        long[] clock = new long[calls];
        for (int k = 0; k < calls; k++) {
            long start = System.nanoTime();
            long now = start;
            while (now - start < goal) {
                now = System.nanoTime();
            }
            clock[k] = now - start;
        }
        Arrays.sort(clock);
        LaunchFigures.say("  the clock alone, as long: %s", quantiles(clock));
    }

    private static long[] solve(DriverSolver solver, MinMaxBatch[] batches, int calls) {
        SplitBatch split = new SplitBatch(solver.problem(), 1);
        long[] nanos = new long[calls];
        int notOptimal = 0;
        for (int k = -calls / 5; k < calls; k++) {
            MinMaxBatch batch = batches[Math.floorMod(k, batches.length)];
            long start = System.nanoTime();
            solver.solve(batch, split);
            if (k >= 0) {
                nanos[k] = System.nanoTime() - start;
            }
            notOptimal += split.status(0) == SolveStatus.OPTIMAL ? 0 : 1;
        }
        if (notOptimal > 0) {
            LaunchFigures.say("  %d answers not OPTIMAL", notOptimal);
        }
        return nanos;
    }

    private static String quantiles(long[] sorted) {
        double median = LaunchFigures.at(sorted, 0.5);
        double p99 = LaunchFigures.at(sorted, 0.99);
        return String.format(
                Locale.ROOT,
                "p1 %.2f  p50 %.2f  p90 %.2f  p99 %.2f  p99.9 %.2f  max %.1f us; p99 / p50 %.2f; %d calls",
                LaunchFigures.at(sorted, 0.01),
                median,
                LaunchFigures.at(sorted, 0.9),
                p99,
                LaunchFigures.at(sorted, 0.999),
                LaunchFigures.at(sorted, 1),
                p99 / median,
                sorted.length);
    }

    private static String histogram(long[] sorted) {
        StringBuilder text = new StringBuilder();
        double median = sorted[sorted.length / 2];
        int k = 0;
        for (double bucket : BUCKETS) {
            int from = k;
            while (k < sorted.length && sorted[k] < bucket * median) {
                k++;
            }
            text.append(String.format(Locale.ROOT, bucket < 100 ? " <%.2f: %d" : " more: %2$d", bucket, k - from));
        }
        return text.toString();
    }
}
