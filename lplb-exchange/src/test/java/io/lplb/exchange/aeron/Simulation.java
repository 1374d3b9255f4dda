// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.exchange.aeron;

import io.lplb.exchange.GroupIdentity;
import io.lplb.exchange.RoundStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Deterministic simulation of a group: real exchanges over a network and a clock that are made up. Every rank is a thread, of
 * which one runs at a time; it gives way whenever its exchange waits. All chance comes from one seed.
 *
 * <pre>
 *   events by time   rank r runs on | message arrives | fault begins or ends
 *   rank             introduce; again: nextRound, gather, check, plan, pace
 * </pre>
 *
 * <p>Checked in every round: COMPLETE means that no rank plans from other counts, and every row that was heard is what a process of
 * that rank has sent for that round.
 */
final class Simulation {
    static final long MILLISECOND = 1_000_000;
    static final long DEADLINE = 50 * MILLISECOND;
    static final long USUAL_DELAY = 50_000;
    private static final long PACE = 2 * MILLISECOND;
    private static final long EPOCH = 1_800_000_000_000_000_000L;
    private static final int EXPERTS = 3;
    private static final int MOST_WAITING = 200;
    private static final int MOST_RECORDED = 2_000;

    /** How well messages travel. */
    static final class Network {
        double lost;
        double doubled;
        double late;
        long delayNanos = USUAL_DELAY;
        boolean[][] cut = new boolean[0][0];
    }

    /** An event: runs at its time; of equal times the first made. */
    private record Event(long time, long order, Runnable action) {}

    /** A plan of a round, and the processes that its rank took for the ranks. */
    private record Planned(int rank, List<Long> processes, RoundStatus status, long plan) {
        /** Whether this plan is agreed on, by the other's process too. Groups without a common process are different ones. */
        boolean contradicts(Planned other) {
            return status == RoundStatus.COMPLETE && processes.contains(other.processes.get(other.rank));
        }
    }

    /** What a round came to on a rank. */
    record Outcome(long round, long begun, RoundStatus status) {}

