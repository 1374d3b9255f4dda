// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.problem.HostileFamily;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.quota.QuotaRounder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Solvers against families of problems that were found to be hard, with oracles of their own. {@code mvn verify} draws some
 * hundred problems per family; at length:
 *
 * <pre>
 *   mvn -pl lplb-api -am test -Dtest=AdversaryTest -Dsurefire.failIfNoSpecifiedTests=false -Dlplb.adversary.problems=100000
 * </pre>
 *
 * {@code -Dlplb.adversary.seed=N} starts at another seed than 0.
 *
 * Every solver solves all problems of a family one after the other, so an answer that depended on those before would show.
 */
class AdversaryTest {
    private static final int PROBLEMS = Integer.getInteger("lplb.adversary.problems", 250);
    private static final long FIRST_SEED = Long.getLong("lplb.adversary.seed", 0);
    private static final long END = FIRST_SEED + PROBLEMS;
    private static final int RANKS = 64;

    /** Numbers of ranks beside whole words of 64 bits, in which sets of ranks are kept. */
    private static final int[] MANY_RANKS = {64, 65, 127, 200};

    private final Map<MinMaxProblem, MinMaxSolver> solvers = new HashMap<>();

    @ParameterizedTest
    @EnumSource
    void exactIsOptimal(HostileFamily family) {
        for (long seed = FIRST_SEED; seed < END; seed++) {
            check(ExactSolver.NAME, family, seed, 1e-12, true);
        }
    }

