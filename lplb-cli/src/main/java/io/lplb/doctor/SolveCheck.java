// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.doctor;

import io.lplb.placement.LplbPlacement;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.PlacementProblem;
import io.lplb.reference.DenseInteriorPointSolver;
import io.lplb.solver.Backends;
import io.lplb.solver.Certificate;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.RelaxationSolver;
import io.lplb.solver.SolverProvider.Availability;
import io.lplb.solver.Solvers;
import io.lplb.solver.SplitBatch;
import io.lplb.topology.Topologies;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * A tiny solve on a backend, compared with the EJML oracle: eight groups of a cube, by the two solvers that every backend
 * has. The largest load is computed here from the shares, not taken from the backend.
 */
final class SolveCheck {
    private static final int GROUPS = 8;
    private static final int EXPERTS_PER_RANK = 2;
    private static final long SEED = 20;
    private static final double ORACLE_TOLERANCE = 1e-9;
    private static final List<String> SOLVERS = List.of(InteriorPointSolver.NAME, RelaxationSolver.NAME);

    private final MinMaxProblem problem;
    private final MinMaxBatch batch;
    private final SplitBatch oracle;

    /** Makes the problems and solves them with the oracle. */
    SolveCheck() {
        var topology = Topologies.cube();
        int ranks = topology.groupSize();
        problem = PlacementProblem.of(
                        new LplbPlacement(topology, ranks, EXPERTS_PER_RANK * ranks, topology.replicasPerRank())
                                .natural(),
                        null)
                .problem();
        batch = new MinMaxBatch(problem, GROUPS);
        Random random = new Random(SEED);
        fill(random, batch.fixed());
        fill(random, batch.load());
        oracle = new SplitBatch(problem, GROUPS);
        try (MinMaxSolver solver = Solvers.create(DenseInteriorPointSolver.NAME, problem, ORACLE_TOLERANCE)) {
            solver.solve(batch, oracle);
        }
    }

    private static void fill(Random random, double[] loads) {
        for (int k = 0; k < loads.length; k++) {
            loads[k] = random.nextInt(1000);
        }
    }

    /** How a solver is made, as {@link Backends#createNamed} does. */
    @FunctionalInterface
    interface Maker {
        MinMaxSolver create(String solver, MinMaxProblem problem, double tolerance, int groups);
    }

    /** Solves on a backend; what its provider throws comes through. */
    Availability run(String backend) {
        return run(
                backend,
                (solver, of, tolerance, groups) -> Backends.createNamed(backend, solver, of, tolerance, groups));
    }

    Availability run(String backend, Maker maker) {
        double worst = 0;
        long start = System.nanoTime();
        for (String name : SOLVERS) {
            double tolerance = Backends.defaultTolerance(backend, name);
            SplitBatch split = new SplitBatch(problem, GROUPS);
            try (MinMaxSolver solver = maker.create(name, problem, tolerance, GROUPS)) {
                solver.solve(batch, split);
            }
            for (int g = 0; g < GROUPS; g++) {
                double excess = excess(split, g);
                if (!(Math.abs(excess) <= 1.01 * tolerance + ORACLE_TOLERANCE)) {
                    return new Availability(false, wrong(name, g, split, excess), "Report it, please, with --json.");
                }
                worst = Math.max(worst, excess);
            }
        }
        String reason = String.format(
                Locale.ROOT,
                "%s: %d problems each, at most %.1e of the mean load above the oracle, %d ms.",
                String.join(" and ", SOLVERS),
                GROUPS,
                worst,
                (System.nanoTime() - start) / 1_000_000);
        return new Availability(true, reason, "");
    }

    /** The largest load of the shares above the oracle's, in mean loads; NaN if the shares are no split. */
    private double excess(SplitBatch split, int group) {
        for (int i = 0; i < problem.items(); i++) {
            double sum = 0;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                double share = split.share()[group * problem.entries() + e];
                sum += share >= 0 ? share : Double.NaN;
            }
            double load = batch.load()[group * problem.items() + i];
            if (!(Math.abs(sum - load) <= 1e-6 * load)) {
                return Double.NaN;
            }
        }
        Certificate certificate = new Certificate(problem);
        certificate.evaluate(
                batch.fixed(),
                group * problem.ranks(),
                batch.load(),
                group * problem.items(),
                split.share(),
                group * problem.entries());
        return (certificate.maxLoad() - oracle.maxLoad(group)) / batch.meanLoad(group);
    }

    private String wrong(String solver, int group, SplitBatch split, double excess) {
        return "A wrong answer of " + solver + ": group " + group + " has status " + split.status(group) + ", "
                + (Double.isNaN(excess)
                        ? "its shares are no split."
                        : "its largest load is " + excess + " of the mean load from the oracle's.");
    }
}