    final GroupIdentity group;
    final Random random;
    final Network network = new Network();
    final List<byte[]> recorded = new ArrayList<>();
    final List<String> failures = new ArrayList<>();
    private final @Nullable GroupKey key;
    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.time != b.time ? Long.compare(a.time, b.time) : Long.compare(a.order, b.order));
    private final @Nullable SimulatedRank[] ranks;
    private final List<List<Outcome>> outcomes = new ArrayList<>();
    private final List<List<Long>> processes = new ArrayList<>();
    private final Map<Long, List<Planned>> planned = new HashMap<>();
    private final LongUnaryOperator[] placements;
    private @Nullable PlantedFault planted;
    private long now;
    private long order;

    Simulation(int ranks, long seed, @Nullable GroupKey key) {
        group = new GroupIdentity(ranks, EXPERTS, 77, "simulated");
        random = new Random(seed);
        this.key = key;
        this.ranks = new SimulatedRank[ranks];
        placements = new LongUnaryOperator[ranks];
        network.cut = new boolean[ranks][ranks];
        for (int r = 0; r < ranks; r++) {
            outcomes.add(new ArrayList<>());
            processes.add(new ArrayList<>());
            placements[r] = round -> 1;
        }
    }

    long now() {
        return now;
    }

    /** Plants a fault into all ranks. */
    void plant(PlantedFault fault) {
        planted = fault;
    }

    @Nullable PlantedFault planted() {
        return planted;
    }

    @Nullable GroupKey key() {
        return key;
    }

    void at(long time, Runnable action) {
        events.add(new Event(Math.max(time, now), order++, action));
    }

    /** Lets time pass. */
    void runUntil(long time) {
        while (!events.isEmpty() && events.peek().time <= time) {
            Event next = events.remove();
            now = next.time;
            next.action.run();
        }
        now = time;
    }

    /** Ends all ranks. */
    void stop() {
        for (int r = 0; r < ranks.length; r++) {
            kill(r);
        }
        runUntil(now + MILLISECOND);
    }

    // Ranks.

    /** Starts a process of a rank whose clock is wrong by so much. */
    void start(int rank, long skewNanos) {
        kill(rank);
        SimulatedRank process = new SimulatedRank(this, rank, EPOCH + now + skewNanos);
        ranks[rank] = process;
        process.begin();
    }

    void kill(int rank) {
        SimulatedRank process = ranks[rank];
        if (process != null) {
            process.kill();
            ranks[rank] = null;
        }
    }

    void pause(int rank, long nanos) {
        SimulatedRank process = ranks[rank];
        if (process != null) {
            process.pauseUntil(now + nanos);
        }
    }

    boolean isRunning(int rank) {
        return ranks[rank] != null;
    }

    /** Says by which placement a rank counts in a round. */
    void place(int rank, LongUnaryOperator placement) {
        placements[rank] = placement;
    }

    LongUnaryOperator placement(int rank) {
        return placements[rank];
    }

    long placementOf(int rank, long round) {
        return placements[rank].applyAsLong(round);
    }

    // Messages.

    void send(int from, UnsafeBuffer message) {
        byte[] bytes = new byte[message.capacity()];
        message.getBytes(0, bytes);
        if (recorded.size() < MOST_RECORDED) {
            recorded.add(bytes);
        } else {
            recorded.set(random.nextInt(MOST_RECORDED), bytes);
        }
        for (int to = 0; to < ranks.length; to++) {
            if (to == from || network.cut[from][to] || random.nextDouble() < network.lost) {
                continue;
            }
            deliver(to, bytes);
            if (random.nextDouble() < network.doubled) {
                deliver(to, bytes);
            }
        }
    }

    /** Has a message arrive after the network's delay, from whomever. */
    void deliver(int to, byte[] bytes) {
        long delay = network.delayNanos / 2 + (long) (random.nextDouble() * network.delayNanos);
        if (random.nextDouble() < network.late) {
            delay += (long) (random.nextDouble() * 10 * MILLISECOND);
        }
        at(now + delay, () -> {
            SimulatedRank process = ranks[to];
            if (process != null && process.waiting() < MOST_WAITING) {
                process.receive(bytes);
            }
        });
    }

    // What ranks report.

    void began(int rank, long incarnation) {
        processes.get(rank).add(incarnation);
    }

    long pace() {
        return PACE / 2 + (long) (random.nextDouble() * PACE);
    }

    int[] counts(int rank, long incarnation, long round) {
        int[] counts = new int[EXPERTS];
        for (int e = 0; e < EXPERTS; e++) {
            counts[e] = (int) (hash(hash(hash(rank, incarnation), round), e) & 0xFFFF);
        }
        return counts;
    }

    private static long hash(long a, long b) {
        long z = (a ^ b * 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        return z ^ z >>> 29;
    }

    /** Checks what a rank has gathered and returns the hash of its plan. */
    long ended(int rank, long round, long begun, RoundStatus status, int[] all, AeronExchange exchange) {
        outcomes.get(rank).add(new Outcome(round, begun, status));
        for (int r = 0; r < ranks.length; r++) {
            int[] row = Arrays.copyOfRange(all, r * EXPERTS, (r + 1) * EXPERTS);
            if (exchange.heard(r) && !isSent(r, round, row)) {
                failures.add(
                        "round " + round + ": rank " + rank + " has counts of rank " + r + " that it has not sent");
            }
        }
        long plan = Arrays.hashCode(all) * 31L + placementOf(rank, round);
        if (status != RoundStatus.MISSED) {
            compare(round, new Planned(rank, SimulatedExchange.processes(exchange, ranks.length), status, plan));
        }
        return plan;
    }

    /** Checks that a rank and the ranks that it knows have the same plan where one of them has agreed. */
    private void compare(long round, Planned plan) {
        List<Planned> before = planned.computeIfAbsent(round, n -> new ArrayList<>());
        for (Planned other : before) {
            if (other.plan != plan.plan && (other.contradicts(plan) || plan.contradicts(other))) {
                failures.add("round " + round + ": rank " + plan.rank + " has another plan than rank " + other.rank);
            }
        }
        before.add(plan);
    }

    private boolean isSent(int rank, long round, int[] row) {
        for (long incarnation : processes.get(rank)) {
            if (Arrays.equals(row, counts(rank, incarnation, round))) {
                return true;
            }
        }
        return false;
    }

    /** Returns the largest round that a rank has begun, -1 for none. */
    long newest() {
        long newest = -1;
        for (List<Outcome> of : outcomes) {
            newest = of.isEmpty() ? newest : Math.max(newest, of.get(of.size() - 1).round);
        }
        return newest;
    }

    /** Returns the first round above one from which on all ranks have agreed in every round, Long.MAX_VALUE if there is none. */
    long agreedFrom(long after) {
        long from = after + 1;
        for (List<Outcome> of : outcomes) {
            if (of.isEmpty() || of.get(of.size() - 1).status != RoundStatus.COMPLETE) {
                return Long.MAX_VALUE;
            }
            long first = Long.MAX_VALUE;
            for (int k = of.size() - 1;
                    k >= 0 && of.get(k).status == RoundStatus.COMPLETE && of.get(k).round > after;
                    k--) {
                first = of.get(k).round;
            }
            from = Math.max(from, first);
        }
        return from;
    }

    long count(RoundStatus status) {
        return outcomes.stream()
                .flatMap(List::stream)
                .filter(o -> o.status == status)
                .count();
    }

    List<Outcome> outcomes(int rank) {
        return outcomes.get(rank);
    }
}
