// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import java.util.Objects;

/**
 * The loads of several groups that share one {@link MinMaxProblem}: an expert-parallel group each, or a layer, or a
 * micro-batch. Two flat arrays, group after group, that the caller fills and a solver only reads:
 *
 * <pre>
 *   fixed  [groups][ranks]  | f of group 0: rank 0, rank 1, ... | f of group 1: ... |     load that cannot move
 *   load   [groups][items]  | w of group 0: item 0, item 1, ... | w of group 1: ... |     load that can be split
 * </pre>
 *
 * <p>Loads are tokens, not negative and at most {@link #LARGEST_LOAD}. Not thread-safe: one thread fills it, and nobody writes during a solve.
 */
public final class MinMaxBatch {
    /** What a load may be at most: sums of larger ones could be infinite, and solvers divide by such a sum. */
    public static final double LARGEST_LOAD = 1e150;

    private final MinMaxProblem problem;
    private final int groups;
    private final double[] fixed;
    private final double[] load;

    /**
     * A batch with all loads zero.
     *
     * @param problem what the groups share
     * @param groups number of groups; 0 is an empty batch
     */
    public MinMaxBatch(MinMaxProblem problem, int groups) {
        this.problem = Objects.requireNonNull(problem, "problem");
        if (groups < 0) {
            throw new IllegalArgumentException("groups: got " + groups + ", expected at least 0");
        }
        this.groups = groups;
        this.fixed = new double[Math.multiplyExact(groups, problem.ranks())];
        this.load = new double[Math.multiplyExact(groups, problem.items())];
    }

    /**
     * A batch of one group that holds copies of the given loads, for callers with a single problem.
     *
     * @param problem ranks and hosts of the group
     * @param fixed {@code [ranks]}
     * @param load {@code [items]}
     * @return a batch of one group
     */
    public static MinMaxBatch of(MinMaxProblem problem, double[] fixed, double[] load) {
        MinMaxBatch batch = new MinMaxBatch(problem, 1);
        batch.set(0, fixed, load);
        return batch;
    }

    /**
     * Copies one group's loads into the batch.
     *
     * @param group from 0 to {@code groups - 1}
     * @param fixed {@code [ranks]}
     * @param load {@code [items]}
     * @throws IllegalArgumentException if a length is wrong
     */
    public void set(int group, double[] fixed, double[] load) {
        Objects.checkIndex(group, groups);
        requireLength("fixed", fixed.length, problem.ranks());
        requireLength("load", load.length, problem.items());
        System.arraycopy(fixed, 0, this.fixed, group * problem.ranks(), fixed.length);
        System.arraycopy(load, 0, this.load, group * problem.items(), load.length);
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }

    /** {@return the problem that the groups share} */
    public MinMaxProblem problem() {
        return problem;
    }

    /** {@return the number of groups} */
    public int groups() {
        return groups;
    }

    /** {@return the fixed loads themselves, not a copy: {@code [groups * ranks]}} */
    public double[] fixed() {
        return fixed;
    }

    /** {@return the items' loads themselves, not a copy: {@code [groups * items]}} */
    public double[] load() {
        return load;
    }

    /**
     * {@return a group's mean load: all of its tokens divided by all speeds} No split can do better.
     *
     * @param group from 0 to {@code groups - 1}
     */
    public double meanLoad(int group) {
        int ranks = problem.ranks();
        int items = problem.items();
        return (sum(fixed, group * ranks, ranks) + sum(load, group * items, items)) / problem.totalSpeed();
    }

    /** Four sums, so that an addition need not wait for the one before: half the time from 32 values on. */
    private static double sum(double[] values, int from, int count) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int k = from;
        for (int end = from + count - 3; k < end; k += 4) {
            s0 += values[k];
            s1 += values[k + 1];
            s2 += values[k + 2];
            s3 += values[k + 3];
        }
        for (int end = from + count; k < end; k++) {
            s0 += values[k];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /**
     * Checks that every load is a number from 0 to {@link #LARGEST_LOAD}.
     *
     * @throws IllegalArgumentException naming the group, the rank or item, and the value
     */
    public void requireValid() {
        if (!isValid(0, groups)) {
            requireValid("fixed load", "rank", fixed, problem.ranks());
            requireValid("load", "item", load, problem.items());
        }
    }

    /**
     * {@return whether every load of some groups is a number from 0 to {@link #LARGEST_LOAD}} May be asked by several threads at
     * once, each for its part of a batch.
     *
     * @param firstGroup the first of the groups
     * @param count number of groups
     * @throws IndexOutOfBoundsException if the batch does not have them
     */
    public boolean isValid(int firstGroup, int count) {
        Objects.checkFromIndexSize(firstGroup, count, groups);
        int ranks = problem.ranks();
        int items = problem.items();
        return isValid(fixed, firstGroup * ranks, count * ranks) && isValid(load, firstGroup * items, count * items);
    }

    /**
     * By bits, without branches: as a whole number, a double from 0 to the largest load is between 0 and that one's. Four at a time,
     * so that none waits for the one before. A -0.0 is looked at again.
     */
    private static boolean isValid(double[] values, int from, int count) {
        long most = Double.doubleToRawLongBits(LARGEST_LOAD);
        long bad = 0;
        int k = from;
        for (int end = from + count - 3; k < end; k += 4) {
            long b0 = Double.doubleToRawLongBits(values[k]);
            long b1 = Double.doubleToRawLongBits(values[k + 1]);
            long b2 = Double.doubleToRawLongBits(values[k + 2]);
            long b3 = Double.doubleToRawLongBits(values[k + 3]);
            bad |= (b0 | (most - b0)) | (b1 | (most - b1)) | ((b2 | (most - b2)) | (b3 | (most - b3)));
        }
        for (int end = from + count; k < end; k++) {
            long b = Double.doubleToRawLongBits(values[k]);
            bad |= b | (most - b);
        }
        return bad >= 0 || isValidInFull(values, from, count);
    }

    private static boolean isValidInFull(double[] values, int from, int count) {
        for (int k = from; k < from + count; k++) {
            if (!isValid(values[k])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isValid(double load) {
        return load >= 0 && load <= LARGEST_LOAD;
    }

    private static void requireValid(String what, String where, double[] values, int perGroup) {
        for (int k = 0; k < values.length; k++) {
            if (!isValid(values[k])) {
                throw new IllegalArgumentException(what + " of group " + k / perGroup + ", " + where + " "
                        + k % perGroup + ": got " + values[k] + ", expected a number from 0 to " + LARGEST_LOAD);
            }
        }
    }
}
