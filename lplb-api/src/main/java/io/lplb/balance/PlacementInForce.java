// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementUpdate;
import io.lplb.replica.ReplicaPlan;
import io.lplb.solver.BackendGuard;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Placement of a balancer, the stations that plan on it, and whether they hold a plan.
 *
 * <p>Not thread-safe.
 */
final class PlacementInForce {
    private final BalancerSettings settings;
    private final BackendGuard guard;
    private final boolean keepsCopies;
    private final int[] sources;
    private ExpertPlacement placement;
    private PlanStations stations;
    private boolean placedByHistory;
    private boolean planned;

    /**
     * A placement to begin with.
     *
     * @param settings those of the balancer
     * @param placement where experts live
     * @param keepsCopies whether replicas chosen per batch start from the copies of the batch before
     * @param sources {@code [ranks * experts]}, which holds the counts of every rank at each plan; empty if they are not known
     */
    PlacementInForce(BalancerSettings settings, ExpertPlacement placement, boolean keepsCopies, int[] sources) {
        this.settings = settings;
        this.guard = new BackendGuard(settings.backend, settings.solveTimeLimit, settings.label());
        this.keepsCopies = keepsCopies;
        this.sources = sources;
        this.placement = placement;
        this.stations = settings.planner(placement, guard, keepsCopies, sources);
    }

    ExpertPlacement placement() {
        return placement;
    }

    PlanStations stations() {
        return stations;
    }

    BackendGuard guard() {
        return guard;
    }

    /** Returns whether the stations hold a plan of this placement. */
    boolean isPlanned() {
        return planned;
    }

    /** Returns the placement that a history leads to: anew the first time, later with few moves. */
    ExpertPlacement next(double[] history) {
        Objects.requireNonNull(history, "history");
        return settings.placing.next(placedByHistory ? placement : null, history);
    }

    /** Returns a proposal of a placement that moves little. */
    PlacementUpdate propose(double[] history, MoveLimits limits) {
        return settings.placing.update(placement, history, limits);
    }

    /** Puts a proposed placement in force, unless another one was in between. */
    void commit(PlacementUpdate proposal) {
        PlacementSettings.requireCurrent(placement, proposal);
        replace(proposal.placement());
    }

    /** Refuses a placement of other experts or ranks. */
    void requireReplaceable(ExpertPlacement next) {
        settings.placing.requireReplaceable(placement, next);
    }

    /** Puts a placement in force. Nothing has changed if its stations cannot be made. */
    void replace(ExpertPlacement next) {
        PlanStations old = stations;
        stations = settings.planner(next, guard, keepsCopies, sources);
        placement = next;
        placedByHistory = true;
        planned = false;
        old.closeQuietly(settings.prefix());
    }

    /**
     * Plans a batch; the quotas are then to be loaded into the router.
     *
     * @param counts {@code [experts]}, checked
     * @param report overwritten
     */
    void plan(long[] counts, PlanReport report) {
        PlanEvent event = PlanObservers.beginPlan();
        stations.plan(counts, report);
        settings.noteSmallBatch(report, placement);
        report.backend = stations.backendName(guard);
        report.recoveries = guard.recoveries();
        planned = true;
        if (event != null) {
            event.end();
            event.fill(stations.solverName(), report);
            event.commit();
        }
    }

    /** Returns the replicas of the last plan where they are chosen per batch, or null. */
    @Nullable ReplicaPlan lastReplicas() {
        return planned && stations instanceof ReplicaBatchPlanner perBatch ? perBatch.replicaPlan() : null;
    }
}
