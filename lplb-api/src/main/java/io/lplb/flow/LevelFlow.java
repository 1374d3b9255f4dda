// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.flow;

import io.lplb.problem.LoadLimits;
import io.lplb.problem.MinMaxBatch;
import io.lplb.problem.MinMaxProblem;

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
 * <p>Limits of ranks and of entries ({@link io.lplb.problem.LoadLimits}) are capacities that do not rise. A rank takes no more
 * than its limit at any level, and a path enters no entry that is full. Then what is forced into a cut is its loads less what
 * the entries outside may take. If a cut, or an item, needs more than all its limits, no split keeps them: the flow then goes on
 * without limits, and says what does not fit.
 *
 * <p>There is no tolerance and no iteration limit. Whole tokens below 2^52 per group are exact, with any speeds: levels are
 * compared as fractions. Fractional loads are exact to a few roundings.
 *
 * <p>The result depends on the group alone. Not thread-safe: an instance is a workspace. Allocates nothing per call.
 */
public final class LevelFlow {
    /**
     * Most passes over fractional loads. Adding and subtracting leaves errors in a rank's load that are small beside what it
     * held before, not beside what it may hold if it is very slow; a pass from sums that are taken anew removes them.
     */
    private static final int PASSES = 8;

    private final FlowGraph graph;
    private final StartSplit start;
    private final BlockingFlow paths;
    private final Capacities capacities;
    private final Misfits misfits;
    private final double[] speed;
    private final double[] fixed;
    private final double[] load;
    private final double[] share;
    private final double[] entryLimit;
    private final double[] rankLimit;
    private final double[] rankLoad;
    private final int[] cut;
    private int cutSize;
    private double insideCut;

