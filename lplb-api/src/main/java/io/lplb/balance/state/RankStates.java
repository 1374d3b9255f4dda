// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance.state;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Speeds of the ranks, and which of the ranks are active. An inactive rank keeps its speed, with which it comes back.
 *
 * <p>Safe for use by several threads: a health check may report a rank while another thread plans. A change holds from
 * the next plan on.
 */
public final class RankStates {
    private final String prefix;
    private final double[] speed;
    private final boolean[] active;

    /**
     * States of ranks that are all active.
     *
     * @param prefix start of messages of errors
     * @param ranks number of ranks, at least 1
     * @param speeds {@code [ranks]}; null for 1 everywhere
     * @throws IllegalArgumentException as {@link #updateSpeeds}
     */
    public RankStates(String prefix, int ranks, double @Nullable [] speeds) {
        this.prefix = prefix;
        speed = new double[ranks];
        active = new boolean[ranks];
        Arrays.fill(active, true);
        if (speeds == null) {
            Arrays.fill(speed, 1);
        } else {
            updateSpeeds(speeds);
        }
    }

    /**
     * Sets a rank active or inactive.
     *
     * @param rank from 0 to {@code ranks - 1}
     * @param isActive false for a rank that must not get tokens
     * @throws IndexOutOfBoundsException if there is no such rank
     * @throws IllegalArgumentException if no rank would be left; nothing has changed then
     */
    public synchronized void setActive(int rank, boolean isActive) {
        requireRank(rank);
        boolean before = active[rank];
        active[rank] = isActive;
        if (!anyActive(speed, active)) {
            active[rank] = before;
            throw noneLeft("setActive");
        }
    }

    /**
     * Sets all ranks active or inactive.
     *
     * @param isActive {@code [ranks]}, false for a rank that must not get tokens
     * @throws IllegalArgumentException if the length is wrong or no rank would be left; nothing has changed then
     */
    public synchronized void setActive(boolean[] isActive) {
        if (isActive.length != active.length) {
            throw new IllegalArgumentException(
                    prefix + "active: got length " + isActive.length + ", expected " + active.length + " ranks");
        }
        if (!anyActive(speed, isActive)) {
            throw noneLeft("setActive");
        }
        System.arraycopy(isActive, 0, active, 0, active.length);
    }

    /**
     * Sets the speeds of all ranks.
     *
     * @param speeds {@code [ranks]}, 0 or a positive finite number
     * @throws IllegalArgumentException if the length or a speed is wrong, or no rank would be left; nothing has changed then
     */
    public synchronized void updateSpeeds(double[] speeds) {
        if (speeds.length != speed.length) {
            throw new IllegalArgumentException(
                    prefix + "speeds: got length " + speeds.length + ", expected " + speed.length + " ranks");
        }
        try {
            MinMaxProblem.requireSpeeds(speeds);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(prefix + e.getMessage(), e);
        }
        if (!anyActive(speeds, active)) {
            throw noneLeft("updateSpeeds");
        }
        System.arraycopy(speeds, 0, speed, 0, speed.length);
    }

    private static boolean anyActive(double[] speed, boolean[] active) {
        for (int r = 0; r < speed.length; r++) {
            if (active[r] && speed[r] > 0) {
                return true;
            }
        }
        return false;
    }

    private IllegalArgumentException noneLeft(String call) {
        return new IllegalArgumentException(
                prefix + call + ": got no active rank of a speed above 0, expected at least one");
    }

    private void requireRank(int rank) {
        if (rank < 0 || rank >= active.length) {
            throw new IndexOutOfBoundsException(prefix + "rank: got " + rank + ", expected 0.." + (active.length - 1));
        }
    }

    /**
     * {@return whether tokens may go to a rank: it is active and its speed is not 0}
     *
     * @param rank from 0 to {@code ranks - 1}
     */
    public synchronized boolean isActive(int rank) {
        requireRank(rank);
        return active[rank] && speed[rank] > 0;
    }

    /**
     * Writes the speed of every rank, 0 for one that is inactive.
     *
     * @param to {@code [ranks]}
     */
    public synchronized void copyTo(double[] to) {
        for (int r = 0; r < speed.length; r++) {
            to[r] = active[r] ? speed[r] : 0;
        }
    }
}
