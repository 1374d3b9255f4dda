// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cli;

import io.lplb.problem.HostileFamily;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.ExactSolver;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolverProvider;
import io.lplb.solver.SplitBatch;
import io.lplb.tornado.solve.GpuSolver;
import io.lplb.tornado.solve.GpuSolver.Handovers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The problems of {@link HostileFamily} solved one at a time by a backend, compared with the CPU's exact solver, and how many groups
 * the first kernel left to the second one and to the CPU.
 *
 * <p>The largest gap is one of the groups that the backend has answered; those of the CPU are counted beside it, and are none of its
 * accuracy. A backend without a GPU's counters has answered all.
 *
 * <p>Kernels have the speeds of their problem. So a shape takes the speeds of its first seed where they are whole and none is 0;
 * problems of other speeds go to the CPU. Not thread-safe.
 */
final class FamilyCheck {
    static final String HEADER =
            "family          solver          problems  wrong  other kernel    CPU  worst gap / mean load, CPU's left out";

    private static final double ROUNDING = 0x1p-45;

    private final SolverProvider backend;
    private final int mostRanks;
    private int wrong;
    private String firstWrong = "";
    private String reason = "";

    FamilyCheck(SolverProvider backend, int mostRanks) {
        this.backend = backend;
        this.mostRanks = mostRanks;
    }

    /** Solves so many problems of a family by each of the two solvers; returns a line of the table for each. */
    List<String> run(HostileFamily family, long firstSeed, int problems) {
        List<String> lines = new ArrayList<>();
        for (String name : List.of(InteriorPointSolver.NAME, RelaxationSolver.NAME)) {
            lines.add(run(family, name, firstSeed, problems));
        }
        return lines;
    }

    private String run(HostileFamily family, String name, long firstSeed, int problems) {
        Map<MinMaxProblem, MinMaxProblem> withSpeeds = new HashMap<>();
        Map<MinMaxProblem, MinMaxSolver> solvers = new HashMap<>();
        int before = wrong;
        double worstGap = -1;
        for (long seed = firstSeed; seed < firstSeed + problems; seed++) {
            MinMaxBatch batch = batch(family.draw(seed, mostRanks), family, withSpeeds);
            MinMaxProblem problem = batch.problem();
            MinMaxSolver solver =
                    solvers.computeIfAbsent(problem, p -> backend.create(name, p, DifferentialCheck.TOLERANCE, 1));
            SplitBatch expected = new SplitBatch(problem, 1);
            new ExactSolver(problem).solve(batch, expected);
            SplitBatch answer = new SplitBatch(problem, 1);
            long cpuBefore = handovers(solver).cpu();
            solver.solve(batch, answer);
            if (handovers(solver).cpu() == cpuBefore) {
                worstGap = Math.max(worstGap, gap(batch, answer));
            }
            note(family, name, seed, batch, DifferentialCheck.fault(batch, answer, 0, expected.maxLoad(0)));
        }
        long otherKernel = 0;
        long cpu = 0;
        for (MinMaxSolver solver : solvers.values()) {
            Handovers handovers = handovers(solver);
            otherKernel += handovers.otherKernel();
            cpu += handovers.cpu();
            solver.close();
        }
        return String.format(
                Locale.ROOT,
                "%-15s %-15s %8d %6d %13d %6d  %39s",
                family,
                name,
                problems,
                wrong - before,
                otherKernel,
                cpu,
                worstGap < 0 ? "-" : String.format(Locale.ROOT, "%.2g", worstGap));
    }

    private static MinMaxBatch batch(
            MinMaxBatch drawn, HostileFamily family, Map<MinMaxProblem, MinMaxProblem> withSpeeds) {
        boolean anyInactive = drawn.activeRanks(0) < drawn.problem().ranks();
        if (drawn.hasProblemSpeeds() || anyInactive || !family.hasWholeSpeeds()) {
            return drawn;
        }
        MinMaxProblem problem = withSpeeds.computeIfAbsent(drawn.problem(), p -> {
            int[][] hosts = new int[p.items()][];
            Arrays.setAll(hosts, p::hostsOf);
            return MinMaxProblem.of(p.ranks(), drawn.speed(), hosts);
        });
        return MinMaxBatch.of(problem, drawn.fixed(), drawn.load());
    }

    /** The gap in mean loads; 0 if it is but rounding of the largest load, which can be far above the mean. */
    private static double gap(MinMaxBatch batch, SplitBatch answer) {
        double gap = answer.gap(0);
        return gap > ROUNDING * answer.maxLoad(0) ? gap / batch.meanLoad(0) : 0;
    }

    private static Handovers handovers(MinMaxSolver solver) {
        return solver instanceof GpuSolver onGpu ? onGpu.handovers() : new Handovers(0, 0);
    }

    private void note(HostileFamily family, String name, long seed, MinMaxBatch batch, @Nullable String fault) {
        if (fault != null) {
            wrong++;
            if (firstWrong.isEmpty()) {
                firstWrong = DifferentialCheck.line(family + "-seed" + seed, batch, 0);
                reason = family + ", seed " + seed + ", " + name + ": " + fault;
            }
        }
    }

    /** Returns how many answers are wrong. */
    int wrong() {
        return wrong;
    }

    /** Returns the first problem whose answer is wrong, as a line that {@code lplb solve} reads. */
    String firstWrong() {
        return firstWrong;
    }

    /** Returns what is wrong with it. */
    String reason() {
        return reason;
    }
}
