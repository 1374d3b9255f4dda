// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.balance;

import io.lplb.exchange.RoundStatus;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.placement.ExpertPlacement;
import io.lplb.quota.SourceQuotas;
import io.lplb.solver.BackendException;
import io.lplb.solver.BackendGuard;
import java.util.Arrays;
import java.util.Objects;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;

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
 * <p>When counts do not come before the deadline, the batch is routed by the last plan, in its proportions, or to the
 * originals if there is none: every replica of a token's expert is a correct destination, and only balance suffers.
 * {@link RankReport} counts such rounds. No call waits longer than the deadline (twice that if plans are compared).
 *
 * <p>Equal counts and settings give equal plans on every rank, bit for bit, on equal backends. With AUTO a rank
 * whose GPU fails goes on with the CPU ({@link BackendGuard}); its plans may then differ from the others', which
 * {@link LoadBalancerBuilder#checkPlans} finds.
 *
 * <p>Not thread-safe: one thread at a time uses a balancer, and with it its exchange. {@link #plan} and {@link #route}
 * allocate nothing, but for the message of a difference between plans.
 */
public final class RankBalancer implements AutoCloseable {
    private static final Logger LOG = LogManager.getLogger(RankBalancer.class);

    private final LoadBalancerBuilder settings;
    private final WorkloadExchange exchange;
    private final BackendGuard guard;
    private final RankReport report;
    private final long deadlineNanos;
    private final int experts;
    private final int[] allCounts;
    private final int[] words;
    private final long[] counts;
    private final long[] before;
    private ExpertPlacement placement;
    private BatchPlanner planner;
    private SourceQuotas sources;
    private long[] row;
    private long fingerprint;
    private boolean planned;
    private boolean closed;

    RankBalancer(LoadBalancerBuilder settings, ExpertPlacement placement, WorkloadExchange exchange) {
        this.settings = settings;
        this.exchange = Objects.requireNonNull(exchange, "exchange");
        requireEqual("ranks", exchange.ranks(), placement.ranks());
        requireEqual("experts", exchange.experts(), placement.experts());
        this.guard = new BackendGuard(settings.backend, settings.solveTimeLimit);
        this.experts = placement.experts();
        this.deadlineNanos = settings.deadline.toNanos();
        this.report = new RankReport(placement.ranks());
        this.allCounts = new int[Math.multiplyExact(exchange.ranks(), experts)];
        this.words = new int[experts];
        this.counts = new long[experts];
        this.before = new long[experts];
        this.placement = placement;
        this.planner = settings.planner(placement, guard);
        this.sources = newSources();
        this.row = new long[planner.replicas().replicas()];
        this.fingerprint = RankSettings.identity(settings, placement).fingerprint();
        LOG.info("Rank {} of {}: counts travel over {}", exchange.self(), exchange.ranks(), exchange.transport());
    }

    private static void requireEqual(String what, int got, int expected) {
        if (got != expected) {
            throw new IllegalArgumentException(
                    "exchange: got " + got + " " + what + ", expected " + expected + " as the placement has");
        }
    }

    private SourceQuotas newSources() {
        return new SourceQuotas(planner.replicas(), placement, settings.placing.ranksPerNode);
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

    private void install(ExpertPlacement next) {
        BatchPlanner nextPlanner = settings.planner(next, guard);
        BatchPlanner old = planner;
        placement = next;
        planner = nextPlanner;
        sources = newSources();
        row = new long[planner.replicas().replicas()];
        fingerprint = RankSettings.identity(settings, placement).fingerprint();
        planned = false;
        old.closeQuietly();
    }

    /** {@return the placement in force} */
    public ExpertPlacement placement() {
        return placement;
    }

    /** {@return the round to plan next: one more than the last, or where the others are if they are further} */
    public long nextRound() {
        long next = exchange.nextRound();
        return settings.checkPlans ? Math.ceilDiv(next, 2) : next;
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
     * Plans a batch together with the other ranks.
     *
     * @param round number of the batch, the same on every rank; above that of the last call
     * @param ownCounts {@code [experts]}, tokens that this rank routes to each expert, not negative
     * @return what the round came to; overwritten by the next
     * @throws IllegalArgumentException if the round or the length is wrong or a count is negative; nothing has changed then
     * @throws BackendException if the backend is GPU and failed; the last plan, if any, then stays in force, so that
     *     tokens can still be routed
     * @throws IllegalStateException if the balancer or its exchange is closed
     */
    public RankReport plan(long round, int[] ownCounts) {
        requireOpen("plan");
        long start = System.nanoTime();
        RoundStatus status = exchange.gather(exchangeRound(round), fingerprint, ownCounts, allCounts, deadlineNanos);
        long gathered = System.nanoTime();
        report.exchangeNanos = gathered - start;
        report.skippedRounds += report.round < 0 ? 0 : round - report.round - 1;
        report.round = round;
        if (status != RoundStatus.MISSED && sumOverRanks()) {
            planner.plan(counts, report.plan);
            report.plan.backend = guard.backendName();
            report.plan.recoveries = guard.recoveries();
            share();
            planned = true;
            report.outcome = status == RoundStatus.COMPLETE ? RoundOutcome.AGREED : RoundOutcome.PARTIAL;
            report.planNanos = System.nanoTime() - gathered;
            afterPlan(round);
        } else {
            fallBack();
        }
        report.count();
        return report;
    }

    private long exchangeRound(long round) {
        return settings.checkPlans ? Math.multiplyExact(2, round) : round;
    }

    /** Sums counts over ranks; false if a sum is more than a router can count. */
    private boolean sumOverRanks() {
        Arrays.fill(counts, 0);
        boolean countable = true;
        for (int r = 0; r < exchange.ranks(); r++) {
            if (r == exchange.self()) {
                System.arraycopy(counts, 0, before, 0, experts);
            }
            for (int e = 0; e < experts; e++) {
                counts[e] += allCounts[r * experts + e];
                countable &= counts[e] <= Integer.MAX_VALUE;
            }
        }
        return countable;
    }

    private void share() {
        sources.share(allCounts, planner.quotas(), exchange.self(), row);
        report.tokensOffNodeIfSpread = sources.tokensOffNodeIfSpread();
        if (settings.localFirst) {
            report.tokensOnOwnRank = sources.tokensOnOwnRank();
            report.tokensOnOwnNode = sources.tokensOnOwnNode();
            report.savedOffNode += sources.tokensOffNodeIfSpread() - sources.tokensOffNode();
            Arrays.fill(before, 0);
            planner.router().load(row, before);
        } else {
            planner.router().load(planner.quotas(), before);
        }
    }

    /** This batch by the last plan: this rank's proportions, or everybody's for an expert it had no token for. */
    private void fallBack() {
        report.planNanos = 0;
        report.outcome = planned ? RoundOutcome.LAST_PLAN : RoundOutcome.ORIGINALS;
        Arrays.fill(before, 0);
        if (planned && settings.localFirst) {
            for (int e = 0; e < experts; e++) {
                int first = planner.replicas().firstReplica(e);
                int end = planner.replicas().firstReplica(e + 1);
                long own = 0;
                for (int k = first; k < end; k++) {
                    own += row[k];
                }
                if (own == 0) {
                    System.arraycopy(planner.quotas(), first, row, first, end - first);
                }
            }
            planner.router().load(row, before);
        } else {
            // Before the first plan of a placement its row is all 0, which means the originals.
            planner.router().load(planned ? planner.quotas() : row, before);
        }
    }

    private void afterPlan(long round) {
        if (settings.checkPlans) {
            comparePlans(round);
        }
        PlanListener listener = settings.listener;
        if (listener != null) {
            listener.planned(report.plan);
        }
    }

    /** Gathers one word per expert from every rank; the words of equal plans are equal. */
    private void comparePlans(long round) {
        for (int e = 0; e < experts; e++) {
            words[e] = RankSettings.word(
                    planner.quotas(),
                    planner.replicas().firstReplica(e),
                    planner.replicas().firstReplica(e + 1));
        }
        RoundStatus status = exchange.gather(exchangeRound(round) + 1, fingerprint, words, allCounts, deadlineNanos);
        if (status == RoundStatus.MISSED) {
            return;
        }
        report.comparedPlans++;
        for (int e = 0; e < experts; e++) {
            for (int r = 0; r < exchange.ranks(); r++) {
                if (exchange.heard(r) && allCounts[r * experts + e] != words[e]) {
                    noteDifference(round, e, r);
                    return;
                }
            }
        }
    }

    private void noteDifference(long round, int expert, int rank) {
        report.differingPlans++;
        if (report.firstDifference.isEmpty()) {
            report.firstDifference = "round " + round + ": expert " + expert + " is the first whose tokens rank " + rank
                    + " divides otherwise than rank " + exchange.self() + ", which has the quotas "
                    + Arrays.toString(Arrays.copyOfRange(
                            planner.quotas(),
                            planner.replicas().firstReplica(expert),
                            planner.replicas().firstReplica(expert + 1)))
                    + (report.outcome == RoundOutcome.PARTIAL ? " without the counts of all ranks" : "");
            LOG.warn("Plans differ. {}", report.firstDifference);
        }
    }

    /**
     * Routes this rank's tokens by the last round; several calls continue where the last one stopped. Tokens beyond the
     * counts still go to a replica of their expert.
     *
     * @param ids logical expert of every token; -1 stays -1
     * @param out physical slot of every token, as long as {@code ids}, which it may be
     * @throws IllegalArgumentException if an id is below -1 or names no expert, or the lengths differ; nothing has been
     *     written then
     * @throws IllegalStateException if the balancer is closed
     */
    public void route(int[] ids, int[] out) {
        requireOpen("route");
        planner.router().route(ids, out);
    }

    /** {@return the report of the last round; overwritten by the next} */
    public RankReport lastReport() {
        return report;
    }

    private void requireOpen(String call) {
        if (closed) {
            throw new IllegalStateException(call + ": got a closed balancer, expected an open one");
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
