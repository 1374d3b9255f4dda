// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.reference;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import io.lplb.solver.AbstractMinMaxSolver;
import io.lplb.solver.Certificate;
import io.lplb.solver.SolveStatus;
import io.lplb.solver.SplitBatch;
import java.util.BitSet;
import java.util.Objects;

/**
 * LPLB's own algorithm as a baseline to measure against: five affine-scaling steps in float on a program with a Big-M column
 * (LPLB, {@code minilp.cu}), then a test. An answer is accepted if the last step's largest d is below 0.1, the Big-M
 * variable is within [0, 1e-4) and no equation is off by 0.05 or more. Otherwise every ratio is 0.5: each item is split
 * evenly over its two hosts, which can be worse than not splitting at all. Accepted answers may be some percent from
 * the optimum, too.
 *
 * <p>The step length is meant to heed the largest d of all variables; LPLB's kernel looks at the last 32 only. That is
 * reproduced unless {@link StepLength#ALL_VARIABLES} is asked for. Which variables are the last ones depends on the
 * order of the problem's items.
 *
 * <p>Differences from LPLB: loads are scaled by the largest item of the group, where LPLB divides by the largest expert
 * of all groups, which a {@link MinMaxBatch} does not know; ratios are clipped to [0, 1] to give a split; and speeds are
 * heeded, which LPLB does not have. A group without load is not a number in this arithmetic and is rejected; a problem
 * without items has nothing to decide and counts as accepted.
 *
 * <p>Status: a rejected group is NUMERICAL_FAILURE, with the even split; an accepted one is OPTIMAL if the certificate
 * says so, else ITERATION_LIMIT. Not thread-safe.
 */
public final class LplbReferenceSolver extends AbstractMinMaxSolver {
    /** The solver's name. */
    public static final String NAME = "lplb-reference";
    /** The gap at which a group counts as OPTIMAL unless told otherwise, as a fraction of the mean load. */
    public static final double DEFAULT_TOLERANCE = 1e-4;

    private static final float LARGEST_D = 0.1f;
    private static final float LARGEST_BIG_M = 1e-4f;
    private static final float LARGEST_RESIDUAL = 0.05f;
    private static final double REJECTED_RATIO = 0.5;

    /** Which variables the step length heeds. */
    public enum StepLength {
        /** As LPLB: the last 32, so that the others may become negative. */
        LAST_32_VARIABLES,
        /** As affine scaling wants it. */
        ALL_VARIABLES
    }

    private final AffineScaling scaling;
    private final Certificate certificate;
    private final BitSet rejectedGroups = new BitSet();
    private int groups;
    private long solved;
    private long rejected;

    /**
     * A solver with the default tolerance and LPLB's step length.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public LplbReferenceSolver(MinMaxProblem problem) {
        this(problem, DEFAULT_TOLERANCE, StepLength.LAST_32_VARIABLES);
    }

    /**
     * A solver.
     *
     * @param problem items of two hosts each: the original's rank first, then the replica's
     * @param tolerance gap at which an accepted group counts as OPTIMAL, as a fraction of its mean load
     * @param stepLength which variables limit a step: LPLB's, or all
     * @throws IllegalArgumentException if the tolerance is not positive and finite, or an item has not two hosts
     */
    public LplbReferenceSolver(MinMaxProblem problem, double tolerance, StepLength stepLength) {
        super(NAME, problem, tolerance);
        for (int i = 0; i < problem.items(); i++) {
            if (problem.hostCount(i) != 2) {
                throw new IllegalArgumentException(
                        "item " + i + ": got " + problem.hostCount(i) + " hosts, expected 2 for LPLB's algorithm");
            }
        }
        Objects.requireNonNull(stepLength, "stepLength");
        scaling = new AffineScaling(problem, stepLength == StepLength.LAST_32_VARIABLES);
        certificate = new Certificate(problem);
    }

    @Override
    protected void solveGroup(MinMaxBatch batch, int group, SplitBatch split) {
        int steps = problem().items() == 0 ? 0 : takeSteps(batch, group);
        boolean accepted = problem().items() == 0 || (steps == AffineScaling.STEPS && isAccepted());
        count(group, accepted);
        writeShares(batch, group, accepted, split.share());
        certificate.evaluate(batch, group, split.share(), group * problem().entries());
        double max = certificate.maxLoad();
        double bound = certificate.lowerBound();
        SolveStatus status = SolveStatus.NUMERICAL_FAILURE;
        if (accepted) {
            boolean tight = max - bound <= tolerance() * batch.meanLoad(group);
            status = tight ? SolveStatus.OPTIMAL : SolveStatus.ITERATION_LIMIT;
        }
        split.report(group, max, bound, steps, status);
    }

    private int takeSteps(MinMaxBatch batch, int group) {
        int items = problem().items();
        double largest = 0;
        for (int i = 0; i < items; i++) {
            largest = Math.max(largest, batch.load()[group * items + i]);
        }
        scaling.start(batch, group, largest);
        int steps = 0;
        while (steps < AffineScaling.STEPS && scaling.step()) {
            steps++;
        }
        return steps;
    }

    private boolean isAccepted() {
        float bigM = scaling.bigM();
        return scaling.largestD() < LARGEST_D
                && bigM >= 0
                && bigM < LARGEST_BIG_M
                && scaling.residual() < LARGEST_RESIDUAL
                && ratiosAreFinite();
    }

    private boolean ratiosAreFinite() {
        for (int i = 0; i < problem().items(); i++) {
            if (!Float.isFinite(scaling.ratio(i))) {
                return false;
            }
        }
        return true;
    }

    private void count(int group, boolean accepted) {
        groups = group + 1;
        solved++;
        rejectedGroups.set(group, !accepted);
        if (!accepted) {
            rejected++;
        }
    }

    private void writeShares(MinMaxBatch batch, int group, boolean accepted, double[] share) {
        int items = problem().items();
        int at = group * problem().entries();
        for (int i = 0; i < items; i++) {
            double w = batch.load()[group * items + i];
            double ratio = accepted ? Math.clamp((double) scaling.ratio(i), 0, 1) : REJECTED_RATIO;
            boolean hasFirst = isActive(batch, group, 2 * i);
            boolean hasSecond = isActive(batch, group, 2 * i + 1);
            double first = hasSecond ? w * ratio : w;
            share[at + 2 * i] = hasFirst ? first : 0;
            share[at + 2 * i + 1] = hasSecond ? (hasFirst ? w - first : w) : 0;
        }
    }

    private boolean isActive(MinMaxBatch batch, int group, int entry) {
        return batch.speed()[group * problem().ranks() + problem().host(entry)] > 0;
    }

    /** {@return how many groups were solved since the solver was made} */
    public long solved() {
        return solved;
    }

    /** {@return how many of them were rejected: answered by the even split} */
    public long rejected() {
        return rejected;
    }

    /**
     * {@return whether a group of the last solve was rejected}
     *
     * @param group from 0
     * @throws IndexOutOfBoundsException if the last solve that had groups had not so many
     */
    public boolean lastRejected(int group) {
        return rejectedGroups.get(Objects.checkIndex(group, groups));
    }
}
