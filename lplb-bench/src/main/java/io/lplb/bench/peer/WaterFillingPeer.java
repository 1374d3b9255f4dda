// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Objects;

/**
 * The idea of LLEP ("least-loaded expert parallelism", 2026) restricted to fixed replicas. LLEP takes the experts in the
 * order of their loads, the largest first, and lets what exceeds a rank's share spill to the least loaded ranks, which
 * then fetch the expert's weights; here an item can only spill to the ranks that host it already.
 *
 * <pre>
 *   for each item i, the largest load first:
 *     find the level T with   sum over its hosts h of max(0, s[h] T - load of h so far) = w[i]
 *     a[i,h] = max(0, s[h] T - load of h so far)
 * </pre>
 *
 * <p>Each item is split best for what came before it and never looked at again. One such pass is the start of this
 * library's relaxation; what the passes after it gain is what the greedy rule leaves on the table.
 *
 * <p>Allocates nothing per solve. Not thread-safe.
 */
public final class WaterFillingPeer implements Peer {
    static final String NAME = "greedy-llep";

    private final MinMaxProblem problem;
    private final double[] rankLoad;
    private final int[] order;
    private final int[] hostOrder;

    /** A workspace for one problem. */
    public WaterFillingPeer(MinMaxProblem problem) {
        this.problem = Objects.requireNonNull(problem, "problem");
        this.rankLoad = new double[problem.ranks()];
        this.order = new int[problem.items()];
        this.hostOrder = new int[problem.ranks()];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public double solve(MinMaxBatch batch, int group, double[] share) {
        int loadAt = group * problem.items();
        System.arraycopy(batch.fixed(), group * problem.ranks(), rankLoad, 0, rankLoad.length);
        sortByFallingLoad(batch.load(), loadAt);
        for (int item : order) {
            pour(item, batch.load()[loadAt + item], share);
        }
        double max = 0;
        for (int r = 0; r < rankLoad.length; r++) {
            max = Math.max(max, rankLoad[r] / problem.speed(r));
        }
        return max;
    }

    /** Insertion sort from the last order, which is close where loads resemble those before; ties by number. */
    private void sortByFallingLoad(double[] load, int at) {
        for (int k = 1; k < order.length; k++) {
            int item = order[k];
            int to = k;
            while (to > 0 && comesBefore(item, order[to - 1], load, at)) {
                order[to] = order[to - 1];
                to--;
            }
            order[to] = item;
        }
    }

    private static boolean comesBefore(int item, int other, double[] load, int at) {
        double a = load[at + item];
        double b = load[at + other];
        return a > b || (a == b && item < other);
    }

    private void pour(int item, double w, double[] share) {
        int from = problem.firstEntry(item);
        int hosts = problem.hostCount(item);
        sortHosts(from, hosts);
        double level = level(hosts, w);
        double rest = w;
        for (int k = 0; k < hosts; k++) {
            int e = hostOrder[k];
            int r = problem.host(e);
            double room = Math.max(0, problem.speed(r) * level - rankLoad[r]);
            // The fullest host takes what is left, so that the shares sum to the load.
            share[e] = k == hosts - 1 ? rest : Math.min(rest, room);
            rest -= share[e];
            rankLoad[r] += share[e];
        }
    }

    /** Fills the first of {@link #hostOrder} with the item's entries, the least loaded host first. */
    private void sortHosts(int from, int hosts) {
        for (int k = 0; k < hosts; k++) {
            int to = k;
            while (to > 0 && loadOf(from + k) < loadOf(hostOrder[to - 1])) {
                hostOrder[to] = hostOrder[to - 1];
                to--;
            }
            hostOrder[to] = from + k;
        }
    }

    private double loadOf(int entry) {
        int r = problem.host(entry);
        return rankLoad[r] / problem.speed(r);
    }

    /** The level to which the item's load fills its hosts: rises host by host until the next one is above it. */
    private double level(int hosts, double w) {
        double speed = 0;
        double load = w;
        double level = Double.POSITIVE_INFINITY;
        for (int k = 0; k < hosts; k++) {
            int e = hostOrder[k];
            if (level <= loadOf(e)) {
                break;
            }
            int r = problem.host(e);
            speed += problem.speed(r);
            load += rankLoad[r];
            level = load / speed;
        }
        return level;
    }
}
