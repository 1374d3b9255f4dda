// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.kernels;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.cuda.CudaUnavailableException;
import io.lplb.tornado.solve.GpuSolver;
import java.util.Arrays;
import java.util.Locale;

/**
 * Times of solves from Java arrays to Java arrays: on a GPU through the driver or, with {@code -Dlplb.gpuLauncher=tornado}, through
 * TornadoVM; on one core of the CPU with {@code -Dlplb.gpuLauncher=cpu}.
 *
 * <p>Arguments: a label, then numbers of groups. A time is the median and the 99th percentile over solves of rotating batches; the first
 * solve, which compiles, stands apart.
 */
public final class SolveTimes {
    private static final String[] PROBLEMS = {"cube", "hypercube", "torus8x4", "lists64"};
    private static final String[] SOLVERS = {InteriorPointSolver.NAME, RelaxationSolver.NAME};
    private static final int BATCHES = 4;

    /** Solves before those that are timed: the host's code is compiled in some thousand of them, and takes twice the time until then. */
    private static final int LEAST_WARM = 100;

    private static final long WARM_NANOS = 1_000_000_000L;

    private SolveTimes() {}

    /** Measures; see the class. */
    public static void main(String[] args) throws CudaUnavailableException {
        for (String problem : PROBLEMS) {
            for (String solver : SOLVERS) {
                for (int k = 1; k < args.length; k++) {
                    measure(args[0], problem, solver, Integer.parseInt(args[k]));
                }
            }
        }
    }

    private static MinMaxSolver open(String solver, MinMaxProblem problem, int groups) throws CudaUnavailableException {
        return switch (System.getProperty("lplb.gpuLauncher", "driver")) {
            case "tornado" -> new GpuSolver(solver, problem, GpuSolver.DEFAULT_TOLERANCE, groups);
            case "cpu" -> Solvers.create(solver, problem, GpuSolver.DEFAULT_TOLERANCE);
            default -> GpuSolver.onDriver(solver, problem, GpuSolver.DEFAULT_TOLERANCE, groups, 0);
        };
    }

    private static void measure(String label, String name, String solver, int groups) throws CudaUnavailableException {
        MinMaxProblem problem = KernelTimes.problem(name);
        MinMaxBatch[] batches = new MinMaxBatch[BATCHES];
        Arrays.setAll(batches, k -> KernelTimes.batch(problem, groups, k));
        SplitBatch split = new SplitBatch(problem, groups);
        int solves = groups > 1024 ? 150 : 600;
        double[] micros = new double[solves];
        int open = 0;
        double first = System.nanoTime();
        try (MinMaxSolver solving = open(solver, problem, groups)) {
            solving.solve(batches[0], split);
            first = 1e-6 * (System.nanoTime() - first);
            long warm = System.nanoTime() + WARM_NANOS;
            for (int k = 0; k < LEAST_WARM || System.nanoTime() < warm; k++) {
                solving.solve(batches[k % BATCHES], split);
            }
            for (int k = 0; k < solves; k++) {
                long start = System.nanoTime();
                solving.solve(batches[k % BATCHES], split);
                micros[k] = 1e-3 * (System.nanoTime() - start);
            }
            for (int g = 0; g < groups; g++) {
                open += split.status(g) == SolveStatus.OPTIMAL ? 0 : 1;
            }
        }
        Arrays.sort(micros);
        System.out.println(String.format(
                Locale.ROOT,
                "%-8s %-10s %-14s %6d groups | p50 %9.2f  p99 %9.2f us | first %7.1f ms | %d not optimal",
                label,
                name,
                solver,
                groups,
                micros[solves / 2],
                micros[solves * 99 / 100],
                first,
                open));
    }
}
