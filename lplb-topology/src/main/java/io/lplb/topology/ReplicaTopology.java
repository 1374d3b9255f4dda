// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which rank holds the copies of which rank's experts, inside one group of ranks (LPLB, README "Topology").
 *
 * <p>The topology is a matrix {@code r2o [groupSize][replicasPerRank]}, "replica to original": the replica slots with
 * number d of rank r hold copies of experts that live on rank {@code r2o[r][d]}. Every column is a permutation without
 * fixed points, so that each rank gives and takes exactly one set of copies per column. Its inverse is
 * {@code o2r [groupSize][replicasPerRank]}: the copies of rank o's d-th experts live on rank {@code o2r[o][d]}.
 *
 * <p>Each (o, d) is an {@link Edge} from o to o2r[o][d]: load can flow along it, from the original to the copy. Edges
 * are numbered {@code o * replicasPerRank + d}.
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class ReplicaTopology {
    private final String name;
    private final int[][] r2o;
    private final int[][] o2r;

    private ReplicaTopology(String name, int[][] r2o, int[][] o2r) {
        this.name = name;
        this.r2o = r2o;
        this.o2r = o2r;
    }

    /**
     * A topology from its matrix.
     *
     * @param name short name for reports
     * @param r2o {@code [groupSize][replicasPerRank]}, at least one row and one column
     * @return the topology, with copies of the arrays
     * @throws IllegalArgumentException naming the entry, if a column is not a permutation without fixed points
     */
    public static ReplicaTopology of(String name, int[][] r2o) {
        return of(name, r2o, r -> "r2o[" + r + "]");
    }

    /**
     * As {@link #of(String, int[][])}, with the names that errors use for the rows, so that a file can name its lines.
     */
    static ReplicaTopology of(String name, int[][] r2o, IntFunction<String> rowName) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(r2o, "r2o");
        int ranks = r2o.length;
        if (ranks == 0 || Objects.requireNonNull(r2o[0], "r2o[0]").length == 0) {
            throw new IllegalArgumentException("r2o: got no entry, expected at least one rank and one replica slot");
        }
        int replicas = r2o[0].length;
        int[][] copy = new int[ranks][];
        int[][] inverse = new int[ranks][replicas];
        for (int[] row : inverse) {
            Arrays.fill(row, -1);
        }
        for (int r = 0; r < ranks; r++) {
            int[] row = Objects.requireNonNull(r2o[r], "a row of r2o");
            if (row.length != replicas) {
                throw new IllegalArgumentException(rowName.apply(r) + ": got " + row.length + " entries, expected "
                        + replicas + " as in " + rowName.apply(0));
            }
            copy[r] = row.clone();
            for (int d = 0; d < replicas; d++) {
                invert(copy, inverse, r, d, rowName);
            }
        }
        return new ReplicaTopology(name, copy, inverse);
    }

    private static void invert(int[][] r2o, int[][] o2r, int r, int d, IntFunction<String> rowName) {
        int o = r2o[r][d];
        String entry = rowName.apply(r) + "[" + d + "]: got " + o;
        if (o < 0 || o >= r2o.length) {
            throw new IllegalArgumentException(entry + ", expected a rank of 0.." + (r2o.length - 1));
        }
        if (o == r) {
            throw new IllegalArgumentException(entry + ", a copy on its own rank; expected another rank");
        }
        if (o2r[o][d] >= 0) {
            throw new IllegalArgumentException(entry + ", which " + rowName.apply(o2r[o][d]) + "[" + d
                    + "] names too; expected a permutation in each column");
        }
        o2r[o][d] = r;
    }

    /** {@return the short name} */
    public String name() {
        return name;
    }

    /** {@return the number of ranks in the group} */
    public int groupSize() {
        return r2o.length;
    }

    /** {@return the number of replica sets on each rank (columns of r2o)} */
    public int replicasPerRank() {
        return r2o[0].length;
    }

    /**
     * {@return the rank whose experts the d-th replica slots of rank r copy}
     *
     * @param rank from 0 to {@code ranks - 1}
     * @param d the replica set, from 0
     */
    public int originalOf(int rank, int d) {
        return r2o[rank][d];
    }

    /**
     * {@return the rank on which the copies of rank o's d-th experts live}
     *
     * @param rank from 0 to {@code ranks - 1}
     * @param d the replica set, from 0
     */
    public int replicaOf(int rank, int d) {
        return o2r[rank][d];
    }

    /**
     * {@return the ranks that share an edge with a rank, in either direction, each once, ascending}
     *
     * @param rank from 0 to {@code ranks - 1}
     */
    public int[] neighbours(int rank) {
        return IntStream.concat(Arrays.stream(r2o[rank]), Arrays.stream(o2r[rank]))
                .sorted()
                .distinct()
                .toArray();
    }

    /** {@return a copy of r2o, {@code [groupSize][replicasPerRank]}} */
    public int[][] r2o() {
        return deepCopy(r2o);
    }

    /** {@return a copy of o2r, {@code [groupSize][replicasPerRank]}} */
    public int[][] o2r() {
        return deepCopy(o2r);
    }

    /** {@return the edges, {@code groupSize * replicasPerRank} of them, in the order of their numbers} */
    public List<Edge> edges() {
        List<Edge> edges = new ArrayList<>(groupSize() * replicasPerRank());
        for (int o = 0; o < groupSize(); o++) {
            for (int d = 0; d < replicasPerRank(); d++) {
                edges.add(new Edge(o, o2r[o][d], d));
            }
        }
        return List.copyOf(edges);
    }

    private static int[][] deepCopy(int[][] a) {
        int[][] copy = new int[a.length][];
        for (int k = 0; k < a.length; k++) {
            copy[k] = a[k].clone();
        }
        return copy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ReplicaTopology that && Arrays.deepEquals(r2o, that.r2o);
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(r2o);
    }

    @Override
    public String toString() {
        return "ReplicaTopology[" + name + ", ranks=" + groupSize() + ", replicasPerRank=" + replicasPerRank() + "]";
    }
}
