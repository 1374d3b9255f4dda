// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import io.lplb.topology.flow.MaxFlow;
import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalInt;

/**
 * Measures of a topology's shape for how far load can spread. See {@link HotRank} for how much of it.
 *
 * <p>Two ranks are neighbours if an edge joins them, in either direction. Since every column of r2o is a permutation,
 * a rank has as many edges out as in; therefore ranks that are connected at all are connected along the edges'
 * direction too, and a rank's load can reach every other rank of its component.
 *
 * @param ranks number of ranks in the group
 * @param replicasPerRank number of replica sets a rank
 * @param degreeMin the smallest number of distinct neighbours of a rank
 * @param degreeMax the largest number of distinct neighbours of a rank
 * @param components number of connected components; load cannot move from one to another
 * @param diameter the largest number of edges between two ranks, edges taken in either direction; empty if not
 *     connected
 * @param shedDiameter the same, edges taken from original to copy only, the way load leaves a hot rank; empty if not
 *     connected
 * @param edgeConnectivity the least number of edges (replica sets) whose removal disconnects the undirected
 *     multigraph, in which two ranks that copy each other have two edges; 0 if not connected
 * @param takersMin the smallest number of distinct ranks that hold copies of one rank's experts: its load's direct
 *     reach
 * @param reachMin the smallest number of other ranks that one rank's load can reach over any number of edges
 */
public record TopologyMetrics(
        int ranks,
        int replicasPerRank,
        int degreeMin,
        int degreeMax,
        int components,
        OptionalInt diameter,
        OptionalInt shedDiameter,
        int edgeConnectivity,
        int takersMin,
        int reachMin) {

    /**
     * The metrics of a topology, by breadth-first search from each rank and a largest flow to each rank.
     *
     * @param topology any topology
     * @return its metrics
     */
    public static TopologyMetrics of(ReplicaTopology topology) {
        int n = topology.groupSize();
        int[][] takers = new int[n][];
        int[][] neighbours = new int[n][];
        for (int r = 0; r < n; r++) {
            BitSet ranks = new BitSet(n);
            for (int d = 0; d < topology.replicasPerRank(); d++) {
                ranks.set(topology.replicaOf(r, d));
            }
            takers[r] = ranks.stream().toArray();
            for (int d = 0; d < topology.replicasPerRank(); d++) {
                ranks.set(topology.originalOf(r, d));
            }
            neighbours[r] = ranks.stream().toArray();
        }
        Spread spread = Spread.of(neighbours);
        boolean connected = spread.components == 1;
        return new TopologyMetrics(
                n,
                topology.replicasPerRank(),
                shortest(neighbours),
                Arrays.stream(neighbours).mapToInt(row -> row.length).max().orElse(0),
                spread.components,
                connected ? OptionalInt.of(spread.depth) : OptionalInt.empty(),
                connected ? OptionalInt.of(Spread.of(takers).depth) : OptionalInt.empty(),
                connected ? edgeConnectivity(topology) : 0,
                shortest(takers),
                spread.reachMin);
    }

    /**
     * Whether load can move between any two ranks.
     *
     * @return whether it is connected
     */
    public boolean isConnected() {
        return components == 1;
    }

    /**
     * The largest share of a rank's load that may leave it, if its experts are equally loaded: its replicated experts
     * over all its experts. A hot rank keeps at least the rest, whatever the topology.
     *
     * @param originalsPerRank experts that live on a rank, at least 1
     * @param replicaSlotsPerRank replica slots a rank, from 0 to {@code originalsPerRank}
     * @return a share from 0 to 1
     */
    public static double replicatedShare(int originalsPerRank, int replicaSlotsPerRank) {
        if (originalsPerRank < 1) {
            throw new IllegalArgumentException("originalsPerRank: got " + originalsPerRank + ", expected at least 1");
        }
        if (replicaSlotsPerRank < 0 || replicaSlotsPerRank > originalsPerRank) {
            throw new IllegalArgumentException("replicaSlotsPerRank: got " + replicaSlotsPerRank + ", expected 0.."
                    + originalsPerRank + ", at most one for each original");
        }
        return (double) replicaSlotsPerRank / originalsPerRank;
    }

    private static int shortest(int[][] rows) {
        return Arrays.stream(rows).mapToInt(row -> row.length).min().orElse(0);
    }

    /** By Menger: the least, over all ranks but one, of the largest number of edge-disjoint paths to that one. */
    private static int edgeConnectivity(ReplicaTopology topology) {
        int n = topology.groupSize();
        double least = 2.0 * topology.replicasPerRank();
        for (int r = 1; r < n; r++) {
            MaxFlow flow = new MaxFlow(n, n * topology.replicasPerRank(), 0);
            for (Edge edge : topology.edges()) {
                flow.connect(edge.original(), edge.replica(), 1, 1);
            }
            least = Math.min(least, flow.send(0, r));
        }
        return (int) least;
    }

    /** The outcome of a breadth-first search from every rank. */
    private record Spread(int components, int depth, int reachMin) {
        static Spread of(int[][] next) {
            int n = next.length;
            int components = 0;
            int deepest = 0;
            int reachMin = n - 1;
            int[] depth = new int[n];
            int[] queue = new int[n];
            for (int start = 0; start < n; start++) {
                Arrays.fill(depth, -1);
                depth[start] = 0;
                queue[0] = start;
                int tail = 1;
                int lowest = start;
                for (int k = 0; k < tail; k++) {
                    lowest = Math.min(lowest, queue[k]);
                    deepest = Math.max(deepest, depth[queue[k]]);
                    for (int r : next[queue[k]]) {
                        if (depth[r] < 0) {
                            depth[r] = depth[queue[k]] + 1;
                            queue[tail++] = r;
                        }
                    }
                }
                // Each component is counted once, at its lowest rank.
                components += lowest == start ? 1 : 0;
                reachMin = Math.min(reachMin, tail - 1);
            }
            return new Spread(components, deepest, reachMin);
        }
    }
}
