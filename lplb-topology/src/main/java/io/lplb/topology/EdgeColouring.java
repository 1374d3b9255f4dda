// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Colouring of a topology's edges such that no two edges of one colour share a rank. Operations on the edges
 * of one colour then commute, and may run in parallel.
 *
 * <p>{@link GreedyColouring Greedy}, in the order of the edges' numbers. A rank has 2D edges, where D is the number of replica sets per rank; hence at least 2D colours are needed (for two ranks
 * or more) and at most 4D - 1 are used. Cube and hypercube take 4, which is the least possible.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class EdgeColouring {
    private final int[] colourOf;
    private final int[][] edgesOf;

    private EdgeColouring(int[] colourOf, int colours) {
        this.colourOf = colourOf;
        this.edgesOf = new int[colours][];
        for (int c = 0; c < colours; c++) {
            int colour = c;
            edgesOf[c] = IntStream.range(0, colourOf.length)
                    .filter(e -> colourOf[e] == colour)
                    .toArray();
        }
    }

    /**
     * Colours the edges of a topology.
     *
     * @param topology any topology
     * @return colours such that edges of one colour share no rank
     */
    public static EdgeColouring of(ReplicaTopology topology) {
        int[][] ranks = topology.edges().stream()
                .map(edge -> new int[] {edge.original(), edge.replica()})
                .toArray(int[][]::new);
        int[] colourOf = GreedyColouring.colours(ranks, topology.groupSize());
        return new EdgeColouring(colourOf, Arrays.stream(colourOf).max().orElse(-1) + 1);
    }

    /** {@return the number of colours} */
    public int colours() {
        return edgesOf.length;
    }

    /**
     * {@return the colour of an edge, by its number; colours count from 0}
     *
     * @param edge from 0 to {@code groupSize * replicasPerRank - 1}
     */
    public int colourOf(int edge) {
        return colourOf[edge];
    }

    /**
     * {@return the numbers of the edges of a colour, rising}
     *
     * @param colour from 0 to {@code colours - 1}
     */
    public int[] edgesOf(int colour) {
        return edgesOf[colour].clone();
    }
}
