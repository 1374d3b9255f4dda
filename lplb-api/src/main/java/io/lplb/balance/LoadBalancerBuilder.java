// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.solver.Backend;
import io.lplb.solver.BackendGuard;
import io.lplb.solver.Backends;
import io.lplb.solver.InteriorPointSolver;
import io.lplb.solver.Solvers;
import io.lplb.topology.ReplicaTopology;
import java.time.Duration;
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
    final PlacementSettings placing = new PlacementSettings();
    private double tolerance = Double.NaN;

    double @Nullable [] speeds;
    String solver = InteriorPointSolver.NAME;
    Backend backend = Backend.CPU;
    Duration deadline = Duration.ofMillis(100);
    boolean localFirst = true;
    boolean checkPlans;

    @Nullable PlanListener listener;

    @Nullable Duration solveTimeLimit;

    LoadBalancerBuilder() {}

    /**
     * Number of logical experts; a multiple of the number of ranks.
     *
     * @param experts at least 1
     * @return this builder
     */
    public LoadBalancerBuilder experts(int experts) {
        placing.experts = experts;
        return this;
    }

    /**
     * Number of ranks of the expert-parallel group.
     *
     * @param ranks at least 1
     * @return this builder
     */
    public LoadBalancerBuilder ranks(int ranks) {
        placing.ranks = ranks;
        return this;
    }

    /**
     * Replica slots on each rank, beside its originals; by default what the topology has columns, or 1 for EPLB.
     *
     * @param replicasPerRank a multiple of the columns of the topology, or at least 0 for EPLB
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public LoadBalancerBuilder replicas(int replicasPerRank) {
        if (replicasPerRank < 0) {
            throw new IllegalArgumentException("replicas: got " + replicasPerRank + " a rank, expected at least 0");
        }
        placing.replicas = replicasPerRank;
        return this;
    }

    /**
     * Places replicas along a topology; its size divides the number of ranks, its columns the replica slots.
     *
     * @param topology one of {@link io.lplb.topology.Topologies}, or your own
     * @return this builder
     */
    public LoadBalancerBuilder topology(ReplicaTopology topology) {
        placing.alongTopology(Objects.requireNonNull(topology, "topology"));
        return this;
    }

    /**
     * Places replicas by EPLB: the heaviest experts get them, on any rank.
     *
     * @return this builder
     */
    public LoadBalancerBuilder eplb() {
        placing.byEplb();
        return this;
    }

    /**
     * Takes a placement as it is; {@link #experts}, {@link #ranks} and {@link #replicas} are then its own.
     *
     * @param placement where every expert and its replicas live
     * @return this builder
     */
    public LoadBalancerBuilder placement(ExpertPlacement placement) {
        placing.fixed(Objects.requireNonNull(placement, "placement"));
        return this;
    }

    /**
     * Ranks that share a node, 8 unless said otherwise; placement keeps groups inside nodes where it can.
     *
     * @param ranksPerNode at least 1
     * @return this builder
     */
    public LoadBalancerBuilder ranksPerNode(int ranksPerNode) {
        placing.ranksPerNode = ranksPerNode;
        return this;
    }

    /**
     * Speeds of the ranks, {@code [ranks]}, positive; 1 everywhere unless said otherwise.
     *
     * @param speeds tokens per unit of time; only their ratios matter to the balance
     * @return this builder
     */
    public LoadBalancerBuilder speeds(double... speeds) {
        this.speeds = speeds.clone();
        return this;
    }

    /**
     * The solver, one of {@link Solvers#names()}; the interior point unless said otherwise.
     *
     * @param name in lower case
     * @return this builder
     */
    public LoadBalancerBuilder solver(String name) {
        Solvers.defaultTolerance(name);
        this.solver = name;
        return this;
    }

    /**
     * Where the solver runs; the CPU unless said otherwise.
     *
     * @param backend GPU fails in {@link #build} where there is none; AUTO does not
     * @return this builder
     */
    public LoadBalancerBuilder backend(Backend backend) {
        this.backend = Objects.requireNonNull(backend, "backend");
        return this;
    }

    /**
     * Gap that the solver aims at, as a fraction of the mean load; by default 1e-9 or what
     * the solver reaches on the backend, see {@link Backends#defaultTolerance}.
     *
     * @param tolerance positive and finite
     * @return this builder
     */
    public LoadBalancerBuilder tolerance(double tolerance) {
        this.tolerance = tolerance;
        return this;
    }

    /**
     * For {@link #buildRank}: how long a round waits for other ranks' counts; 100 ms unless said otherwise.
     *
     * @param deadline more than 0
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public LoadBalancerBuilder deadline(Duration deadline) {
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline: got " + deadline + ", expected a positive time");
        }
        this.deadline = deadline;
        return this;
    }

    /**
     * For {@link #buildRank}: whether tokens stay on a replica of their own rank or node wherever the quotas allow, which
     * they do unless said otherwise, or are spread over the replicas by their position in the batch.
     *
     * @param localFirst true to keep tokens near
     * @return this builder
     */
    public LoadBalancerBuilder localFirst(boolean localFirst) {
        this.localFirst = localFirst;
        return this;
    }

    /**
     * For {@link #buildRank}: whether ranks compare their plans, expert by expert, in a second round after each plan; no
     * unless said otherwise.
     *
     * @param checkPlans the same on all ranks
     * @return this builder
     */
    public LoadBalancerBuilder checkPlans(boolean checkPlans) {
        this.checkPlans = checkPlans;
        return this;
    }

    /**
     * Who hears of every plan.
     *
     * @param listener called on the thread that plans; an earlier one is replaced
     * @return this builder
     */
    public LoadBalancerBuilder listener(PlanListener listener) {
        this.listener = Objects.requireNonNull(listener, "listener");
        return this;
    }

    /**
     * How long a solve on a GPU, and the making of its solver, may take before it counts as failed; no limit unless said
     * otherwise. With a limit the solver runs on a thread of its own, which costs two thread switches a plan; a thread
     * that does not return is left behind as a daemon. The CPU's solvers are not concerned.
     *
     * @param limit more than 0
     * @return this builder
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
     * @return a balancer; the caller closes it
     * @throws IllegalArgumentException if something is missing or does not fit; the message names got and expected
     * @throws io.lplb.solver.BackendException if the backend asked for is not available
     */
    public LoadBalancer build() {
        return new LoadBalancer(this, placing.first());
    }

    /**
     * Makes the balancer of one rank, which sees its own tokens only.
     *
     * @param exchange connects it with the other ranks; the balancer does not close it
     * @return a balancer; the caller closes it
     * @throws IllegalArgumentException also if the exchange has other numbers of ranks or experts
     * @throws io.lplb.solver.BackendException if the backend asked for is not available
     */
    public RankBalancer buildRank(WorkloadExchange exchange) {
        return new RankBalancer(this, placing.first(), exchange);
    }

    /** {@return what all ranks of a group must have in common, as described so far} */
    public GroupIdentity identity() {
        return RankSettings.identity(this, placing.first());
    }

    /** Makes the stations of a placement, whose solver is under the guard of the balancer. */
    BatchPlanner planner(ExpertPlacement placement, BackendGuard guard) {
        PlacementProblem problem = PlacementProblem.of(placement, speeds);
        return new BatchPlanner(
                placement, problem, guard.create(solver, problem.problem(), tolerance(), problem.groups()));
    }
}
