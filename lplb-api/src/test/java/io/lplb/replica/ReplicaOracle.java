// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * Smallest largest load over all choices of replicas, by enumeration. It shares no code with the planner: every choice of used
 * spare slots is tried. A choice attains a level if no set of ranks keeps more tokens than its capacities at that level.
 *
 * <p>A used replica has at least {@code minTokens}: they are put there first, and the rest is split freely.
 */
final class ReplicaOracle {
    private final ReplicaSettings settings;
    private final int ranks;
    private final long[] counts;
    private final double[] speeds;
    private final int[] hosts;
    private final long[] rest;
    private final long[] fixed;
    private final double[] levels;
    private int level;

    private ReplicaOracle(ReplicaSettings settings, long[] counts, double[] speeds) {
        this.settings = settings;
        this.ranks = settings.ranks();
        this.counts = counts;
        this.speeds = speeds;
        hosts = new int[counts.length];
        rest = counts.clone();
        fixed = new long[ranks];
        // Levels at which a rank takes one token more.
        long most = Arrays.stream(counts).sum();
        levels = Arrays.stream(speeds)
                .flatMap(s -> LongStream.rangeClosed(0, most).mapToDouble(k -> k / s))
                .sorted()
                .distinct()
                .toArray();
        level = levels.length - 1;
    }

    /**
     * The optimum in whole tokens.
     *
     * @param settings at most 5 ranks
     * @param counts tokens per expert
     * @param speeds tokens per unit of time of every rank, positive
     */
    static double optimum(ReplicaSettings settings, long[] counts, double[] speeds) {
        ReplicaOracle oracle = new ReplicaOracle(settings, counts, speeds);
        for (int e = 0; e < counts.length; e++) {
            oracle.hosts[e] = 1 << settings.homeRank(e);
        }
        oracle.choose(0, 0, 0, 0);
        return oracle.levels[oracle.level];
    }

    /** Tries all experts from {@code expert} on for the next slot of a rank, and leaving the rest of its slots empty. */
    private void choose(int rank, int used, int expert, int replicas) {
        if (rank == ranks) {
            evaluate();
            return;
        }
        choose(rank + 1, 0, 0, replicas);
        if (used == settings.spareSlots() || replicas == settings.maxReplicas()) {
            return;
        }
        for (int e = expert; e < counts.length; e++) {
            if (mayCopy(e, rank)) {
                hosts[e] |= 1 << rank;
                rest[e] -= settings.minTokens();
                fixed[rank] += settings.minTokens();
                choose(rank, used + 1, e + 1, replicas + 1);
                hosts[e] &= ~(1 << rank);
                rest[e] += settings.minTokens();
                fixed[rank] -= settings.minTokens();
            }
        }
    }

    private boolean mayCopy(int expert, int rank) {
        int home = settings.homeRank(expert);
        return settings.isReplicated(expert)
                && home != rank
                && home / settings.domain() == rank / settings.domain()
                && rest[expert] >= settings.minTokens();
    }

    /** Lowers the best level as long as this choice attains a lower one: flows of whole tokens fit into whole capacities. */
    private void evaluate() {
        while (level > 0 && fits(levels[level - 1])) {
            level--;
        }
    }

    private boolean fits(double at) {
        for (int set = 1; set < 1 << ranks; set++) {
            long tokens = 0;
            for (int r = 0; r < ranks; r++) {
                tokens += (set >> r & 1) * (fixed[r] - (long) Math.floor(speeds[r] * at + 1e-9));
            }
            for (int e = 0; e < counts.length; e++) {
                tokens += (hosts[e] & ~set) == 0 ? rest[e] : 0;
            }
            if (tokens > 0) {
                return false;
            }
        }
        return true;
    }
}
