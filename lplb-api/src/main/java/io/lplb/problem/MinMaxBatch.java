// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import io.lplb.array.ArrayLength;
import java.util.Objects;

/**
 * The loads and speeds of several groups that share one {@link MinMaxProblem}: an expert-parallel group each, or a layer,
 * or a micro-batch. Flat arrays, group after group; the caller fills the loads, {@link #setSpeed} the speeds, and a solver
 * only reads:
 *
 * <pre>
 *   fixed  [groups][ranks]  | f of group 0: rank 0, rank 1, ... | f of group 1: ... |     load that cannot move
 *   load   [groups][items]  | w of group 0: item 0, item 1, ... | w of group 1: ... |     load that can be split
 *   speed  [groups][ranks]  | s of group 0: rank 0, rank 1, ... | s of group 1: ... |     the problem's unless set
 * </pre>
 *
 * <p>Loads are tokens: 0 or a number from {@link #SMALLEST_LOAD} to {@link #LARGEST_LOAD}.
 *
 * <p>A rank of speed 0 is inactive. It receives no share and its fixed load takes no part in anything. An item all of
 * whose hosts are inactive is uncovered: it takes no part either, and its shares are 0.
 *
 * <p>Not thread-safe: one thread fills it, and no thread writes during a solve.
 */
public final class MinMaxBatch {
    /** Upper limit of a load: sums of larger ones could be infinite, and solvers divide by such a sum. */
    public static final double LARGEST_LOAD = 1e150;

    /** Lower limit of a load other than 0: quotients of smaller ones could lose digits. */
    public static final double SMALLEST_LOAD = 1e-150;

    /** Load per speed is at most this number, and at least the smallest normal one, hence finite and with all digits. */
    private static final double LARGEST_LEVEL = 1e300;

    /** Speeds between this number and its inverse keep every level within these limits. */
    private static final double LARGE_SPEED = 1e130;

    private static final long LARGEST_BITS = Double.doubleToRawLongBits(LARGEST_LOAD);
    private static final long SMALLEST_BITS = Double.doubleToRawLongBits(SMALLEST_LOAD);

    private final MinMaxProblem problem;
    private final int groups;
    private final double[] fixed;
    private final double[] load;
    private final double[] speed;
    private final double[] speedUnit;
    private final double[] unitsOfSpeed;
    private final int[] activeRanks;
    private final LoadLimits limits;
    private final boolean[] otherSpeeds;
    private int groupsOfOtherSpeeds;
    private boolean extremeSpeeds;

    /**
     * A batch with all loads zero and the speeds of the problem.
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
        this.fixed = new double[ArrayLength.of(groups, "groups", problem.ranks(), "ranks")];
        this.load = new double[ArrayLength.of(groups, "groups", problem.items(), "items")];
        this.speed = new double[fixed.length];
        this.speedUnit = new double[groups];
        this.unitsOfSpeed = new double[groups];
        this.activeRanks = new int[groups];
        this.limits = new LoadLimits(problem, groups);
        this.otherSpeeds = new boolean[groups];
        double[] given = problem.speeds();
        for (int g = 0; g < groups; g++) {
            takeSpeed(g, given, 0);
        }
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

    /**
     * Copies one group of another batch, its loads, speeds and limits, into this one.
     *
     * @param group from 0 to {@code groups - 1}
     * @param from a batch of the same problem
     * @param fromGroup the group of {@code from}
     */
    public void set(int group, MinMaxBatch from, int fromGroup) {
        Objects.checkIndex(group, groups);
        Objects.checkIndex(fromGroup, from.groups);
        if (!problem.equals(from.problem)) {
            throw new IllegalArgumentException("batch: got " + from.problem + ", expected " + problem
                    + ", which differs in " + from.problem.difference(problem));
        }
        int ranks = problem.ranks();
        int items = problem.items();
        System.arraycopy(from.fixed, fromGroup * ranks, fixed, group * ranks, ranks);
        System.arraycopy(from.load, fromGroup * items, load, group * items, items);
        if (groupsOfOtherSpeeds + from.groupsOfOtherSpeeds > 0) {
            takeSpeed(group, from.speed, fromGroup * ranks);
        }
        limits.set(group, from.limits, fromGroup);
    }

