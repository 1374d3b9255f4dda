// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The named topologies. Cube, hypercube, ring and torus are LPLB's (README, "Topology"; {@code tests}); a circulant
 * serves where they have no fit: any number of ranks with any number of replica sets.
 *
 * <p>For a custom one see {@link TopologyFile} and {@link ReplicaTopology#of(String, int[][])}.
 */
public final class Topologies {
    /** The largest number of ranks in a group. */
    public static final int MAX_RANKS = 4096;

    private static final int[] CUBE_EDGES = {3, 0, 1, 2, 7, 4, 5, 6};
    private static final int[] CUBE_DIAGONALS = {6, 7, 4, 5, 0, 1, 2, 3};

    private static final int MAX_DIMENSION = 12;
    private static final int MAX_NAMES = 8;

    private static final Pattern HYPERCUBE = Pattern.compile("hypercube(?:\\((\\d{1,9})\\)|(\\d))");
    private static final Pattern RING = Pattern.compile("ring(?:\\((\\d{1,9})\\)|(\\d{1,9}))");
    private static final Pattern TORUS = Pattern.compile("torus(?:\\((\\d{1,9}),(\\d{1,9})\\)|(\\d{1,9})x(\\d{1,9}))");
    private static final Pattern CIRCULANT = Pattern.compile("circulant\\((\\d{1,9}),(\\d{1,9}(?:,\\d{1,9})*)\\)");

    private Topologies() {}

    /**
     * A kind of topology that {@link #parse} knows.
     *
     * @param name how to write it; m, n and the like stand for numbers
     * @param description one line
     */
    public record Named(String name, String description) {}

    /** {@return the kinds of topology that {@link #parse} knows} */
    public static List<Named> list() {
        return List.of(
                new Named("cube", "8 ranks, 2 replica sets: two rings of 4, and two more across them (LPLB's 8P2E)"),
                new Named("hypercube", "16 ranks, 2 replica sets: a ring of 4 in each quad and across quads (16P2E)"),
                new Named(
                        "hypercube(n)",
                        "2^n ranks, a replica set for each two of the n dimensions, a ring of 4 in each"),
                new Named("ringN", "N ranks, 1 replica set: rank r holds the copies of rank r + 1; also ring(N)"),
                new Named("torusMxN", "M * N ranks, 2 replica sets: the next row and the next column; also torus(M,N)"),
                new Named("circulant(N,A,B,..)", "N ranks, a replica set each for the ranks A, B, .. further on"),
                new Named("X*Y", "product: a group of Y in each rank of X, and X between ranks of the same place"),
                new Named("X+Y", "overlay: the replica sets of X and those of Y on the same ranks"));
    }

    /**
     * 8 ranks with 2 replica sets: LPLB's 8P2E.
     *
     * @return the cube
     */
    public static ReplicaTopology cube() {
        int[][] r2o = new int[8][];
        for (int r = 0; r < 8; r++) {
            r2o[r] = new int[] {CUBE_EDGES[r], CUBE_DIAGONALS[r]};
        }
        return ReplicaTopology.of("cube", r2o);
    }

    /**
     * 16 ranks with 2 replica sets: LPLB's 16P2E. Rank r = 4 q + j holds copies of the rank before it in its quad q,
     * and of the rank with the same j in the quad before.
     *
     * @return the hypercube
     */
    public static ReplicaTopology hypercube() {
        int[][] r2o = new int[16][];
        for (int r = 0; r < 16; r++) {
            r2o[r] = new int[] {r / 4 * 4 + (r + 3) % 4, (r + 12) % 16};
        }
        return ReplicaTopology.of("hypercube", r2o);
    }

    /**
     * 2^n ranks with a replica set for each two dimensions: rank numbers have two bits per set, and in set d, rank r holds copies of the
     * rank whose d-th two bits are one less, modulo 4; so the edges are those of an n-dimensional hypercube, in rings of 4. An odd last
     * dimension joins pairs of ranks. Four dimensions make LPLB's 16P2E.
     *
     * @param dimension n, 1 to 12
     * @return the hypercube
     * @throws IllegalArgumentException if the dimension is not as said
     */
    public static ReplicaTopology hypercube(int dimension) {
        if (dimension < 1 || dimension > MAX_DIMENSION) {
            throw new IllegalArgumentException(
                    "hypercube: got " + dimension + " dimensions, expected 1.." + MAX_DIMENSION);
        }
        int[][] r2o = new int[1 << dimension][(dimension + 1) / 2];
        for (int r = 0; r < r2o.length; r++) {
            for (int d = 0; d < r2o[r].length; d++) {
                int low = 2 * d;
                int mask = (low + 1 < dimension ? 3 : 1) << low;
                r2o[r][d] = (r & ~mask) | (((r & mask) - (1 << low)) & mask);
            }
        }
        return ReplicaTopology.of("hypercube(" + dimension + ")", r2o);
    }

    /**
     * The product of two topologies: as many groups of {@code inner} as {@code outer} has ranks, the replica sets of {@code outer} first.
     * Rank {@code i * inner.groupSize() + j} holds copies of the ranks of place j in the groups that {@code outer} names for i, and of the
     * ranks of its own group that {@code inner} names for j. A torus is the product of two rings.
     *
     * @param outer topology between groups
     * @param inner topology inside each group
     * @return the product, with the sum of their replica sets
     * @throws IllegalArgumentException if it has more than {@link #MAX_RANKS} ranks
     */
    public static ReplicaTopology product(ReplicaTopology outer, ReplicaTopology inner) {
        int n = inner.groupSize();
        requireRanks("product", (long) outer.groupSize() * n);
        int sets = outer.replicasPerRank();
        int[][] r2o = new int[outer.groupSize() * n][sets + inner.replicasPerRank()];
        for (int r = 0; r < r2o.length; r++) {
            for (int d = 0; d < r2o[r].length; d++) {
                r2o[r][d] = d < sets
                        ? outer.originalOf(r / n, d) * n + r % n
                        : r / n * n + inner.originalOf(r % n, d - sets);
            }
        }
        return ReplicaTopology.of(factor(outer) + "*" + factor(inner), r2o);
    }

    private static String factor(ReplicaTopology topology) {
        return topology.name().indexOf('+') < 0 ? topology.name() : "(" + topology.name() + ")";
    }

    /**
     * Two topologies on the same ranks: the replica sets of the first, then those of the second.
     *
     * @param first topology of some ranks
     * @param second topology of as many ranks
     * @return the overlay, with the sum of their replica sets
     * @throws IllegalArgumentException if the topologies have different numbers of ranks
     */
    public static ReplicaTopology overlay(ReplicaTopology first, ReplicaTopology second) {
        if (first.groupSize() != second.groupSize()) {
            throw new IllegalArgumentException("overlay: got " + second.groupSize() + " ranks in " + second.name()
                    + ", expected the " + first.groupSize() + " of " + first.name());
        }
        int sets = first.replicasPerRank();
        int[][] r2o = new int[first.groupSize()][sets + second.replicasPerRank()];
        for (int r = 0; r < r2o.length; r++) {
            for (int d = 0; d < r2o[r].length; d++) {
                r2o[r][d] = d < sets ? first.originalOf(r, d) : second.originalOf(r, d - sets);
            }
        }
        return ReplicaTopology.of(first.name() + "+" + second.name(), r2o);
    }

    /**
     * n ranks with 1 replica set: rank r holds copies of rank r + 1, the last one of rank 0.
     *
     * @param n at least 2; of two ranks each holds the other's copies
     * @return the ring
     */
    public static ReplicaTopology ring(int n) {
        requireRanks("ring", n);
        int[][] r2o = new int[n][];
        for (int r = 0; r < n; r++) {
            r2o[r] = new int[] {(r + 1) % n};
        }
        return ReplicaTopology.of("ring" + n, r2o);
    }

    /**
     * m * n ranks with 2 replica sets: rank i * n + j, in row i and column j, holds copies of the rank in the next row
     * (set 0) and of the rank in the next column (set 1). With n ranks in a node, set 1 stays inside the nodes.
     *
     * @param m number of rows, at least 2
     * @param n number of columns, at least 2; with a single row or column every second copy would lie beside its
     *     original, and {@link #ring} is meant
     * @return the torus
     */
    public static ReplicaTopology torus(int m, int n) {
        if (m < 2 || n < 2) {
            throw new IllegalArgumentException("torus: got " + m + " x " + n
                    + ", expected at least 2 rows and 2 columns; one line of ranks is a ring");
        }
        requireRanks("torus", (long) m * n);
        int[][] r2o = new int[m * n][];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                r2o[i * n + j] = new int[] {(i + 1) % m * n + j, i * n + (j + 1) % n};
            }
        }
        return ReplicaTopology.of("torus" + m + "x" + n, r2o);
    }

    /**
     * n ranks with a replica set per offset: rank r holds copies of the ranks r + offset, modulo n.
     *
     * @param n at least 2
     * @param offsets one or more, distinct, each from 1 to n - 1
     * @return the circulant
     */
    public static ReplicaTopology circulant(int n, int... offsets) {
        requireRanks("circulant", n);
        if (offsets.length == 0) {
            throw new IllegalArgumentException("circulant: got no offset, expected at least one");
        }
        for (int d = 0; d < offsets.length; d++) {
            String entry = "circulant: got offset " + offsets[d];
            if (offsets[d] < 1 || offsets[d] >= n) {
                throw new IllegalArgumentException(entry + ", expected 1.." + (n - 1));
            }
            for (int k = 0; k < d; k++) {
                if (offsets[k] == offsets[d]) {
                    throw new IllegalArgumentException(entry + " twice, expected distinct offsets");
                }
            }
        }
        int[][] r2o = new int[n][offsets.length];
        for (int r = 0; r < n; r++) {
            for (int d = 0; d < offsets.length; d++) {
                r2o[r][d] = (r + offsets[d]) % n;
            }
        }
        StringBuilder name = new StringBuilder("circulant(").append(n);
        for (int offset : offsets) {
            name.append(',').append(offset);
        }
        return ReplicaTopology.of(name.append(')').toString(), r2o);
    }

    /**
     * The topology with a name: {@code cube}, {@code hypercube}, {@code ring8} or {@code ring(8)}, {@code torus8x4} or
     * {@code torus(8,4)}, {@code circulant(13,1,5)}, {@code hypercube(6)} of 64 ranks; and products and overlays of
     * them, such as {@code ring4*cube} and {@code ring8+circulant(8,3)}, products before overlays, up to 8 names. Case and spaces do not
     * matter; {@code cube8} and {@code hypercube16}, of 16 ranks, are accepted too.
     *
     * @param name as above
     * @return the topology of that name
     * @throws IllegalArgumentException if there is none of that name, or not of that size
     */
    public static ReplicaTopology parse(String name) {
        String text =
                Objects.requireNonNull(name, "name").toLowerCase(Locale.ROOT).replaceAll("\\s", "");
        if (text.indexOf('+') >= 0 || text.indexOf('*') >= 0) {
            return composed(text);
        }
        if (text.equals("cube") || text.equals("cube8")) {
            return cube();
        }
        if (text.equals("hypercube") || text.equals("hypercube16")) {
            return hypercube();
        }
        Matcher hypercube = HYPERCUBE.matcher(text);
        if (hypercube.matches()) {
            return hypercube(number(hypercube, 1, 2));
        }
        Matcher ring = RING.matcher(text);
        if (ring.matches()) {
            return ring(number(ring, 1, 2));
        }
        Matcher torus = TORUS.matcher(text);
        if (torus.matches()) {
            return torus(number(torus, 1, 3), number(torus, 2, 4));
        }
        Matcher circulant = CIRCULANT.matcher(text);
        if (circulant.matches()) {
            int[] offsets = Stream.of(circulant.group(2).split(",", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            return circulant(number(circulant, 1, 1), offsets);
        }
        throw new IllegalArgumentException("topology: got \"" + name
                + "\", expected cube, hypercube, hypercube(n), ringN, torusMxN or circulant(N,A,B,..), such as ring8 or torus8x4,"
                + " or several joined by * or +");
    }

    private static ReplicaTopology composed(String text) {
        if (text.chars().filter(c -> c == '+' || c == '*').count() >= MAX_NAMES) {
            throw new IllegalArgumentException(
                    "topology: got more than " + MAX_NAMES + " names, expected at most so many");
        }
        return Stream.of(text.split("\\+", -1))
                .map(term -> Stream.of(term.split("\\*", -1))
                        .map(Topologies::parse)
                        .reduce(Topologies::product)
                        .orElseThrow())
                .reduce(Topologies::overlay)
                .orElseThrow();
    }

    /** The number in whichever of two groups of a match took part. */
    private static int number(Matcher match, int group, int other) {
        String digits = match.group(group);
        return Integer.parseInt(digits != null ? digits : match.group(other));
    }

    private static void requireRanks(String kind, long ranks) {
        if (ranks < 2 || ranks > MAX_RANKS) {
            throw new IllegalArgumentException(kind + ": got " + ranks + " ranks, expected 2.." + MAX_RANKS);
        }
    }
}
