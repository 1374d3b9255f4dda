// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.cluster;

import io.lplb.cluster.ChaosFault.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Run of a cluster in which one rank after the other is killed, stopped, started anew or given a wrong clock. Kinds, ranks and
 * times follow from a seed; how the processes take them does not.
 *
 * <p>After each fault the run waits until all ranks agree in {@value #AGREED_ROUNDS} successive rounds. Rounds to agreement count from the
 * round that another rank is in just before a stopped process goes on, or when a process that was started anew has connected, to
 * the first of these.
 *
 * <p>Not thread-safe.
 */
public final class ChaosRun {
    /** Beyond any run. */
    private static final long LAST_ROUND = 100_000_000_000_000_000L;

    private static final int AGREED_ROUNDS = 10;
    private static final long LONGEST_STOP_MILLIS = 4_000;
    private static final int MOST_STOP_MILLIS = 60_000;
    private static final long LONGEST_REST_MILLIS = 500;
    private static final int LARGEST_SKEW_SECONDS = 3_600;
    private static final long LOOK_MILLIS = 30;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final LocalCluster cluster;
    private final int ranks;
    private final Random random;
    private final List<Kind> kinds;
    private final List<Integer> stops;
    private final ChaosTotals totals = new ChaosTotals();

    /**
     * A run over a cluster of which no rank has been started.
     *
     * @param ranks of the cluster, at least 2
     * @param kinds of faults to choose from
     * @param stops milliseconds of stops to choose from; any up to {@value #LONGEST_STOP_MILLIS} if empty
     * @throws IllegalArgumentException if there are too few ranks, or a stop is not positive or too long
     */
    public ChaosRun(LocalCluster cluster, int ranks, long seed, List<Kind> kinds, List<Integer> stops) {
        for (int millis : stops) {
            if (millis < 1 || millis > MOST_STOP_MILLIS) {
                throw new IllegalArgumentException(
                        "stop-ms: got " + millis + ", expected 1.." + MOST_STOP_MILLIS + " milliseconds");
            }
        }
        if (ranks < 2) {
            throw new IllegalArgumentException("ranks: got " + ranks + ", expected at least 2 for chaos");
        }
        this.cluster = cluster;
        this.ranks = ranks;
        this.random = new Random(seed);
        this.kinds = List.copyOf(kinds);
        this.stops = List.copyOf(stops);
    }

    /**
     * Starts the ranks and lets so many faults happen.
     *
     * @throws IOException if a rank ends by itself, or the ranks do not agree for a minute
     */
    public ChaosTotals run(int faults) throws IOException, InterruptedException {
        cluster.startAll();
        for (int r = 0; r < ranks; r++) {
            cluster.rank(r).run(LAST_ROUND);
        }
        awaitAgreement(0);
        for (int k = 0; k < faults; k++) {
            Thread.sleep(random.nextLong(LONGEST_REST_MILLIS));
            Kind kind = kinds.get(random.nextInt(kinds.size()));
            int rank = random.nextInt(ranks);
            long begin = System.nanoTime();
            strike(kind, rank);
            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            long round = cluster.rank((rank + 1) % ranks).round();
            if (kind == Kind.STOP) {
                cluster.rank(rank).goOn();
            }
            long agreed = awaitAgreement(round);
            totals.add(new ChaosFault(kind, rank, millis, round, agreed - round));
            totals.addMemory(MemoryUse.of(cluster.processes()));
        }
        for (RankResult result : cluster.report()) {
            totals.add(result);
        }
        return totals;
    }

    /** Begins a fault and ends it, except that a stopped rank stays so. */
    private void strike(Kind kind, int rank) throws IOException, InterruptedException {
        RankProcess process = cluster.rank(rank);
        switch (kind) {
            case STOP -> {
                process.stop();
                Thread.sleep(
                        stops.isEmpty()
                                ? 1 + random.nextLong(LONGEST_STOP_MILLIS)
                                : stops.get(random.nextInt(stops.size())));
            }
            case KILL -> {
                totals.add(process.report());
                process.kill();
                restart(rank);
            }
            case RESTART -> {
                totals.add(process.report());
                process.close();
                restart(rank);
            }
            case SKEW -> {
                totals.add(process.report());
                process.kill();
                restart(rank, "--clock-skew=" + random.nextInt(-LARGEST_SKEW_SECONDS, LARGEST_SKEW_SECONDS + 1));
            }
        }
    }

    private void restart(int rank, String... arguments) throws IOException, InterruptedException {
        RankProcess process = cluster.start(rank, arguments);
        process.run(LAST_ROUND);
        process.await("ready");
    }

    /** Waits until all ranks have agreed in successive rounds; returns the first that is not below the given one. */
    private long awaitAgreement(long round) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (true) {
            List<RoundIntervals> agreed = new ArrayList<>();
            for (RankResult result : cluster.report()) {
                agreed.add(RoundIntervals.agreed(result.outcomes()));
            }
            long first = RoundIntervals.firstCommon(agreed, round, AGREED_ROUNDS);
            if (first >= 0) {
                return first;
            }
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                throw new IOException("agreement: got none since round " + round + " for " + PATIENCE.toSeconds()
                        + " s, expected all ranks to agree");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }
}
