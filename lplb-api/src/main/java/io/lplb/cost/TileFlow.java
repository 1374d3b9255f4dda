// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cost;

import java.util.Arrays;

/**
 * Exact min-max distribution of whole tiles over ranks, and the lower bound on the time of any split that it proves.
 *
 * <p>An expert with m tokens has {@code ceil(m / tile)} units, and however its tokens are split, its hosts compute at least
 * as many tiles together. A rank with x units of experts that have a choice takes at least {@code g[r](x)}: its fixed
 * experts as they are, and every unit at the cheapest way to have x of them (fewest active experts, cheapest kernel that
 * the tokens allow). g never falls, so the smallest t for which capacities {@code max x: g[r](x) <= t} can hold all units
 * is a lower bound on the time of every split. Capacities are whole, so a flow of whole units attains it.
 *
 * <p>The flow is found as in {@link io.lplb.quota.QuotaRounder}: augmenting paths from ranks above their capacity to ranks
 * below it. Where no path exists, the reached ranks prove that t is too low, and t rises to the next value that matters.
 *
 * <p>With one regime and no cost per expert g is the time itself, and the flow is an optimal plan.
 *
 * <p>Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
final class TileFlow {
    private final ExpertHosts hosts;
    private final ExpertCost cost;
    private final int regimes;
    private final long[] units;
    private final long[] load;
    private final long[] capacity;
    private final long[] fixedTokens;
    private final int[] fixedActive;
    private final long[] fixedTiles;
    private final long[] movableTokens;
    private final int[] movableExperts;
    private final long[] movableUnits;
    private final long[] largestUnits;
    private final double[] speed;
    private final int[] queue;
    private final int[] reachedBy;
    private final int[] leftBy;
    private int reached;
    private int tile;
    private double level;

    TileFlow(ExpertHosts hosts, ExpertCost cost) {
        this.hosts = hosts;
        this.cost = cost;
        regimes = cost.regimes();
        units = new long[hosts.capacity];
        load = new long[hosts.ranks];
        capacity = new long[hosts.ranks];
        fixedTokens = new long[hosts.ranks];
        fixedActive = new int[hosts.ranks];
        fixedTiles = new long[hosts.ranks * regimes];
        movableTokens = new long[hosts.ranks];
        movableExperts = new int[hosts.ranks];
        movableUnits = new long[hosts.ranks];
        largestUnits = new long[hosts.ranks];
        speed = new double[hosts.ranks];
        queue = new int[hosts.ranks];
        reachedBy = new int[hosts.ranks];
        leftBy = new int[hosts.ranks];
    }

    /**
     * Distributes the units.
     *
     * @param counts {@code [experts]}, tokens of every expert
     * @param newSpeed {@code [ranks]}, 0 for a rank that takes no part
     */
    void solve(long[] counts, double[] newSpeed) {
        System.arraycopy(newSpeed, 0, speed, 0, speed.length);
        chooseTile(counts);
        describe(counts);
        level = 0;
        for (int r = 0; r < hosts.ranks; r++) {
            if (speed[r] > 0) {
                level = Math.max(level, least(r, 0));
            }
        }
        reached = 0;
        for (int r = 0; r < hosts.ranks; r++) {
            capacity[r] = capacity(r, level);
            if (speed[r] > 0) {
                queue[reached++] = r;
            }
        }
        if (excessOfReached() > 0) {
            raiseLevel();
        }
        for (int r = 0; r < hosts.ranks; r++) {
            while (load[r] > capacity[r]) {
                int end = search(r);
                if (end >= 0) {
                    push(r, end);
                } else {
                    raiseLevel();
                }
            }
        }
    }

    /** The tile of the kernel that a rank with the mean number of tokens per slot uses. */
    private void chooseTile(long[] counts) {
        long tokens = 0;
        for (long count : counts) {
            tokens += count;
        }
        tile = cost.regime(cost.regimeOf(tokens, hosts.ranks * hosts.slotsPerRank))
                .tile();
    }

    private void describe(long[] counts) {
        Arrays.fill(units, 0);
        Arrays.fill(load, 0);
        Arrays.fill(fixedTokens, 0);
        Arrays.fill(fixedActive, 0);
        Arrays.fill(fixedTiles, 0);
        Arrays.fill(movableTokens, 0);
        Arrays.fill(movableExperts, 0);
        Arrays.fill(movableUnits, 0);
        Arrays.fill(largestUnits, 0);
        for (int e = 0; e < hosts.experts; e++) {
            int choices = 0;
            int first = -1;
            for (int x = hosts.offset[e]; counts[e] > 0 && x < hosts.offset[e + 1]; x++) {
                if (speed[hosts.rank[x]] > 0) {
                    choices++;
                    first = first < 0 ? x : first;
                }
            }
            if (choices == 1) {
                addFixed(hosts.rank[first], counts[e]);
            } else if (choices > 1) {
                addMovable(e, first, counts[e]);
            }
        }
    }

    private void addFixed(int r, long tokens) {
        fixedTokens[r] += tokens;
        fixedActive[r]++;
        for (int k = 0; k < regimes; k++) {
            fixedTiles[r * regimes + k] += cost.regime(k).tiles(tokens);
        }
    }

    private void addMovable(int expert, int first, long tokens) {
        long count = Math.ceilDiv(tokens, tile);
        units[first] = count;
        load[hosts.rank[first]] += count;
        for (int x = hosts.offset[expert]; x < hosts.offset[expert + 1]; x++) {
            int r = hosts.rank[x];
            movableTokens[r] += tokens;
            movableExperts[r]++;
            movableUnits[r] += count;
            largestUnits[r] = Math.max(largestUnits[r], count);
        }
    }

    /** Returns a time that rank r takes at least with x units, never falling in x. */
    private double least(int r, long x) {
        long partial = Math.min(x, movableExperts[r]);
        long tokens = (x - partial) * tile + partial;
        int first = cost.regimeOf(fixedTokens[r] + tokens, hosts.slotsPerRank);
        int last = Math.max(first, cost.regimeOf(fixedTokens[r] + movableTokens[r], hosts.slotsPerRank));
        long needed = x == 0 ? 0 : Math.ceilDiv(x, Math.max(1, largestUnits[r]));
        double least = Double.POSITIVE_INFINITY;
        for (int k = first; k <= last; k++) {
            CostRegime regime = cost.regime(k);
            long experts = Math.max(needed, cost.fewestExperts(k, fixedTokens[r], x, tile, hosts.slotsPerRank));
            long tiles = x;
            if (regime.tile() > tile) {
                tiles = Math.max(experts, Math.ceilDiv(tokens, regime.tile()));
            }
            if (experts <= partial) {
                least = Math.min(least, regime.micros(fixedTiles[r * regimes + k] + tiles, fixedActive[r] + experts));
            }
        }
        return least / speed[r];
    }

    /** Returns the most units that rank r can take within a time. */
    private long capacity(int r, double time) {
        if (speed[r] == 0) {
            return 0;
        }
        long low = 0;
        long high = movableUnits[r];
        while (low < high) {
            long middle = (low + high + 1) >>> 1;
            if (least(r, middle) <= time) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private long excessOfReached() {
        long excess = 0;
        for (int k = 0; k < reached; k++) {
            excess += load[queue[k]] - capacity[queue[k]];
        }
        return excess;
    }

    /** The reached ranks hold more than their capacities: raises the level to where they can hold it. */
    private void raiseLevel() {
        if (excessOfReached() > 2L * reached) {
            approach();
        }
        while (excessOfReached() > 0) {
            double next = Double.POSITIVE_INFINITY;
            for (int k = 0; k < reached; k++) {
                int r = queue[k];
                if (capacity[r] < movableUnits[r]) {
                    next = Math.min(next, least(r, capacity[r] + 1));
                }
            }
            level = next;
            for (int k = 0; k < reached; k++) {
                int r = queue[k];
                while (capacity[r] < movableUnits[r] && least(r, capacity[r] + 1) <= level) {
                    capacity[r]++;
                }
            }
        }
        for (int r = 0; r < hosts.ranks; r++) {
            capacity[r] = Math.max(capacity[r], capacity(r, level));
        }
    }

    /** Brings the level close to, but not above, the least one at which the reached ranks can hold their units. */
    private void approach() {
        long needed = 0;
        double high = 0;
        for (int k = 0; k < reached; k++) {
            needed += load[queue[k]];
            high = Math.max(high, least(queue[k], load[queue[k]]));
        }
        double low = level;
        long atLow = needed - excessOfReached();
        long atHigh = capacityOfReached(high);
        for (int step = 0; step < 30 && needed - atLow > 2L * reached; step++) {
            double share = Math.clamp((double) (needed - atLow) / (atHigh - atLow) - 0.02, 0.05, 0.95);
            double middle = low + share * (high - low);
            long held = capacityOfReached(middle);
            if (held < needed) {
                low = middle;
                atLow = held;
            } else {
                high = middle;
                atHigh = held;
            }
        }
        level = low;
        for (int k = 0; k < reached; k++) {
            capacity[queue[k]] = capacity(queue[k], level);
        }
    }

    private long capacityOfReached(double time) {
        long sum = 0;
        for (int k = 0; k < reached; k++) {
            sum += capacity(queue[k], time);
        }
        return sum;
    }

    /** Breadth-first search for a rank below its capacity; returns it, or -1 with the reached ranks in the queue. */
    private int search(int from) {
        Arrays.fill(reachedBy, -1);
        reachedBy[from] = hosts.capacity;
        queue[0] = from;
        reached = 1;
        for (int k = 0; k < reached; k++) {
            int r = queue[k];
            for (int at = hosts.entriesFrom[r]; at < hosts.entriesFrom[r + 1]; at++) {
                int leaving = hosts.entriesOf[at];
                int end = units[leaving] == 0 ? -1 : reachHosts(leaving);
                if (end >= 0) {
                    return end;
                }
            }
        }
        return -1;
    }

    private int reachHosts(int leaving) {
        int e = hosts.expert[leaving];
        for (int arriving = hosts.offset[e]; arriving < hosts.offset[e + 1]; arriving++) {
            int h = hosts.rank[arriving];
            if (reachedBy[h] < 0 && speed[h] > 0) {
                reachedBy[h] = arriving;
                leftBy[h] = leaving;
                if (load[h] < capacity[h]) {
                    return h;
                }
                queue[reached++] = h;
            }
        }
        return -1;
    }

    private void push(int from, int to) {
        long amount = Math.min(load[from] - capacity[from], capacity[to] - load[to]);
        for (int r = to; r != from; r = hosts.rank[leftBy[r]]) {
            amount = Math.min(amount, units[leftBy[r]]);
        }
        for (int r = to; r != from; r = hosts.rank[leftBy[r]]) {
            units[leftBy[r]] -= amount;
            units[reachedBy[r]] += amount;
        }
        load[from] -= amount;
        load[to] += amount;
    }

    /** Returns the units of an entry; 0 for experts without a choice. */
    long units(int entry) {
        return units[entry];
    }

    int tile() {
        return tile;
    }

    /** Returns a proven lower bound on the time of the slowest rank under any split. */
    double lowerBound() {
        return level;
    }
}