    private boolean whole;
    private boolean equalSpeeds;
    private boolean allActive;
    private boolean limited;
    private double unit;
    private double units;
    private double bound;
    private int raises;

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
        entryLimit = new double[graph.entries];
        rankLimit = new double[ranks];
        rankLoad = new double[ranks];
        double[] capacity = new double[ranks];
        start = new StartSplit(graph, speed, load, share, rankLoad);
        paths = new BlockingFlow(graph, speed, share, entryLimit, rankLoad, capacity);
        capacities = new Capacities(speed, rankLimit, capacity);
        misfits = new Misfits(graph, fixed, load, entryLimit, rankLimit);
        cut = new int[ranks];
    }

    /**
     * Turns to a group.
     *
     * @param batch its loads, speeds and limits
     * @param group from 0 to {@code groups - 1}
     * @param whole whether all loads are whole tokens and shall be split in whole tokens; limits are then rounded down
     */
    public void begin(MinMaxBatch batch, int group, boolean whole) {
        begin(batch.speed(), group * graph.ranks, batch.speedUnit(group), batch.unitsOfSpeed(group), whole);
        System.arraycopy(batch.load(), group * graph.items, load, 0, graph.items);
        System.arraycopy(batch.fixed(), group * graph.ranks, fixed, 0, graph.ranks);
        if (!allActive) {
            dropUncovered();
        }
        if (batch.limits().isSet(group)) {
            takeLimits(batch.limits(), group);
        }
    }

    private void begin(double[] speeds, int at, double unit, double units, boolean whole) {
        this.whole = whole;
        this.unit = unit;
        this.units = units;
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
        limited = false;
        misfits.clear();
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

    private void takeLimits(LoadLimits limits, int group) {
        limited = true;
        for (int r = 0; r < graph.ranks; r++) {
            double most = limits.ofRank(group, r);
            rankLimit[r] = whole ? Math.floor(most) : most;
        }
        for (int e = 0; e < graph.entries; e++) {
            double most = speed[graph.host[e]] > 0 ? limits.ofEntry(group, e) : 0;
            entryLimit[e] = whole ? Math.floor(most) : most;
        }
    }

    /**
     * Turns to a group in whole tokens, and to a split of it to start from; without limits.
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
        startFrom(quota, quotaAt);
    }

    /**
     * Takes a split in whole tokens to start from.
     *
     * @param quota tokens per entry, 0 on inactive ranks, those of this group starting at {@code at}; an item's entries sum to
     *     its load
     * @param at where the group starts in {@code quota}
     */
    public void startFrom(long[] quota, int at) {
        for (int e = 0; e < graph.entries; e++) {
            share[e] = quota[at + e];
        }
        sumLoads();
    }

    /** Makes a split to start from. */
    public void pour() {
        System.arraycopy(fixed, 0, rankLoad, 0, graph.ranks);
        double sum = 0;
        double least = 0;
        for (int r = 0; r < graph.ranks; r++) {
            sum += fixed[r];
            least = speed[r] > 0 ? Math.max(least, fixed[r] / speed[r]) : least;
        }
        for (double tokens : load) {
            sum += tokens;
        }
        start.pour(whole, equalSpeeds, Math.max(least, sum / units));
        sumLoads();
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

    /** Makes the split optimal: within the limits or, if {@link #fits} says that there is no such split, without them. */
    public void minimise() {
        raises = 0;
        if (limited) {
            int item = start.fit(entryLimit, whole);
            if (item >= 0) {
                misfits.takeItem(item);
            } else {
                improve();
            }
            if (fits()) {
                return;
            }
            limited = false;
            sumLoads();
        }
        improve();
    }

    private void improve() {
        startLevel();
        improveAll();
        for (int pass = 0; !whole && pass < PASSES && (fits() || !limited); pass++) {
            sumLoads();
            if (!paths.startFromOverfull()) {
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
        while (moves && paths.isOverfull(most)) {
            paths.startFrom(most);
            moves = paths.advance() || raise();
        }
        if (limited && !fits()) {
            return;
        }
        moves = paths.startFromOverfull();
        while (moves && (paths.advance() || raise())) {
            moves = paths.startFromOverfull();
        }
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

    /** The level of all loads on all ranks, or of the fixed load of one rank, below which no split can be. */
    private void startLevel() {
        double total = 0;
        int active = 0;
        double highest = 0;
        int most = 0;
        for (int r = 0; r < graph.ranks; r++) {
            total += rankLoad[r];
            if (speed[r] > 0) {
                cut[active++] = r;
            }
            if (fixed[r] > highest * speed[r] && speed[r] > 0) {
                highest = fixed[r] / speed[r];
                most = r;
            }
        }
        cutSize = active;
        insideCut = total;
        bound = units > 0 ? total / units : 0;
        if (highest > bound) {
            cut[0] = most;
            cutSize = 1;
            insideCut = fixed[most];
            bound = highest;
        }
        paths.begin(whole ? 1 : Capacities.OVERFULL, limited);
        capacities.begin(whole, equalSpeeds, limited);
        capacities.start(total, active, bound);
    }

    /** Raises the level to what the reached ranks force; false if that is what it is, up to rounding, or more than fits. */
    private boolean raise() {
        int[] set = paths.set();
        int count = paths.reached();
        double inside = 0;
        for (int k = 0; k < count; k++) {
            inside += rankLoad[set[k]];
        }
        double forced = capacities.forcedLevel(set, count, inside);
        raises++;
        if (capacities.exceedLimits()) {
            misfits.takeRanks(set, count);
            if (whole || !misfits.isRounding()) {
                return false;
            }
            misfits.clear();
        }
        if (forced > bound) {
            bound = forced;
            insideCut = inside;
            System.arraycopy(set, 0, cut, 0, count);
            cutSize = count;
        }
        return capacities.raise(set, count, inside, forced);
    }

    /** {@return whether there is a split within the limits; true without limits} */
    public boolean fits() {
        return misfits.isEmpty();
    }

    /** {@return what the limits have no room for, of which ranks and items; empty if all fits} */
    public Misfits misfits() {
        return misfits;
    }

    /** {@return the largest load / speed of the split} */
    public double maxLoad() {
        double max = 0;
        for (int r = 0; r < graph.ranks; r++) {
            max = speed[r] > 0 ? Math.max(max, rankLoad[r] / speed[r]) : max;
        }
        return max / unit;
    }

    /**
     * {@return what no split can be below, whole or not, from the last cut; a few roundings below it unless speeds are equal and
     * there are no limits}
     */
    public double lowerBound() {
        if (limited) {
            return Math.min(maxLoad(), belowRounding(bound));
        }
        double speeds = 0;
        for (int k = 0; k < cutSize; k++) {
            speeds += speed[cut[k]];
        }
        double quotient = speeds > 0 ? insideCut / speeds : 0;
        if (!(whole && equalSpeeds)) {
            return Math.min(maxLoad(), belowRounding(quotient));
        }
        return (Math.fma(-quotient, speeds, insideCut) < 0 ? Math.nextDown(quotient) : quotient) / unit;
    }

    private double belowRounding(double levelOfSums) {
        return levelOfSums * (1 - (graph.ranks + graph.items + 4) * 0x1p-52) / unit;
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
        return paths.paths() + raises;
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
