// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import io.lplb.balance.RankBalancer;
import io.lplb.balance.RankReport;
import io.lplb.balance.RoundOutcome;
import io.lplb.count.TokenCounter;
import io.lplb.exchange.WorkloadExchange;
import io.lplb.placement.ExpertPlacement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * One rank's replay: in every round it counts its tokens, plans with the others, routes, and checks that every token came
 * to a slot of its expert.
 *
 * <p>Not thread-safe.
 */
public final class RankReplay {
    private static final long LONGEST_NANOS = 3_600_000_000_000L;

    private final RankBalancer balancer;
    private final WorkloadExchange exchange;
    private final RankTokens tokens;
    private final long paceNanos;
    private final TokenCounter counter;
    private final int[] counts;
    private int[] slots = {};
    private final long[] planned;
    private final long[] routed;
    private final long[] ownLoads;
    private final Histogram exchangeNanos = new Histogram(LONGEST_NANOS, 3);
    private final Histogram planNanos = new Histogram(LONGEST_NANOS, 3);
    private final Outcomes outcomes = new Outcomes();
    private long rounds;
    private long routedTokens;
    private long invalid;
    private int[] uncovered = {};
    private long uncoveredTokens;
    private long lost;
    private double imbalance;
    private double imbalanceBefore;
    private double offNode;

    /**
     * Places the experts by the tokens' history; all ranks of a group do the same.
     *
     * @param pace shortest time of a round, for the layer that would be computed in it
     */
    public RankReplay(RankBalancer balancer, WorkloadExchange exchange, RankTokens tokens, Duration pace) {
        this.balancer = balancer;
        this.exchange = exchange;
        this.tokens = tokens;
        this.paceNanos = pace.toNanos();
        balancer.updatePlacement(tokens.history());
        int experts = balancer.placement().experts();
        counter = new TokenCounter(experts);
        counts = new int[experts];
        int ranks = balancer.placement().ranks();
        planned = new long[ranks];
        routed = new long[ranks];
        ownLoads = new long[ranks];
    }

    /** Returns the round that this rank would take part in next. */
    public long nextRound() {
        return balancer.nextRound();
    }

    /** Replays the next round. */
    public void step() {
        long start = System.nanoTime();
        long round = balancer.nextRound();
        int[] ids = tokens.ids(round);
        counter.count(ids, counts);
        RankReport report = balancer.plan(round, counts);
        if (slots.length != ids.length) {
            slots = new int[ids.length];
        }
        balancer.route(ids, slots);
        uncovered = report.uncovered();
        check(ids);
        rounds++;
        outcomes.add(round, report.outcome());
        exchangeNanos.recordValue(Math.min(report.exchangeNanos(), LONGEST_NANOS));
        if (report.planNanos() > 0) {
            planNanos.recordValue(Math.min(report.planNanos(), LONGEST_NANOS));
            offNode += report.plan().tokens() - report.tokensOnOwnNode();
        }
        if (report.outcome() == RoundOutcome.AGREED) {
            imbalance += report.plan().imbalance();
            imbalanceBefore += report.plan().meanLoad() > 0
                    ? report.plan().identityMaxLoad() / report.plan().meanLoad()
                    : 1;
            for (int r = 0; r < planned.length; r++) {
                planned[r] += report.plan().rankLoad(r);
                routed[r] += ownLoads[r];
            }
        }
        for (long left = paceNanos; left > 0; left = paceNanos - (System.nanoTime() - start)) {
            LockSupport.parkNanos(left);
        }
    }

    private void check(int[] ids) {
        ExpertPlacement placement = balancer.placement();
        Arrays.fill(ownLoads, 0);
        for (int k = 0; k < ids.length; k++) {
            if (ids[k] < 0) {
                invalid += slots[k] == -1 ? 0 : 1;
                continue;
            }
            routedTokens++;
            if (slots[k] == -1) {
                if (Arrays.binarySearch(uncovered, ids[k]) >= 0) {
                    uncoveredTokens++;
                } else {
                    lost++;
                }
            } else if (slots[k] < 0
                    || slots[k] >= placement.physicalExperts()
                    || placement.expertIn(slots[k]) != ids[k]) {
                invalid++;
            } else {
                ownLoads[placement.rankOf(slots[k])]++;
            }
        }
    }

    /** Answers other ranks while no round is on. */
    public void service() {
        exchange.service();
    }

    /** Returns the results so far. */
    public RankResult result() {
        RankReport report = balancer.lastReport();
        return new RankResult(
                exchange.self(),
                exchange.transport(),
                rounds,
                report.rounds(RoundOutcome.AGREED),
                report.rounds(RoundOutcome.PARTIAL),
                report.rounds(RoundOutcome.LAST_PLAN),
                report.rounds(RoundOutcome.ORIGINALS),
                report.skippedRounds(),
                outcomes.text(),
                routedTokens,
                invalid,
                uncoveredTokens,
                lost,
                Arrays.stream(planned).boxed().toList(),
                Arrays.stream(routed).boxed().toList(),
                imbalance,
                imbalanceBefore,
                offNode,
                report.savedOffNode(),
                report.comparedPlans(),
                report.differingPlans(),
                report.firstDifference(),
                RankResult.encode(exchangeNanos),
                RankResult.encode(planNanos));
    }

    /** Outcomes of successive rounds, equal ones together. */
    private static final class Outcomes {
        private final StringBuilder text = new StringBuilder();
        private long first = -1;
        private long last = -1;
        private RoundOutcome outcome = RoundOutcome.AGREED;

        void add(long round, RoundOutcome next) {
            if (first >= 0 && (next != outcome || round != last + 1)) {
                append(text);
                first = -1;
            }
            if (first < 0) {
                first = round;
                outcome = next;
            }
            last = round;
        }

        private void append(StringBuilder to) {
            to.append(to.isEmpty() ? "" : ", ").append(first);
            if (last > first) {
                to.append('-').append(last);
            }
            to.append(' ').append(outcome);
        }

        String text() {
            StringBuilder all = new StringBuilder(text);
            if (first >= 0) {
                append(all);
            }
            return all.toString();
        }
    }
}
