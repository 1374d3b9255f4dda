// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.BackendException.Code;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the audit lets pass and what not, in the second of two groups whose loads differ and are far from 1. */
class SplitAuditTest {
    private static final double SCALE = 1e6;
    private static final int BETWEEN = 4;
    private static final int IDLE = 9;

    private final MinMaxProblem problem = MinMaxProblem.of(8, HostLists.cube());
    private final MinMaxBatch batch = new MinMaxBatch(problem, 2);
    private final SplitBatch best = new SplitBatch(problem, 2);
    private final SplitBatch split = new SplitBatch(problem, 2);
    private final double mean;

    SplitAuditTest() {
        Random random = new Random(3);
        for (double[] loads : new double[][] {batch.fixed(), batch.load()}) {
            for (int k = 0; k < loads.length; k++) {
                // The second group has three times the load of the first.
                loads[k] = SCALE * random.nextDouble() * (k < loads.length / 2 ? 1 : 3);
            }
        }
        // Ranks 1 and 2 with the item between them are the bottleneck. All of item 0 on rank 3 weighs more, so that the
        // bounds of such a split never look at those two alone.
        batch.fixed()[problem.ranks() + 1] = 11.5 * SCALE;
        batch.fixed()[problem.ranks() + 2] = 11.5 * SCALE;
        batch.load()[problem.items() + BETWEEN] = SCALE;
        batch.load()[problem.items()] = 15 * SCALE;
        // An item without load has shares, too.
        batch.load()[problem.items() + IDLE] = 0;
        mean = batch.meanLoad(1);
        new InteriorPointSolver(problem, 1e-9).solve(batch, best);
        new InteriorPointSolver(problem, 1e-9).solve(batch, split);
        assertEquals(12 * SCALE, best.lowerBound(1), 1);
    }

    private @Nullable Code found() {
        BackendException fault = new SplitAudit(problem).check("gpu", batch, split);
        return fault == null ? null : fault.code();
    }

    /** Every item of the second group at its first host: far from the optimum, and it proves a low bound only. */
    private void pileUp() {
        Certificate certificate = new Certificate(problem);
        for (int i = 0; i < problem.items(); i++) {
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                boolean first = e == problem.firstEntry(i);
                split.share()[problem.entries() + e] = first ? batch.load()[problem.items() + i] : 0;
            }
        }
        certificate.evaluate(batch.fixed(), 8, batch.load(), problem.items(), split.share(), problem.entries());
        split.report(1, certificate.maxLoad(), certificate.lowerBound(), 1, SolveStatus.ITERATION_LIMIT);
        assertTrue(certificate.lowerBound() < best.lowerBound(1) - 0.01 * mean, "what the shares prove is less");
    }

    @Test
    void rightAnswersPass() {
        assertNull(found());
        pileUp();
        assertNull(found());
    }

    @ParameterizedTest(name = "the optimum and {0} mean loads: {1}")
    @CsvSource(
            value = {"-1e-3, null", "0, null", "1e-7, null", "1e-3, WRONG_CERTIFICATE", "0.1, WRONG_CERTIFICATE"},
            nullValues = "null")
    void aBoundThatItsSharesDoNotProveMayStillBeRight(double above, @Nullable Code code) {
        pileUp();
        split.report(1, split.maxLoad(1), best.lowerBound(1) + above * mean, 1, SolveStatus.ITERATION_LIMIT);
        assertEquals(code, found());
    }

    @ParameterizedTest(name = "largest load {0} mean loads off: {1}")
    @CsvSource(
            value = {"1e-7, null", "1e-3, WRONG_CERTIFICATE", "-1e-3, WRONG_CERTIFICATE", "NaN, WRONG_CERTIFICATE"},
            nullValues = "null")
    void theLargestLoadIsThatOfTheShares(double off, @Nullable Code code) {
        split.report(1, split.maxLoad(1) + off * mean, split.lowerBound(1), 1, SolveStatus.OPTIMAL);
        assertEquals(code, found());
    }

    @ParameterizedTest(name = "shares of an item without load {0} mean loads off: {1}")
    @CsvSource(
            value = {"1e-8, null", "1e-3, WRONG_SHARES"},
            nullValues = "null")
    void noShareIsNegative(double off, @Nullable Code code) {
        int first = problem.entries() + problem.firstEntry(IDLE);
        split.share()[first] -= off * mean;
        split.share()[first + 1] += off * mean;
        assertEquals(code, found());
        split.share()[first] = off * mean;
        assertEquals(code, found());
    }

    @Test
    void theSharesOfAHotItemMayBeOffByThatMuchMore() {
        assertTrue(batch.load()[problem.items()] > 1.4 * mean);
        split.share()[problem.entries()] += 1.2e-6 * mean;
        assertNull(found());
    }

    @ParameterizedTest(name = "a share {0} mean loads off: {1}")
    @CsvSource(
            value = {"1e-8, null", "1e-3, WRONG_SHARES", "-1e-3, WRONG_SHARES", "NaN, NO_ANSWER"},
            nullValues = "null")
    void sharesSumToTheirLoad(double off, @Nullable Code code) {
        split.share()[problem.entries()] += off * mean;
        assertEquals(code, found());
    }
}
