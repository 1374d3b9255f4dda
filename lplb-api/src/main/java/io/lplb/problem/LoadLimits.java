// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.problem;

import io.lplb.array.ArrayLength;
import java.util.Arrays;
import java.util.Objects;

/**
 * Limits of the loads of a {@link MinMaxBatch}, per group: the most that a rank takes, its fixed load included (memory), and
 * the most that an entry takes (expert capacity of a replica). Infinite unless set.
 *
 * <pre>
 *   f[r] + sum of a[i,h] over the entries (i,h) with h = r   &lt;=  C[r]
 *                                                  a[i,h]   &lt;=  c[i,h]
 * </pre>
 *
 * <p>Limits are loads, whatever the speeds. An inactive rank takes nothing and needs no limit. If no split keeps the limits, the
 * answer is INFEASIBLE and names what does not fit.
 *
 * <p>The first call of a setter makes room for all groups; later ones allocate nothing. Not thread-safe, like the batch.
 */
public final class LoadLimits {
    private final MinMaxProblem problem;
    private final int groups;
    private double[] rank = {};
    private double[] entry = {};
    private boolean[] set = {};
    private int groupsSet;

    LoadLimits(MinMaxProblem problem, int groups) {
        this.problem = problem;
        this.groups = groups;
    }

    /**
     * Sets the most that each rank of a group takes, until it is set again.
     *
     * @param group from 0 to {@code groups - 1}
     * @param most load per rank, those of this group starting at {@code at}: at least 0, infinite for no limit
     * @param at where the group starts in {@code most}
     * @throws IllegalArgumentException if a limit is negative or NaN; the message names the rank and nothing has changed
     */
    public void setRanks(int group, double[] most, int at) {
        Objects.checkIndex(group, groups);
        Objects.checkFromIndexSize(at, problem.ranks(), most.length);
        requireLimits("rank", most, at, problem.ranks());
        makeRoom();
        System.arraycopy(most, at, rank, group * problem.ranks(), problem.ranks());
        note(group);
    }

    /**
     * Sets the most that each entry of a group takes, until it is set again.
     *
     * @param group from 0 to {@code groups - 1}
     * @param most load per entry, those of this group starting at {@code at}: at least 0, infinite for no limit
     * @param at where the group starts in {@code most}
     * @throws IllegalArgumentException if a limit is negative or NaN; the message names the entry and nothing has changed
     */
    public void setEntries(int group, double[] most, int at) {
        Objects.checkIndex(group, groups);
        Objects.checkFromIndexSize(at, problem.entries(), most.length);
        requireLimits("entry", most, at, problem.entries());
        makeRoom();
        System.arraycopy(most, at, entry, group * problem.entries(), problem.entries());
        note(group);
    }

    /**
     * Takes all limits of a group away.
     *
     * @param group from 0 to {@code groups - 1}
     */
    public void clear(int group) {
        Objects.checkIndex(group, groups);
        if (isSet(group)) {
            Arrays.fill(rank, group * problem.ranks(), (group + 1) * problem.ranks(), Double.POSITIVE_INFINITY);
            Arrays.fill(entry, group * problem.entries(), (group + 1) * problem.entries(), Double.POSITIVE_INFINITY);
            note(group);
        }
    }

    void set(int group, LoadLimits from, int fromGroup) {
        if (from.isSet(fromGroup)) {
            setRanks(group, from.rank, fromGroup * problem.ranks());
            setEntries(group, from.entry, fromGroup * problem.entries());
        } else {
            clear(group);
        }
    }

    private static void requireLimits(String what, double[] most, int at, int count) {
        for (int k = at; k < at + count; k++) {
            if (!(most[k] >= 0)) {
                throw new IllegalArgumentException("limit of " + what + " " + (k - at) + ": got " + most[k]
                        + ", expected at least 0, or infinity for no limit");
            }
        }
    }

    private void makeRoom() {
        if (set.length < groups) {
            rank = new double[ArrayLength.of(groups, "groups", problem.ranks(), "ranks")];
            entry = new double[ArrayLength.of(groups, "groups", problem.entries(), "entries")];
            set = new boolean[groups];
            Arrays.fill(rank, Double.POSITIVE_INFINITY);
            Arrays.fill(entry, Double.POSITIVE_INFINITY);
        }
    }

    private void note(int group) {
        boolean any = isAnyFinite(rank, group * problem.ranks(), problem.ranks())
                || isAnyFinite(entry, group * problem.entries(), problem.entries());
        groupsSet += (any ? 1 : 0) - (set[group] ? 1 : 0);
        set[group] = any;
    }

    private static boolean isAnyFinite(double[] most, int at, int count) {
        for (int k = at; k < at + count; k++) {
            if (most[k] < Double.POSITIVE_INFINITY) {
                return true;
            }
        }
        return false;
    }

    /** {@return whether any group has a limit} */
    public boolean isSet() {
        return groupsSet > 0;
    }

    /**
     * {@return whether a group has a limit}
     *
     * @param group from 0 to {@code groups - 1}
     */
    public boolean isSet(int group) {
        return groupsSet > 0 && set[group];
    }

    /**
     * {@return the most that a rank takes, infinite without a limit}
     *
     * @param group from 0 to {@code groups - 1}
     * @param rank from 0 to {@code ranks - 1}
     */
    public double ofRank(int group, int rank) {
        return isSet(group) ? this.rank[group * problem.ranks() + rank] : Double.POSITIVE_INFINITY;
    }

    /**
     * {@return the most that an entry takes, infinite without a limit}
     *
     * @param group from 0 to {@code groups - 1}
     * @param entry from 0 to {@code entries - 1}
     */
    public double ofEntry(int group, int entry) {
        return isSet(group) ? this.entry[group * problem.entries() + entry] : Double.POSITIVE_INFINITY;
    }
}
