// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.Arrays;

/**
 * Lower bounds on the largest load that hold for every choice of replicas under the limits of the settings.
 *
 * <ul>
 *   <li>{@link Binding#MEAN}: the tokens of a domain, divided by its speeds.
 *   <li>{@link Binding#HOME}: a home rank keeps what its experts cannot shed. A replica takes at most the capacity of its
 *       rank, there are as many as spare slots outside or {@code maxReplicas}, and experts that may not be replicated or have
 *       fewer tokens than a replica needs shed nothing.
 *   <li>{@link Binding#SLOTS}: ranks above a level must shed their excess, and every rank below it takes at most its room,
 *       in as many pieces as it has spare slots, of different experts. Counting pieces by size, no more pieces of at least x
 *       tokens exist than slots on ranks with that room, and than {@code sum of floor(w[e] / x)}; the tokens that move are at
 *       most the sum over x of the smaller number. And every rank above the level needs replicas of its own experts: no more
 *       than there may be.
 * </ul>
 *
 * <p>The last two are found by bisection over the level, and only where the mean is not attained. Cost and copies that are
 * present do not enter.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class ReplicaBound {
    /** Sizes of pieces that the sum over sizes tells apart. */
    private static final int SIZES = 64;

    private static final int BISECTIONS = 24;

    private static final int[] GAPS = {701, 301, 132, 57, 23, 10, 4, 1};

    /** Keeps rounding errors from proving too much. */
    private static final double ROUNDING = 1 + 1e-12;

    private final ReplicaGraph graph;
    private final boolean[] replicated;
    private final int spareSlots;
    private final int maxReplicas;
    private final long least;
    private final int[] rank;
    private final long[] home;
    private final long[] count;
    private final int[] homeOf;
    private final double[] part;
    private final double[] top;

    private final RankCapacities speeds;
    private double fullSize;
    private long fullPieces;
    private int parts;
    private int others;
    private double bound;
    private Binding binding = Binding.MEAN;

    ReplicaBound(ReplicaSettings settings, ReplicaGraph graph, RankCapacities speeds) {
        this.graph = graph;
        this.speeds = speeds;
        replicated = new boolean[settings.experts()];
        for (int e = 0; e < replicated.length; e++) {
            replicated[e] = settings.isReplicated(e);
        }
        spareSlots = settings.spareSlots();
        maxReplicas = settings.maxReplicas();
        least = settings.minTokens();
        rank = new int[settings.ranks()];
        Arrays.setAll(rank, r -> r);
        home = new long[settings.ranks()];
        count = new long[settings.experts()];
        homeOf = new int[settings.experts()];
        part = new double[Math.max(settings.experts(), settings.ranks() * spareSlots)];
        top = new double[spareSlots];
    }

    double bound() {
        return bound;
    }

    Binding binding() {
        return binding;
    }

    /** Tokens that start on a rank. */
    long home(int rank) {
        return home[rank];
    }

    /** All ranks in their order. */
    int[] allRanks() {
        return rank;
    }

    /**
     * Takes over a batch, whose tokens are where they start in the graph, and computes the bound of the mean.
     *
     * @param counts tokens per expert; those of an expert without an active host are 0
     */
    void start(long[] counts) {
        System.arraycopy(counts, 0, count, 0, count.length);
        System.arraycopy(graph.load, 0, home, 0, home.length);
        for (int e = 0; e < count.length; e++) {
            homeOf[e] = graph.seat[e] < 0 ? graph.homeRank[e] : graph.seat[e] / spareSlots;
        }
        bound = 0;
        binding = Binding.MEAN;
        for (int first = 0; first < home.length; first += graph.domain) {
            int end = Math.min(first + graph.domain, home.length);
            double speed = 0;
            long tokens = 0;
            for (int r = first; r < end; r++) {
                speed += speeds.speed(r);
                tokens += home[r];
            }
            if (tokens > 0) {
                bound = Math.max(bound, speeds.unit() ? Math.ceilDiv(tokens, (long) speed) : tokens / speed);
            }
        }
    }

    /**
     * Raises the bound by what home ranks cannot shed and by counting slots.
     *
     * @param attained largest load of some plan: no bound is higher
     */
    void raise(double attained) {
        for (int r = 0; r < home.length; r++) {
            raise(Binding.HOME, r, r + 1, attained);
        }
        for (int first = 0; first < home.length; first += graph.domain) {
            raise(Binding.SLOTS, first, Math.min(first + graph.domain, home.length), attained);
        }
    }

    /** Bisection between the bound, which some ranks exceed whatever the replicas, and a level that a plan attains. */
    private void raise(Binding kind, int from, int end, double attained) {
        if (!(attained > bound) || !exceeds(kind, from, end, bound)) {
            return;
        }
        double low = bound;
        double high = attained;
        for (int k = 0; k < BISECTIONS && high - low > (speeds.unit() ? 1 : 0); k++) {
            double middle = speeds.unit() ? Math.floor((low + high) / 2) : (low + high) / 2;
            if (exceeds(kind, from, end, middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        // Whole tokens at speed 1: what exceeds one level needs the next.
        bound = speeds.unit() ? low + 1 : low;
        binding = kind;
    }

    private boolean exceeds(Binding kind, int from, int end, double level) {
        return kind == Binding.HOME
                ? home[from] > (shed(from, level) + speeds.speed(from) * level) * ROUNDING
                : excess(from, end, level) > absorbed(from, end, level) * ROUNDING
                        || replicasNeeded(from, end, level) > replicasPossible(from, end);
    }

    private long replicasNeeded(int from, int end, double level) {
        long needed = 0;
        for (int r = from; r < end; r++) {
            needed += needed(r, level);
        }
        return needed;
    }

    private long replicasPossible(int from, int end) {
        long active = 0;
        for (int r = from; r < end; r++) {
            active += speeds.speed(r) > 0 ? 1 : 0;
        }
        return Math.min(maxReplicas, active * spareSlots);
    }

    private double excess(int from, int end, double level) {
        double sum = 0;
        for (int r = from; r < end; r++) {
            sum += Math.max(0, home[r] - speeds.speed(r) * level);
        }
        return sum;
    }

    /** The most that the experts of a rank shed at a level. */
    private double shed(int rank, double level) {
        findPieces(rank, level);
        long slots = Math.min(maxReplicas, (long) others * spareSlots);
        long full = Math.min(slots, fullPieces);
        double shed = full * fullSize;
        for (int k = parts - 1; k >= 0 && full < slots; k--) {
            shed += part[k];
            full++;
        }
        return shed;
    }

    /** The least number of replicas without which a rank is above a level, whatever the others do. */
    private long needed(int rank, double level) {
        double excess = home[rank] - speeds.speed(rank) * level * ROUNDING;
        if (excess <= 0) {
            return 0;
        }
        findPieces(rank, level);
        double left = excess - fullPieces * fullSize;
        if (left <= 0) {
            return (long) Math.ceil(excess / fullSize);
        }
        long needed = fullPieces;
        for (int k = parts - 1; k >= 0 && left > 0; k--) {
            left -= part[k];
            needed++;
        }
        return needed;
    }

    /** The pieces in which the experts of a rank can leave it: none is larger than the capacity of any other rank. */
    private void findPieces(int rank, double level) {
        int first = rank / graph.domain * graph.domain;
        int end = Math.min(first + graph.domain, home.length);
        fullSize = 0;
        others = 0;
        for (int r = first; r < end; r++) {
            if (r != rank && speeds.speed(r) > 0) {
                fullSize = Math.max(fullSize, speeds.speed(r) * level);
                others++;
            }
        }
        fullPieces = 0;
        parts = 0;
        for (int e = 0; e < count.length && fullSize > 0; e++) {
            if (homeOf[e] == rank && mayMove(e)) {
                long full = Math.min(others, (long) (count[e] / fullSize));
                fullPieces += full;
                if (full < others) {
                    part[parts++] = count[e] - full * fullSize;
                }
            }
        }
        sortParts();
    }

    /** Shell sort with Ciura's gaps; {@code Arrays.sort} allocates. */
    private void sortParts() {
        for (int gap : GAPS) {
            for (int k = gap; k < parts; k++) {
                double value = part[k];
                int j = k;
                while (j >= gap && part[j - gap] > value) {
                    part[j] = part[j - gap];
                    j -= gap;
                }
                part[j] = value;
            }
        }
    }

    private boolean mayMove(int expert) {
        return replicated[expert] && count[expert] >= least;
    }

    /** An upper bound on what the ranks of a domain take beyond their own tokens at a level. */
    private double absorbed(int from, int end, double level) {
        double bySlots = absorbedBySlots(from, end, level);
        return spareSlots == 0 ? 0 : Math.min(bySlots, absorbedBySizes(from, end, level));
    }

    /** Every rank takes at most its room in pieces of at most the largest experts. */
    private double absorbedBySlots(int from, int end, double level) {
        Arrays.fill(top, 0);
        for (int e = 0; e < count.length; e++) {
            if (homeOf[e] >= from && homeOf[e] < end && mayMove(e)) {
                insertTop(count[e]);
            }
        }
        parts = 0;
        double sum = 0;
        for (int r = from; r < end; r++) {
            double room = Math.max(0, speeds.speed(r) * level - home[r]);
            for (int j = 0; j < spareSlots; j++) {
                double taken = Math.min(room, top[j]);
                room -= taken;
                part[parts++] = taken;
                sum += taken;
            }
        }
        if (maxReplicas < parts) {
            sortParts();
            for (int k = 0; k < parts - maxReplicas; k++) {
                sum -= part[k];
            }
        }
        return sum;
    }

    private void insertTop(long tokens) {
        double value = tokens;
        for (int j = 0; j < top.length; j++) {
            if (value > top[j]) {
                double old = top[j];
                top[j] = value;
                value = old;
            }
        }
    }

    /** Counts pieces by their size; sizes are rounded so that the result can only be too large. */
    private double absorbedBySizes(int from, int end, double level) {
        double largest = 0;
        int others = -1;
        for (int r = from; r < end; r++) {
            largest = Math.max(largest, speeds.speed(r) * level - home[r]);
            others += speeds.speed(r) > 0 ? 1 : 0;
        }
        double step = Math.max(1, Math.ceil(largest / SIZES));
        double sum = 0;
        // A piece of more than x tokens has at least floor(x) + 1.
        for (double x = 0; x < largest; x += step) {
            sum += Math.min(step, largest - x) * pieces(from, end, level, Math.floor(x) + 1, others);
        }
        return sum;
    }

    private long pieces(int from, int end, double level, double size, int others) {
        long slots = 0;
        for (int r = from; r < end; r++) {
            slots += speeds.speed(r) * level - home[r] >= size ? spareSlots : 0;
        }
        slots = Math.min(slots, maxReplicas);
        // What a rank takes beyond its own may be less than a piece, for it may shed tokens as well.
        double piece = Math.max(size, (double) least);
        long pieces = 0;
        for (int e = 0; e < count.length && pieces < slots; e++) {
            if (count[e] >= piece && homeOf[e] >= from && homeOf[e] < end && replicated[e]) {
                pieces += Math.min(others, (long) (count[e] / piece));
            }
        }
        return Math.min(slots, pieces);
    }
}
