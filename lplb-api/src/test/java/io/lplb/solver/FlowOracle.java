// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.solver;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Optima of groups with whole loads and whole speeds, in whole numbers only: maximum flows by shortest augmenting paths on
 * the network source - item - rank - sink, and the cuts that they end with. Shares no code with the library; slow.
 *
 * <pre>
 *   source --w[i] b--&gt; item i --&gt; its hosts --capacity[r]--&gt; sink       source --f[r] b--&gt; rank r
 * </pre>
 */
public final class FlowOracle {
    private final MinMaxBatch batch;
    private final MinMaxProblem problem;
    private final long[] speed;
    private final int nodes;
    private final int[] head;
    private final int[] next;
    private final int[] to;
    private final long[] left;
    private int edges;
    private boolean[] sourceSide;

    /** Looks at the first group of a batch, whose loads and speeds are whole. */
    public FlowOracle(MinMaxBatch batch) {
        this.batch = batch;
        problem = batch.problem();
        nodes = 2 + problem.items() + problem.ranks();
        speed = new long[problem.ranks()];
        for (int r = 0; r < speed.length; r++) {
            speed[r] = whole(batch.speed()[r]);
        }
        int most = 2 * (problem.items() + problem.entries() + 2 * problem.ranks());
        head = new int[nodes];
        next = new int[most];
        to = new int[most];
        left = new long[most];
        sourceSide = new boolean[nodes];
    }

    private static long whole(double v) {
        if (v != Math.rint(v) || v > 1e15) {
            throw new IllegalArgumentException("got " + v + ", expected a whole number");
        }
        return (long) v;
    }

    /** The optimum of fractional splits as a fraction {numerator, denominator}: discrete Newton on cuts. */
    public long[] optimum() {
        long total = 0;
        long speeds = 0;
        for (int r = 0; r < speed.length; r++) {
            total += speed[r] > 0 ? whole(batch.fixed()[r]) : 0;
            speeds += speed[r];
        }
        for (int i = 0; i < problem.items(); i++) {
            total += load(i);
        }
        if (speeds == 0) {
            return new long[] {0, 1};
        }
        long a = total;
        long b = speeds;
        long[] capacity = new long[speed.length];
        while (true) {
            for (int r = 0; r < capacity.length; r++) {
                capacity[r] = Math.multiplyExact(speed[r], a);
            }
            if (flow(capacity, b) == Math.multiplyExact(total, b)) {
                return new long[] {a, b};
            }
            a = 0;
            b = 0;
            for (int r = 0; r < speed.length; r++) {
                if (sourceSide[2 + problem.items() + r]) {
                    a += whole(batch.fixed()[r]);
                    b += speed[r];
                }
            }
            for (int i = 0; i < problem.items(); i++) {
                a += load(i) > 0 && allHostsOnSourceSide(i) ? load(i) : 0;
            }
        }
    }

    /** Whether whole tokens fit into whole capacities. */
    public boolean fits(long[] capacity) {
        long total = 0;
        for (int r = 0; r < speed.length; r++) {
            total += speed[r] > 0 ? whole(batch.fixed()[r]) : 0;
        }
        for (int i = 0; i < problem.items(); i++) {
            total += load(i);
        }
        return flow(capacity, 1) == total;
    }

    private long load(int item) {
        return batch.isCovered(0, item) ? whole(batch.load()[item]) : 0;
    }

    private boolean allHostsOnSourceSide(int item) {
        boolean all = true;
        for (int h : problem.hostsOf(item)) {
            all &= speed[h] == 0 || sourceSide[2 + problem.items() + h];
        }
        return all;
    }

    private long flow(long[] capacity, long scale) {
        Arrays.fill(head, -1);
        edges = 0;
        for (int i = 0; i < problem.items(); i++) {
            edge(0, 2 + i, load(i) * scale);
            for (int h : problem.hostsOf(i)) {
                if (speed[h] > 0) {
                    edge(2 + i, 2 + problem.items() + h, Long.MAX_VALUE / 4);
                }
            }
        }
        for (int r = 0; r < speed.length; r++) {
            if (speed[r] > 0) {
                edge(0, 2 + problem.items() + r, whole(batch.fixed()[r]) * scale);
                edge(2 + problem.items() + r, 1, capacity[r]);
            }
        }
        long flow = 0;
        int[] by = new int[nodes];
        while (search(by)) {
            long amount = Long.MAX_VALUE;
            for (int v = 1; v != 0; v = to[by[v] ^ 1]) {
                amount = Math.min(amount, left[by[v]]);
            }
            for (int v = 1; v != 0; v = to[by[v] ^ 1]) {
                left[by[v]] -= amount;
                left[by[v] ^ 1] += amount;
            }
            flow += amount;
        }
        return flow;
    }

    private void edge(int from, int target, long capacity) {
        add(from, target, capacity);
        add(target, from, 0);
    }

    private void add(int from, int target, long capacity) {
        to[edges] = target;
        left[edges] = capacity;
        next[edges] = head[from];
        head[from] = edges++;
    }

    private boolean search(int[] by) {
        sourceSide = new boolean[nodes];
        sourceSide[0] = true;
        ArrayDeque<Integer> queue = new ArrayDeque<>();
        queue.add(0);
        while (!queue.isEmpty() && !sourceSide[1]) {
            int v = queue.remove();
            for (int e = head[v]; e >= 0; e = next[e]) {
                if (left[e] > 0 && !sourceSide[to[e]]) {
                    sourceSide[to[e]] = true;
                    by[to[e]] = e;
                    queue.add(to[e]);
                }
            }
        }
        return sourceSide[1];
    }
}
