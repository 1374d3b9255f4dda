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

    /** Distance of a rank that no path of this phase leads to, or from which none leads on. */
    private static final int FAR = Integer.MAX_VALUE;

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

    private final int[] itemMark;
    private final int[] queue;
    private final int[] distance;
    private final int[] nextEntry;
    private final int[] nextHost;
    private final int[] pathFrom;
    private final int[] pathTo;
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
        itemMark = new int[graph.items];
        queue = new int[ranks];
        distance = new int[ranks];
        nextEntry = new int[ranks];
        nextHost = new int[ranks];
        pathFrom = new int[ranks];
        pathTo = new int[ranks];
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
        if (stamp > FAR / 2) {
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
        double sum = 0;
        for (double tokens : fixed) {
            sum += tokens;
        }
        for (double tokens : load) {
            sum += tokens;
        }
        start.pour(whole, equalSpeeds && allActive, sum / units);
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
            if (queueOverfull() == 0) {
                break;
            }
            improveAll();
        }
    }

    /**
     * Phases of blocking flows until no rank is overfull. The first ones are for the most loaded rank alone: the cuts around it
     * raise the level most, and ranks that are below the raised level need no path.
     */
    private void improveAll() {
        int most = mostLoaded();
        boolean moves = true;
        while (moves && isOverfull(most)) {
            queue[0] = most;
            moves = advance(1);
        }
        int overfull = queueOverfull();
        while (overfull > 0 && advance(overfull)) {
            overfull = queueOverfull();
        }
    }

    /** One phase for the overfull ranks at the front of the queue; false if neither load moved nor the level rose. */
    private boolean advance(int overfull) {
        if (!measureDistances(overfull)) {
            return raise();
        }
        for (int k = 0; k < overfull; k++) {
            drain(queue[k]);
        }
        return true;
    }

    private int mostLoaded() {
        double highest = 0;
        int most = 0;
        for (int r = 0; r < graph.ranks; r++) {
            if (rankLoad[r] > highest * speed[r] && speed[r] > 0) {
                highest = rankLoad[r] / speed[r];
                most = r;
            }
        }
        return most;
    }

    /** Writes the overfull ranks to the front of the queue; returns their number. */
    private int queueOverfull() {
        int count = 0;
        for (int r = 0; r < graph.ranks; r++) {
            if (isOverfull(r)) {
                queue[count++] = r;
            }
        }
        return count;
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

    private boolean isOverfull(int rank) {
        return rankLoad[rank] > (whole ? capacity[rank] : capacity[rank] * ABOVE_ROUNDING);
    }

    /**
     * Breadth-first search from the overfull ranks, which are in the queue: the distance of a rank is the number of items that
     * load passes on a shortest path to it. Ends early at the distance at which there are as many ranks with room as there are
     * overfull ones.
     *
     * @param overfull number of overfull ranks
     * @return false if there is no rank with room; the ranks reached, a cut, are in the queue then
     */
    private boolean measureDistances(int overfull) {
        stamp++;
        Arrays.fill(distance, FAR);
        for (int k = 0; k < overfull; k++) {
            setDistance(queue[k], 0);
        }
        reached = overfull;
        int withRoom = 0;
        int last = FAR;
        for (int k = 0; k < reached && distance[queue[k]] < last; k++) {
            int r = queue[k];
            int next = distance[r] + 1;
            for (int x = rankLoad[r] < capacity[r] ? FAR : graph.entriesFrom[r]; x < graph.entriesFrom[r + 1]; x++) {
                int leaving = graph.entriesOf[x];
                int i = graph.item[leaving];
                if (share[leaving] > 0 && itemMark[i] != stamp) {
                    itemMark[i] = stamp;
                    for (int arriving = graph.offset[i]; arriving < graph.offset[i + 1]; arriving++) {
                        int h = graph.host[arriving];
                        if (distance[h] == FAR && speed[h] > 0) {
                            setDistance(h, next);
                            queue[reached++] = h;
                            withRoom += rankLoad[h] < capacity[h] ? 1 : 0;
                        }
                    }
                    last = withRoom >= overfull ? Math.min(last, next) : last;
                }
            }
        }
        return withRoom > 0;
    }

    private void setDistance(int rank, int items) {
        distance[rank] = items;
        nextEntry[rank] = graph.entriesFrom[rank];
        nextHost[rank] = 0;
    }

    /** Moves load from an overfull rank along shortest paths, each of whose steps raises the distance by one (Dinic). */
    private void drain(int from) {
        int node = from;
        int depth = 0;
        while (isOverfull(from)) {
            if (depth > 0 && rankLoad[node] < capacity[node]) {
                depth = push(from, node, depth);
                node = depth == 0 ? from : graph.host[pathTo[depth - 1]];
            } else if (findNext(node)) {
                pathFrom[depth] = graph.entriesOf[nextEntry[node]];
                pathTo[depth] = graph.offset[graph.item[pathFrom[depth]]] + nextHost[node];
                node = graph.host[pathTo[depth++]];
            } else if (depth == 0) {
                return;
            } else {
                distance[node] = FAR;
                depth--;
                node = depth == 0 ? from : graph.host[pathTo[depth - 1]];
            }
        }
    }

    /** Moves the pointers of a rank on to a step that raises the distance; false if there is none left in this phase. */
    private boolean findNext(int rank) {
        int end = graph.entriesFrom[rank + 1];
        int wanted = distance[rank] + 1;
        while (nextEntry[rank] < end) {
            int leaving = graph.entriesOf[nextEntry[rank]];
            if (share[leaving] > 0) {
                int first = graph.offset[graph.item[leaving]];
                int hosts = graph.offset[graph.item[leaving] + 1] - first;
                for (int k = nextHost[rank]; k < hosts; k++) {
                    if (distance[graph.host[first + k]] == wanted) {
                        nextHost[rank] = k;
                        return true;
                    }
                }
            }
            nextEntry[rank]++;
            nextHost[rank] = 0;
        }
        return false;
    }

    /** Moves what a path takes; returns how much of the path still takes load. */
    private int push(int from, int to, int depth) {
        double room = capacity[to] - rankLoad[to];
        double amount = Math.min(rankLoad[from] - capacity[from], room);
        for (int k = 0; k < depth; k++) {
            amount = Math.min(amount, share[pathFrom[k]]);
        }
        int holds = depth - 1;
        for (int k = depth - 1; k >= 0; k--) {
            share[pathFrom[k]] -= amount;
            share[pathTo[k]] += amount;
            holds = share[pathFrom[k]] > 0 ? holds : k;
        }
        rankLoad[from] -= amount;
        rankLoad[to] = amount == room ? capacity[to] : rankLoad[to] + amount;
        paths++;
        return holds;
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
