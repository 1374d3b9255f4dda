// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.balance.state.RankStates;
import io.lplb.balance.state.TokenLimits;
import io.lplb.cost.ExpertCost;
import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.quota.SecondObjective;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.Backend;
import io.lplb.solver.Backends;
import io.lplb.solver.Solvers;
import io.lplb.topology.ReplicaTopology;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Describes a {@link LoadBalancer}: the experts, the ranks, and one of three ways to place replicas.
 *
 * <ul>
 *   <li>{@link #topology}: LPLB's fixed topology in groups of consecutive ranks; history only reorders the experts.
 *   <li>{@link #balanced}, if nothing else is said: replicas for the heaviest experts anywhere, made for the exact split.
 *   <li>{@link #placement}: a placement of the caller's own, such as one by EPLB as published
 *       ({@link io.lplb.placement.Eplb}).
 * </ul>
 *
 * <p>Not thread-safe.
 */
public final class LoadBalancerBuilder {
    private static final int MOST_LAYERS = 1 << 16;

    private final BalancerSettings settings = new BalancerSettings();
    private final PlacementSettings placing = settings.placing;

    LoadBalancerBuilder() {}

    /**
     * Number of logical experts; along a topology a multiple of the number of ranks.
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
     * Replica slots on each rank, beside its originals (experts / ranks, rounded up); by default what the topology has
     * columns, or 1. The last call of this, {@link #slotsPerRank} and {@link #redundantExperts} counts.
     *
     * @param replicasPerRank a multiple of the columns of the topology; without one at least 0
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public LoadBalancerBuilder replicas(int replicasPerRank) {
        requireAtLeast("replicas", replicasPerRank, 0);
        placing.slots(PlacementSettings.Slots.REPLICAS_PER_RANK, replicasPerRank);
        return this;
    }

    /**
     * Physical slots on each rank, originals included.
     *
     * @param slotsPerRank at least 1; together with the ranks at least as many as there are experts
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public LoadBalancerBuilder slotsPerRank(int slotsPerRank) {
        requireAtLeast("slotsPerRank", slotsPerRank, 1);
        placing.slots(PlacementSettings.Slots.PER_RANK, slotsPerRank);
        return this;
    }

    /**
     * Copies beside the originals over all ranks; every rank has slots for its share, rounded up.
     *
     * @param redundantExperts at least 0; along a topology a multiple of the ranks
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public LoadBalancerBuilder redundantExperts(int redundantExperts) {
        requireAtLeast("redundantExperts", redundantExperts, 0);
        placing.slots(PlacementSettings.Slots.REDUNDANT, redundantExperts);
        return this;
    }

    /**
     * Groups of consecutive experts, for a balanced placement; 1 unless said otherwise. If they are a multiple of the
     * nodes, and there are several nodes, the copies of a group's experts stay on one node.
     *
     * @param expertGroups a divisor of the number of experts
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public LoadBalancerBuilder expertGroups(int expertGroups) {
        requireAtLeast("expertGroups", expertGroups, 1);
        placing.expertGroups = expertGroups;
        return this;
    }

    /**
     * How many ranks may fail, whichever they are, with every expert still on another one; 0 unless said otherwise.
     *
     * @param ranks at least 0. {@link #build} refuses too few slots and says how many it takes
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public LoadBalancerBuilder surviveRanks(int ranks) {
        requireAtLeast("surviveRanks", ranks, 0);
        placing.surviveRanks = ranks;
        return this;
    }

    /**
     * How many nodes may fail, whichever they are, with every expert still on another one; 0 unless said otherwise.
     *
     * @param nodes at least 0. {@link #build} refuses too few slots and says how many it takes
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public LoadBalancerBuilder surviveNodes(int nodes) {
        requireAtLeast("surviveNodes", nodes, 0);
        placing.surviveNodes = nodes;
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
     * Places replicas for the exact split, see {@link io.lplb.placement.PlacementPlanner}: the heaviest experts get them, on
     * distinct ranks, so that load can pass between any two. This is the default.
     *
     * @return this builder
     */
    public LoadBalancerBuilder balanced() {
        placing.balanced();
        return this;
    }

    /**
     * The same as {@link #balanced}: replicas for the heaviest experts on any ranks, as EPLB has them, but never two of an
     * expert on one rank while another has none. For EPLB as published, entry by entry, call
     * {@link io.lplb.placement.Eplb} and hand its placements over by {@link #placement} and
     * {@link LoadBalancer#updatePlacement(ExpertPlacement)}.
     *
     * @return this builder
     */
    public LoadBalancerBuilder eplb() {
        return balanced();
    }

    /**
     * Takes a placement as it is; experts, ranks and slots are then its own.
     *
     * @param placement where every expert and its replicas live
     * @return this builder
     */
    public LoadBalancerBuilder placement(ExpertPlacement placement) {
        placing.fixed(Objects.requireNonNull(placement, "placement"));
        return this;
    }

    /**
     * Chooses replicas anew for every batch, in spare slots beside the home experts. The caller copies the weights that
     * {@link LoadBalancer#lastReplicas} names before it computes the batch; copies of the batch before are kept where they
     * help. {@link #experts}, {@link #ranks} and {@link #replicas} are those of the settings.
     *
     * <p>A {@link RankBalancer} chooses without regard to the batch before, so that all ranks choose the same, and only where
     * it has the counts of all ranks.
     *
     * @param settings home ranks, spare slots and limits
     * @return this builder
     */
    public LoadBalancerBuilder replicasPerBatch(ReplicaSettings settings) {
        placing.perBatch(Objects.requireNonNull(settings, "settings"));
        return this;
    }

    /**
     * Consecutive ranks that share a node. A balanced placement spreads the copies of an expert evenly over the nodes;
     * reordering along a topology keeps groups inside nodes where it can; tokens prefer a replica on their own node. If
     * neither this nor {@link #nodes} is said, tokens are routed as on nodes of 8 ranks, and placements know of no nodes.
     *
     * @param ranksPerNode at least 1; for a balanced placement a divisor of the ranks, or at least as many
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public LoadBalancerBuilder ranksPerNode(int ranksPerNode) {
        requireAtLeast("ranksPerNode", ranksPerNode, 1);
        placing.ranksPerNode(ranksPerNode);
        return this;
    }

    /**
     * Number of nodes, instead of {@link #ranksPerNode}.
     *
     * @param nodes a divisor of the number of ranks
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public LoadBalancerBuilder nodes(int nodes) {
        requireAtLeast("nodes", nodes, 1);
        placing.nodes(nodes);
        return this;
    }

    /**
     * Speeds of the ranks, {@code [ranks]}; 1 everywhere unless said otherwise. A rank of speed 0 gets no token. They can be
     * changed at any time, see {@link LoadBalancer#updateSpeeds}.
     *
     * @param speeds tokens per unit of time; only their ratios matter to the balance
     * @return this builder
     */
    public LoadBalancerBuilder speeds(double... speeds) {
        settings.speeds = speeds.clone();
        placing.speeds = settings.speeds;
        return this;
    }

    /**
     * The most tokens that a replica takes in a batch (expert capacity); no limit unless said otherwise. It can be changed at any
     * time, see {@link LoadBalancer#updateReplicaLimit}. Limits hold for all plans on the CPU, whatever the solver and the backend.
     * Where no plan keeps them, the plan is the best one without, its status is INFEASIBLE, and {@link PlanReport#misfitTokens},
     * {@link PlanReport#misfitRanks} and {@link PlanReport#misfitExperts} name what has no room.
     *
     * @param tokens at least 0; {@link Long#MAX_VALUE} for none so far
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public LoadBalancerBuilder replicaLimit(long tokens) {
        TokenLimits.requireLimit("replicaLimit", tokens);
        settings.replicaLimit = tokens;
        return this;
    }

    /**
     * The most tokens that each rank takes in a batch (memory); no limits unless said otherwise. They can be changed at any time,
     * see {@link LoadBalancer#updateRankLimits}; what does not fit is named as for {@link #replicaLimit}. A second objective, a cost
     * by which plans minimise time and replicas chosen per batch take no limits.
     *
     * @param tokens {@code [ranks]}, at least 0; {@link Long#MAX_VALUE} for no limit
     * @return this builder
     * @throws IllegalArgumentException if one is negative
     */
    public LoadBalancerBuilder rankLimits(long... tokens) {
        TokenLimits.requireLimits("", tokens);
        settings.rankLimits = tokens.clone();
        return this;
    }

    /**
     * The solver, one of {@link Solvers#names()}; unless said otherwise the one that {@link Backends#defaultSolver} names.
     *
     * @param name in lower case
     * @return this builder
     */
    public LoadBalancerBuilder solver(String name) {
        Solvers.defaultTolerance(name);
        settings.solver = name;
        return this;
    }

    /**
     * Where the solver runs; the CPU unless said otherwise.
     *
     * @param backend GPU fails in {@link #build} where there is none; AUTO does not
     * @return this builder
     */
    public LoadBalancerBuilder backend(Backend backend) {
        settings.backend = Objects.requireNonNull(backend, "backend");
        return this;
    }

    /**
     * Gap that the solver aims at, as a fraction of the mean load; by default 1e-9 or what
     * the solver reaches on the backend, see {@link Backends#defaultTolerance}.
     *
     * @param tolerance positive and finite
     * @return this builder
     * @throws IllegalArgumentException if it is not
     */
    public LoadBalancerBuilder tolerance(double tolerance) {
        if (!(tolerance > 0 && tolerance <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException("tolerance: got " + tolerance + ", expected a positive finite number");
        }
        settings.tolerance = tolerance;
        return this;
    }

    /**
     * For {@link #buildRank}: how long a round waits for other ranks' counts; 100 ms unless said otherwise.
     *
     * @param deadline more than 0; from about 292 years on without an end
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    public LoadBalancerBuilder deadline(Duration deadline) {
        requirePositive("deadline", deadline);
        settings.deadline = deadline;
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
        settings.localFirst = localFirst;
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
        settings.checkPlans = checkPlans;
        return this;
    }

    /**
     * For {@link #buildRank}: after how many rounds in a row without a rank's counts no token is routed to it any more; 1
     * unless said otherwise, so that a missed deadline is enough. A rank whose counts come in time again gets tokens again
     * in the same round.
     *
     * @param rounds at least 1, the same on all ranks; {@link Integer#MAX_VALUE} for never
     * @return this builder
     * @throws IllegalArgumentException if it is below 1
     */
    public LoadBalancerBuilder deadAfter(int rounds) {
        requireAtLeast("deadAfter", rounds, 1);
        settings.deadAfter = rounds;
        return this;
    }

    /**
     * Name of the balancer, which reports, events, meters, log lines and messages of errors carry; none unless said
     * otherwise.
     *
     * @param name one line
     * @return this builder
     * @throws IllegalArgumentException if it has control characters
     */
    public LoadBalancerBuilder name(String name) {
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("name: got control characters, expected one line of text");
        }
        settings.name = name.strip();
        return this;
    }

    /**
     * Number of the layer that the balancer serves, which reports, events, meters, log lines and messages of errors carry.
     *
     * @param layer at least 0
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    public LoadBalancerBuilder layer(int layer) {
        requireAtLeast("layer", layer, 0);
        settings.layer = layer;
        return this;
    }

    /**
     * Number of layers for {@link #buildLayers} and {@link #buildRankLayers}; 1 unless said otherwise.
     *
     * @param layers from 1 to 65,536
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public LoadBalancerBuilder layers(int layers) {
        if (layers < 1 || layers > MOST_LAYERS) {
            throw new IllegalArgumentException("layers: got " + layers + ", expected 1.." + MOST_LAYERS);
        }
        settings.layers = layers;
        return this;
    }

    /**
     * The only listener of plans and rounds.
     *
     * @param listener called on the thread that plans; earlier ones are replaced
     * @return this builder
     */
    public LoadBalancerBuilder listener(PlanListener listener) {
        settings.listeners = List.of(listener);
        return this;
    }

    /**
     * Adds a listener of plans and rounds.
     *
     * @param listener called on the thread that plans, after those added before
     * @return this builder
     */
    public LoadBalancerBuilder addListener(PlanListener listener) {
        List<PlanListener> next = new ArrayList<>(settings.listeners);
        next.add(Objects.requireNonNull(listener, "listener"));
        settings.listeners = List.copyOf(next);
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
        requirePositive("solveTimeLimit", limit);
        settings.solveTimeLimit = limit;
        return this;
    }

    /**
     * Cost of a rank's tokens. Plans then minimise the time of the slowest rank instead of its tokens, and where no
     * plan gains more than its overhead, every token stays at its original, so that a plan never predicts a slower batch
     * than as placed. {@link PlanReport#time} says what it gains. Without a cost plans level tokens, and the first batch so
     * small that no known kernel gains by that is logged as a warning. {@link #secondObjective} and the solver concern the
     * plan that levels tokens, with which the plan in time is compared. With {@link #replicasPerBatch}, replicas are chosen by
     * time as well.
     *
     * @param cost such as {@code ExpertCost.shippedProfile("deepseek-v3-h200").fit()}; {@link ExpertCost#tokens()} levels
     *     tokens
     * @return this builder
     */
    public LoadBalancerBuilder cost(ExpertCost cost) {
        settings.cost = Objects.requireNonNull(cost, "cost");
        return this;
    }

    /**
     * Choice among plans with the same, least possible maximum load; nothing unless said otherwise. With several
     * groups of ranks, LEVEL levels each group, and LOCALITY lets each rank take up to the largest load of all groups.
     *
     * @param objective LOCALITY needs to know where tokens come from, so it is for {@link #buildRank} and
     *     {@link #buildRankLayers} with {@link #localFirst}; {@link PlanReport#secondNanos} says what it takes
     * @return this builder
     */
    public LoadBalancerBuilder secondObjective(SecondObjective objective) {
        settings.secondObjective = Objects.requireNonNull(objective, "objective");
        return this;
    }

    /**
     * Makes the balancer of one layer, with experts placed as if all had the same history.
     *
     * @return a balancer; the caller closes it
     * @throws IllegalArgumentException if something is missing or does not fit; the message names got and expected
     * @throws io.lplb.solver.BackendException if the backend asked for is not available
     */
    public LoadBalancer build() {
        try {
            settings.requireOneLayer("build", "buildLayers");
            settings.requireNoSources("build");
            ExpertPlacement placement = placing.first();
            return new LoadBalancer(settings.forRanks(placement.ranks()), placement, states(placement));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        }
    }

    /**
     * Makes the balancer of all {@link #layers}, each with experts placed as if all had the same history.
     *
     * @return a balancer; the caller closes it
     * @throws IllegalArgumentException as {@link #build}
     * @throws io.lplb.solver.BackendException if the backend asked for is not available
     */
    public LayeredBalancer buildLayers() {
        try {
            settings.requireNoSources("buildLayers");
            List<ExpertPlacement> placements = placing.firstOfLayers(settings.layers);
            ExpertPlacement first = placements.get(0);
            return new LayeredBalancer(settings.forRanks(first.ranks()), placements, states(first));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        }
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
        try {
            settings.requireOneLayer("buildRank", "buildRankLayers");
            settings.requireLocalFirst();
            ExpertPlacement placement = placing.first();
            RankGroup group = new RankGroup(settings, placement, exchange, states(placement));
            return new RankBalancer(settings.forRanks(placement.ranks()), placement, group, 0);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        }
    }

    /**
     * Makes the balancer of all {@link #layers} for one rank, which sees its own tokens only.
     *
     * @param exchange connects it with the other ranks, for all layers; the balancer does not close it
     * @return a balancer; the caller closes it
     * @throws IllegalArgumentException also if the exchange has other numbers of ranks or experts
     * @throws io.lplb.solver.BackendException if the backend asked for is not available
     */
    public LayeredRankBalancer buildRankLayers(WorkloadExchange exchange) {
        try {
            settings.requireLocalFirst();
            List<ExpertPlacement> placements = placing.firstOfLayers(settings.layers);
            ExpertPlacement first = placements.get(0);
            RankGroup group = new RankGroup(settings, first, exchange, states(first));
            return new LayeredRankBalancer(settings.forRanks(first.ranks()), placements, group);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        }
    }

    private static void requireAtLeast(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(what + ": got " + value + ", expected at least " + least);
        }
    }

    private static void requirePositive(String what, Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(what + ": got " + time + ", expected a positive duration");
        }
    }

    private RankStates states(ExpertPlacement placement) {
        return new RankStates(settings.prefix(), placement.ranks(), settings.speeds);
    }

    /** {@return what all ranks of a group must have in common, as described so far} */
    public GroupIdentity identity() {
        return RankSettings.identity(settings, placing.first());
    }
}
