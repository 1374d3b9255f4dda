// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.balance.LoadBalancer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The strategies that are compared on one kind of placement. The placement is the balancer's, made from the layer's
 * history; the balancer's plan is one of the strategies, and its certificate is the measure for all of them.
 *
 * <p>Not thread-safe.
 */
final class Contest implements AutoCloseable {
    private final String placement;
    private final @Nullable Function<double[], LoadBalancer> remake;
    private LoadBalancer balancer;
    private final LibrarySplit library;
    private final List<Strategy> strategies;
    private final List<Tally> tallies = new ArrayList<>();
    private final long[][] rankLoads;
    private final boolean[] accepted;
    private final long[] nanos;
    private final double[] speeds;
    private final boolean unitSpeeds;
    private final double totalSpeed;
    private long uncoveredTokens;
    private boolean played;

    /**
     * @param placement name of the kind of placement, for the report
     * @param speeds {@code [ranks]}, those of the balancer; 0 for a rank that gets no token
     * @param balancer closed with this contest
     * @param others the strategies besides the balancer's own, which comes last
     */
    Contest(String placement, double[] speeds, LoadBalancer balancer, Strategy... others) {
        this(placement, speeds, balancer, null, others);
    }

    /**
     * @param remake makes the balancer of a layer from its history, or null if the balancer updates its placement
     */
    Contest(
            String placement,
            double[] speeds,
            LoadBalancer balancer,
            @Nullable Function<double[], LoadBalancer> remake,
            Strategy... others) {
        this.placement = placement;
        this.remake = remake;
        this.speeds = speeds;
        this.unitSpeeds = Arrays.stream(speeds).allMatch(s -> s == 0 || s == 1);
        this.totalSpeed = Arrays.stream(speeds).sum();
        this.balancer = balancer;
        this.strategies = new ArrayList<>(List.of(others));
        this.library = new LibrarySplit(balancer);
        strategies.add(library);
        for (int k = 0; k < strategies.size(); k++) {
            tallies.add(new Tally());
        }
        this.rankLoads = new long[strategies.size()][speeds.length];
        this.accepted = new boolean[strategies.size()];
        this.nanos = new long[strategies.size()];
    }

    /** Begins a layer. */
    void place(double[] history) {
        if (remake == null) {
            balancer.updatePlacement(history);
        } else {
            LoadBalancer next = remake.apply(history);
            balancer.close();
            balancer = next;
            library.use(next);
        }
        for (Strategy strategy : strategies) {
            strategy.place(balancer.placement(), speeds);
        }
    }

    /** Lets every strategy divide a batch and tallies the results. A batch without a token tells nothing and is left out. */
    void play(int[] counts) {
        divide(counts);
        uncoveredTokens += library.uncoveredTokens();
        played = Arrays.stream(rankLoads[0]).anyMatch(tokens -> tokens > 0);
        if (!played) {
            return;
        }
        double fewest = unitSpeeds ? Replay.wholeTokens(library.lowerBound()) : library.maxLoad();
        for (int k = 0; k < strategies.size(); k++) {
            double mean = Arrays.stream(rankLoads[k]).sum() / totalSpeed;
            tallies.get(k).add(maxLoad(rankLoads[k]), mean, fewest, accepted[k], nanos[k]);
        }
    }

    private double maxLoad(long[] tokens) {
        double max = 0;
        for (int r = 0; r < tokens.length; r++) {
            max = tokens[r] > 0 ? Math.max(max, tokens[r] / speeds[r]) : max;
        }
        return max;
    }

    /** Returns the tokens so far whose expert has no active rank on this placement. */
    long uncoveredTokens() {
        return uncoveredTokens;
    }

    /** Lets every strategy divide a batch. */
    void divide(int[] counts) {
        for (int k = 0; k < strategies.size(); k++) {
            long start = System.nanoTime();
            accepted[k] = strategies.get(k).divide(counts, rankLoads[k]);
            nanos[k] = System.nanoTime() - start;
        }
    }

    LoadBalancer balancer() {
        return balancer;
    }

    /** Returns the results so far, in the order of the strategies. */
    List<StrategyResult> results() {
        List<StrategyResult> results = new ArrayList<>();
        for (int k = 0; k < strategies.size(); k++) {
            results.add(tallies.get(k).result(strategies.get(k).name(), placement));
        }
        return results;
    }

    /** Returns what the strategies made of the last batch played, in their order; nothing if it had no token. */
    List<StrategyBatch> lastBatch() {
        List<StrategyBatch> batches = new ArrayList<>();
        for (int k = 0; played && k < strategies.size(); k++) {
            batches.add(tallies.get(k).last());
        }
        return batches;
    }

    /** Returns the rank loads of the last batch, {@code [strategies][ranks]}; overwritten by the next. */
    List<long[]> lastRankLoads() {
        return List.of(rankLoads);
    }

    @Override
    public void close() {
        for (Strategy strategy : strategies) {
            strategy.close();
        }
        balancer.close();
    }
}
