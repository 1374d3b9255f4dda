// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.balance.LoadBalancer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Replays batches: for every layer, a placement on the topology, one by EPLB, and homes for replicas chosen per batch are made
 * from the layer's history, and then every strategy divides every batch.
 *
 * <p>Not thread-safe. Every strategy runs on the calling thread, one after the other, so that their times compare.
 */
public final class Replay implements AutoCloseable {
    /** Position in reports of doing nothing. */
    public static final int NONE = 0;

    /** Position in reports of this library on the topology. */
    public static final int LIBRARY = 3;

    private final ReplaySetup setup;
    private final BatchSource source;
    private final Contest onTopology;
    private final Contest onEplb;
    private final Contest perBatch;
    private final int[] counts;
    private int layer = -1;

    /**
     * @throws IllegalArgumentException if the source has another number of experts than the setup
     */
    public Replay(ReplaySetup setup, BatchSource source) {
        if (source.experts() != setup.experts()) {
            throw new IllegalArgumentException(
                    "source: got " + source.experts() + " experts, expected " + setup.experts());
        }
        this.setup = setup;
        this.source = source;
        this.counts = new int[setup.experts()];
        String topology = setup.topology().name();
        this.onTopology =
                new Contest(topology, setup.speedArray(), setup.onTopology(), new KeepOriginal(), new ReferenceSplit());
        this.onEplb = new Contest("EPLB", setup.speedArray(), setup.onEplb(null), setup::onEplb, new EvenSplit());
        this.perBatch = new Contest("per batch", setup.speedArray(), setup.perBatch(null), setup::perBatch);
    }

    /**
     * Replays everything.
     *
     * @param afterBatch called after each batch of each layer
     */
    public ReplayReport run(Runnable afterBatch) {
        for (int l = 0; l < source.layers(); l++) {
            begin(l);
            for (int b = 0; b < source.batches(); b++) {
                step(b);
                afterBatch.run();
            }
        }
        return report();
    }

    /**
     * Divides the batches of the first layer over and over and forgets the results, so that the times tell of compiled
     * code.
     */
    public void warmUp(Duration time) {
        begin(0);
        long end = System.nanoTime() + time.toNanos();
        for (int b = 0; System.nanoTime() < end; b = (b + 1) % source.batches()) {
            source.counts(0, b, counts);
            onTopology.divide(counts);
            onEplb.divide(counts);
            perBatch.divide(counts);
        }
    }

    /** Begins a layer: makes its placements. */
    public void begin(int layer) {
        double[] history = source.history(layer);
        onTopology.place(history);
        onEplb.place(history);
        perBatch.place(history);
        this.layer = layer;
    }

    /** Replays one batch of the current layer. */
    public void step(int batch) {
        source.counts(layer, batch, counts);
        onTopology.play(counts);
        onEplb.play(counts);
        perBatch.play(counts);
    }

    /** Returns the balancer on the topology, which holds the current layer's placement and the last batch's plan. */
    public LoadBalancer balancer() {
        return onTopology.balancer();
    }

    /** Returns the tokens so far whose expert has no active rank, by placement. */
    private Map<String, Long> uncoveredTokens() {
        Map<String, Long> tokens = new LinkedHashMap<>();
        tokens.put(setup.topology().name(), onTopology.uncoveredTokens());
        tokens.put("EPLB", onEplb.uncoveredTokens());
        return tokens;
    }

    /** Returns the results so far. */
    public ReplayReport report() {
        return new ReplayReport(
                setup, source, inOrder(onTopology.results(), onEplb.results(), perBatch.results()), uncoveredTokens());
    }

    /** Returns what each rank carried in the last batch, strategies in the order of the report. */
    public List<long[]> lastRankLoads() {
        return inOrder(onTopology.lastRankLoads(), onEplb.lastRankLoads(), perBatch.lastRankLoads());
    }

    /** Returns what the strategies made of the last batch, in the order of the report; nothing if it had no token. */
    public List<StrategyBatch> lastBatch() {
        List<StrategyBatch> topology = onTopology.lastBatch();
        return topology.isEmpty() ? topology : inOrder(topology, onEplb.lastBatch(), perBatch.lastBatch());
    }

    /** A bound on whole tokens, rounded up; less than a millionth above a whole number is rounding of doubles. */
    public static long wholeTokens(double lowerBound) {
        return (long) Math.ceil(lowerBound - 1e-6);
    }

    /** From doing nothing to doing most: none, even split, LPLB, this library on the topology, by EPLB and per batch. */
    private static <T> List<T> inOrder(List<T> topology, List<T> eplb, List<T> perBatch) {
        List<T> ordered = new ArrayList<>(List.of(topology.get(0), eplb.get(0)));
        ordered.addAll(topology.subList(1, topology.size()));
        ordered.addAll(eplb.subList(1, eplb.size()));
        ordered.addAll(perBatch);
        return ordered;
    }

    @Override
    public void close() {
        onTopology.close();
        onEplb.close();
        perBatch.close();
    }
}
