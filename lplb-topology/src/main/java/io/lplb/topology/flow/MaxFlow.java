// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology.flow;

import java.util.Arrays;

/**
 * The largest flow between two nodes of a small network, by shortest augmenting paths (Edmonds and Karp 1972), which
 * ends for capacities of any kind, integers or not. Arcs lie in arrays; arc k and arc k ^ 1 are each other's reverse.
 */
public final class MaxFlow {
    private final double tolerance;
    private final int[] firstArc;
    private final int[] nextArc;
    private final int[] head;
    private final double[] room;
    private final int[] reachedBy;
    private final int[] queue;
    private int arcs;

    /**
     * An empty network.
     *
     * @param nodes number of nodes
     * @param maxArcs number of {@link #connect} calls to come
     * @param tolerance remaining room at or below this counts as none
     */
    public MaxFlow(int nodes, int maxArcs, double tolerance) {
        this.tolerance = tolerance;
        firstArc = new int[nodes];
        Arrays.fill(firstArc, -1);
        nextArc = new int[2 * maxArcs];
        head = new int[2 * maxArcs];
        room = new double[2 * maxArcs];
        reachedBy = new int[nodes];
        queue = new int[nodes];
    }

    /**
     * Adds an arc with a capacity in each direction.
     *
     * @param from a node
     * @param to another node
     * @param forward capacity to {@code to}
     * @param backward capacity to {@code from}
     */
    public void connect(int from, int to, double forward, double backward) {
        add(from, to, forward);
        add(to, from, backward);
    }

    private void add(int from, int to, double capacity) {
        head[arcs] = to;
        room[arcs] = capacity;
        nextArc[arcs] = firstArc[from];
        firstArc[from] = arcs++;
    }

    /**
     * Sends as much as possible.
     *
     * @param source a node
     * @param sink another node
     * @return how much was sent
     */
    public double send(int source, int sink) {
        double sent = 0;
        while (search(source, sink)) {
            double least = Double.POSITIVE_INFINITY;
            for (int v = sink; v != source; v = head[reachedBy[v] ^ 1]) {
                least = Math.min(least, room[reachedBy[v]]);
            }
            for (int v = sink; v != source; v = head[reachedBy[v] ^ 1]) {
                room[reachedBy[v]] -= least;
                room[reachedBy[v] ^ 1] += least;
            }
            sent += least;
        }
        return sent;
    }

    /**
     * After {@link #send}, tells on which side of the smallest cut a node lies.
     *
     * @param node any node but the source
     * @return true on the source's side
     */
    public boolean isReached(int node) {
        return reachedBy[node] >= 0;
    }

    private boolean search(int source, int sink) {
        Arrays.fill(reachedBy, -1);
        int tail = 0;
        queue[tail++] = source;
        for (int k = 0; k < tail; k++) {
            for (int a = firstArc[queue[k]]; a >= 0; a = nextArc[a]) {
                int v = head[a];
                if (room[a] > tolerance && v != source && reachedBy[v] < 0) {
                    reachedBy[v] = a;
                    if (v == sink) {
                        return true;
                    }
                    queue[tail++] = v;
                }
            }
        }
        return false;
    }
}
