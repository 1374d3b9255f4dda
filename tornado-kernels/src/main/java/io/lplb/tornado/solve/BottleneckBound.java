// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.tornado.solve;

import io.lplb.problem.MinMaxProblem;

/**
 * A lower bound from the ranks whose loads are level with the largest: what cannot leave them, spread over them (see
 * {@link io.lplb.solver.Certificate}, which tries every number of the most loaded ranks and therefore sorts). Near the
 * optimum these ranks are the bottleneck, and the bound closes the gap; where it does not, the caller goes through all.
 *
 * <p>Membership is a factor of 0 or 1: which ranks are level differs from group to group, and a branch that is
 * guessed wrong costs as much as ten products.
 *
 * <p>Not thread-safe: an instance is a workspace.
 */
final class BottleneckBound {
    private final int ranks;
    private final int items;
    private final boolean unitSpeeds;
    private final double[] speed;
    private final int[] offset;
    private final int[] host;
    private final boolean pairs;
    private final double[] member;

    /** @param pairs whether every item has two hosts */
    BottleneckBound(MinMaxProblem problem, boolean pairs) {
        ranks = problem.ranks();
        items = problem.items();
        unitSpeeds = problem.hasUnitSpeeds();
        speed = problem.speeds();
        offset = problem.offsets();
        host = problem.hosts();
        this.pairs = pairs;
        member = new double[ranks + HostWorkers.PADDING];
    }

    /**
     * Returns the bound from the ranks loaded with {@code least} or more, 0 if there are none.
     *
     * @param rankLoad loads of the ranks over their speeds
     */
    double bound(double[] fixed, int fixedAt, double[] load, int loadAt, double[] rankLoad, double least) {
        double inside = 0;
        double speeds = 0;
        for (int r = 0; r < ranks; r++) {
            // The sign of the difference, as a number.
            double in = 1 - (Double.doubleToRawLongBits(rankLoad[r] - least) >>> (Long.SIZE - 1));
            member[r] = in;
            inside += in * fixed[fixedAt + r];
            speeds += unitSpeeds ? in : in * speed[r];
        }
        inside += pairs ? insidePairs(load, loadAt) : insideLists(load, loadAt);
        return speeds > 0 ? inside / speeds : 0;
    }

    /** Two sums, so that one addition need not wait for the other. */
    private double insidePairs(double[] load, int loadAt) {
        double even = 0;
        double odd = 0;
        int i = 0;
        for (; i + 1 < items; i += 2) {
            even += load[loadAt + i] * (member[host[2 * i]] * member[host[2 * i + 1]]);
            odd += load[loadAt + i + 1] * (member[host[2 * i + 2]] * member[host[2 * i + 3]]);
        }
        if (i < items) {
            even += load[loadAt + i] * (member[host[2 * i]] * member[host[2 * i + 1]]);
        }
        return even + odd;
    }

    private double insideLists(double[] load, int loadAt) {
        double inside = 0;
        for (int i = 0; i < items; i++) {
            double in = 1;
            for (int e = offset[i]; e < offset[i + 1]; e++) {
                in *= member[host[e]];
            }
            inside += in * load[loadAt + i];
        }
        return inside;
    }
}
