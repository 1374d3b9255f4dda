// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replica;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the replicas of a batch from its token counts: which experts get a copy in which spare slot, and how many tokens
 * every copy takes, in whole tokens.
 *
 * <pre>
 *   counts, speeds, slot table before --&gt; slot table, copies, quotas, lower bound ({@link ReplicaPlan})
 * </pre>
 *
 * <p>The planner grows replicas to the lower bound of the mean ({@link ReplicaGrowth}), levels the ranks exactly on the
 * replicas chosen, and, if the bound is not attained, grows again from the start at levels between the bound and the best
 * plan. {@link ReplicaBound} then says how far any other choice could be better. A plan is never worse than no replicas, and
 * depends on its inputs alone: all arithmetic that decides is on whole numbers, or on doubles in a fixed order.
 *
 * <p>Per-batch replication is the setting of UltraEP (arXiv 2606.04101), which searches a threshold and packs greedily, and
 * MoonEP; growth along the bottleneck set is this library's.
 *
 * <p>Not thread-safe: an instance is a workspace. Planning allocates nothing.
 */
public final class ReplicaPlanner {
    /** Plans from the start at a higher level, where the bound is not attained. */
    private static final int ATTEMPTS = 6;

    /** The same where a replica needs a least number of tokens, so that fewer levels are attained. */
    private static final int ATTEMPTS_WITH_LEAST = 8;

    /** Fraction of the bound within which no better level is looked for. */
    private static final double CLOSE = 2e-4;

    private final ReplicaSettings settings;
    private final ReplicaGraph graph;
    private final ReplicaGraph best;
    private final ReplicaGrowth growth;
    private final RankCapacities capacities;
    private final ReplicaBound bound;
    private final double[] speed;
    private final long[] tokens;
    private final int[] spare;
    private final boolean[] covered;
    private final long[] target;
    private final int[] received;
    private final ReplicaPlanWriter writer;
    private boolean hasPresent;
    private double bestValue;

    /**
     * A planner.
     *
     * @param settings limits of every plan to come
     */
    public ReplicaPlanner(ReplicaSettings settings) {
        this.settings = settings;
        graph = new ReplicaGraph(settings);
        best = new ReplicaGraph(settings);
        growth = new ReplicaGrowth(settings, graph);
        capacities = new RankCapacities(settings.ranks());
        bound = new ReplicaBound(settings, graph, capacities);
        speed = new double[settings.ranks()];
        tokens = new long[settings.experts()];
        spare = new int[settings.ranks() * settings.spareSlots()];
        writer = new ReplicaPlanWriter(settings, best, tokens, spare);
        covered = new boolean[settings.experts()];
        target = new long[settings.ranks()];
        received = new int[settings.ranks()];
    }

    /** {@return the limits of every plan} */
    public ReplicaSettings settings() {
        return settings;
    }

    /**
     * Plans a batch on ranks of speed 1 without copies from an earlier batch.
     *
     * @param counts {@code [experts]}, tokens routed to each expert, not negative
     * @param out receives the plan
     * @throws IllegalArgumentException if an input is not as said; {@code out} is unchanged then
     */
    public void plan(long[] counts, ReplicaPlan out) {
        plan(counts, null, null, out);
    }

    /**
     * Plans a batch.
     *
     * @param counts {@code [experts]}, tokens routed to each expert, not negative
     * @param speeds {@code [ranks]}, tokens per unit of time, 0 for an inactive rank; null for 1 everywhere
     * @param before {@code [physicalExperts]}, expert whose weights every slot holds, -1 for none: the slot table of the last
     *     batch, whose copies cost nothing; null if all spare slots are empty. Home slots are not read
     * @param out receives the plan
     * @throws IllegalArgumentException if an input is not as said, or no rank is active; {@code out} is unchanged then
     */
    public void plan(long[] counts, double @Nullable [] speeds, int @Nullable [] before, ReplicaPlan out) {
        take(counts, speeds, before, out);
        seat(counts);
        graph.start(tokens, spare, true);
        capacities.start(speed);
        bound.start(tokens);
        double identity = capacities.level(graph.load);
        best.copyFrom(graph);
        growTo(identity);
        double attained = capacities.level(best.load);
        bound.raise(attained);
        write(counts, identity, attained, out);
    }

