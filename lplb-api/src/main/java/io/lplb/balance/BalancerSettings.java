// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.balance.state.TokenLimits;
import io.lplb.cost.ExpertCost;
import io.lplb.placement.ExpertPlacement;
import io.lplb.problem.PlacementProblem;
import io.lplb.quota.SecondObjective;
import io.lplb.replica.ReplicaSettings;
import io.lplb.solver.Backend;
import io.lplb.solver.BackendGuard;
import io.lplb.solver.Backends;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/** Options of a {@link LoadBalancerBuilder}. A balancer keeps a copy, which later calls of the builder leave alone. */
final class BalancerSettings implements Cloneable {
    /** Value of {@link #layer} of a balancer of no particular layer. */
    static final int NO_LAYER = -1;

    /** Mean tokens per slot up to which the time of every known profile depends on active experts alone. */
    private static final long SMALL_BATCH = 128;

    PlacementSettings placing = new PlacementSettings();
    String name = "";
    int layer = NO_LAYER;
    int layers = 1;
    double @Nullable [] speeds;

    @Nullable Long replicaLimit;

    long @Nullable [] rankLimits;

    private @Nullable TokenLimits limits;

    @Nullable String solver;

    Backend backend = Backend.CPU;
    double tolerance = Double.NaN;
    SecondObjective secondObjective = SecondObjective.NONE;

    @Nullable Duration solveTimeLimit;

    Duration deadline = Duration.ofMillis(100);
    int deadAfter = 1;
    boolean localFirst = true;
    boolean checkPlans;
    List<PlanListener> listeners = List.of();

    @Nullable ExpertCost cost;

    private final AtomicBoolean smallBatchNoted = new AtomicBoolean();

