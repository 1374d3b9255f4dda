// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

import java.util.Arrays;

/**
 * Blocking flows of Dinic's algorithm: moves load from ranks above their capacity to ranks below it, along shortest paths
 * from rank to rank through items that both host.
 *
 * <p>Sets of ranks are bits. The row of a rank holds the ranks to which its load can move in one step, over all of its items; rows
 * are kept until a push changes them, so a search costs a few operations per rank that it reaches.
 *
 * <p>Not thread-safe: an instance is a workspace on the arrays of a {@link LevelFlow}.
 */
final class BlockingFlow {
    private final FlowGraph graph;
    private final double[] speed;
    private final double[] share;
    private final double[] entryLimit;
    private final double[] rankLoad;
    private final double[] capacity;

    /** Words per set of ranks. */
    private final int words;

    /** {@code [ranks][words]}: where the load of a rank can go in one step; valid for ranks in {@link #known}. */
    private final long[] row;

    private final long[] known;

    /** {@code [ranks + 2][words]}: the ranks at a distance from the overfull ones, those without a way on removed. */
    private final long[] layer;

    private final long[] room;
    private final long[] visited;
    private final int[] set;
    private final int[] path;
    private final int[] pathFrom;
    private final int[] pathTo;
    private double overfullFactor;
    private boolean limited;
    private int overfull;
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
        words = (graph.ranks + Long.SIZE - 1) / Long.SIZE;
        row = new long[graph.ranks * words];
        known = new long[words];
        layer = new long[(graph.ranks + 2) * words];
        room = new long[words];
        visited = new long[words];
        set = new int[graph.ranks];
        path = new int[graph.ranks + 1];
        pathFrom = new int[graph.ranks];
        pathTo = new int[graph.ranks];
    }

    /**
     * Turns to a split, or to a group.
     *
     * @param overfullFactor a rank is overfull above so many times its capacity
     * @param limited whether entries have limits
     */
    void begin(double overfullFactor, boolean limited) {
        this.overfullFactor = overfullFactor;
        this.limited = limited;
        paths = 0;
        forgetRows();
    }

    /** Takes note of shares that have changed outside of this class. */
    void forgetRows() {
        Arrays.fill(known, 0);
    }

    /** Returns the ranks themselves that the last search has reached, a cut if it found no room; may be reordered. */
    int[] set() {
        return set;
    }

    /** Returns the number of ranks in {@link #set}. */
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

    /** Starts the next phase from one rank. */
    void startFrom(int rank) {
        Arrays.fill(layer, 0, words, 0);
        layer[rank / Long.SIZE] = 1L << rank;
        overfull = 1;
    }

    /** Starts the next phase from all overfull ranks; false if there is none. */
    boolean startFromOverfull() {
        overfull = 0;
        for (int w = 0; w < words; w++) {
            long bits = 0;
            int end = Math.min(graph.ranks, (w + 1) * Long.SIZE);
            for (int r = w * Long.SIZE; r < end; r++) {
                bits |= isOverfull(r) ? 1L << r : 0;
            }
            layer[w] = bits;
            overfull += Long.bitCount(bits);
        }
        return overfull > 0;
    }

    /**
     * One phase from the ranks at which it was started.
     *
     * @return false if no load can move; {@link #set} is a cut then
     */
    boolean advance() {
        findRoom();
        if (!layOut()) {
            collectVisited();
            return false;
        }
        for (int w = 0; w < words; w++) {
            for (long bits = layer[w]; bits != 0; bits &= bits - 1) {
                drain(w * Long.SIZE + Long.numberOfTrailingZeros(bits));
            }
        }
        return true;
    }

    private void findRoom() {
        for (int w = 0; w < words; w++) {
            long bits = 0;
            int end = Math.min(graph.ranks, (w + 1) * Long.SIZE);
            for (int r = w * Long.SIZE; r < end; r++) {
                bits |= rankLoad[r] < capacity[r] ? 1L << r : 0;
            }
            room[w] = bits;
        }
    }

    /**
     * Breadth-first search: the layer of a rank is the number of items that load passes on a shortest path to it. Ends early at
     * the layer at which there are as many ranks with room as there are overfull ones.
     *
     * @return false if there is no rank with room
     */
    private boolean layOut() {
        System.arraycopy(layer, 0, visited, 0, words);
        int withRoom = 0;
        int from = 0;
        boolean any = true;
        while (any && withRoom < overfull) {
            int to = from + words;
            Arrays.fill(layer, to, to + words, 0);
            for (int w = 0; w < words; w++) {
                for (long bits = layer[from + w] & ~room[w]; bits != 0; bits &= bits - 1) {
                    addRow(w * Long.SIZE + Long.numberOfTrailingZeros(bits), to);
                }
            }
            any = false;
            for (int w = 0; w < words; w++) {
                long bits = layer[to + w] & ~visited[w];
                layer[to + w] = bits;
                visited[w] |= bits;
                any |= bits != 0;
                withRoom += Long.bitCount(bits & room[w]);
            }
            from = to;
        }
        Arrays.fill(layer, from + words, from + 2 * words, 0);
        for (int w = 0; w < words && from > 0; w++) {
            layer[from + w] &= room[w];
        }
        for (int at = from - words; withRoom > 0 && at >= words; at -= words) {
            keepWaysOn(at);
        }
        return withRoom > 0;
    }

    /** Removes the ranks of a layer that neither have room nor lead to the next layer. */
    private void keepWaysOn(int at) {
        for (int w = 0; w < words; w++) {
            for (long bits = layer[at + w] & ~room[w]; bits != 0; bits &= bits - 1) {
                int bit = Long.numberOfTrailingZeros(bits);
                long on = 0;
                for (int v = 0; v < words; v++) {
                    on |= row[(w * Long.SIZE + bit) * words + v] & layer[at + words + v];
                }
                layer[at + w] &= on != 0 ? -1L : ~(1L << bit);
            }
        }
    }

    private void addRow(int rank, int to) {
        learn(rank);
        for (int w = 0; w < words; w++) {
            layer[to + w] |= row[rank * words + w];
        }
    }

    private void collectVisited() {
        reached = 0;
        for (int w = 0; w < words; w++) {
            for (long bits = visited[w]; bits != 0; bits &= bits - 1) {
                set[reached++] = w * Long.SIZE + Long.numberOfTrailingZeros(bits);
            }
        }
    }

    private boolean takes(int entry) {
        return !limited || share[entry] < entryLimit[entry];
    }

    /** Computes the row of a rank unless it is known. */
    private void learn(int rank) {
        if ((known[rank / Long.SIZE] & 1L << rank) != 0) {
            return;
        }
        known[rank / Long.SIZE] |= 1L << rank;
        int at = rank * words;
        Arrays.fill(row, at, at + words, 0);
        for (int x = graph.entriesFrom[rank]; x < graph.entriesFrom[rank + 1]; x++) {
            int leaving = graph.entriesOf[x];
            if (share[leaving] > 0) {
                int i = graph.item[leaving];
                for (int arriving = graph.offset[i]; arriving < graph.offset[i + 1]; arriving++) {
                    int h = graph.host[arriving];
                    if (speed[h] > 0 && takes(arriving)) {
                        row[at + h / Long.SIZE] |= 1L << h;
                    }
                }
            }
        }
    }

    private void forget(int rank) {
        known[rank / Long.SIZE] &= ~(1L << rank);
    }

    /** Moves load from an overfull rank along shortest paths, each of whose steps leads to the next layer (Dinic). */
    private void drain(int from) {
        int depth = 0;
        path[0] = from;
        while (isOverfull(from)) {
            int node = path[depth];
            int next = next(node, (depth + 1) * words);
            if (next >= 0) {
                path[++depth] = next;
                if ((room[next / Long.SIZE] & 1L << next) != 0) {
                    push(depth);
                    depth = 0;
                }
            } else if (depth == 0) {
                return;
            } else {
                layer[depth * words + node / Long.SIZE] &= ~(1L << node);
                depth--;
            }
        }
    }

    /** Returns a rank of a layer to which load can go, one with room if there is one; -1 if there is none. */
    private int next(int rank, int layerAt) {
        learn(rank);
        int any = -1;
        for (int w = 0; w < words; w++) {
            long bits = row[rank * words + w] & layer[layerAt + w];
            long best = bits & room[w];
            if (best != 0) {
                return w * Long.SIZE + Long.numberOfTrailingZeros(best);
            }
            any = any < 0 && bits != 0 ? w * Long.SIZE + Long.numberOfTrailingZeros(bits) : any;
        }
        return any;
    }

    /** Moves what a path of so many steps takes. */
    private void push(int steps) {
        int from = path[0];
        int to = path[steps];
        double free = capacity[to] - rankLoad[to];
        double amount = Math.min(rankLoad[from] - capacity[from], free);
        for (int k = 0; k < steps; k++) {
            amount = Math.min(amount, chooseItem(k));
        }
        for (int k = 0; k < steps; k++) {
            boolean gains = share[pathTo[k]] == 0;
            share[pathFrom[k]] -= amount;
            share[pathTo[k]] += amount;
            if (limited) {
                forgetHosts(graph.item[pathFrom[k]]);
            } else {
                if (share[pathFrom[k]] == 0) {
                    forget(path[k]);
                }
                if (gains) {
                    forget(path[k + 1]);
                }
            }
        }
        rankLoad[from] -= amount;
        rankLoad[to] = amount == free ? capacity[to] : rankLoad[to] + amount;
        if (rankLoad[to] >= capacity[to]) {
            room[to / Long.SIZE] &= ~(1L << to);
        }
        paths++;
    }

    private void forgetHosts(int item) {
        for (int e = graph.offset[item]; e < graph.offset[item + 1]; e++) {
            forget(graph.host[e]);
        }
    }

    /** Chooses the item of a step of the path that takes most; returns how much. */
    private double chooseItem(int step) {
        int rank = path[step];
        int to = path[step + 1];
        double most = 0;
        for (int x = graph.entriesFrom[rank]; x < graph.entriesFrom[rank + 1]; x++) {
            int leaving = graph.entriesOf[x];
            if (share[leaving] > most) {
                int arriving = entryOn(to, graph.item[leaving]);
                if (arriving >= 0) {
                    double takes =
                            limited ? Math.min(share[leaving], entryLimit[arriving] - share[arriving]) : share[leaving];
                    if (takes > most) {
                        most = takes;
                        pathFrom[step] = leaving;
                        pathTo[step] = arriving;
                    }
                }
            }
        }
        return most;
    }

    private int entryOn(int rank, int item) {
        for (int e = graph.offset[item]; e < graph.offset[item + 1]; e++) {
            if (graph.host[e] == rank) {
                return e;
            }
        }
        return -1;
    }
}
