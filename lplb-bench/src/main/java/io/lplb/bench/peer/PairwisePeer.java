// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.bench.peer;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;
import java.util.Objects;

/**
 * The idea of MoonEP (2026) restricted to fixed replicas. MoonEP pairs ranks above the mean load with ranks below it and
 * moves exactly what one has too much or the other too little; since it may copy any expert to any rank, it ends in
 * exact balance. Here load can only move along an item that both ranks of a pair host.
 *
 * <pre>
 *   everything on its first host; excess[r] = load of r - s[r] * mean load
 *   until no rank above the mean can give to one below it:
 *     o = the rank with the largest excess that has such a partner
 *     u = its partner with the least excess
 *     move min(excess[o], -excess[u], what items that u hosts, too, have on o)   from o to u
 * </pre>
 *
 * <p>Every move is exact for its pair, and after it o or u is at the mean or the pair has nothing more to exchange, so
 * that there are at most ranks^2 moves. What is missing is the way through a third rank; that is what a linear program
 * finds.
 *
 * <p>Allocates nothing per solve. Not thread-safe.
 */
public final class PairwisePeer implements Peer {
    static final String NAME = "greedy-moonep";

    private final MinMaxProblem problem;
    private final int ranks;
    private final int[] item;
    /** The entries of each rank: those of r stand at {@code entriesFrom[r]} to {@code entriesFrom[r + 1]}. */
    private final int[] entriesOf;

    private final int[] entriesFrom;
    private final double[] excess;
    private final boolean[] done;

    /** A workspace for one problem. */
    public PairwisePeer(MinMaxProblem problem) {
        this.problem = Objects.requireNonNull(problem, "problem");
        this.ranks = problem.ranks();
        this.item = new int[problem.entries()];
        this.entriesFrom = new int[ranks + 1];
        for (int i = 0; i < problem.items(); i++) {
            for (int e = problem.firstEntry(i); e < problem.firstEntry(i + 1); e++) {
                item[e] = i;
                entriesFrom[problem.host(e) + 1]++;
            }
        }
        Arrays.parallelPrefix(entriesFrom, Integer::sum);
        this.entriesOf = new int[item.length];
        int[] next = entriesFrom.clone();
        for (int e = 0; e < item.length; e++) {
            entriesOf[next[problem.host(e)]++] = e;
        }
        this.excess = new double[ranks];
        this.done = new boolean[ranks];
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public double solve(MinMaxBatch batch, int group, double[] share) {
        double mean = batch.meanLoad(group);
        start(batch, group, mean, share);
        Arrays.fill(done, false);
        for (int o = mostExcess(); o >= 0; o = mostExcess()) {
            int u = neediestPartner(o, share);
            if (u < 0) {
                // Others only gain load up to the mean and shares only leave o, so o finds no partner later either.
                done[o] = true;
            } else {
                move(o, u, share);
            }
        }
        double max = 0;
        for (int r = 0; r < ranks; r++) {
            max = Math.max(max, mean + excess[r] / problem.speed(r));
        }
        return max;
    }

    private void start(MinMaxBatch batch, int group, double mean, double[] share) {
        for (int r = 0; r < ranks; r++) {
            excess[r] = batch.fixed()[group * ranks + r] - problem.speed(r) * mean;
        }
        for (int i = 0; i < problem.items(); i++) {
            int first = problem.firstEntry(i);
            double w = batch.load()[group * problem.items() + i];
            Arrays.fill(share, first, problem.firstEntry(i + 1), 0);
            share[first] = w;
            excess[problem.host(first)] += w;
        }
    }

    /** The rank to relieve next, or -1 when no rank above the mean is left. */
    private int mostExcess() {
        int most = -1;
        for (int r = 0; r < ranks; r++) {
            if (!done[r] && excess[r] > 0 && (most < 0 || excess[r] > excess[most])) {
                most = r;
            }
        }
        return most;
    }

    private int neediestPartner(int o, double[] share) {
        int best = -1;
        for (int x = entriesFrom[o]; x < entriesFrom[o + 1]; x++) {
            int leaving = entriesOf[x];
            if (share[leaving] > 0) {
                for (int e = problem.firstEntry(item[leaving]); e < problem.firstEntry(item[leaving] + 1); e++) {
                    int u = problem.host(e);
                    if (excess[u] < 0 && (best < 0 || excess[u] < excess[best])) {
                        best = u;
                    }
                }
            }
        }
        return best;
    }

    private void move(int o, int u, double[] share) {
        double wanted = Math.min(excess[o], -excess[u]);
        double left = wanted;
        for (int x = entriesFrom[o]; x < entriesFrom[o + 1] && left > 0; x++) {
            int leaving = entriesOf[x];
            int arriving = entryOn(u, item[leaving]);
            if (arriving >= 0) {
                double amount = Math.min(left, share[leaving]);
                share[leaving] -= amount;
                share[arriving] += amount;
                left -= amount;
            }
        }
        double moved = wanted - left;
        // Set to 0 rather than subtracted where it is all, so that rounding cannot keep a pair alive.
        excess[o] = moved == excess[o] ? 0 : excess[o] - moved;
        excess[u] = moved == -excess[u] ? 0 : excess[u] + moved;
    }

    private int entryOn(int rank, int ofItem) {
        for (int e = problem.firstEntry(ofItem); e < problem.firstEntry(ofItem + 1); e++) {
            if (problem.host(e) == rank) {
                return e;
            }
        }
        return -1;
    }
}
