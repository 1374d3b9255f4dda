// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.balance.state.CallGate;
import io.lplb.balance.state.RankStates;
import io.lplb.count.TokenBuffer;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementUpdate;
import io.lplb.replica.ReplicaPlan;
import io.lplb.route.TokenRouter;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendGuard;
import org.jspecify.annotations.Nullable;

/**
 * Balances the tokens of one MoE layer over its ranks, batch after batch: from the experts that the gate chose to the
 * physical slots that compute them. One process sees all tokens; where each rank sees its own only, every rank has a
 * {@link RankBalancer}.
 *
 * <pre>
 *   ids of logical experts --count--&gt; counts --plan--&gt; problem, split, quotas --route--&gt; ids of physical slots
 *
 *   try (LoadBalancer balancer = LoadBalancer.builder()
 *           .experts(64).ranks(8).topology(Topologies.cube()).replicas(2).build()) {
 *       balancer.updatePlacement(history);        // now and then: places experts by their past loads
 *       balancer.plan(counts);                    // every batch
 *       balancer.route(ids, physicalIds);
 *   }
 * </pre>
 *
 * <p>A plan is the best that whole tokens allow on the placement, whatever the solver's tolerance, and never worse than
 * leaving every token at its original, unless limits forbid that; {@link #lastPlan()} says how good, with a proof.
 *
 * <p>A backend that fails loses no batch: with AUTO the CPU takes over, see {@link BackendGuard}.
 *
 * <p>Ranks may fail, come back and change their speeds between any two batches, see {@link #setActive(int, boolean)} and
 * {@link #updateSpeeds}: nothing is built anew. A rank that is inactive, or whose speed is 0, gets no token from the next
 * plan on. Experts that have no other rank are named in {@link PlanReport#uncovered()}; their tokens get the slot -1.
 *
 * <p>Not thread-safe: one thread at a time uses a balancer, not always the same one. A call while another thread is in one
 * is refused with an IllegalStateException and changes nothing. Changes of ranks and of listeners are excepted: any thread
 * may make them at any time. Different balancers are independent. {@link #plan}, {@link #route} and changes of ranks
 * allocate nothing; {@link #updatePlacement} does.
 */
public final class LoadBalancer implements AutoCloseable {
    private static final int[] NO_SOURCES = {};

    private final BalancerSettings settings;
    private final CallGate gate;
    private final RankStates states;
    private final PlanObservers observers;
    private final PlanReport report;
    private final PlacementInForce current;
    private final BatchCounts counts;
    private final double[] speeds;
    private final long[] noneBefore;

    LoadBalancer(BalancerSettings settings, ExpertPlacement placement, RankStates states) {
        this.settings = settings;
        this.gate = new CallGate(settings.prefix());
        this.states = states;
        this.observers = new PlanObservers(settings.listeners);
        this.report = settings.newReport(placement);
        this.current = new PlacementInForce(settings, placement, true, NO_SOURCES);
        this.counts = new BatchCounts(placement.experts());
        this.speeds = new double[placement.ranks()];
        this.noneBefore = new long[placement.experts()];
    }

    /**
     * Starts the description of a balancer.
     *
     * @return a builder
     */
    public static LoadBalancerBuilder builder() {
        return new LoadBalancerBuilder();
    }

    /**
     * Places the experts by their past loads: anew the first time, later with as few moves as
     * {@link MoveLimits#ifItPays()} has it (along a topology anew always). The replicas move, so this belongs where weights
     * can be moved too; see {@link #proposePlacement} for doing that step by step. Tokens of the current batch can no
     * longer be routed: plan again first.
     *
     * @param history {@code [experts]}, past load of each expert in any unit; finite, not negative
     * @throws IllegalArgumentException if the length is wrong or a load is not as said; nothing has changed then
     * @throws IllegalStateException if the balancer was built for a fixed placement, or is closed
     */
    public void updatePlacement(double[] history) {
        gate.enter("updatePlacement");
        try {
            current.replace(current.next(history));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        } finally {
            gate.leave();
        }
    }

    /** Returns the placement that a history leads to. */
    ExpertPlacement next(double[] history) {
        try {
            return current.next(history);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        }
    }

    /**
     * Takes a placement. Tokens of the current batch can no longer be routed: plan again first.
     *
     * @param next of as many experts on as many ranks as the one in force; the number of slots may differ
     * @throws IllegalArgumentException if experts or ranks differ; nothing has changed then
     * @throws IllegalStateException if the balancer is closed
     */
    public void updatePlacement(ExpertPlacement next) {
        gate.enter("updatePlacement");
        try {
            current.requireReplaceable(next);
            current.replace(next);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        } finally {
            gate.leave();
        }
    }