    /** Returns a copy, whose settings are its own. */
    BalancerSettings copy() {
        try {
            BalancerSettings copy = (BalancerSettings) super.clone();
            copy.placing = placing.copy();
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /** Returns a copy for balancers of so many ranks; copies of it for layers share its limits. */
    BalancerSettings forRanks(int ranks) {
        BalancerSettings copy = copy();
        copy.limits = new TokenLimits(prefix(), ranks, replicaLimit, rankLimits, refusesLimits());
        return copy;
    }

    private String refusesLimits() {
        if (placing.perBatch() != null) {
            return "replicas chosen per batch";
        }
        if (secondObjective != SecondObjective.NONE) {
            return "the second objective " + secondObjective;
        }
        return cost == null || cost.countsTokens() ? "" : "a cost by which plans minimise time";
    }

    /** Returns the limits, which all layers share. */
    TokenLimits limits() {
        return Objects.requireNonNull(limits, "limits");
    }

    /** Returns a copy for one layer of several. */
    BalancerSettings ofLayer(int layer) {
        BalancerSettings copy = copy();
        copy.layer = layer;
        return copy;
    }

    /** Returns the balancer's name and layer in words; empty if it has neither. */
    String label() {
        return (name + (layer == NO_LAYER ? "" : " layer " + layer)).strip();
    }

    /** Returns what messages of the balancer begin with. */
    String prefix() {
        String label = label();
        return label.isEmpty() ? "" : label + ": ";
    }

    /**
     * Returns an exception of a deeper class with the balancer's name and layer before its message. Only illegal arguments and
     * states are renamed: faults of backends carry the name already, and others mean a defect.
     */
    RuntimeException named(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        if (message.startsWith(prefix())) {
            return e;
        }
        if (e instanceof IllegalArgumentException) {
            return new IllegalArgumentException(prefix() + message, e);
        }
        return e.getClass() == IllegalStateException.class ? new IllegalStateException(prefix() + message, e) : e;
    }

    /** Refuses an objective that needs to know where tokens come from. */
    void requireNoSources(String call) {
        requireOneObjective();
        if (secondObjective == SecondObjective.LOCALITY) {
            throw new IllegalArgumentException("secondObjective: got LOCALITY for " + call
                    + ", where the sources of tokens are not known, expected NONE or LEVEL, or buildRank");
        }
    }

    private void requireOneObjective() {
        if (secondObjective != SecondObjective.NONE && cost != null && !cost.countsTokens()) {
            throw new IllegalArgumentException("secondObjective: got " + secondObjective
                    + " beside a cost, by which plans minimise time, expected NONE");
        }
    }

    /** Refuses an objective that has no effect where tokens are spread. */
    void requireLocalFirst() {
        requireOneObjective();
        if (secondObjective == SecondObjective.LOCALITY && !localFirst) {
            throw new IllegalArgumentException(
                    "secondObjective: got LOCALITY without localFirst, expected NONE, LEVEL or localFirst");
        }
    }

    /** Refuses several layers for a balancer of one. */
    void requireOneLayer(String call, String forSeveral) {
        if (layers != 1) {
            throw new IllegalArgumentException(
                    "layers: got " + layers + " for " + call + ", expected 1, or " + forSeveral);
        }
    }

    /** Returns the solver that was named, or the default for a problem of so many ranks. */
    String solver(int ranks) {
        return solver != null ? solver : Backends.defaultSolver(backend.name(), ranks);
    }

    double tolerance(String solverName) {
        return Double.isNaN(tolerance) ? Backends.defaultTolerance(backend.name(), solverName) : tolerance;
    }

    PlanReport newReport(ExpertPlacement placement) {
        return new PlanReport(name, Math.max(layer, 0), placement.ranks(), placement.experts());
    }

    /**
     * Makes the stations of a placement, whose solver is under the guard of the balancer.
     *
     * @param keepsCopies whether replicas chosen per batch start from the copies of the batch before
     * @param sources {@code [ranks * experts]}, which holds the counts of every rank at each plan; empty if they are not
     *     known
     */
    PlanStations planner(ExpertPlacement placement, BackendGuard guard, boolean keepsCopies, int[] sources) {
        ReplicaSettings perBatch = placing.perBatch();
        if (perBatch != null) {
            requireReplicasOnCpu();
            return new ReplicaBatchPlanner(perBatch, cost, keepsCopies);
        }
        PlacementProblem problem = limits().limitsReplicas()
                ? PlacementProblem.ofExperts(placement, positiveSpeeds())
                : PlacementProblem.of(placement, positiveSpeeds());
        String name = solver(problem.problem().ranks());
        return new BatchPlanner(
                placement,
                problem,
                guard.create(name, problem.problem(), tolerance(name), problem.groups()),
                cost,
                secondObjective,
                placing.ranksPerNode(),
                sources,
                limits());
    }

    private void requireReplicasOnCpu() {
        if (backend == Backend.GPU) {
            throw new IllegalArgumentException("backend: got GPU with replicas chosen per batch, expected CPU or AUTO");
        }
        if (secondObjective != SecondObjective.NONE) {
            throw new IllegalArgumentException(
                    "secondObjective: got " + secondObjective + " with replicas chosen per batch, expected NONE");
        }
    }

    /** Warns, once for all layers, of a batch so small that no known kernel gains by levelled tokens. */
    void noteSmallBatch(PlanReport report, ExpertPlacement placement) {
        if (cost == null
                && report.tokens() > 0
                && report.tokens() <= SMALL_BATCH * placement.physicalExperts()
                && !smallBatchNoted.get()
                && smallBatchNoted.compareAndSet(false, true)) {
            Log.LOG.warn(
                    "{}A batch of {} routed tokens gives the {} slots at most {} each on average. No kernel that was"
                            + " measured is faster then for levelled tokens, and splits make it slower. Tell the builder a"
                            + " cost, or cost(ExpertCost.tokens()) to level tokens nevertheless.",
                    prefix(),
                    report.tokens(),
                    placement.physicalExperts(),
                    SMALL_BATCH);
        }
    }

    /** A problem has no speed of 0. Batches have their own speeds, so any others will do. */
    private double @Nullable [] positiveSpeeds() {
        if (speeds != null) {
            for (double speed : speeds) {
                if (speed == 0) {
                    return null;
                }
            }
        }
        return speeds;
    }

    /** Opened by the first message: without a logging provider, Log4j complains when it is opened. */
    private static final class Log {
        static final Logger LOG = LogManager.getLogger(LoadBalancer.class);
    }
}
