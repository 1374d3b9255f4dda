// Copyright 2026 the LPLB for Java authors. Licensed under the Apache License, Version 2.0; see LICENSE.
package io.lplb.replay;

import io.lplb.policy.Policies;
import io.lplb.policy.PolicySetup;
import io.lplb.trace.Trace;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Replays a trace against several policies, step by step: every layer has its own placements from its history, and in every step each policy
 * divides each layer's batch. Layers of a step are divided among threads; a policy plans on one thread.
 *
 * <p>Memory holds one step and the placements, whatever the trace's length. Not thread-safe.
 */
public final class Replay implements AutoCloseable {
    private final PolicySetup setup;
    private final List<Policies> policies;
    private final Trace trace;
    private final ReplayHistory history;
    private final ReplayOptions options;
    private final LayerReplay[] layers;
    private final List<Tally> tallies = new ArrayList<>();
    private final ExecutorService pool;
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final AtomicLong busyNanos = new AtomicLong();
    private final AtomicLong wallNanos = new AtomicLong();
    private final int measured;
    private final double[][] loads;
    private int updates;

    /** Receives every batch after it was divided, on the thread of the replay, layer by layer. */
    @FunctionalInterface
    public interface Observer {
        /**
         * Takes a batch.
         *
         * @param step from 0, of the measured steps
         * @param layer from 0
         * @param replay figures of the batch, valid during the call; a batch without a token has none
         */
        void batch(int step, int layer, LayerReplay replay) throws IOException;
    }

    /**
     * Prepares a replay: makes all placements.
     *
     * @param trace closed by the caller; its experts are those of the setup
     * @throws IllegalArgumentException if a policy does not fit the sizes or no step is left to measure
     * @throws IOException if the trace cannot be read
     */
    public Replay(PolicySetup setup, List<Policies> policies, Trace trace, ReplayHistory history, ReplayOptions options)
            throws IOException {
        this.setup = setup;
        this.policies = List.copyOf(policies);
        this.trace = trace;
        this.history = history;
        this.options = options;
        this.measured = trace.steps() - history.steps();
        if (measured < 1) {
            throw new IllegalArgumentException("trace: got no step to measure, expected at least one batch");
        }
        loads = new double[trace.layers()][setup.experts()];
        layers = new LayerReplay[trace.layers()];
        for (int l = 0; l < layers.length; l++) {
            layers[l] = new LayerReplay(setup, policies, options.copyMicros());
        }
        policies.forEach(policy -> tallies.add(new Tally()));
        pool = Executors.newFixedThreadPool(
                options.threads(),
                Thread.ofPlatform().daemon().name("lplb-replay-", 0).factory());
    }

    /** Returns the number of measured steps. */
    public int steps() {
        return measured;
    }

    /**
     * Divides the first measured batch over and over and forgets the results, so that the times are those of compiled code.
     *
     * @throws IOException if the trace cannot be read
     */
    public void warmUp(Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        rewind();
        if (!trace.next()) {
            return;
        }
        try (LayerReplay scratch = new LayerReplay(setup, policies, 0)) {
            scratch.place(history.of(0));
            while (System.nanoTime() < end) {
                scratch.play(trace.counts()[0]);
            }
        }
    }

    private void rewind() throws IOException {
        trace.rewind();
        for (int step = 0; step < history.steps(); step++) {
            trace.next();
        }
    }

    /**
     * Replays all measured steps.
     *
     * @return the results
     * @throws IOException if the trace cannot be read
     */
    public ReplayReport run(Observer observer) throws IOException {
        inParallel(l -> layers[l].place(history.of(l)));
        rewind();
        int step = 0;
        while (trace.next()) {
            long[][] counts = trace.counts();
            take(counts);
            if (options.updateEvery() > 0 && step > 0 && step % options.updateEvery() == 0) {
                updates++;
                inParallel(l -> layers[l].update());
            }
            inParallel(l -> layers[l].play(counts[l]));
            for (int l = 0; l < layers.length; l++) {
                if (layers[l].played()) {
                    for (int k = 0; k < tallies.size(); k++) {
                        tallies.get(k).add(layers[l].last(k));
                    }
                }
                observer.batch(step, l, layers[l]);
            }
            step++;
        }
        return report();
    }

    private void take(long[][] counts) {
        for (int l = 0; l < counts.length; l++) {
            for (int e = 0; e < counts[l].length; e++) {
                loads[l][e] += counts[l][e];
                if (counts[l][e] > Integer.MAX_VALUE) {
                    throw new IllegalArgumentException("layer " + l + ", expert " + e + ": got " + counts[l][e]
                            + " tokens, expected at most " + Integer.MAX_VALUE + " for a batch");
                }
            }
        }
    }

    @FunctionalInterface
    private interface Work {
        void on(int layer);
    }

    /** Does something for every layer, on all threads. */
    private void inParallel(Work work) {
        List<Callable<Void>> tasks = new ArrayList<>();
        int lanes = Math.min(options.threads(), layers.length);
        for (int lane = 0; lane < lanes; lane++) {
            int first = lane;
            tasks.add(() -> {
                long cpu = threads.getCurrentThreadCpuTime();
                long wall = System.nanoTime();
                for (int l = first; l < layers.length; l += lanes) {
                    work.on(l);
                }
                busyNanos.addAndGet(threads.getCurrentThreadCpuTime() - cpu);
                wallNanos.addAndGet(System.nanoTime() - wall);
                return null;
            });
        }
        try {
            for (Future<Void> done : pool.invokeAll(tasks)) {
                done.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("replay: interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("replay: " + e.getCause(), e);
        }
    }

    /** Returns the loads of all measured steps so far, {@code [layers][experts]}; not copied. */
    public double[][] measured() {
        return loads;
    }

    private ReplayReport report() {
        List<StrategyResult> results = new ArrayList<>();
        for (int k = 0; k < policies.size(); k++) {
            results.add(tallies.get(k).result(policies.get(k), setup, layers, k, updates));
        }
        return ReplayReport.of(setup, layers.length, measured, history, options, results, processorShare());
    }

    /** Returns the part of the wall-clock time of planning in which the planning threads had a processor. */
    private double processorShare() {
        return wallNanos.get() == 0 ? 1 : Math.min(1, (double) busyNanos.get() / wallNanos.get());
    }

    @Override
    public void close() {
        pool.shutdownNow();
        for (LayerReplay layer : layers) {
            layer.close();
        }
    }
}
