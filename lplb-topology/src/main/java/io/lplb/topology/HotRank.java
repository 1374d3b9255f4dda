// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.topology;

import io.lplb.topology.flow.MaxFlow;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How much load a single hot rank can shed. The model: every other rank's experts have load 1 in all, the hot rank's
 * have load h. On each rank the same share of the load is replicated, divided equally among the D replica sets.
 *
 * <p>For a set S of ranks let load(S) be what cannot leave S: the loads of its ranks less the replica sets whose copies
 * lie outside S. Then
 *
 * <pre>
 *   peak(h) = max over S of load(S) / |S|          the smallest possible maximum over the ranks
 *   mean(h) = (h + G - 1) / G                      the level that would be ideal
 * </pre>
 *
 * <p>peak is convex and piecewise linear in h, and equal to mean at h = 1. {@link #levelLimit()} is the largest h up to
 * which it stays equal: so much hotter than the others may a rank be without the group losing anything.
 *
 * <p>Both are found by Newton's steps on the violated sets, each a smallest cut of a flow from the ranks above a level
 * to those below it (Dinkelbach 1967); the answers are exact but for rounding. The problem is that of a min-max split
 * with two hosts an item, its value the weighted densest subgraph (Goldberg 1984).
 *
 * <p>Immutable, hence safe for use by several threads.
 */
public final class HotRank {
    /** A limit above this is reported as infinite. */
    private static final double MOST = 1e6;

    /** Relative to the total load: what rounding may leave over in a flow that is complete. */
    private static final double ROUNDING = 1e-12;

    private final ReplicaTopology topology;
    private final int hot;
    private final double replicatedShare;

    /**
     * One hot rank in a topology.
     *
     * @param topology any topology
     * @param hot the hot rank, {@code 0..groupSize - 1}
     * @param replicatedShare the share of each rank's load that has copies elsewhere, from 0 to 1; see
     *     {@link TopologyMetrics#replicatedShare}
     */
    public HotRank(ReplicaTopology topology, int hot, double replicatedShare) {
        this.topology = Objects.requireNonNull(topology, "topology");
        if (hot < 0 || hot >= topology.groupSize()) {
            throw new IllegalArgumentException("hot: got rank " + hot + ", expected 0.." + (topology.groupSize() - 1));
        }
        if (!(replicatedShare >= 0 && replicatedShare <= 1)) {
            throw new IllegalArgumentException("replicatedShare: got " + replicatedShare + ", expected 0..1");
        }
        this.hot = hot;
        this.replicatedShare = replicatedShare;
    }

    /**
     * The smallest possible maximum load over the ranks.
     *
     * @param load h, the load of the hot rank's experts where every other rank has 1; finite, not negative
     * @return in the unit of {@code load}
     */
    public double peak(double load) {
        if (!(load >= 0 && load < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("load: got " + load + ", expected a finite number, at least 0");
        }
        double level = mean(load);
        while (true) {
            Kept kept = violated(load, level);
            if (kept == null || kept.average(load) <= level) {
                return level;
            }
            level = kept.average(load);
        }
    }

    /**
     * The largest load h of the hot rank, where every other has 1, at which all ranks can still be brought to the same
     * load. It is 1 if the topology is not connected, and infinite if there is no limit (or none below a million).
     *
     * @return at least 1, or infinity
     */
    public double levelLimit() {
        int n = topology.groupSize();
        double load = MOST;
        Kept kept = violated(load, mean(load));
        if (kept == null) {
            return Double.POSITIVE_INFINITY;
        }
        while (kept != null) {
            double slope = kept.hotPart / kept.ranks - 1.0 / n;
            double next = Math.max(1, (1 - 1.0 / n - kept.restPart / kept.ranks) / slope);
            if (!(next < load)) {
                return load;
            }
            load = next;
            kept = violated(load, mean(load));
        }
        return load;
    }

    /**
     * The largest load the hot rank can shed while all ranks stay level: {@link #levelLimit()} less the common level
     * then. In units of the other ranks' load; infinite where the limit is.
     *
     * @return load beyond the level of the others, or infinity
     */
    public double levelShed() {
        double limit = levelLimit();
        return Double.isInfinite(limit) ? limit : limit - mean(limit);
    }

    private double mean(double load) {
        int n = topology.groupSize();
        return (load + n - 1) / n;
    }

    /** The set of ranks that exceeds a level the most, or null if none exceeds it. */
    private @Nullable Kept violated(double load, double level) {
        int n = topology.groupSize();
        int replicas = topology.replicasPerRank();
        double tolerance = ROUNDING * (load + n);
        MaxFlow flow = new MaxFlow(n + 2, n * (replicas + 2), tolerance / n);
        double excess = 0;
        for (int r = 0; r < n; r++) {
            double own = r == hot ? load : 1;
            excess += Math.max(0, own - level);
            flow.connect(n, r, Math.max(0, own - level), 0);
            flow.connect(r, n + 1, Math.max(0, level - own), 0);
        }
        for (Edge edge : topology.edges()) {
            double share = replicatedShare / replicas * (edge.original() == hot ? load : 1);
            flow.connect(edge.original(), edge.replica(), share, 0);
        }
        return excess - flow.send(n, n + 1) <= tolerance ? null : kept(flow);
    }

    private Kept kept(MaxFlow flow) {
        int ranks = 0;
        double rest = 0;
        for (int r = 0; r < topology.groupSize(); r++) {
            if (flow.isReached(r)) {
                ranks++;
                rest += r == hot ? 0 : keptShare(flow, r);
            }
        }
        return new Kept(ranks, flow.isReached(hot) ? keptShare(flow, hot) : 0, rest);
    }

    private double keptShare(MaxFlow flow, int rank) {
        int leaving = 0;
        for (int d = 0; d < topology.replicasPerRank(); d++) {
            leaving += flow.isReached(topology.replicaOf(rank, d)) ? 0 : 1;
        }
        return 1 - replicatedShare * leaving / topology.replicasPerRank();
    }

    /** Load that cannot leave a set of ranks: {@code hotPart * h + restPart}. */
    private record Kept(int ranks, double hotPart, double restPart) {
        double average(double load) {
            return (hotPart * load + restPart) / ranks;
        }
    }
}
