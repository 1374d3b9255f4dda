// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import java.util.Arrays;

/**
 * Tokens of every entry with the time of every rank, kept up to date by each change. A change of one entry costs a few
 * operations, since a rank's time depends only on its tokens, its active experts and its tiles.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
final class TimedSplit {
    private final ExpertHosts hosts;
    private final ExpertCost cost;
    private final int regimes;
    private final long[] quota;
    private final long[] tokens;
    private final int[] active;
    private final int[] replicas;
    private final long[] tiles;
    private final double[] time;
    private final double[] speed;
    private int activeEntries;

    TimedSplit(ExpertHosts hosts, ExpertCost cost) {
        this.hosts = hosts;
        this.cost = cost;
        regimes = cost.regimes();
        quota = new long[hosts.capacity];
        tokens = new long[hosts.ranks];
        active = new int[hosts.ranks];
        replicas = new int[hosts.ranks];
        tiles = new long[hosts.ranks * regimes];
        time = new double[hosts.ranks];
        speed = new double[hosts.ranks];
    }

    /** Takes all tokens away. */
    void clear(double[] newSpeed) {
        System.arraycopy(newSpeed, 0, speed, 0, speed.length);
        Arrays.fill(quota, 0);
        Arrays.fill(tokens, 0);
        Arrays.fill(active, 0);
        Arrays.fill(replicas, 0);
        Arrays.fill(tiles, 0);
        Arrays.fill(time, 0);
        activeEntries = 0;
    }

    void copy(TimedSplit other) {
        System.arraycopy(other.speed, 0, speed, 0, speed.length);
        System.arraycopy(other.quota, 0, quota, 0, quota.length);
        System.arraycopy(other.tokens, 0, tokens, 0, tokens.length);
        System.arraycopy(other.active, 0, active, 0, active.length);
        System.arraycopy(other.replicas, 0, replicas, 0, replicas.length);
        System.arraycopy(other.tiles, 0, tiles, 0, tiles.length);
        System.arraycopy(other.time, 0, time, 0, time.length);
        activeEntries = other.activeEntries;
    }

    /** Gives an entry another number of tokens. */
    void set(int entry, long amount) {
        long old = quota[entry];
        if (old == amount) {
            return;
        }
        int r = hosts.rank[entry];
        quota[entry] = amount;
        tokens[r] += amount - old;
        int change = (amount > 0 ? 1 : 0) - (old > 0 ? 1 : 0);
        active[r] += change;
        activeEntries += change;
        replicas[r] += isReplica(entry) ? change : 0;
        for (int k = 0; k < regimes; k++) {
            CostRegime regime = cost.regime(k);
            tiles[r * regimes + k] += regime.tiles(amount) - regime.tiles(old);
        }
        time[r] = micros(r, tokens[r], active[r], replicas[r], 0, 0);
    }

    /** Moves tokens between two entries of one expert. */
    void move(int from, int to, long amount) {
        set(from, quota[from] - amount);
        set(to, quota[to] + amount);
    }

    /** Returns the time of an entry's rank if the entry had so many tokens. */
    double timeAfter(int entry, long amount) {
        long old = quota[entry];
        int r = hosts.rank[entry];
        int change = (amount > 0 ? 1 : 0) - (old > 0 ? 1 : 0);
        return micros(
                r,
                tokens[r] + amount - old,
                active[r] + change,
                replicas[r] + (isReplica(entry) ? change : 0),
                old,
                amount);
    }

    private double micros(int r, long newTokens, int newActive, int newReplicas, long old, long amount) {
        if (newTokens == 0) {
            return 0;
        }
        if (speed[r] == 0) {
            return Double.POSITIVE_INFINITY;
        }
        int k = cost.regimeOf(newTokens, hosts.slotsPerRank);
        CostRegime regime = cost.regime(k);
        long newTiles = tiles[r * regimes + k] + regime.tiles(amount) - regime.tiles(old);
        return (regime.micros(newTiles, newActive) + cost.replicaUs() * newReplicas) / speed[r];
    }

    private boolean isReplica(int entry) {
        return entry != hosts.offset[hosts.expert[entry]];
    }

    long quota(int entry) {
        return quota[entry];
    }

    long tokens(int rank) {
        return tokens[rank];
    }

    double time(int rank) {
        return time[rank];
    }

    double speed(int rank) {
        return speed[rank];
    }

    /** Returns the tile in which the rank's kernel computes now. */
    int tile(int rank) {
        return cost.regime(cost.regimeOf(tokens[rank], hosts.slotsPerRank)).tile();
    }

    int activeEntries() {
        return activeEntries;
    }

    int slowest() {
        int slowest = 0;
        for (int r = 1; r < time.length; r++) {
            if (time[r] > time[slowest]) {
                slowest = r;
            }
        }
        return slowest;
    }

    double maxTime() {
        return time[slowest()];
    }

    /** Returns the largest number of tokens per unit of speed. */
    double maxLoad() {
        double max = 0;
        for (int r = 0; r < tokens.length; r++) {
            max = Math.max(max, load(r));
        }
        return max;
    }

    double load(int rank) {
        return tokens[rank] == 0 ? 0 : tokens[rank] / speed[rank];
    }
}