    /**
     * Completes a choice of replicas that was made elsewhere, such as on a device: checks it, and computes its loads, its weight
     * copies and its lower bound.
     *
     * @param counts as for {@link #plan(long[], double[], int[], ReplicaPlan)}
     * @param speeds as there
     * @param before as there
     * @param expert {@code [ranks * spareSlots]}, expert in every spare slot, by rank; -1 for none
     * @param taken {@code [ranks * spareSlots]}, tokens of the slot; 0 where it has none. The rest stays on the home rank or,
     *     if that is inactive, in the first copy of {@code before} on an active rank
     * @param out receives the plan
     * @throws IllegalArgumentException if an input is not as said, or the choice is not one under the limits of the settings;
     *     {@code out} is unchanged then
     */
    public void complete(
            long[] counts,
            double @Nullable [] speeds,
            int @Nullable [] before,
            int[] expert,
            long[] taken,
            ReplicaPlan out) {
        take(counts, speeds, before, out);
        requireLength("expert", expert.length, spare.length);
        requireLength("taken", taken.length, spare.length);
        seat(counts);
        graph.start(tokens, spare, false);
        capacities.start(speed);
        bound.start(tokens);
        double identity = capacities.level(graph.load);
        for (int s = 0; s < spare.length; s++) {
            if (taken[s] != 0 && !isSeat(s, expert[s])) {
                place(s, expert[s], taken[s]);
            }
        }
        if (graph.replicas() > settings.maxReplicas()) {
            throw new IllegalArgumentException(
                    "taken: got " + graph.replicas() + " replicas, expected at most " + settings.maxReplicas());
        }
        best.copyFrom(graph);
        double attained = capacities.level(best.load);
        bound.raise(attained);
        write(counts, identity, attained, out);
    }

    /** Whether an expert with an inactive home rank has its tokens in a slot from the start. */
    private boolean isSeat(int slot, int expert) {
        return expert >= 0 && expert < tokens.length && graph.seat[expert] == slot;
    }

    private void place(int slot, int expert, long taken) {
        int rank = slot / settings.spareSlots();
        boolean allowed = expert >= 0
                && expert < tokens.length
                && settings.isReplicated(expert)
                && graph.canHost(expert, rank)
                && graph.active[rank]
                && settings.homeRank(expert) / settings.domain() == rank / settings.domain()
                && covered[expert]
                && taken >= settings.minTokens()
                && taken <= graph.removable(expert, graph.startRank(expert));
        if (!allowed) {
            throw new IllegalArgumentException("spare slot " + slot + ": got " + taken + " tokens of expert " + expert
                    + ", expected a replica under the limits of the settings");
        }
        if (graph.slotExpert[slot] != expert) {
            graph.assignSlot(slot, expert);
        }
        graph.move(expert, graph.startRank(expert), rank, taken);
    }

