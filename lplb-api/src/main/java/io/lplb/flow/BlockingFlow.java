// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

import java.util.Arrays;

/**
 * Blocking flows of Dinic's algorithm: moves load from ranks above their capacity to ranks below it, along shortest paths
 * from rank to rank through items that both host.
 *
 * <p>Not thread-safe: an instance is a workspace on the arrays of a {@link LevelFlow}.
 */
final class BlockingFlow {
    /** Distance of a rank that no path of this phase leads to, or from which none leads on. */
    private static final int FAR = Integer.MAX_VALUE;

    private final FlowGraph graph;
    private final double[] speed;
    private final double[] share;
    private final double[] entryLimit;
    private final double[] rankLoad;
    private final double[] capacity;

    private final int[] itemMark;
    private final int[] queue;
    private final int[] distance;
    private final int[] nextEntry;
    private final int[] nextHost;
    private final int[] pathFrom;
    private final int[] pathTo;
    private double overfullFactor;
    private boolean limited;
    private int stamp;
    private int reached;
    private int paths;

    BlockingFlow(
            FlowGraph graph,
            double[] speed,
            double[] share,
            double[] entryLimit,
            double[] rankLoad,
            double[] capacity) {
        this.graph = graph;
        this.speed = speed;
        this.share = share;
        this.entryLimit = entryLimit;
        this.rankLoad = rankLoad;
        this.capacity = capacity;
        itemMark = new int[graph.items];
        queue = new int[graph.ranks];
        distance = new int[graph.ranks];
        nextEntry = new int[graph.ranks];
        nextHost = new int[graph.ranks];
        pathFrom = new int[graph.ranks];
        pathTo = new int[graph.ranks];
    }

    /**
     * Turns to a group.
     *
     * @param overfullFactor a rank is overfull above so many times its capacity
     * @param limited whether entries have limits
     */
    void begin(double overfullFactor, boolean limited) {
        this.overfullFactor = overfullFactor;
        this.limited = limited;
        paths = 0;
        if (stamp > FAR / 2) {
            Arrays.fill(itemMark, 0);
            stamp = 0;
        }
    }

    /** Returns the ranks themselves that were queued or reached last. */
    int[] queue() {
        return queue;
    }

    /** Returns how many ranks of the queue the last search has reached. */
    int reached() {
        return reached;
    }

    /** Returns how many paths have moved load in this group. */
    int paths() {
        return paths;
    }

    boolean isOverfull(int rank) {
        return rankLoad[rank] > capacity[rank] * overfullFactor;
    }

    /** Writes the overfull ranks to the front of the queue; returns their number. */
    int queueOverfull() {
        int count = 0;
        for (int r = 0; r < graph.ranks; r++) {
            if (isOverfull(r)) {
                queue[count++] = r;
            }
        }
        return count;
    }

    /**
     * One phase for the overfull ranks at the front of the queue.
     *
     * @return false if no load can move; the ranks reached, a cut, are in the queue then
     */
    boolean advance(int overfull) {
        if (!measureDistances(overfull)) {
            return false;
        }
        for (int k = 0; k < overfull; k++) {
            drain(queue[k]);
        }
        return true;
    }

    private boolean takes(int entry) {
        return !limited || share[entry] < entryLimit[entry];
    }

    /**
     * Breadth-first search from the overfull ranks, which are in the queue: the distance of a rank is the number of items that
     * load passes on a shortest path to it. Ends early at the distance at which there are as many ranks with room as there are
     * overfull ones.
     *
     * @param overfull number of overfull ranks
     * @return false if there is no rank with room; the ranks reached, a cut, are in the queue then
     */
    private boolean measureDistances(int overfull) {
        stamp++;
        Arrays.fill(distance, FAR);
        for (int k = 0; k < overfull; k++) {
            setDistance(queue[k], 0);
        }
        reached = overfull;
        int withRoom = 0;
        int last = FAR;
        for (int k = 0; k < reached && distance[queue[k]] < last; k++) {
            int r = queue[k];
            int next = distance[r] + 1;
            for (int x = rankLoad[r] < capacity[r] ? FAR : graph.entriesFrom[r]; x < graph.entriesFrom[r + 1]; x++) {
                int leaving = graph.entriesOf[x];
                int i = graph.item[leaving];
                if (share[leaving] > 0 && itemMark[i] != stamp) {
                    itemMark[i] = stamp;
                    for (int arriving = graph.offset[i]; arriving < graph.offset[i + 1]; arriving++) {
                        int h = graph.host[arriving];
                        if (distance[h] == FAR && speed[h] > 0 && takes(arriving)) {
                            setDistance(h, next);
                            queue[reached++] = h;
                            withRoom += rankLoad[h] < capacity[h] ? 1 : 0;
                        }
                    }
                    last = withRoom >= overfull ? Math.min(last, next) : last;
                }
            }
        }
        return withRoom > 0;
    }

    private void setDistance(int rank, int items) {
        distance[rank] = items;
        nextEntry[rank] = graph.entriesFrom[rank];
        nextHost[rank] = 0;
    }

    /** Moves load from an overfull rank along shortest paths, each of whose steps raises the distance by one (Dinic). */
    private void drain(int from) {
        int node = from;
        int depth = 0;
        while (isOverfull(from)) {
            if (depth > 0 && rankLoad[node] < capacity[node]) {
                depth = push(from, node, depth);
                node = depth == 0 ? from : graph.host[pathTo[depth - 1]];
            } else if (findNext(node)) {
                pathFrom[depth] = graph.entriesOf[nextEntry[node]];
                pathTo[depth] = graph.offset[graph.item[pathFrom[depth]]] + nextHost[node];
                node = graph.host[pathTo[depth++]];
            } else if (depth == 0) {
                return;
            } else {
                distance[node] = FAR;
                depth--;
                node = depth == 0 ? from : graph.host[pathTo[depth - 1]];
            }
        }
    }

    /** Moves the pointers of a rank on to a step that raises the distance; false if there is none left in this phase. */
    private boolean findNext(int rank) {
        int end = graph.entriesFrom[rank + 1];
        int wanted = distance[rank] + 1;
        while (nextEntry[rank] < end) {
            int leaving = graph.entriesOf[nextEntry[rank]];
            if (share[leaving] > 0) {
                int first = graph.offset[graph.item[leaving]];
                int hosts = graph.offset[graph.item[leaving] + 1] - first;
                for (int k = nextHost[rank]; k < hosts; k++) {
                    if (distance[graph.host[first + k]] == wanted && takes(first + k)) {
                        nextHost[rank] = k;
                        return true;
                    }
                }
            }
            nextEntry[rank]++;
            nextHost[rank] = 0;
        }
        return false;
    }

    /** Moves what a path takes; returns how much of the path still takes load. */
    private int push(int from, int to, int depth) {
        double room = capacity[to] - rankLoad[to];
        double amount = Math.min(rankLoad[from] - capacity[from], room);
        for (int k = 0; k < depth; k++) {
            amount = Math.min(amount, share[pathFrom[k]]);
            if (limited) {
                amount = Math.min(amount, entryLimit[pathTo[k]] - share[pathTo[k]]);
            }
        }
        int holds = depth - 1;
        for (int k = depth - 1; k >= 0; k--) {
            share[pathFrom[k]] -= amount;
            share[pathTo[k]] += amount;
            holds = share[pathFrom[k]] > 0 && takes(pathTo[k]) ? holds : k;
        }
        rankLoad[from] -= amount;
        rankLoad[to] = amount == room ? capacity[to] : rankLoad[to] + amount;
        paths++;
        return holds;
    }
}
