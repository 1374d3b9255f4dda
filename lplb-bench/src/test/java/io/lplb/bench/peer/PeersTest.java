// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.Certificate;
import io.lplb.solver.GoldenProblems;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.MinMaxSolver;
import io.lplb.solver.ProblemCase;
import io.lplb.solver.RandomProblems;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeersTest {
    private static final long FIRST_SEED = 4000;
    private static final int RANDOM_PROBLEMS = 150;

    static List<String> programs() {
        return Peers.programs();
    }

    static List<String> greedy() {
        return Peers.greedy();
    }

    static Stream<String> all() {
        return Stream.concat(programs().stream(), greedy().stream());
    }

    /** What a peer made of one group: the maximum that it states and the one of its shares. */
    private record Answer(double stated, double maxLoad) {}

    private static Answer solve(Peer peer, MinMaxBatch batch, int group, String where) {
        MinMaxProblem problem = batch.problem();
        double[] share = new double[problem.entries()];
        double stated = peer.solve(batch, group, share);
        double slack = 1e-6 * batch.meanLoad(group);
        for (int i = 0; i < problem.items(); i++) {
            double sum = 0;
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                assertTrue(share[e] >= -slack, where + ": share " + share[e] + " of entry " + e);
                sum += share[e];
            }
            double load = batch.load()[group * problem.items() + i];
            assertEquals(load, sum, slack + 1e-12 * load, where + ": sum of the shares of item " + i);
        }
        Certificate certificate = new Certificate(problem);
        certificate.evaluate(batch.fixed(), group * problem.ranks(), batch.load(), group * problem.items(), share, 0);
        return new Answer(stated, certificate.maxLoad());
    }

    @ParameterizedTest
    @MethodSource("all")
    void aPairOfRanksByHand(String name) {
        MinMaxProblem problem = MinMaxProblem.of(2, new double[] {1, 2}, new int[][] {{0, 1}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[] {2, 1}, new double[] {6});
        double[] share = new double[2];
        try (Peer peer = Peers.create(name, problem)) {
            assertEquals(3, peer.solve(batch, 0, share), 1e-9);
            assertEquals(name, peer.name());
        }
        assertEquals(1, share[0], 1e-9);
        assertEquals(5, share[1], 1e-9);
    }

    @ParameterizedTest
    @MethodSource("programs")
    void programsReachTheOptimumOfRandomProblems(String name) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + RANDOM_PROBLEMS; seed++) {
            requireOptimum(name, RandomProblems.next(seed, 12));
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void programsReachTheOptimumOfTheSample(String name) {
        GoldenProblems.embedded().forEach(golden -> requireOptimum(name, golden));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void programsReachTheGoldenOptimum(String name) {
        Optional<Path> file = GoldenProblems.sharedFile();
        assumeTrue(file.isPresent(), "needs shared/golden/minmax.jsonl beside the checkout");
        List<ProblemCase> golden = GoldenProblems.read(file.get());
        GoldenProblems.say(name + ": " + golden.size() + " problems of " + file.get());
        golden.forEach(problem -> requireOptimum(name, problem));
    }

    private static void requireOptimum(String name, ProblemCase given) {
        try (Peer peer = Peers.create(name, given.problem())) {
            Answer answer = solve(peer, given.batch(), 0, name + ", " + given.id());
            double slack = 1e-6 * given.meanLoad();
            assertEquals(
                    given.optimum(), answer.maxLoad(), slack, name + ", " + given.id() + ": maximum of the shares");
            assertEquals(given.optimum(), answer.stated(), slack, name + ", " + given.id() + ": stated maximum");
        }
    }

    /** Reuse must not leave anything of the group before. */
    @ParameterizedTest
    @ValueSource(strings = {"glop-reused", "ojalgo-reused", "greedy-llep", "greedy-moonep"})
    void onePeerSolvesManyGroupsAsManyPeersDo(String name) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + 12; seed++) {
            MinMaxProblem problem = RandomProblems.next(seed, 12).problem();
            MinMaxBatch batch = new MinMaxBatch(problem, 8);
            Random random = new Random(seed);
            for (int k = 0; k < batch.fixed().length; k++) {
                batch.fixed()[k] = random.nextInt(1000);
            }
            for (int k = 0; k < batch.load().length; k++) {
                batch.load()[k] = random.nextInt(3) == 0 ? 0 : random.nextInt(2000);
            }
            try (Peer kept = Peers.create(name, problem)) {
                for (int g = 0; g < batch.groups(); g++) {
                    String where = name + ", seed " + seed + ", group " + g;
                    try (Peer fresh = Peers.create(name, problem)) {
                        double expected = solve(fresh, batch, g, where).maxLoad();
                        assertEquals(expected, solve(kept, batch, g, where).maxLoad(), 1e-6 * batch.meanLoad(g), where);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("greedy")
    void greedyRulesSplitAndAreNeverBetterThanTheOptimum(String name) {
        int worse = 0;
        int problems = 400;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + problems; seed++) {
            ProblemCase given = RandomProblems.next(seed, 12);
            String where = name + ", " + given.id();
            try (Peer peer = Peers.create(name, given.problem())) {
                Answer answer = solve(peer, given.batch(), 0, where);
                double rounding = 1e-9 * given.meanLoad();
                assertEquals(answer.maxLoad(), answer.stated(), rounding, where);
                assertTrue(answer.maxLoad() >= given.optimum() - rounding, where + ": " + answer);
                worse += answer.maxLoad() > given.optimum() + rounding ? 1 : 0;
            }
        }
        assertTrue(worse > 0 && worse < problems, name + " misses the optimum " + worse + " times of " + problems);
    }

    /** A chain 0 - 1 - 2 whose middle is above the mean, too: rank 0 has no partner below the mean. */
    @Test
    void pairsDoNotSeeTheWayThroughAThirdRank() {
        MinMaxProblem problem = MinMaxProblem.of(3, new int[][] {{0, 1}, {1, 2}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[] {0, 0, 0}, new double[] {30, 20});
        assertEquals(30, new PairwisePeer(problem).solve(batch, 0, new double[4]), 1e-12);
        SplitBatch split = new SplitBatch(problem, 1);
        try (MinMaxSolver exact = new InteriorPointSolver(problem, 1e-9)) {
            exact.solve(batch, split);
        }
        assertEquals(50 / 3.0, split.maxLoad(0), 1e-6);
    }

    /** The heavy item fills both of its ranks evenly before the light one, which then has nowhere else to go. */
    @Test
    void waterFillingDoesNotLookAhead() {
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}, {1}});
        MinMaxBatch batch = MinMaxBatch.of(problem, new double[] {0, 0}, new double[] {10, 4});
        double[] share = new double[3];
        assertEquals(9, new WaterFillingPeer(problem).solve(batch, 0, share), 1e-12);
        assertEquals(5, share[0], 1e-12);
        assertEquals(4, share[2], 1e-12);
    }

    @ParameterizedTest
    @MethodSource("all")
    void aGroupWithoutLoadIsNoTrouble(String name) {
        MinMaxProblem problem = MinMaxProblem.of(3, new int[][] {{0, 1}, {1, 2, 0}, {2}});
        try (Peer peer = Peers.create(name, problem)) {
            assertEquals(0, peer.solve(new MinMaxBatch(problem, 1), 0, new double[problem.entries()]), 0);
        }
    }

    @Test
    void contendersAreSolversWithTheirOwnNames() {
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}});
        MinMaxBatch batch = new MinMaxBatch(problem, 3);
        Arrays.fill(batch.load(), 8);
        SplitBatch split = new SplitBatch(problem, 3);
        for (String name : Contenders.names()) {
            assertTrue(Contenders.takes(name, "cpu", problem), name);
            split.invalidate();
            try (MinMaxSolver solver = Contenders.create(name, "cpu", problem, 3)) {
                assertEquals(name, solver.name());
                solver.solve(batch, split);
            }
            for (int g = 0; g < 3; g++) {
                assertEquals(4, split.maxLoad(g), 0.05, name);
                assertTrue(split.status(g) != SolveStatus.INVALID, name);
            }
        }
        assertTrue(!Contenders.takes("lplb-reference", "cpu", MinMaxProblem.of(3, new int[][] {{0, 1, 2}})));
    }

    @Test
    void whatCannotRunSaysWhy() {
        MinMaxProblem problem = MinMaxProblem.of(2, new int[][] {{0, 1}});
        assertMessage("backend: got gpu for glop, expected cpu", () -> Contenders.create("glop", "gpu", problem, 1));
        assertMessage(
                "solver: got 'simplex', expected one of " + Contenders.names(),
                () -> Contenders.create("simplex", "cpu", problem, 1));
        assertMessage(
                "peer: got 'lp', expected one of " + Peers.programs() + " or " + Peers.greedy(),
                () -> Peers.create("lp", problem));
    }

    private static void assertMessage(String message, Runnable call) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
    }
}
