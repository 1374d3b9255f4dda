// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/**
 * Sweeps of coordinate descent over the active items of a group: each item is poured anew, like water, into its hosts as the
 * other items have left them. See {@link RelaxationSolver} for the method.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class RelaxationSweeps {
    private final ActiveItems items;
    private final double[] speed;
    private final double[] inverseSpeed;
    private final double[] a;
    private final double[] b;
    private final double[] next;

    /** A workspace for groups of one problem, whose loads stand in {@code items}. */
    RelaxationSweeps(MinMaxProblem problem, ActiveItems items) {
        this.items = items;
        speed = new double[problem.ranks()];
        inverseSpeed = new double[problem.ranks()];
        a = new double[problem.entries()];
        b = new double[problem.ranks()];
        next = new double[problem.ranks()];
    }

    /** Returns the scaled shares of the active entries themselves. */
    double[] shares() {
        return a;
    }

    private void start() {
        items.copySpeeds(speed);
        for (int r = 0; r < items.ranks(); r++) {
            inverseSpeed[r] = 1 / speed[r];
        }
    }

    /** Starts from the shares in {@link #shares}. */
    void startFromShares() {
        start();
        items.rankSums(a, b);
    }

    /** Pours each item into ranks that hold their fixed loads and the items before it. */
    void pour() {
        start();
        Arrays.fill(a, 0, items.entries(), 0);
        items.rankSums(a, b);
        for (int i = 0; i < items.count(); i++) {
            pour(
                    items.first(i),
                    items.end(i),
                    levelAmongLowest(items.load(i), items.first(i), items.end(i), Double.POSITIVE_INFINITY));
        }
    }

    /**
     * Goes through all items once.
     *
     * @param relaxation how far an item moves towards its level; 1 ends there, and then the largest load does not rise
     */
    void sweep(double relaxation) {
        sweepPairs(relaxation);
        int n = items.count();
        for (int i = items.pairs(); i < n; i++) {
            int first = items.first(i);
            int end = items.end(i);
            double water = items.load(i);
            double width = 0;
            for (int e = first; e < end; e++) {
                int r = items.host(e);
                b[r] -= a[e];
                water += b[r];
                width += speed[r];
            }
            double level = water / width;
            if (!poured(first, end, level, relaxation)) {
                pour(first, end, levelAmongLowest(items.load(i), first, end, level));
            }
        }
    }

    /** Items with two hosts: what would level the two, times the relaxation, clipped to what is there to move. */
    private void sweepPairs(double relaxation) {
        int end = 2 * items.pairs();
        for (int e = 0; e < end; e += 2) {
            int from = items.host(e);
            int to = items.host(e + 1);
            double perToken = inverseSpeed[from] + inverseSpeed[to];
            double moved = relaxation * (b[from] * inverseSpeed[from] - b[to] * inverseSpeed[to]) / perToken;
            if (moved > a[e]) {
                moved = a[e];
            } else if (moved < -a[e + 1]) {
                moved = -a[e + 1];
            }
            a[e] -= moved;
            a[e + 1] += moved;
            b[from] -= moved;
            b[to] += moved;
        }
    }

    /** Moves an item towards a level that floods all of its hosts; false, and nothing moved, if it does not. */
    private boolean poured(int first, int end, double level, double relaxation) {
        double least = 0;
        for (int e = first; e < end; e++) {
            int r = items.host(e);
            double v = a[e] + relaxation * (speed[r] * level - b[r] - a[e]);
            next[e - first] = v;
            least = Math.min(least, v);
        }
        if (least < 0) {
            return false;
        }
        for (int e = first; e < end; e++) {
            a[e] = next[e - first];
            b[items.host(e)] += a[e];
        }
        return true;
    }

    private void pour(int first, int end, double level) {
        for (int e = first; e < end; e++) {
            int r = items.host(e);
            a[e] = Math.max(0, speed[r] * level - b[r]);
            b[r] += a[e];
        }
    }

    /**
     * The water level when some hosts stand above it. Each pass leaves out the hosts above the last level, which lowers
     * the level; it ends when a pass leaves out no more, so after at most as many passes as there are hosts.
     */
    private double levelAmongLowest(double load, int first, int end, double tooHigh) {
        double level = tooHigh;
        int wet = end - first + 1;
        int before;
        do {
            before = wet;
            wet = 0;
            double water = load;
            double width = 0;
            for (int e = first; e < end; e++) {
                int r = items.host(e);
                if (b[r] < speed[r] * level) {
                    water += b[r];
                    width += speed[r];
                    wet++;
                }
            }
            level = water / width;
        } while (wet < before);
        return level;
    }
}