    @ParameterizedTest
    @EnumSource
    void exactIsOptimalOnManyRanks(HostileFamily family) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + Math.max(PROBLEMS / 10, 1); seed++) {
            MinMaxBatch batch = family.drawOf(seed, MANY_RANKS[Math.floorMod(seed, MANY_RANKS.length)]);
            check(ExactSolver.NAME, family, batch, seed, 1e-12, true);
        }
    }

    @ParameterizedTest
    @EnumSource
    void relaxationIsOptimal(HostileFamily family) {
        for (long seed = FIRST_SEED; seed < END; seed++) {
            check(RelaxationSolver.NAME, family, seed, RelaxationSolver.DEFAULT_TOLERANCE, true);
        }
    }

    @ParameterizedTest
    @EnumSource
    void interiorPointIsOptimalUpToSpeedRatiosOfAThousand(HostileFamily family) {
        for (long seed = FIRST_SEED; seed < END; seed++) {
            boolean optimal = family.hasUnitSpeeds() || family == HostileFamily.SPEEDS;
            check(InteriorPointSolver.NAME, family, seed, InteriorPointSolver.DEFAULT_TOLERANCE, optimal);
        }
    }

    private void check(String name, HostileFamily family, long seed, double tolerance, boolean optimal) {
        check(name, family, family.draw(seed, RANKS), seed, tolerance, optimal);
    }

    private void check(
            String name, HostileFamily family, MinMaxBatch batch, long seed, double tolerance, boolean optimal) {
        SplitBatch split = new SplitBatch(batch.problem(), 1);
        solvers.computeIfAbsent(batch.problem(), p -> Solvers.create(name, p, tolerance))
                .solve(batch, split);
        String what = name + ", " + family + ", " + batch.problem().ranks() + " ranks, seed " + seed;
        SplitChecks.assertTrueSplit(what, batch, split, 0, 1e-9);
        if (optimal) {
            assertEquals(SolveStatus.OPTIMAL, split.status(0), () -> what + ": gap " + split.gap(0));
        }
        double optimum = optimum(family, batch);
        if (!Double.isNaN(optimum)) {
            // The oracle of whole numbers divides once; the other one adds speeds of any size.
            double rounding = family.hasWholeSpeeds() ? Math.ulp(optimum) / 2 : 1e-14 * optimum;
            assertTrue(
                    split.lowerBound(0) <= optimum + rounding,
                    () -> what + ": bound " + split.lowerBound(0) + ", optimum " + optimum);
            if (split.status(0) == SolveStatus.OPTIMAL) {
                double allowed = tolerance * batch.meanLoad(0) + 1e-13 * optimum;
                assertEquals(optimum, split.maxLoad(0), allowed, what);
            }
        }
    }

    private static double optimum(HostileFamily family, MinMaxBatch batch) {
        if (family.hasWholeSpeeds()) {
            long[] fraction = new FlowOracle(batch).optimum();
            return (double) fraction[0] / fraction[1];
        }
        return batch.problem().ranks() <= 12 ? SubsetOracle.optimum(batch, 0) : Double.NaN;
    }

    @ParameterizedTest
    @EnumSource
    void wholeTokensAreOptimalInOneStepAndByRepair(HostileFamily family) {
        assumeTrue(family.hasWholeSpeeds(), "the oracle takes whole speeds");
        for (long seed = FIRST_SEED; seed < END; seed++) {
            MinMaxBatch batch = family.draw(seed, RANKS);
            MinMaxProblem problem = batch.problem();
            String what = family + ", seed " + seed;
            long[] quota = new long[problem.entries()];
            QuotaRounder rounder = new QuotaRounder(problem);
            rounder.solve(batch, 0, quota, 0);
            double max = checkedMaxLoad(what, batch, quota);
            assertEquals(max, rounder.maxLoad(), what);
            assertTrue(rounder.lowerBound() <= max, what);
            if (family.hasUnitSpeeds()) {
                long[] optimum = new FlowOracle(batch).optimum();
                assertEquals((double) Math.ceilDiv(optimum[0], optimum[1]), max, what);
            } else {
                assertTrue(max == 0 || !new FlowOracle(batch).fits(capacitiesBelow(max, batch)), what);
            }
            long[] repaired = badStart(batch);
            rounder.repair(whole(batch.fixed()), 0, batch.speed(), 0, repaired, 0);
            assertEquals(max, checkedMaxLoad(what + ", repaired", batch, repaired), what);
        }
    }

    /** Everything on the first active host of its item. */
    private static long[] badStart(MinMaxBatch batch) {
        MinMaxProblem problem = batch.problem();
        long[] quota = new long[problem.entries()];
        for (int i = 0; i < problem.items(); i++) {
            int e = problem.firstEntry(i);
            while (e < problem.firstEntry(i + 1) && batch.speed()[problem.host(e)] == 0) {
                e++;
            }
            if (e < problem.firstEntry(i + 1)) {
                quota[e] = (long) batch.load()[i];
            }
        }
        return quota;
    }

    private static double checkedMaxLoad(String what, MinMaxBatch batch, long[] quota) {
        SplitBatch split = new SplitBatch(batch.problem(), 1);
        for (int e = 0; e < quota.length; e++) {
            split.share()[e] = quota[e];
        }
        Certificate certificate = new Certificate(batch.problem());
        certificate.evaluate(batch, 0, split.share(), 0);
        double max = certificate.maxLoad();
        split.report(0, max, 0, 0, SolveStatus.OPTIMAL);
        SplitChecks.assertTrueSplit(what, batch, split, 0, 0);
        return max;
    }

    /** The most whole tokens per rank whose load is below a level. */
    private static long[] capacitiesBelow(double level, MinMaxBatch batch) {
        long[] capacity = new long[batch.problem().ranks()];
        for (int r = 0; r < capacity.length; r++) {
            double speed = batch.speed()[r];
            capacity[r] = speed == 0 ? 0 : (long) Math.min(1e15, Math.ceil(level * speed) + 1);
            while (speed > 0 && capacity[r] / speed >= level) {
                capacity[r]--;
            }
        }
        return capacity;
    }

    private static long[] whole(double[] loads) {
        long[] tokens = new long[loads.length];
        for (int k = 0; k < loads.length; k++) {
            tokens[k] = (long) loads[k];
        }
        return tokens;
    }

    @Test
    void sharedHostileProblems() {
        Path file = GoldenProblems.sharedFile()
                .map(golden -> golden.resolveSibling("hostile.jsonl"))
                .filter(Files::isReadable)
                .orElse(null);
        assumeTrue(file != null, "shared/golden/hostile.jsonl is not on this machine");
        for (ProblemCase test : GoldenProblems.read(Objects.requireNonNull(file))) {
            for (String name : new String[] {ExactSolver.NAME, RelaxationSolver.NAME, InteriorPointSolver.NAME}) {
                SplitBatch split = new SplitBatch(test.problem(), 1);
                Solvers.create(name, test.problem(), Solvers.defaultTolerance(name))
                        .solve(test.batch(), split);
                String what = name + ", " + test.id();
                SplitChecks.assertTrueSplit(what, test.batch(), split, 0, 1e-9);
                assertTrue(split.lowerBound(0) <= test.optimum(), () -> what + ": bound " + split.lowerBound(0));
                assertEquals(SolveStatus.OPTIMAL, split.status(0), () -> what + ": gap " + split.gap(0));
                double allowed = Solvers.defaultTolerance(name) * test.meanLoad() + 1e-13 * test.optimum();
                assertEquals(test.optimum(), split.maxLoad(0), allowed, what);
            }
        }
    }
}
