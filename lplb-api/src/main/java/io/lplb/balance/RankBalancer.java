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
    private final RankGroup group;
    private final int layer;
    private final PlanObservers observers;
    private final RankReport report;
    private final PlanComparison comparison;
    private final BatchCounts counts;
    private final PlacementInForce current;
    private OwnShare share;
    private long startNanos;
    private @Nullable RoundEvent event;
    private boolean closed;

    RankBalancer(BalancerSettings settings, ExpertPlacement placement, RankGroup group, int layer) {
        this.settings = settings;
        this.group = group;
        this.layer = layer;
        this.observers = new PlanObservers(settings.listeners);
        this.report = new RankReport(settings.newReport(placement), group.self());
        this.comparison = new PlanComparison(group, layer, settings.prefix(), placement.experts());
        this.counts = new BatchCounts(placement.experts());
        this.current = new PlacementInForce(settings, placement, false, group.allCounts);
        this.share = newShare();
        LOG.info(
                "{}Rank {} of {}: counts travel over {}",
                settings.prefix(),
                group.self(),
                group.ranks(),
                group.exchange().transport());
    }

    /** Returns this rank's share of plans on the placement in force; tokens go to the originals until there is a plan. */
    private OwnShare newShare() {
        group.use(layer, RankSettings.identity(settings, current.placement()).fingerprint());
        current.stations().useSpeeds(group.speeds());
        OwnShare next = new OwnShare(settings, group, current);
        next.loadHome();
        return next;
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
        try {
            current.requireReplaceable(next);
            install(next);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        }
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
        try {
            return current.propose(history, limits);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        }
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
        requireNoRound("commit");
        try {
            current.commit(proposal);
        } catch (IllegalStateException e) {
            throw settings.named(e);
        }
        share = newShare();
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
        install(place(history));
    }

    /** Returns the placement that a history leads to, whatever the placement in force. */
    ExpertPlacement place(double[] history) {
        try {
            return settings.placing.place(Objects.requireNonNull(history, "history"));
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        }
    }

    void install(ExpertPlacement next) {
        requireNoRound("updatePlacement");
        current.replace(next);
        share = newShare();
    }

    /** Refuses a change of placement while a round of this layer is open. */
    void requireNoRound(String call) {
        if (group.isOpen(layer)) {
            throw new IllegalStateException(
                    settings.prefix() + call + ": got a round that is open, expected await first");
        }
    }

    /** {@return the placement in force} */
    public ExpertPlacement placement() {
        return current.placement();
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
        int[] copied;
        try {
            copied = counts.copy(ownCounts);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        }
        start(copied);
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
        try {
            group.start(round, layer, ownCounts);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw settings.named(e);
        }
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
            throw new IllegalStateException(
                    settings.prefix() + "await: got no round that is open, expected start first");
        }
        boolean makesPlan;
        try {
            makesPlan = endRound();
        } catch (IllegalStateException e) {
            throw settings.named(e);
        }
        recordRound();
        if (makesPlan) {
            observers.planned(report.plan);
        }
        observers.roundEnded(report);
        return report;
    }

    /** Gathers the counts of the round that is open, and plans; returns false if the round ends without a plan of its own. */
    private boolean endRound() {
        long begin = System.nanoTime();
        RoundStatus status = group.await();
        long gathered = System.nanoTime();
        report.exchangeNanos = startNanos + gathered - begin;
        PlanStations stations = current.stations();
        stations.useSpeeds(group.speeds());
        report.begin(group, stations);
        if (group.differingRank() >= 0) {
            // All ranks know it now, so all go on alike.
            comparison.noteOther(report.round, group.differingRank(), report);
            current.guard().distrust("Rank " + group.differingRank() + " has made another plan of the same counts.");
        }
        boolean heard = status == RoundStatus.COMPLETE || (status != RoundStatus.MISSED && !stations.needsAllCounts());
        boolean makesPlan = heard && share.sumOverRanks();
        if (makesPlan) {
            makePlan(status, gathered);
        } else {
            fallBack();
        }
        report.count();
        if (makesPlan && settings.checkPlans) {
            comparison.compare(report.round, stations, report);
        }
        return makesPlan;
    }

    private void makePlan(RoundStatus status, long gathered) {
        try {
            current.plan(share.counts(), report.plan);
        } catch (RuntimeException | Error e) {
            fallBack();
            throw e;
        }
        share.load(report);
        report.outcome = status == RoundStatus.COMPLETE ? RoundOutcome.AGREED : RoundOutcome.PARTIAL;
        if (status == RoundStatus.COMPLETE) {
            group.planned(current.stations().quotas());
        }
        report.planNanos = System.nanoTime() - gathered;
    }

    private void fallBack() {
        report.planNanos = 0;
        report.outcome = current.isPlanned() ? RoundOutcome.LAST_PLAN : RoundOutcome.ORIGINALS;
        share.loadLast(current.isPlanned());
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
        try {
            current.stations().router().route(ids, out);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        }
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
        try {
            current.stations().router().route(ids, out);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        }
    }

    /**
     * {@return the replicas of the last plan and the weights to copy for it into empty spare slots, where replicas are chosen per
     * batch, or null; overwritten by the next plan}
     */
    public @Nullable ReplicaPlan lastReplicas() {
        return current.lastReplicas();
    }

    /** Refuses counts that {@link #start(int[])} refuses. */
    void requireCounts(int[] ownCounts) {
        try {
            BatchCounts.require(ownCounts, group.own().length);
        } catch (IllegalArgumentException e) {
            throw settings.named(e);
        }
    }

    /** {@return the report of the last round; overwritten by the next} */
    public RankReport lastReport() {
        return report;
    }

    private void requireOpen(String call) {
        if (closed) {
            throw new IllegalStateException(settings.prefix() + call + ": got a closed balancer, expected an open one");
        }
    }

    /** Frees what the solver holds. The exchange is the caller's. Closing twice is harmless. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            current.stations().close();
        }
    }
}