    /**
     * Proposes a placement for later loads that moves little. Nothing changes: tokens are planned and routed by the
     * placement in force until {@link #commit}. In between, copy the weights in the order of
     * {@link io.lplb.placement.PlacementChange#steps()}, or drop the proposal and roll the copies back.
     *
     * @param history {@code [experts]}, past load of each expert in any unit; finite, not negative
     * @param limits how many weights may cross the network, and what each must gain
     * @return the proposal; its placement is the one in force if no change pays
     * @throws IllegalArgumentException if the history is not as said
     * @throws IllegalStateException if the balancer is closed
     */
    public PlacementUpdate proposePlacement(double[] history, MoveLimits limits) {
        gate.enter("proposePlacement");
        try {
            return current.propose(history, limits);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        } finally {
            gate.leave();
        }
    }

    /**
     * Puts a proposed placement in force. Tokens of the current batch can no longer be routed: plan again first.
     *
     * @param proposal what {@link #proposePlacement} returned, with its weights copied
     * @throws IllegalStateException if another placement was put in force in between, or the balancer is closed
     */
    public void commit(PlacementUpdate proposal) {
        gate.enter("commit");
        try {
            current.commit(proposal);
        } catch (IllegalStateException e) {
            throw settings.named(e);
        } finally {
            gate.leave();
        }
    }

    /** {@return the balancer's name, empty if it has none} */
    public String name() {
        return report.name();
    }

    /** {@return the balancer's layer, 0 unless said otherwise} */
    public int layer() {
        return report.layer();
    }

    /** {@return the placement in force; the home ranks where replicas are chosen per batch} */
    public ExpertPlacement placement() {
        return current.placement();
    }

    /**
     * Sets a rank active or inactive, from the next plan on.
     *
     * @param rank from 0 to {@code ranks - 1}
     * @param active false for a rank that must not get tokens
     * @throws IllegalArgumentException if no rank would be left; nothing has changed then
     */
    public void setActive(int rank, boolean active) {
        states.setActive(rank, active);
    }

    /**
     * Sets all ranks active or inactive, from the next plan on.
     *
     * @param active {@code [ranks]}, false for a rank that must not get tokens
     * @throws IllegalArgumentException if the length is wrong or no rank would be left; nothing has changed then
     */
    public void setActive(boolean[] active) {
        states.setActive(active);
    }

    /**
     * {@return whether the next plan may send tokens to a rank: it is set active and its speed is not 0}
     *
     * @param rank from 0 to {@code ranks - 1}
     */
    public boolean isActive(int rank) {
        return states.isActive(rank);
    }

    /**
     * Sets the speeds of the ranks, from the next plan on.
     *
     * @param speeds {@code [ranks]}, tokens per unit of time, as for {@link LoadBalancerBuilder#speeds}; 0 is as good as
     *     inactive
     * @throws IllegalArgumentException if the length is wrong, a speed is not 0 or a positive finite number, or no rank
     *     would be left; nothing has changed then
     */
    public void updateSpeeds(double... speeds) {
        states.updateSpeeds(speeds);
    }

    /**
     * Sets the most tokens that a replica takes, from the next plan on.
     *
     * @param tokens at least 0; {@link Long#MAX_VALUE} for no limit
     * @throws IllegalArgumentException if it is negative; nothing has changed then
     * @throws IllegalStateException if the balancer was built without {@link LoadBalancerBuilder#replicaLimit}
     */
    public void updateReplicaLimit(long tokens) {
        settings.limits().updateReplicas(tokens);
    }

    /**
     * Sets the most tokens that each rank takes, from the next plan on.
     *
     * @param tokens {@code [ranks]}, at least 0; {@link Long#MAX_VALUE} for no limit
     * @throws IllegalArgumentException if the length is wrong or a number is negative; nothing has changed then
     * @throws IllegalStateException if the balancer has an option that takes no limits, see
     *     {@link LoadBalancerBuilder#rankLimits}
     */
    public void updateRankLimits(long... tokens) {
        settings.limits().updateRanks(tokens);
    }

    /**
     * Adds a listener to those of the builder.
     *
     * @param listener called after every plan from the next one on, on the thread that plans
     */
    public void addListener(PlanListener listener) {
        observers.add(listener);
    }

    /**
     * Removes a listener.
     *
     * @param listener as it was added
     * @return whether there was one
     */
    public boolean removeListener(PlanListener listener) {
        return observers.remove(listener);
    }

    /**
     * Plans a batch.
     *
     * <p>With {@link LoadBalancerBuilder#solveTimeLimit} the thread waits for another; an interrupt ends that wait at once
     * and leaves the thread's flag set. With AUTO the CPU then solves the batch, with GPU the call fails.
     *
     * @param batchCounts {@code [experts]}, tokens routed to each expert, not negative
     * @return what the plan achieves; overwritten by the next plan
     * @throws IllegalArgumentException if the length is wrong or a count is negative; nothing has changed then
     * @throws BackendException if the backend is GPU and failed, or its wait was interrupted; the last plan, if any, then
     *     stays in force, so that tokens can still be routed
     * @throws IllegalStateException if the balancer is closed
     */
    public PlanReport plan(int[] batchCounts) {
        gate.enter("plan");
        try {
            planCounts(batchCounts);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        } finally {
            gate.leave();
        }
        observers.planned(report);
        return report;
    }

