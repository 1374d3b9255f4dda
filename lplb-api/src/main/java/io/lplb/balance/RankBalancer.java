// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.count.TokenBuffer;
import io.lplb.exchange.RoundStatus;
import io.lplb.placement.ExpertPlacement;
import io.lplb.placement.MoveLimits;
import io.lplb.placement.PlacementUpdate;
import io.lplb.quota.SourceQuotas;
import io.lplb.replica.ReplicaPlan;
import io.lplb.route.TokenRouter;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendGuard;
import java.util.Arrays;
import java.util.Objects;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One rank of a group that balances together: it counts its own tokens, learns the others' counts, makes the same plan as
 * they do, and routes its own tokens, so that over all ranks every replica gets exactly its quota.
 *
 * <pre>
 *   own ids --count--&gt; own counts --exchange--&gt; all counts --plan--&gt; quotas --share--&gt; own quotas --route--&gt; own slots
 *
 *   LoadBalancerBuilder settings = LoadBalancer.builder()
 *           .experts(64).ranks(8).ranksPerNode(4).topology(Topologies.cube()).replicas(2);
 *   try (WorkloadExchange exchange = ...;            // connected with settings.identity()
 *           RankBalancer balancer = settings.buildRank(exchange)) {
 *       balancer.plan(counts);                       // every batch, on every rank
 *       balancer.route(ids, physicalIds);
 *   }
 * </pre>
 *
 * <p>Tokens stay on a replica of their own rank first, then of their own node, wherever the quotas allow
 * ({@link SourceQuotas}); or they are spread by their position in the batch, see {@link LoadBalancerBuilder#localFirst}.
 *
 * <p>A plan takes the round of an exchange. It can be started and finished apart, so that the exchange of counts hides
 * behind other work, such as attention:
 *
 * <pre>
 *   balancer.start(counts);      // sends this rank's counts, does not wait
 *   ...                          // other work
 *   balancer.await();            // waits for the other ranks' counts and plans
 * </pre>
 *
 * <p>When counts do not come before the deadline, the batch is routed by the last plan, in its proportions, or to the
 * originals if there is none: every replica of a token's expert on an active rank is a correct destination, and only
 * balance suffers. {@link RankReport} counts such rounds. No call waits longer than the deadline (twice that if plans are
 * compared). An interrupt ends a wait as the deadline does, at once, and leaves the thread's flag set.
 *
 * <p>Ranks that get no token: those that are set inactive ({@link #setActive(int, boolean)}), those of speed 0
 * ({@link #updateSpeeds}), and those whose counts have been missing in {@link LoadBalancerBuilder#deadAfter} rounds in a row,
 * by default one. This holds for the batch of the very round that misses a rank, also where the last plan or the originals
 * stand in for one. A rank that is heard again gets tokens again. Tokens of experts that have no other rank get the slot -1,
 * see {@link RankReport#uncoveredTokens()}. All ranks should make the same changes between the same two rounds; where they
 * do not, quotas are not met exactly until they have.
 *
 * <p>Equal counts, speeds and settings give equal plans on every rank, bit for bit, on equal backends. With AUTO a rank
 * whose GPU fails goes on with the CPU ({@link BackendGuard}); its plans may then differ from the others', which
 * {@link LoadBalancerBuilder#checkPlans} finds.
 *
 * <p>Not thread-safe: one thread at a time uses a balancer, and with it its exchange. Changes of ranks and of listeners are
 * excepted: any thread may make them at any time. {@link #plan} and {@link #route} allocate nothing, but for the message
 * of a difference between plans.
 */
public final class RankBalancer implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(RankBalancer.class);

    private final BalancerSettings settings;
    private final String prefix;
    private final RankGroup group;
    private final int layer;
    private final BackendGuard guard;
    private final PlanObservers observers;
    private final RankReport report;
    private final int experts;
    private final PlanComparison comparison;
    private final long[] counts;
    private final long[] before;
    private final int[] copiedCounts;
    private ExpertPlacement placement;
    private PlanStations planner;
    private SourceQuotas sources;
    private long[] row;
    private long startNanos;
    private @Nullable RoundEvent event;
    private boolean planned;
    private boolean closed;

    RankBalancer(BalancerSettings settings, ExpertPlacement placement, RankGroup group, int layer) {
        this.settings = settings;
        this.prefix = settings.prefix();
        this.group = group;
        this.layer = layer;
        this.guard = new BackendGuard(settings.backend, settings.solveTimeLimit, settings.label());
        this.observers = new PlanObservers(settings.listeners);
        this.report = new RankReport(settings.newReport(placement), group.self());
        this.experts = placement.experts();
        this.comparison = new PlanComparison(group, layer, prefix, experts);
        this.counts = new long[experts];
        this.before = new long[experts];
        this.copiedCounts = new int[experts];
        this.placement = placement;
        this.planner = settings.planner(placement, guard, false, group.allCounts);
        this.sources = newSources();
        this.row = new long[planner.replicas().capacity()];
        group.use(layer, RankSettings.identity(settings, placement).fingerprint());
        sendHome();
        LOG.info(
                "{}Rank {} of {}: counts travel over {}",
                prefix,
                group.self(),
                group.ranks(),
                group.exchange().transport());
    }

    private SourceQuotas newSources() {
        return new SourceQuotas(planner.replicas(), placement, settings.placing.ranksPerNode());
    }

    /**
     * Takes a placement; all ranks the same one between the same two rounds. A rank that joins later takes the one that is
     * in force.
     *
     * @param next of as many experts on as many ranks as the one in force; the number of slots may differ
     * @throws IllegalArgumentException if experts or ranks differ; nothing has changed then
     * @throws IllegalStateException if a round is open, or the balancer is closed
     */
    public void updatePlacement(ExpertPlacement next) {
        requireOpen("updatePlacement");
        settings.placing.requireReplaceable(placement, next);
        install(next);
    }

    /**
     * Proposes a placement for later loads that moves little, see {@link LoadBalancer#proposePlacement}. Ranks with the same
     * placement in force that are given the same history and limits get the same proposal.
     *
     * @param history {@code [experts]}, past load of each expert in any unit; finite, not negative
     * @param limits how many weights may cross the network, and what each must gain
     * @return the proposal; its placement is the one in force if no change pays
     * @throws IllegalArgumentException if the history is not as said
     * @throws IllegalStateException if the balancer is closed
     */
    public PlacementUpdate proposePlacement(double[] history, MoveLimits limits) {
        requireOpen("proposePlacement");
        return settings.placing.update(placement, history, limits);
    }

    /**
     * Puts a proposed placement in force; all ranks between the same two rounds.
     *
     * @param proposal what {@link #proposePlacement} returned, with its weights copied
     * @throws IllegalStateException if another placement was put in force in between, a round is open, or the balancer is
     *     closed
     */
    public void commit(PlacementUpdate proposal) {
        requireOpen("commit");
        PlacementSettings.requireCurrent(placement, proposal);
        install(proposal.placement());
    }

    /**
     * Places the experts anew by their past loads. All ranks must do this with the same history between the same two
     * rounds; one that does it earlier or later than the others is not heard in between. Tokens of the current batch can no
     * longer be routed: plan again first.
     *
     * @param history {@code [experts]}, past load of each expert in any unit, not negative
     * @throws IllegalStateException if the balancer was built for a fixed placement, or is closed
     */
    public void updatePlacement(double[] history) {
        requireOpen("updatePlacement");
        install(settings.placing.place(Objects.requireNonNull(history, "history")));
    }

    void install(ExpertPlacement next) {
        if (group.isOpen(layer)) {
            throw new IllegalStateException(prefix + "updatePlacement: got a round that is open, expected await first");
        }
        PlanStations nextPlanner = settings.planner(next, guard, false, group.allCounts);
        PlanStations old = planner;
        placement = next;
        planner = nextPlanner;
        sources = newSources();
        row = new long[planner.replicas().capacity()];
        group.use(layer, RankSettings.identity(settings, placement).fingerprint());
        planned = false;
        sendHome();
        old.closeQuietly();
    }

    /** Routes tokens to the originals, or to the next active replica, until there is a plan. */
    private void sendHome() {
        planner.useSpeeds(group.speeds());
        Arrays.fill(before, 0);
        planner.router().load(row, before, planner.home());
    }

    /** {@return the placement in force} */
    public ExpertPlacement placement() {
        return placement;
    }

    /** {@return the balancer's name, empty if it has none} */
    public String name() {
        return report.name();
    }

    /** {@return the balancer's layer, 0 unless said otherwise} */
    public int layer() {
        return report.layer();
    }

    /**
     * Sets a rank active or inactive, from the next plan on, for all layers of this rank.
     *
     * @param rank from 0 to {@code ranks - 1}
     * @param active false for a rank that must not get tokens
     * @throws IllegalArgumentException if no rank would be left; nothing has changed then
     */
    public void setActive(int rank, boolean active) {
        group.states.setActive(rank, active);
    }

    /**
     * Sets all ranks active or inactive, from the next plan on, for all layers of this rank.
     *
     * @param active {@code [ranks]}, false for a rank that must not get tokens
     * @throws IllegalArgumentException if the length is wrong or no rank would be left; nothing has changed then
     */
    public void setActive(boolean[] active) {
        group.states.setActive(active);
    }

    /**
     * Sets the speeds of the ranks, from the next plan on, for all layers of this rank.
     *
     * @param speeds {@code [ranks]}, as for {@link LoadBalancer#updateSpeeds}
     * @throws IllegalArgumentException if the length is wrong, a speed is not 0 or a positive finite number, or no rank
     *     would be left; nothing has changed then
     */
    public void updateSpeeds(double... speeds) {
        group.states.updateSpeeds(speeds);
    }

    /**
     * Adds a listener to those of the builder.
     *
     * @param listener called after every plan and round from the next one on, on the thread that plans
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

    /** {@return the round to plan next: one more than the last, or where the others are if they are further} */
    public long nextRound() {
        return group.nextRound(layer);
    }

    /**
     * Plans the next round, see {@link #plan(long, int[])}.
     *
     * @param ownCounts as there
     * @return what the round came to; overwritten by the next
     */
    public RankReport plan(int[] ownCounts) {
        return plan(nextRound(), ownCounts);
    }

    /**
     * Plans a batch together with the other ranks: {@link #start(long, int[])}, then {@link #await}.
     *
     * @param round as for {@link #start(long, int[])}
     * @param ownCounts as there
     * @return what the round came to; overwritten by the next
     * @throws IllegalArgumentException if the round or the length is wrong or a count is negative; nothing has changed then
     * @throws BackendException if the backend is GPU and failed; the last plan, if any, then stays in force, so that
     *     tokens can still be routed
     * @throws IllegalStateException if a round is open, or the balancer or its exchange is closed
     */
    public RankReport plan(long round, int[] ownCounts) {
        requireOpen("plan");
        start(round, ownCounts);
        return await();
    }

    /**
     * Plans the next round with counts in a buffer of any form, see {@link #plan(long, int[])}.
     *
     * @param ownCounts as there
     * @return what the round came to; overwritten by the next
     * @throws IllegalArgumentException also if a count is above 2^31 - 1; nothing has changed then
     */
    public RankReport plan(TokenBuffer ownCounts) {
        start(ownCounts);
        return await();
    }

    /**
     * Starts the next round with counts in a buffer of any form, see {@link #start(long, int[])}.
     *
     * @param ownCounts as there
     * @throws IllegalArgumentException also if a count is above 2^31 - 1; nothing has changed then
     */
    public void start(TokenBuffer ownCounts) {
        requireOpen("start");
        ownCounts.copyCounts(prefix, copiedCounts);
        start(copiedCounts);
    }

    /**
     * Starts the next round, see {@link #start(long, int[])}.
     *
     * @param ownCounts as there
     */
    public void start(int[] ownCounts) {
        start(nextRound(), ownCounts);
    }

    /**
     * Sends this rank's counts to the other ranks and returns without waiting; {@link #await} ends the round. Tokens are
     * routed by the round before until then.
     *
     * @param round number of the batch, the same on every rank; above that of the last call and below 2^48. A balancer of one of n layers
     *     takes the rounds that leave its layer as the remainder of a division by n
     * @param ownCounts {@code [experts]}, tokens that this rank routes to each expert, not negative
     * @throws IllegalArgumentException if the round or the length is wrong or a count is negative; nothing has changed then
     * @throws IllegalStateException if a round is open, or the balancer or its exchange is closed
     */
    public void start(long round, int[] ownCounts) {
        requireOpen("start");
        RoundEvent next = PlanObservers.beginRound();
        long start = System.nanoTime();
        group.start(round, layer, ownCounts);
        event = next;
        startNanos = System.nanoTime() - start;
    }

    /**
     * Waits for the other ranks' counts of the round that was started, at most until the deadline, which counts from here,
     * and plans.
     *
     * @return what the round came to; overwritten by the next
     * @throws BackendException if the backend is GPU and failed; the last plan, if any, then stays in force, so that
     *     tokens can still be routed
     * @throws IllegalStateException if no round was started, or the balancer or its exchange is closed
     */
    public RankReport await() {
        requireOpen("await");
        if (!group.isOpen(layer)) {
            throw new IllegalStateException(prefix + "await: got no round that is open, expected start first");
        }
        long round = group.lastRound();
        long begin = System.nanoTime();
        RoundStatus status = group.await();
        long gathered = System.nanoTime();
        report.exchangeNanos = startNanos + gathered - begin;
        report.skippedRounds += report.round < 0 ? 0 : (round - report.round) / group.layers() - 1;
        report.round = round;
        takeRanks();
        if (group.differingRank() >= 0) {
            // All ranks know it now, so all go on alike.
            comparison.noteOther(round, group.differingRank(), report);
            guard.distrust("Rank " + group.differingRank() + " has made another plan of the same counts.");
        }
        boolean heard = status == RoundStatus.COMPLETE || (status != RoundStatus.MISSED && !planner.needsAllCounts());
        boolean makesPlan = heard && sumOverRanks();
        if (makesPlan) {
            makePlan(status, gathered);
        } else {
            fallBack();
        }
        report.count();
        if (makesPlan && settings.checkPlans) {
            comparison.compare(round, planner, report);
        }
        recordRound();
        if (makesPlan) {
            observers.planned(report.plan);
        }
        observers.roundEnded(report);
        return report;
    }

    /** Takes over which ranks get tokens, before anything is routed by the round. */
    private void takeRanks() {
        double[] speeds = group.speeds();
        planner.useSpeeds(speeds);
        for (int r = 0; r < speeds.length; r++) {
            report.heard[r] = group.heard(r);
            report.active[r] = speeds[r] > 0;
        }
        report.uncoveredExperts = planner.uncoveredExperts();
        planner.copyUncovered(report.uncovered);
        report.uncoveredTokens = 0;
        for (int k = 0; k < report.uncoveredExperts; k++) {
            report.uncoveredTokens += group.own()[report.uncovered[k]];
        }
    }

    private void makePlan(RoundStatus status, long gathered) {
        PlanEvent planEvent = PlanObservers.beginPlan();
        try {
            planner.plan(counts, report.plan);
        } catch (RuntimeException | Error e) {
            fallBack();
            throw e;
        }
        report.plan.backend = planner.backendName(guard);
        report.plan.recoveries = guard.recoveries();
        settings.noteSmallBatch(report.plan, placement);
        share();
        planned = true;
        report.outcome = status == RoundStatus.COMPLETE ? RoundOutcome.AGREED : RoundOutcome.PARTIAL;
        if (status == RoundStatus.COMPLETE) {
            group.planned(planner.quotas());
        }
        report.planNanos = System.nanoTime() - gathered;
        if (planEvent != null) {
            planEvent.end();
            planEvent.fill(planner.solverName(), report.plan);
            planEvent.commit();
        }
    }

    private void recordRound() {
        RoundEvent ended = event;
        if (ended != null) {
            event = null;
            ended.end();
            ended.fill(report);
            ended.commit();
        }
    }

    /** Sums counts over ranks; false if a sum is more than a router can count. */
    private boolean sumOverRanks() {
        Arrays.fill(counts, 0);
        boolean countable = true;
        for (int r = 0; r < group.ranks(); r++) {
            if (r == group.self()) {
                System.arraycopy(counts, 0, before, 0, experts);
            }
            for (int e = 0; e < experts; e++) {
                counts[e] += group.allCounts[r * experts + e];
                countable &= counts[e] <= Integer.MAX_VALUE;
            }
        }
        return countable;
    }

    private void share() {
        sources.share(group.allCounts, planner.quotas(), group.self(), row);
        report.tokensOffNodeIfSpread = sources.tokensOffNodeIfSpread();
        if (settings.localFirst) {
            report.tokensOnOwnRank = sources.tokensOnOwnRank();
            report.tokensOnOwnNode = sources.tokensOnOwnNode();
            report.tokensOffNode = sources.tokensOffNode();
            report.savedOffNode += sources.tokensOffNodeIfSpread() - sources.tokensOffNode();
            Arrays.fill(before, 0);
            planner.router().load(row, before, planner.home());
        } else {
            planner.router().load(planner.quotas(), before, planner.home());
        }
    }

    /**
     * Routes this batch by the last plan, in this rank's proportions or, for an expert that it had no token for, in those of
     * all ranks.
     */
    private void fallBack() {
        report.planNanos = 0;
        report.outcome = planned ? RoundOutcome.LAST_PLAN : RoundOutcome.ORIGINALS;
        Arrays.fill(before, 0);
        planner.loadActive(settings.localFirst ? row : planner.quotas(), planned, before);
    }

    /**
     * Routes this rank's tokens by the last round; several calls continue where the last one stopped. Tokens beyond the
     * counts still go to a replica of their expert.
     *
     * @param ids logical expert of every token; -1 stays -1
     * @param out physical slot of every token, -1 for one of an uncovered expert; as long as {@code ids}, which it may be
     * @throws IllegalArgumentException if an id is below -1 or names no expert, or the lengths differ; nothing has been
     *     written then
     * @throws IllegalStateException if the balancer is closed
     */
    public void route(int[] ids, int[] out) {
        requireOpen("route");
        planner.router().route(ids, out);
    }

    /**
     * Routes tokens whose ids are in buffers of any form, see {@link #route(int[], int[])}.
     *
     * @param ids logical expert of every token; padding stays padding
     * @param out physical slot of every token, as {@link TokenRouter#route(TokenBuffer, TokenBuffer)} takes it
     * @throws IllegalArgumentException as there; nothing has been written then
     * @throws IllegalStateException if the balancer is closed
     */
    public void route(TokenBuffer ids, TokenBuffer out) {
        requireOpen("route");
        planner.router().route(ids, out);
    }

    /**
     * {@return the replicas of the last plan and the weights to copy for it into empty spare slots, where replicas are chosen per
     * batch, or null; overwritten by the next plan}
     */
    public @Nullable ReplicaPlan lastReplicas() {
        return planned && planner instanceof ReplicaBatchPlanner perBatch ? perBatch.replicaPlan() : null;
    }

    /** {@return the report of the last round; overwritten by the next} */
    public RankReport lastReport() {
        return report;
    }

    private void requireOpen(String call) {
        if (closed) {
            throw new IllegalStateException(prefix + call + ": got a closed balancer, expected an open one");
        }
    }

    /** Frees what the solver holds. The exchange is the caller's. Closing twice is harmless. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            planner.close();
        }
    }
}