    /**
     * Sets the speeds of one group's ranks, which hold until they are set again. Costs O(ranks), allocates nothing.
     *
     * @param group from 0 to {@code groups - 1}
     * @param speeds tokens per unit of time, those of this group starting at {@code at}; each 0 for an inactive rank, or
     *     positive, finite and not subnormal, the fastest at most {@link MinMaxProblem#LARGEST_SPEED_RATIO} times the
     *     slowest active one
     * @param at where the group starts in {@code speeds}
     * @throws IllegalArgumentException if a speed is something else; the message names the rank and nothing has changed
     */
    public void setSpeed(int group, double[] speeds, int at) {
        Objects.checkIndex(group, groups);
        Objects.checkFromIndexSize(at, problem.ranks(), speeds.length);
        MinMaxProblem.requireSpeeds(speeds, at, problem.ranks(), 0);
        takeSpeed(group, speeds, at);
    }

    private void takeSpeed(int group, double[] from, int at) {
        int ranks = problem.ranks();
        double fastest = 0;
        double slowest = Double.POSITIVE_INFINITY;
        int active = 0;
        boolean other = false;
        for (int r = 0; r < ranks; r++) {
            double s = from[at + r];
            speed[group * ranks + r] = s;
            fastest = Math.max(fastest, s);
            slowest = s > 0 ? Math.min(slowest, s) : slowest;
            active += s > 0 ? 1 : 0;
            other |= s != problem.speed(r);
        }
        double unit = fastest > 0 ? Math.scalb(1.0, Math.getExponent(fastest)) : 1;
        double units = 0;
        for (int r = 0; r < ranks; r++) {
            units += speed[group * ranks + r] / unit;
        }
        speedUnit[group] = unit;
        unitsOfSpeed[group] = units;
        activeRanks[group] = active;
        groupsOfOtherSpeeds += (other ? 1 : 0) - (otherSpeeds[group] ? 1 : 0);
        otherSpeeds[group] = other;
        extremeSpeeds |= active > 0 && (fastest > LARGE_SPEED || slowest < 1 / LARGE_SPEED);
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

    /** {@return the speeds themselves, {@code [groups * ranks]}, only to be read: {@link #setSpeed} writes them} */
    public double[] speed() {
        return speed;
    }

    /** {@return the most that ranks and entries take, which may be set at any time} */
    public LoadLimits limits() {
        return limits;
    }

    /** {@return whether all groups have the speeds of the problem} */
    public boolean hasProblemSpeeds() {
        return groupsOfOtherSpeeds == 0;
    }

    /**
     * {@return the number of ranks of a group whose speed is not 0}
     *
     * @param group from 0 to {@code groups - 1}
     */
    public int activeRanks(int group) {
        return activeRanks[group];
    }

    /**
     * {@return the largest power of two that is not above a group's fastest speed; 1 if no rank is active} Speeds divided by
     * it keep their digits and cannot overflow when they are added.
     *
     * @param group from 0 to {@code groups - 1}
     */
    public double speedUnit(int group) {
        return speedUnit[group];
    }

    /**
     * {@return the sum of a group's speeds in units of {@link #speedUnit}; 0 if no rank is active}
     *
     * @param group from 0 to {@code groups - 1}
     */
    public double unitsOfSpeed(int group) {
        return unitsOfSpeed[group];
    }

    /**
     * {@return whether an item has an active host}
     *
     * @param group from 0 to {@code groups - 1}
     * @param item from 0 to {@code items - 1}
     */
    public boolean isCovered(int group, int item) {
        int at = group * problem.ranks();
        for (int e = problem.firstEntry(item); e < problem.firstEntry(item + 1); e++) {
            if (speed[at + problem.host(e)] > 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * {@return the load that takes part in a group: the fixed loads of active ranks and the loads of covered items}
     *
     * @param group from 0 to {@code groups - 1}
     */
    public double coveredLoad(int group) {
        int ranks = problem.ranks();
        int items = problem.items();
        if (activeRanks[group] == ranks) {
            return sum(fixed, group * ranks, ranks) + sum(load, group * items, items);
        }
        double total = 0;
        for (int r = group * ranks; r < (group + 1) * ranks; r++) {
            total += speed[r] > 0 ? fixed[r] : 0;
        }
        for (int i = 0; i < items; i++) {
            total += isCovered(group, i) ? load[group * items + i] : 0;
        }
        return total;
    }

    /**
     * {@return a group's mean load: {@link #coveredLoad} divided by all speeds, 0 if no rank is active} No split can do
     * better.
     *
     * @param group from 0 to {@code groups - 1}
     */
    public double meanLoad(int group) {
        return activeRanks[group] == 0 ? 0 : coveredLoad(group) / unitsOfSpeed[group] / speedUnit[group];
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
     * Checks that every load is 0 or a number from {@link #SMALLEST_LOAD} to {@link #LARGEST_LOAD}, and that load divided
     * by speed is finite and not subnormal for every group.
     *
     * @throws IllegalArgumentException naming the group, the rank or item, and the value
     */
    public void requireValid() {
        if (!isValid(0, groups)) {
            requireValid("fixed load", "rank", fixed, problem.ranks());
            requireValid("load", "item", load, problem.items());
            for (int g = 0; g < groups; g++) {
                requireLevels(g);
            }
        }
    }

    private void requireLevels(int group) {
        if (!hasValidLevels(group)) {
            throw new IllegalArgumentException("group " + group + ": got " + coveredLoad(group)
                    + " tokens on speeds from " + slowest(group) + " on"
                    + ", expected loads per speed from " + Double.MIN_NORMAL + " to " + LARGEST_LEVEL);
        }
    }

    private boolean hasValidLevels(int group) {
        double total = coveredLoad(group);
        return total == 0
                || activeRanks[group] == 0
                || (total / slowest(group) <= LARGEST_LEVEL && meanLoad(group) >= Double.MIN_NORMAL);
    }

    private double slowest(int group) {
        double slowest = Double.POSITIVE_INFINITY;
        for (int r = group * problem.ranks(); r < (group + 1) * problem.ranks(); r++) {
            slowest = speed[r] > 0 ? Math.min(slowest, speed[r]) : slowest;
        }
        return slowest;
    }

    /**
     * {@return whether {@link #requireValid} accepts some groups} May be asked by several threads at once, each for its part
     * of a batch.
     *
     * @param firstGroup the first of the groups
     * @param count number of groups
     * @throws IndexOutOfBoundsException if the batch does not have them
     */
    public boolean isValid(int firstGroup, int count) {
        Objects.checkFromIndexSize(firstGroup, count, groups);
        int ranks = problem.ranks();
        int items = problem.items();
        return isValid(fixed, firstGroup * ranks, count * ranks)
                && isValid(load, firstGroup * items, count * items)
                && (!extremeSpeeds || haveValidLevels(firstGroup, count));
    }

    private boolean haveValidLevels(int firstGroup, int count) {
        for (int g = firstGroup; g < firstGroup + count; g++) {
            if (!hasValidLevels(g)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Compares bits, without branches: the bits of doubles of one sign are in the order of the doubles. Four at a time, so
     * that none waits for the one before. Arrays with a -0.0 are checked again by value.
     */
    private static boolean isValid(double[] values, int from, int count) {
        long bad = 0;
        int k = from;
        for (int end = from + count - 3; k < end; k += 4) {
            bad |= (outside(values[k]) | outside(values[k + 1])) | (outside(values[k + 2]) | outside(values[k + 3]));
        }
        for (int end = from + count; k < end; k++) {
            bad |= outside(values[k]);
        }
        return bad >= 0 || isValidInFull(values, from, count);
    }

    /** Returns a negative number unless the load is 0 or between the limits. */
    private static long outside(double load) {
        long b = Double.doubleToRawLongBits(load);
        return b | (LARGEST_BITS - b) | ((b - SMALLEST_BITS) & -b);
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
        return load == 0 || (load >= SMALLEST_LOAD && load <= LARGEST_LOAD);
    }

    private static void requireValid(String what, String where, double[] values, int perGroup) {
        for (int k = 0; k < values.length; k++) {
            if (!isValid(values[k])) {
                throw new IllegalArgumentException(
                        what + " of group " + k / perGroup + ", " + where + " " + k % perGroup + ": got " + values[k]
                                + ", expected 0 or a number from " + SMALLEST_LOAD + " to " + LARGEST_LOAD);
            }
        }
    }
}
