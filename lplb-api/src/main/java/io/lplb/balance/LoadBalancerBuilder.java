// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.exchange.WorkloadExchange;
import io.lplb.placement.Eplb;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.LplbPlacement;
import io.lplb.solver.Backend;
import io.lplb.solver.Backends;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.Solvers;
import io.lplb.topology.ReplicaTopology;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link LoadBalancer}: the experts, the ranks, and one of three ways to place replicas.
 *
 * <ul>
 *   <li>{@link #topology}: LPLB's fixed topology in groups of consecutive ranks; history only reorders the experts.
 *   <li>{@link #eplb}: replicas for the heaviest experts anywhere, by DeepSeek's EPLB.
 *   <li>{@link #placement}: a placement of the caller's own, which history does not change.
 * </ul>
 *
 * <p>Not thread-safe.
 */
public final class LoadBalancerBuilder {
    private int experts = -1;
    private int ranks = -1;
    private int replicas = -1;
    private int ranksPerNode = 8;
    private boolean eplb;
    private @Nullable ReplicaTopology topology;
    private @Nullable ExpertPlacement fixedPlacement;
    private double tolerance = Double.NaN;

    double @Nullable [] speeds;
    String solver = InteriorPointSolver.NAME;
    Backend backend = Backend.CPU;
    WorkloadExchange exchange = WorkloadExchange.local();

    @Nullable PlanListener listener;

    @Nullable Duration solveTimeLimit;

    LoadBalancerBuilder() {}

    /** Number of logical experts; a multiple of the number of ranks. */
    public LoadBalancerBuilder experts(int experts) {
        this.experts = experts;
        return this;
    }

    /** Number of ranks of the expert-parallel group. */
    public LoadBalancerBuilder ranks(int ranks) {
        this.ranks = ranks;
        return this;
    }

    /** Replica slots on each rank, beside its originals; by default what the topology has columns, or 1 for EPLB. */
    public LoadBalancerBuilder replicas(int replicasPerRank) {
        this.replicas = replicasPerRank;
        return this;
    }

    /** Places replicas along a topology; its size divides the number of ranks, its columns the replica slots. */
    public LoadBalancerBuilder topology(ReplicaTopology topology) {
        this.topology = Objects.requireNonNull(topology, "topology");
        this.eplb = false;
        this.fixedPlacement = null;
        return this;
    }

    /** Places replicas by EPLB: the heaviest experts get them, on any rank. */
    public LoadBalancerBuilder eplb() {
        this.eplb = true;
        this.topology = null;
        this.fixedPlacement = null;
        return this;
    }

    /** Takes a placement as it is; {@link #experts}, {@link #ranks} and {@link #replicas} are then its own. */
    public LoadBalancerBuilder placement(ExpertPlacement placement) {
        this.fixedPlacement = Objects.requireNonNull(placement, "placement");
        this.topology = null;
        this.eplb = false;
        return this;
    }

    /** Ranks that share a node, 8 unless said otherwise; placement keeps groups inside nodes where it can. */
    public LoadBalancerBuilder ranksPerNode(int ranksPerNode) {
        this.ranksPerNode = ranksPerNode;
        return this;
    }

    /** Speeds of the ranks, {@code [ranks]}, positive; 1 everywhere unless said otherwise. */
    public LoadBalancerBuilder speeds(double... speeds) {
        this.speeds = speeds.clone();
        return this;
    }

    /** The solver, one of {@link Solvers#names()}; the interior point unless said otherwise. */
    public LoadBalancerBuilder solver(String name) {
        Solvers.defaultTolerance(name);
        this.solver = name;
        return this;
    }

    /** Where the solver runs; the CPU unless said otherwise. */
    public LoadBalancerBuilder backend(Backend backend) {
        this.backend = Objects.requireNonNull(backend, "backend");
        return this;
    }

    /** Gap that the solver aims at, as a fraction of the mean load; by default 1e-9 or what
     * the solver reaches on the backend, see {@link Backends#defaultTolerance}. */
    public LoadBalancerBuilder tolerance(double tolerance) {
        this.tolerance = tolerance;
        return this;
    }

    /** How counts are summed over processes; one process unless said otherwise. The balancer does not close it. */
    public LoadBalancerBuilder exchange(WorkloadExchange exchange) {
        this.exchange = Objects.requireNonNull(exchange, "exchange");
        return this;
    }

    /** Who hears of every plan. */
    public LoadBalancerBuilder listener(PlanListener listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * How long a solve on a GPU, and the making of its solver, may take before it counts as failed; no limit unless said
     * otherwise. With a limit the solver runs on a thread of its own, which costs two thread switches a plan; a thread
     * that does not return is left behind as a daemon. The CPU's solvers are not concerned.
     *
     * @throws IllegalArgumentException if the limit is not positive
     */
    public LoadBalancerBuilder solveTimeLimit(Duration limit) {
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("solveTimeLimit: got " + limit + ", expected a positive duration");
        }
        this.solveTimeLimit = limit;
        return this;
    }

    double tolerance() {
        return Double.isNaN(tolerance) ? Backends.defaultTolerance(backend.name(), solver) : tolerance;
    }

    /**
     * Makes the balancer, with experts placed as if all had the same history.
     *
     * @throws IllegalArgumentException if something is missing or does not fit; the message names got and expected
     * @throws io.lplb.solver.BackendException if the backend asked for is not available
     */
    public LoadBalancer build() {
        ExpertPlacement first = fixedPlacement != null ? fixedPlacement : place(null);
        return new LoadBalancer(this, first);
    }

    /** Places the experts by their history, or at their natural places without one. */
    ExpertPlacement place(double @Nullable [] history) {
        if (fixedPlacement != null) {
            throw new IllegalStateException(
                    "updatePlacement: got a balancer with a placement of the caller's own, expected topology or eplb");
        }
        require("experts", experts);
        require("ranks", ranks);
        if (history != null && history.length != experts) {
            throw new IllegalArgumentException(
                    "history: got length " + history.length + ", expected " + experts + " experts");
        }
        if (topology != null) {
            return alongTopology(topology, history);
        }
        if (eplb) {
            return anywhere(history);
        }
        throw new IllegalArgumentException(
                "builder: got no way to place replicas, expected topology, eplb or placement");
    }

    private ExpertPlacement alongTopology(ReplicaTopology along, double @Nullable [] history) {
        int slots = replicas < 0 ? along.replicasPerRank() : replicas;
        LplbPlacement shape = new LplbPlacement(along, ranks, experts, slots);
        return history == null ? shape.natural() : shape.reordered(history, ranksPerNode);
    }

    private ExpertPlacement anywhere(double @Nullable [] history) {
        int slots = replicas < 0 ? 1 : replicas;
        double[] weight = history;
        if (weight == null) {
            weight = new double[experts];
            Arrays.fill(weight, 1);
        }
        int physical = Math.addExact(experts, Math.multiplyExact(ranks, slots));
        return Eplb.place(new double[][] {weight}, physical, 1, 1, ranks)
                .layers()
                .get(0);
    }

    private static void require(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    name + ": got " + (value < 0 ? "nothing" : value) + ", expected at least 1");
        }
    }
}
