// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

/**
 * Local improvement of a split: moves tokens of one expert from one of its hosts to another.
 *
 * <ul>
 *   <li>{@link #lowerTime} moves tokens off the slowest rank while that lowers its time: a whole expert (which may drop a
 *       split), whole tiles, or what fits in the last tile of the other host. If no single move helps, the receiving rank
 *       may pass tokens of another expert on to a third rank.
 *   <li>{@link #levelTokens} moves tokens from more to less loaded ranks where that makes neither of the two slower than
 *       the slower one was.
 *   <li>{@link #dropSplits} gathers an expert on fewer hosts where neither the largest time nor the largest number of
 *       tokens rises.
 * </ul>
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
final class LocalMoves {
    private static final double LOWER = 1 - 1e-9;
    private static final int MOST_AMOUNTS = 12;
    private static final int LEVEL_SWEEPS = 4;

    private final ExpertHosts hosts;
    private final long[] amounts = new long[MOST_AMOUNTS];
    private final long[] innerAmounts = new long[MOST_AMOUNTS];
    private int bestFrom;
    private int bestTo;
    private long bestAmount;
    private double bestTime;

    LocalMoves(ExpertHosts hosts) {
        this.hosts = hosts;
    }

    /** Lowers the time of the slowest rank as long as moves are found. */
    void lowerTime(TimedSplit split, double lowerBound) {
        int steps = 4 * hosts.ranks;
        boolean moved = true;
        while (moved && steps-- > 0) {
            int r = split.slowest();
            moved = split.time(r) > lowerBound / LOWER && (moveOff(split, r) || moveThrough(split, r));
        }
    }

    /** Makes the best single move off a rank; false if none lowers its time without making another as slow. */
    private boolean moveOff(TimedSplit split, int r) {
        bestTime = split.time(r) * LOWER;
        bestAmount = 0;
        for (int at = hosts.entriesFrom[r]; at < hosts.entriesFrom[r + 1]; at++) {
            findMove(split, hosts.entriesOf[at]);
        }
        if (bestAmount > 0) {
            split.move(bestFrom, bestTo, bestAmount);
        }
        return bestAmount > 0;
    }

    private void findMove(TimedSplit split, int from) {
        int e = hosts.expert[from];
        for (int to = hosts.offset[e]; to < hosts.offset[e + 1]; to++) {
            if (to != from && split.quota(from) > 0 && split.speed(hosts.rank[to]) > 0) {
                int count = amounts(split, from, to, amounts);
                for (int k = 0; k < count; k++) {
                    long amount = amounts[k];
                    double time = Math.max(
                            split.timeAfter(from, split.quota(from) - amount),
                            split.timeAfter(to, split.quota(to) + amount));
                    if (time < bestTime) {
                        bestTime = time;
                        bestFrom = from;
                        bestTo = to;
                        bestAmount = amount;
                    }
                }
            }
        }
    }

    /** Moves tokens off a rank to a host that passes tokens of another expert on. */
    private boolean moveThrough(TimedSplit split, int r) {
        double before = split.time(r) * LOWER;
        for (int at = hosts.entriesFrom[r]; at < hosts.entriesFrom[r + 1]; at++) {
            int from = hosts.entriesOf[at];
            int e = hosts.expert[from];
            for (int to = hosts.offset[e]; to < hosts.offset[e + 1]; to++) {
                int h = hosts.rank[to];
                if (to != from && split.quota(from) > 0 && split.speed(h) > 0) {
                    int count = amounts(split, from, to, innerAmounts);
                    for (int k = 0; k < count; k++) {
                        if (passOn(split, from, to, innerAmounts[k], before)) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }

    private boolean passOn(TimedSplit split, int from, int to, long amount, double before) {
        if (!(split.timeAfter(from, split.quota(from) - amount) < before)) {
            return false;
        }
        split.move(from, to, amount);
        int h = hosts.rank[to];
        bestTime = before;
        bestAmount = 0;
        for (int at = hosts.entriesFrom[h]; at < hosts.entriesFrom[h + 1]; at++) {
            if (hosts.entriesOf[at] != to) {
                findMove(split, hosts.entriesOf[at]);
            }
        }
        if (bestAmount > 0) {
            split.move(bestFrom, bestTo, bestAmount);
            return true;
        }
        split.move(to, from, amount);
        return false;
    }

    /** Writes the amounts worth trying between two entries; returns how many. */
    private int amounts(TimedSplit split, int from, int to, long[] out) {
        long have = split.quota(from);
        int tile = split.tile(hosts.rank[from]);
        int count = 0;
        out[count++] = have;
        long tiles = Math.ceilDiv(have, tile);
        long last = have - (tiles - 1) * tile;
        for (long left = 1; left <= 4 && left < tiles; left++) {
            out[count++] = last + (left - 1) * tile;
        }
        if (tiles > 6) {
            out[count++] = last + (tiles / 2 - 1) * tile;
        }
        int other = split.tile(hosts.rank[to]);
        long room = Math.ceilDiv(split.quota(to), other) * other - split.quota(to);
        if (room > 0 && room < have) {
            out[count++] = room;
        }
        if (room > 0 && room + other < have) {
            out[count++] = room + other;
        }
        return count;
    }

    /** Levels tokens per speed where no pair of ranks gets slower. */
    void levelTokens(TimedSplit split) {
        boolean moved = true;
        for (int sweep = 0; moved && sweep < LEVEL_SWEEPS; sweep++) {
            moved = false;
            for (int from = 0; from < hosts.entries(); from++) {
                int e = hosts.expert[from];
                for (int to = hosts.offset[e]; to < hosts.offset[e + 1] && split.quota(from) > 0; to++) {
                    if (to != from && split.speed(hosts.rank[to]) > 0) {
                        moved |= level(split, from, to);
                    }
                }
            }
        }
    }

    private boolean level(TimedSplit split, int from, int to) {
        int r = hosts.rank[from];
        int h = hosts.rank[to];
        long surplus = (long) ((split.load(r) - split.load(h)) / (1 / split.speed(r) + 1 / split.speed(h)));
        if (surplus <= 0) {
            return false;
        }
        double slower = Math.max(split.time(r), split.time(h));
        long amount = Math.min(surplus, split.quota(from));
        if (!levels(split, from, to, amount, slower)) {
            int tile = split.tile(h);
            long room = Math.ceilDiv(split.quota(to), tile) * tile - split.quota(to);
            amount = Math.min(amount, room);
            if (amount == 0 || !levels(split, from, to, amount, slower)) {
                return false;
            }
        }
        split.move(from, to, amount);
        return true;
    }

    private static boolean levels(TimedSplit split, int from, int to, long amount, double slower) {
        double left = split.timeAfter(from, split.quota(from) - amount);
        double right = split.timeAfter(to, split.quota(to) + amount);
        boolean splits = split.quota(to) == 0 && amount < split.quota(from);
        return Math.max(left, right) <= (splits ? slower * LOWER : slower);
    }

    /** Gathers experts on fewer hosts where that costs neither time nor balance. */
    void dropSplits(TimedSplit split) {
        double time = split.maxTime();
        double load = split.maxLoad();
        for (int from = 0; from < hosts.entries(); from++) {
            int e = hosts.expert[from];
            for (int to = hosts.offset[e]; to < hosts.offset[e + 1] && split.quota(from) > 0; to++) {
                int h = hosts.rank[to];
                long together = split.quota(from) + split.quota(to);
                if (to != from
                        && split.quota(to) > 0
                        && split.timeAfter(to, together) <= time
                        && (split.tokens(h) + split.quota(from)) / split.speed(h) <= load) {
                    split.move(from, to, split.quota(from));
                }
            }
        }
    }

    /**
     * Takes replicas with too few tokens back to the expert's first host that takes part.
     *
     * @param least {@code [replicas]}, the least number of tokens of each replica
     */
    void dropBelow(TimedSplit split, long[] least) {
        for (int e = 0; e < hosts.experts; e++) {
            int home = hosts.offset[e];
            while (home < hosts.offset[e + 1] && split.speed(hosts.rank[home]) == 0) {
                home++;
            }
            for (int x = home + 1; x < hosts.offset[e + 1]; x++) {
                if (split.quota(x) < least[hosts.replica[x]]) {
                    split.move(x, home, split.quota(x));
                }
            }
        }
    }
}
