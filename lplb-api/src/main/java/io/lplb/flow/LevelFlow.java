// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;
import java.util.Arrays;

/**
 * The smallest level at which the loads of a group fit into its ranks, exactly: parametric maximum flow.
 *
 * <p>At a level t, rank r has the capacity {@code s[r] t}, in whole tokens {@code floor(s[r] t)}. Starting from any split,
 * load moves along augmenting paths from ranks above their capacity to ranks below it; a path goes from rank to rank
 * through items that both host. If no path leaves an overfull rank, the ranks that its load can reach form a cut R: none of
 * their load can go elsewhere. So {@code load(R) / s(R)} is a lower bound on every split, and t rises to it, in whole tokens
 * to the smallest level at which R has room. These are the steps of the discrete Newton method on the cuts; each raises t to
 * the value that the last minimum cut forces, and the level at the end is the optimum, certified by the last cut.
 *
 * <p>References: Gallo, Grigoriadis, Tarjan, A fast parametric maximum flow algorithm, SIAM J. Comput. 18, 1989; Radzik,
 * Fractional combinatorial optimization, 1998, for discrete Newton; Dinic 1970 for shortest augmenting paths.
 *
 * <p>There is no tolerance and no iteration limit. Whole tokens below 2^52 per group are exact, with any speeds: levels are
 * compared as fractions. Fractional loads are exact to a few roundings.
 *
 * <p>The result depends on the group alone. Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
public final class LevelFlow {
    /**
     * Fractional capacities are this much above what the level says, and ranks count as overfull from this much above their
     * capacity: room for rounding errors, which otherwise no rank could take.
     */
    private static final double ABOVE_ROUNDING = 1 + 0x1p-51;

    /** Below the rounding errors of a quotient of sums. */
    private static final double BELOW_ROUNDING = 1 - 0x1p-48;

    /** Marks an inactive rank as one that no path may reach. */
    private static final int NEVER = Integer.MAX_VALUE;

    private static final int SWEEPS = 2;

    /**
     * Most passes over fractional loads. Adding and subtracting leaves errors in a rank's load that are small beside what it
     * held before, not beside what it may hold if it is very slow; a pass from sums that are taken anew removes them.
     */
    private static final int PASSES = 8;

    private final FlowGraph graph;
    private final StartSplit start;
    private final double[] speed;
    private final double[] fixed;
    private final double[] load;
    private final double[] share;
    private final double[] rankLoad;
    private final double[] capacity;

    private final int[] rankMark;
    private final int[] itemMark;
    private final int[] queue;
    private final int[] arrivedBy;
    private final int[] leftBy;
    private final int[] cut;
    private int stamp;
    private int reached;
    private int cutSize;

    private boolean whole;
    private boolean equalSpeeds;
    private boolean allActive;
    private double unit;
    private double units;
    private double total;
    private double level;
    private double bound;
    private int raises;
    private int paths;

    /**
     * A workspace for groups of one problem.
     *
     * @param problem ranks and hosts of all batches to come
     */
    public LevelFlow(MinMaxProblem problem) {
        graph = new FlowGraph(problem);
        int ranks = graph.ranks;
        speed = new double[ranks];
        fixed = new double[ranks];
        load = new double[graph.items];
        share = new double[graph.entries];
        rankLoad = new double[ranks];
        capacity = new double[ranks];
        start = new StartSplit(graph, speed, load, share, rankLoad);
        rankMark = new int[ranks];
        itemMark = new int[graph.items];
        queue = new int[ranks];
        arrivedBy = new int[ranks];
        leftBy = new int[ranks];
        cut = new int[ranks];
    }

    /**
     * Turns to a group.
     *
     * @param batch its loads and speeds
     * @param group from 0 to {@code groups - 1}
     * @param whole whether all loads are whole tokens and shall be split in whole tokens
     */
    public void begin(MinMaxBatch batch, int group, boolean whole) {
        begin(batch.speed(), group * graph.ranks, batch.speedUnit(group), batch.unitsOfSpeed(group), whole);
        System.arraycopy(batch.load(), group * graph.items, load, 0, graph.items);
        System.arraycopy(batch.fixed(), group * graph.ranks, fixed, 0, graph.ranks);
        if (!allActive) {
            dropUncovered();
        }
    }

    private void begin(double[] speeds, int at, double unit, double units, boolean whole) {
        this.whole = whole;
        this.unit = unit;
        this.units = units;
        if (stamp > NEVER / 2) {
            Arrays.fill(rankMark, 0);
            Arrays.fill(itemMark, 0);
            stamp = 0;
        }
        boolean equal = true;
        boolean all = true;
        for (int r = 0; r < graph.ranks; r++) {
            double s = speeds[at + r] / unit;
            speed[r] = s;
            equal &= s == 1 || s == 0;
            all &= s > 0;
            rankMark[r] = s > 0 ? (rankMark[r] == NEVER ? 0 : rankMark[r]) : NEVER;
        }
        equalSpeeds = equal;
        allActive = all;
    }

    private void dropUncovered() {
        for (int r = 0; r < graph.ranks; r++) {
            fixed[r] = speed[r] > 0 ? fixed[r] : 0;
        }
        for (int i = 0; i < graph.items; i++) {
            boolean covered = false;
            for (int e = graph.offset[i]; e < graph.offset[i + 1]; e++) {
                covered |= speed[graph.host[e]] > 0;
            }
            load[i] = covered ? load[i] : 0;
        }
    }

    /**
     * Turns to a group in whole tokens, and to a split of it to start from.
     *
     * @param fixedTokens tokens per rank, those of this group starting at {@code rankAt}
     * @param rankAt where the group starts in {@code fixedTokens}
     * @param speeds speed per rank, 0 where inactive, those of this group starting at {@code speedAt}
     * @param speedAt where the group starts in {@code speeds}
     * @param quota tokens per entry, 0 on inactive ranks, those of this group starting at {@code quotaAt}
     * @param quotaAt where the group starts in {@code quota}
     */
    public void startFrom(long[] fixedTokens, int rankAt, double[] speeds, int speedAt, long[] quota, int quotaAt) {
        double fastest = 0;
        for (int r = 0; r < graph.ranks; r++) {
            fastest = Math.max(fastest, speeds[speedAt + r]);
        }
        double scale = fastest > 0 ? Math.scalb(1.0, Math.getExponent(fastest)) : 1;
        double sum = 0;
        for (int r = 0; r < graph.ranks; r++) {
            double s = speeds[speedAt + r];
            sum += s / scale;
            fixed[r] = s > 0 ? fixedTokens[rankAt + r] : 0;
        }
        begin(speeds, speedAt, scale, sum, true);
        for (int e = 0; e < graph.entries; e++) {
            share[e] = quota[quotaAt + e];
        }
        sumLoads();
    }

    /** Makes a split to start from. */
    public void pour() {
        System.arraycopy(fixed, 0, rankLoad, 0, graph.ranks);
        start.pour(whole, equalSpeeds && allActive, SWEEPS);
    }

    /**
     * Takes a split to start from.
     *
     * @param shares what each entry gets, not negative, 0 on inactive ranks; an item's entries sum to its load
     * @param at where the group starts in {@code shares}
     */
    public void startFrom(double[] shares, int at) {
        System.arraycopy(shares, at, share, 0, share.length);
        sumLoads();
    }

    private void sumLoads() {
        System.arraycopy(fixed, 0, rankLoad, 0, graph.ranks);
        for (int e = 0; e < graph.entries; e++) {
            rankLoad[graph.host[e]] += share[e];
        }
    }

    /** Makes the split optimal. */
    public void minimise() {
        if (!whole) {
            sumLoads();
        }
        startLevel();
        improveAll();
        for (int pass = 0; !whole && pass < PASSES; pass++) {
            sumLoads();
            if (!isAnyOverfull()) {
                break;
            }
            improveAll();
        }
    }

    private void improveAll() {
        int first = mostLoaded();
        if (first >= 0) {
            improve(first);
        }
        for (int r = 0; r < graph.ranks; r++) {
            improve(r);
        }
    }

    private boolean isAnyOverfull() {
        boolean any = false;
        for (int r = 0; r < graph.ranks; r++) {
            any |= isOverfull(r);
        }
        return any;
    }

    /** The level of all loads on all ranks, below which no split can be. */
    private void startLevel() {
        total = 0;
        int active = 0;
        for (int r = 0; r < graph.ranks; r++) {
            total += rankLoad[r];
            if (speed[r] > 0) {
                cut[active++] = r;
            }
        }
        cutSize = active;
        raises = 0;
        paths = 0;
        level = units > 0 ? total / units : 0;
        bound = level;
        if (whole && equalSpeeds && active > 0) {
            level = Math.ceilDiv((long) total, active);
            Arrays.fill(capacity, level);
        } else if (whole) {
            for (int r = 0; r < graph.ranks; r++) {
                capacity[r] = Math.min(total, Math.floor(speed[r] * (level * BELOW_ROUNDING)));
            }
        } else {
            fillCapacities();
        }
    }

    private void fillCapacities() {
        for (int r = 0; r < graph.ranks; r++) {
            capacity[r] = speed[r] * level * ABOVE_ROUNDING;
        }
    }

    private int mostLoaded() {
        int most = -1;
        double highest = 0;
        for (int r = 0; r < graph.ranks; r++) {
            if (rankLoad[r] > highest * speed[r] && speed[r] > 0) {
                highest = rankLoad[r] / speed[r];
                most = r;
            }
        }
        return most;
    }

    private void improve(int rank) {
        boolean moves = true;
        while (moves && isOverfull(rank)) {
            moves = drain(rank) || raise();
        }
    }

    private boolean isOverfull(int rank) {
        return rankLoad[rank] > (whole ? capacity[rank] : capacity[rank] * ABOVE_ROUNDING);
    }

    /**
     * Moves load from an overfull rank along shortest paths. Breadth-first search goes on after a push as long as its tree
     * holds.
     *
     * @return false if no path leaves the rank, which is still overfull; the ranks reached are in the queue then
     */
    private boolean drain(int from) {
        stamp++;
        rankMark[from] = stamp;
        queue[0] = from;
        reached = 1;
        for (int k = 0; k < reached; k++) {
            int r = queue[k];
            for (int x = graph.entriesFrom[r]; x < graph.entriesFrom[r + 1]; x++) {
                int leaving = graph.entriesOf[x];
                int i = graph.item[leaving];
                if (share[leaving] > 0 && itemMark[i] != stamp) {
                    itemMark[i] = stamp;
                    if (!expand(from, i, leaving)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Reaches the hosts of an item; false if load moved so that the search has to start anew or is over. */
    private boolean expand(int from, int item, int leaving) {
        for (int arriving = graph.offset[item]; arriving < graph.offset[item + 1]; arriving++) {
            int h = graph.host[arriving];
            if (rankMark[h] < stamp) {
                rankMark[h] = stamp;
                arrivedBy[h] = arriving;
                leftBy[h] = leaving;
                if (rankLoad[h] < capacity[h] && (push(from, h) || !isOverfull(from))) {
                    return false;
                }
                queue[reached++] = h;
            }
        }
        return true;
    }

    /** Moves what the path takes; returns whether the path is broken. */
    private boolean push(int from, int to) {
        double room = capacity[to] - rankLoad[to];
        double amount = Math.min(rankLoad[from] - capacity[from], room);
        for (int r = to; r != from; r = graph.host[leftBy[r]]) {
            amount = Math.min(amount, share[leftBy[r]]);
        }
        boolean broken = false;
        for (int r = to; r != from; r = graph.host[leftBy[r]]) {
            share[leftBy[r]] -= amount;
            share[arrivedBy[r]] += amount;
            broken |= share[leftBy[r]] <= 0;
        }
        rankLoad[from] -= amount;
        rankLoad[to] = amount == room ? capacity[to] : rankLoad[to] + amount;
        paths++;
        return broken;
    }

    /** Raises the level to what the reached ranks force; false if that is what it is, up to rounding. */
    private boolean raise() {
        double inside = 0;
        double speeds = 0;
        for (int k = 0; k < reached; k++) {
            inside += rankLoad[queue[k]];
            speeds += speed[queue[k]];
        }
        double forced = inside / speeds;
        raises++;
        if (!whole && forced <= level) {
            return false;
        }
        if (forced > bound) {
            bound = forced;
            System.arraycopy(queue, 0, cut, 0, reached);
            cutSize = reached;
        }
        if (!whole) {
            level = forced;
            fillCapacities();
        } else if (equalSpeeds) {
            level = Math.ceilDiv((long) inside, reached);
            Arrays.fill(capacity, level);
        } else {
            raiseWhole(inside, forced);
        }
        return true;
    }

    /**
     * Raises capacities in whole tokens with unequal speeds: to the smallest level {@code c / s[r]}, c whole, at which the
     * reached ranks have room for what is inside.
     */
    private void raiseWhole(double inside, double forced) {
        double room = 0;
        for (int k = 0; k < reached; k++) {
            int r = queue[k];
            double c = Math.min(total, Math.floor(speed[r] * (forced * BELOW_ROUNDING)));
            capacity[r] = Math.max(capacity[r], c);
            room += capacity[r];
        }
        for (int k = reached / 2 - 1; k >= 0; k--) {
            siftDown(k);
        }
        double tokens = 1;
        double perSpeed = 1;
        while (room < inside) {
            int r = queue[0];
            tokens = ++capacity[r];
            perSpeed = speed[r];
            room++;
            siftDown(0);
        }
        for (int r = 0; r < graph.ranks; r++) {
            if (speed[r] > 0) {
                capacity[r] = Math.max(capacity[r], Fractions.most(tokens, perSpeed, speed[r], total));
            }
        }
    }

    /** The queue as a heap: the rank that has room for one more token at the lowest level comes first. */
    private void siftDown(int at) {
        int moved = queue[at];
        int k = at;
        int child = 2 * k + 1;
        while (child < reached) {
            if (child + 1 < reached && isLower(queue[child + 1], queue[child])) {
                child++;
            }
            if (!isLower(queue[child], moved)) {
                break;
            }
            queue[k] = queue[child];
            k = child;
            child = 2 * k + 1;
        }
        queue[k] = moved;
    }

    private boolean isLower(int rank, int other) {
        return Fractions.compare(capacity[rank] + 1, speed[rank], capacity[other] + 1, speed[other]) < 0;
    }

    /** {@return the largest load / speed of the split} */
    public double maxLoad() {
        double max = 0;
        for (int r = 0; r < graph.ranks; r++) {
            max = speed[r] > 0 ? Math.max(max, rankLoad[r] / speed[r]) : max;
        }
        return max / unit;
    }

    /** {@return what no split can be below, whole or not, from the last cut; a few roundings below it unless speeds are equal} */
    public double lowerBound() {
        double inside = 0;
        double speeds = 0;
        for (int k = 0; k < cutSize; k++) {
            inside += rankLoad[cut[k]];
            speeds += speed[cut[k]];
        }
        double quotient = speeds > 0 ? inside / speeds : 0;
        if (!(whole && equalSpeeds)) {
            return Math.min(maxLoad(), quotient * (1 - (graph.ranks + graph.items + 4) * 0x1p-52) / unit);
        }
        return (Math.fma(-quotient, speeds, inside) < 0 ? Math.nextDown(quotient) : quotient) / unit;
    }

    /** {@return the ranks of the last cut, of which {@link #cutSize} count; overwritten by the next solve} */
    public int[] cut() {
        return cut;
    }

    /** {@return the number of ranks in the last cut} */
    public int cutSize() {
        return cutSize;
    }

    /** {@return how often load was moved and the level raised in the last {@link #minimise}} */
    public int steps() {
        return paths + raises;
    }

    /**
     * Copies the split.
     *
     * @param to receives a share per entry
     * @param at where the group starts in {@code to}
     */
    public void copyShares(double[] to, int at) {
        System.arraycopy(share, 0, to, at, share.length);
    }

    /**
     * Copies a split in whole tokens.
     *
     * @param to receives tokens per entry
     * @param at where the group starts in {@code to}
     */
    public void copyQuotas(long[] to, int at) {
        for (int e = 0; e < share.length; e++) {
            to[at + e] = (long) share[e];
        }
    }

    /**
     * Copies the ranks' loads in whole tokens, 0 for inactive ranks.
     *
     * @param to receives tokens per rank
     * @param at where the group starts in {@code to}
     */
    public void copyRankLoads(long[] to, int at) {
        for (int r = 0; r < graph.ranks; r++) {
            to[at + r] = (long) rankLoad[r];
        }
    }
}