    /**
     * Plans a batch whose counts are in a buffer of any form, see {@link #plan(int[])}.
     *
     * @param batchCounts {@code [experts]}
     * @return as there
     * @throws IllegalArgumentException also if a count is above 2^31 - 1; nothing has changed then
     */
    public PlanReport plan(TokenBuffer batchCounts) {
        gate.enter("plan");
        try {
            planCounts(counts.copy(batchCounts));
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        } finally {
            gate.leave();
        }
        observers.planned(report);
        return report;
    }

    private void planCounts(int[] batchCounts) {
        counts.take(batchCounts);
        states.copyTo(speeds);
        PlanStations stations = current.stations();
        stations.useSpeeds(speeds);
        try {
            current.plan(counts.tokens(), report);
        } catch (RuntimeException | Error e) {
            if (current.isPlanned()) {
                stations.loadActive(stations.quotas(), true, noneBefore);
            }
            throw e;
        }
        stations.router().load(stations.quotas(), noneBefore, stations.home());
    }

    /** Refuses counts that {@link #plan(int[])} refuses. */
    void requireCounts(int[] batchCounts) {
        try {
            BatchCounts.require(batchCounts, noneBefore.length);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        }
    }

    /**
     * Routes tokens by the last plan; several calls continue where the last one stopped. Tokens beyond the planned
     * counts still go to a replica of their expert.
     *
     * @param ids logical expert of every token; -1 stays -1
     * @param out physical slot of every token, -1 for one of an uncovered expert; as long as {@code ids}, which it may be
     * @throws IllegalArgumentException if an id is below -1 or names no expert, or the lengths differ; nothing has been
     *     written then
     * @throws IllegalStateException if there is no plan for the placement in force, or the balancer is closed
     */
    public void route(int[] ids, int[] out) {
        gate.enter("route");
        try {
            PlanStations stations = planned("route");
            stations.router().route(ids, out);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        } finally {
            gate.leave();
        }
    }

    /**
     * Routes tokens whose ids are in buffers of any form, see {@link #route(int[], int[])}.
     *
     * @param ids logical expert of every token; padding stays padding
     * @param out physical slot of every token, as {@link TokenRouter#route(TokenBuffer, TokenBuffer)} takes it
     * @throws IllegalArgumentException as there; nothing has been written then
     * @throws IllegalStateException if there is no plan for the placement in force, or the balancer is closed
     */
    public void route(TokenBuffer ids, TokenBuffer out) {
        gate.enter("route");
        try {
            PlanStations stations = planned("route");
            stations.router().route(ids, out);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        } finally {
            gate.leave();
        }
    }

    /** {@return the report of the last plan, or null before the first; overwritten by the next plan} */
    public @Nullable PlanReport lastPlan() {
        return current.isPlanned() ? report : null;
    }

    /**
     * {@return the replicas of the last plan and the weights to copy for it, where replicas are chosen per batch, or null;
     * overwritten by the next plan}
     */
    public @Nullable ReplicaPlan lastReplicas() {
        return current.lastReplicas();
    }

    /**
     * Writes how many tokens of all sources the last plan sends to each physical slot.
     *
     * @param out {@code [physicalExperts]} of the placement, or of replicas chosen per batch; overwritten
     * @throws IllegalArgumentException if the length is wrong
     * @throws IllegalStateException if there is no plan for the placement in force, or the balancer is closed
     */
    public void copySlotLoads(long[] out) {
        gate.enter("copySlotLoads");
        try {
            PlanStations stations = planned("copySlotLoads");
            int slots = stations.replicas().physicalExperts();
            if (out.length != slots) {
                throw new IllegalArgumentException("out: got length " + out.length + ", expected " + slots + " slots");
            }
            stations.copySlotLoads(out);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        } finally {
            gate.leave();
        }
    }

    /** {@return how often the CPU took over from a backend that failed: 0, or 1 with AUTO} */
    public int recoveries() {
        return current.guard().recoveries();
    }

    /** {@return the last fault of the backend, or null if there was none} */
    public @Nullable BackendException lastFault() {
        return current.guard().lastFault();
    }

    /** Refuses ids that {@link #route(int[], int[])} refuses. */
    void requireRoutable(int[] ids, int[] out) {
        PlanStations stations = planned("route");
        try {
            stations.router().requireRoutable(ids, out);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        }
    }

    /** Returns the stations, which hold a plan. */
    private PlanStations planned(String call) {
        if (!current.isPlanned()) {
            throw new IllegalStateException(
                    settings.prefix() + call + ": got no plan for this placement, expected a call of plan first");
        }
        return current.stations();
    }

    /**
     * Frees what the solver holds. Closing twice is harmless.
     *
     * @throws IllegalStateException if another thread is in a call
     */
    @Override
    public void close() {
        gate.close(current.stations()::close);
    }
}
