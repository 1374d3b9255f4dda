// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Speeds of the ranks, and which of the ranks are active. An inactive rank keeps its speed, with which it comes back.
 *
 * <p>Safe for use by several threads: a health check may report a rank while another thread plans. A change holds from
 * the next plan on.
 */
final class RankStates {
    private final double[] speed;
    private final boolean[] active;

    RankStates(int ranks, double @Nullable [] speeds) {
        speed = new double[ranks];
        active = new boolean[ranks];
        Arrays.fill(active, true);
        if (speeds == null) {
            Arrays.fill(speed, 1);
        } else {
            updateSpeeds(speeds);
        }
    }

    synchronized void setActive(int rank, boolean isActive) {
        Objects.checkIndex(rank, active.length);
        boolean before = active[rank];
        active[rank] = isActive;
        if (!anyActive(speed, active)) {
            active[rank] = before;
            throw noneLeft("setActive");
        }
    }

    synchronized void setActive(boolean[] isActive) {
        if (isActive.length != active.length) {
            throw new IllegalArgumentException(
                    "active: got length " + isActive.length + ", expected " + active.length + " ranks");
        }
        if (!anyActive(speed, isActive)) {
            throw noneLeft("setActive");
        }
        System.arraycopy(isActive, 0, active, 0, active.length);
    }

    synchronized void updateSpeeds(double[] speeds) {
        if (speeds.length != speed.length) {
            throw new IllegalArgumentException(
                    "speeds: got length " + speeds.length + ", expected " + speed.length + " ranks");
        }
        MinMaxProblem.requireSpeeds(speeds);
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

    private static IllegalArgumentException noneLeft(String call) {
        return new IllegalArgumentException(call + ": got no active rank of a speed above 0, expected at least one");
    }

    synchronized boolean isActive(int rank) {
        return active[rank] && speed[rank] > 0;
    }

    /** Writes the speed of every rank, 0 for one that is inactive, to {@code to[ranks]}. */
    synchronized void copyTo(double[] to) {
        for (int r = 0; r < speed.length; r++) {
            to[r] = active[r] ? speed[r] : 0;
        }
    }
}
