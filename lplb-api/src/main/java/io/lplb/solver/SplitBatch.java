// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.array.ArrayLength;
import io.lplb.flow.Misfits;
import io.lplb.problem.MinMaxProblem;
import io.lplb.problem.Misfit;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The answers for a batch, owned by the caller and overwritten by every solve. Flat arrays, group after group:
 *
 * <pre>
 *   share       [groups][entries]  tokens of the item that the entry's host computes; an item's entries sum to its load
 *   maxLoad     [groups]           max over ranks of load / speed, computed from the shares
 *   lowerBound  [groups]           no split of these loads can be better than this (a proven bound, see Certificate)
 *   iterations  [groups]           interior-point steps or relaxation sweeps, whichever the solver counts
 *   status      [groups]           see SolveStatus; INVALID until a solver has answered
 * </pre>
 *
 * <p>Not thread-safe.
 */
public final class SplitBatch {
    private final MinMaxProblem problem;
    private final int groups;
    private final double[] share;
    private final double[] maxLoad;
    private final double[] lowerBound;
    private final int[] iterations;
    private final SolveStatus[] status;
    private boolean[] misfitRanks = {};
    private boolean[] misfitItems = {};
    private double[] misfitLoad = {};
    private double[] misfitRoom = {};

    /**
     * Room for the answers of {@code groups} groups, all INVALID.
     *
     * @param problem ranks and hosts of the groups
     * @param groups at least 0
     */
    public SplitBatch(MinMaxProblem problem, int groups) {
        this.problem = Objects.requireNonNull(problem, "problem");
        if (groups < 0) {
            throw new IllegalArgumentException("groups: got " + groups + ", expected at least 0");
        }
        this.groups = groups;
        this.share = new double[ArrayLength.of(groups, "groups", problem.entries(), "entries")];
        this.maxLoad = new double[groups];
        this.lowerBound = new double[groups];
        this.iterations = new int[groups];
        this.status = new SolveStatus[groups];
        invalidate();
    }

    /** Marks every answer INVALID and fills the numbers with NaN, so that an answer that was never written shows. */
    public void invalidate() {
        Arrays.fill(share, Double.NaN);
        Arrays.fill(maxLoad, Double.NaN);
        Arrays.fill(lowerBound, Double.NaN);
        Arrays.fill(iterations, -1);
        Arrays.fill(status, SolveStatus.INVALID);
    }

    /**
     * Writes everything about a group but its shares; for solvers.
     *
     * @param group from 0 to {@code groups - 1}
     * @param maxLoad the largest load / speed of the split
     * @param lowerBound proven; no split is better
     * @param iterations in the solver's own count
     * @param status how the solve ended
     */
    public void report(int group, double maxLoad, double lowerBound, int iterations, SolveStatus status) {
        this.maxLoad[group] = maxLoad;
        this.lowerBound[group] = lowerBound;
        this.iterations[group] = iterations;
        // A reference that is written marks a card of the heap, which threads that report groups side by side would
        // fight for.
        if (this.status[group] != status) {
            this.status[group] = status;
        }
    }

    /** Writes what has no room, beside a report of INFEASIBLE. The first call makes room for all groups. */
    void reportMisfit(int group, Misfits misfits) {
        makeRoomForMisfits();
        misfits.copyTo(misfitRanks, group * problem.ranks(), misfitItems, group * problem.items());
        misfitLoad[group] = misfits.forced();
        misfitRoom[group] = misfits.room();
    }

    /**
     * {@return what the limits of a group have no room for; null unless its status is INFEASIBLE} Makes a new object.
     *
     * @param group from 0 to {@code groups - 1}
     */
    public @Nullable Misfit misfit(int group) {
        if (status[group] != SolveStatus.INFEASIBLE || misfitLoad.length == 0) {
            return null;
        }
        int ranks = problem.ranks();
        int items = problem.items();
        return new Misfit(
                indices(misfitRanks, group * ranks, ranks),
                indices(misfitItems, group * items, items),
                misfitLoad[group],
                misfitRoom[group]);
    }

    private static List<Integer> indices(boolean[] set, int at, int count) {
        return IntStream.range(0, count).filter(k -> set[at + k]).boxed().toList();
    }

    /** Takes the answer of a group from another split of the same problem and as many groups, but for its shares. */
    void report(int group, SplitBatch from) {
        report(group, from.maxLoad(group), from.lowerBound(group), from.iterations(group), from.status(group));
        if (from.status(group) == SolveStatus.INFEASIBLE && from.misfitLoad.length > 0) {
            makeRoomForMisfits();
            int ranks = problem.ranks();
            int items = problem.items();
            System.arraycopy(from.misfitRanks, group * ranks, misfitRanks, group * ranks, ranks);
            System.arraycopy(from.misfitItems, group * items, misfitItems, group * items, items);
            misfitLoad[group] = from.misfitLoad[group];
            misfitRoom[group] = from.misfitRoom[group];
        }
    }

    private void makeRoomForMisfits() {
        if (misfitLoad.length < groups) {
            misfitRanks = new boolean[ArrayLength.of(groups, "groups", problem.ranks(), "ranks")];
            misfitItems = new boolean[ArrayLength.of(groups, "groups", problem.items(), "items")];
            misfitLoad = new double[groups];
            misfitRoom = new double[groups];
        }
    }

    /** {@return the problem whose entries the shares belong to} */
    public MinMaxProblem problem() {
        return problem;
    }

    /** {@return the number of groups} */
    public int groups() {
        return groups;
    }

    /** {@return the shares themselves, not a copy: {@code [groups * entries]}, in tokens} */
    public double[] share() {
        return share;
    }

    /**
     * {@return the largest load / speed of a group's ranks under its split}
     *
     * @param group from 0 to {@code groups - 1}
     */
    public double maxLoad(int group) {
        return maxLoad[group];
    }

    /**
     * {@return the proven lower bound on the largest load of any split}
     *
     * @param group from 0 to {@code groups - 1}
     */
    public double lowerBound(int group) {
        return lowerBound[group];
    }

    /**
     * {@return {@code maxLoad - lowerBound}: the split is at most this far from optimal} Never negative.
     *
     * @param group from 0 to {@code groups - 1}
     */
    public double gap(int group) {
        return maxLoad[group] - lowerBound[group];
    }

    /**
     * {@return how many iterations the solver took}
     *
     * @param group from 0 to {@code groups - 1}
     */
    public int iterations(int group) {
        return iterations[group];
    }

    /**
     * {@return how the solve ended}
     *
     * @param group from 0 to {@code groups - 1}
     */
    public SolveStatus status(int group) {
        return status[group];
    }
}