    private void take(long[] counts, double @Nullable [] speeds, int @Nullable [] before, ReplicaPlan out) {
        requireLength("counts", counts.length, tokens.length);
        for (int e = 0; e < counts.length; e++) {
            if (counts[e] < 0 || counts[e] > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "counts[" + e + "]: got " + counts[e] + ", expected 0.." + Integer.MAX_VALUE + " tokens");
            }
        }
        boolean anyActive = speeds == null;
        if (speeds != null) {
            requireLength("speeds", speeds.length, speed.length);
            for (int r = 0; r < speeds.length; r++) {
                if (!(speeds[r] >= 0) || speeds[r] == Double.POSITIVE_INFINITY) {
                    throw new IllegalArgumentException(
                            "speed of rank " + r + ": got " + speeds[r] + ", expected a finite number of at least 0");
                }
                anyActive |= speeds[r] > 0;
            }
        }
        if (!anyActive) {
            throw new IllegalArgumentException("speeds: got no rank above 0, expected at least one active rank");
        }
        if (out.slotTable.length != settings.physicalExperts() || out.covered.length != settings.experts()) {
            throw new IllegalArgumentException(
                    "out: got a plan for " + out.slotTable.length + " slots, expected " + settings.physicalExperts());
        }
        takeSlots(before);
        if (speeds == null) {
            Arrays.fill(speed, 1);
        } else {
            System.arraycopy(speeds, 0, speed, 0, speed.length);
        }
        for (int r = 0; r < speed.length; r++) {
            graph.active[r] = speed[r] > 0;
        }
        hasPresent = false;
        for (int s = 0; s < spare.length; s++) {
            if (speed[s / settings.spareSlots()] == 0) {
                spare[s] = -1;
            }
            hasPresent |= spare[s] >= 0;
        }
    }

    /** Reads the spare slots; a second copy on a rank or beside its original is of no use and counts as empty. */
    private void takeSlots(int @Nullable [] before) {
        if (before == null) {
            Arrays.fill(spare, -1);
            return;
        }
        requireLength("before", before.length, settings.physicalExperts());
        for (int s = 0; s < spare.length; s++) {
            int p = settings.physicalSlot(s);
            if (before[p] < -1 || before[p] >= tokens.length) {
                throw new IllegalArgumentException(
                        "before[" + p + "]: got expert " + before[p] + ", expected -1.." + (tokens.length - 1));
            }
        }
        for (int s = 0; s < spare.length; s++) {
            int e = before[settings.physicalSlot(s)];
            spare[s] = e >= 0 && isUseful(e, s) ? e : -1;
        }
    }

    private boolean isUseful(int expert, int slot) {
        int rank = slot / settings.spareSlots();
        if (settings.homeRank(expert) / settings.domain() != rank / settings.domain()
                || graph.homeRank[expert] == rank) {
            return false;
        }
        for (int s = rank * settings.spareSlots(); s < slot; s++) {
            if (spare[s] == expert) {
                return false;
            }
        }
        return true;
    }

    private static void requireLength(String name, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(name + ": got length " + got + ", expected " + expected);
        }
    }

    /** Finds where every expert's tokens start: on its home rank, else in its first copy on an active rank, else nowhere. */
    private void seat(long[] counts) {
        Arrays.fill(graph.seat, -1);
        for (int s = spare.length - 1; s >= 0; s--) {
            if (spare[s] >= 0 && !graph.active[graph.homeRank[spare[s]]]) {
                graph.seat[spare[s]] = s;
            }
        }
        for (int e = 0; e < tokens.length; e++) {
            covered[e] = graph.seat[e] >= 0 || graph.active[graph.homeRank[e]];
            tokens[e] = covered[e] ? counts[e] : 0;
        }
    }

    /** Grows to the bound, and where that fails to levels between the bound and what was attained. */
    private void growTo(double identity) {
        double low = bound.bound();
        if (spare.length == 0 || identity <= low || settings.maxReplicas() == 0) {
            return;
        }
        bestValue = identity;
        double attained = attempts(low);
        // Whole tokens: half a token between two levels changes no capacity.
        double resolution = Math.max(capacities.unit() ? 1 : 0, CLOSE * low);
        int attempts = settings.minTokens() > 1 ? ATTEMPTS_WITH_LEAST : ATTEMPTS;
        for (int k = 0; k < attempts && attained > level(low) && attained - low > resolution; k++) {
            double middle = (low + attained) / 2;
            double now = attempts(middle);
            if (now > level(middle)) {
                low = middle;
            }
            attained = Math.min(attained, now);
        }
    }

    /** Grows from the copies that are present, and if that misses the level also regardless of them. */
    private double attempts(double low) {
        setTarget(low);
        double attained = attempt(true);
        return attained > level(low) && hasPresent ? Math.min(attained, attempt(false)) : attained;
    }

    /** The load at which growth to a lower bound may stop. */
    private double level(double low) {
        return low * (1 + settings.tolerance());
    }

    /** Sets the capacities that growth aims at: those that hold all tokens, and those of a level with its tolerance. */
    private void setTarget(double low) {
        startAtMean();
        capacities.raiseTo(level(low));
        capacities.copyTo(target);
    }

    /** Capacities that hold the tokens of every domain. */
    private void startAtMean() {
        capacities.start(speed);
        for (int first = 0; first < graph.ranks; first += graph.domain) {
            int end = Math.min(first + graph.domain, graph.ranks);
            long held = 0;
            double speeds = 0;
            for (int r = first; r < end; r++) {
                held += bound.home(r);
                speeds += speed[r];
            }
            if (speeds > 0) {
                capacities.raiseFor(bound.allRanks(), first, end, held);
            }
        }
    }

    /** One growth from the start; keeps it if it is better than the best so far, its copies included. */
    private double attempt(boolean keep) {
        graph.start(tokens, spare, keep);
        System.arraycopy(target, 0, graph.capacity, 0, target.length);
        boolean within = growth.grow();
        if (within) {
            growth.trim();
        }
        if (!within || settings.tolerance() > 0) {
            startAtMean();
            growth.level(capacities);
        }
        double attained = capacities.level(graph.load);
        double value = attained + costOfCopies();
        if (value < bestValue) {
            bestValue = value;
            best.copyFrom(graph);
        }
        return attained;
    }

    /** Tokens that a rank computes while the most copies of one rank are received, one after the other. */
    private double costOfCopies() {
        if (settings.cost() == 0 || graph.newCopies() == 0) {
            return 0;
        }
        Arrays.fill(received, 0);
        int most = 0;
        for (int s = 0; s < spare.length; s++) {
            if (ReplicaPlanWriter.isNewCopy(graph, s)) {
                most = Math.max(most, ++received[s / settings.spareSlots()]);
            }
        }
        return (double) settings.cost() * most;
    }

    private void write(long[] counts, double identity, double attained, ReplicaPlan out) {
        out.maxLoad = attained;
        out.identityMaxLoad = identity;
        out.lowerBound = Math.min(attained, bound.bound());
        out.binding = bound.binding();
        System.arraycopy(covered, 0, out.covered, 0, covered.length);
        writer.write(counts, out);
        double speeds = 0;
        for (double s : speed) {
            speeds += s;
        }
        out.meanLoad = out.tokens / speeds;
    }
}
